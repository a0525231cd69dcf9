package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// The canaries are what people tell the clinic in this trial. They may stand in the clinic's own tables and nowhere else.
func canaries() []string {
	return []string{"Канарейкин", "Викторовн", "9161234567", "123-45-67", "Canarysmith", "canary@zapis.example", "чешется перо", "kanareyka-token", "kanareyka-password"}
}

// poison makes the clinic's own tables break in ways that quote what a row holds.
const poison = `
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'row is % Canarysmith', NEW USING DETAIL = 'Канарейкина +79161234567', HINT = 'canary@zapis.example', ERRCODE = TG_ARGV[0];
END $$;
CREATE TRIGGER poison BEFORE INSERT ON patient FOR EACH ROW WHEN (NEW.given = 'Беда') EXECUTE FUNCTION poison('23514');
CREATE TRIGGER poison BEFORE INSERT ON session FOR EACH ROW EXECUTE FUNCTION poison('P0001');
CREATE TRIGGER poison BEFORE INSERT ON working_day FOR EACH ROW EXECUTE FUNCTION poison('22P02');
REVOKE SELECT ON staff_invite FROM zapis_app;
ALTER FUNCTION ensure_partitions(text, date, integer) RENAME TO ensure_partitions_sound;
CREATE FUNCTION ensure_partitions(base text, around date, ahead integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'partition of Canarysmith canary@zapis.example';
END $$;
GRANT EXECUTE ON FUNCTION ensure_partitions(text, date, integer) TO zapis_app;`

// places are what may hold no canary: tables that operators, monitoring and support read.
func places() map[string]string {
	return map[string]string{
		"river_job":     "SELECT coalesce(string_agg(concat_ws(' ', kind, args, errors, metadata, tags, queue), E'\n'), '') FROM river.river_job",
		"audit":         "SELECT coalesce(string_agg(a::text, E'\n'), '') FROM audit a",
		"outbox":        "SELECT coalesce(string_agg(concat_ws(' ', error, idempotency_key, kind, state), E'\n'), '') FROM outbox",
		"task":          "SELECT coalesce(string_agg(t::text, E'\n'), '') FROM task t",
		"keyboard":      "SELECT coalesce(string_agg(concat_ws(' ', flow, step), E'\n'), '') FROM keyboard",
		"visit_event":   "SELECT coalesce(string_agg(e::text, E'\n'), '') FROM visit_event e",
		"session":       "SELECT coalesce(string_agg(s::text, E'\n'), '') FROM session s",
		"pg_stat":       "SELECT coalesce(string_agg(query, E'\n'), '') FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
		"notifications": "SELECT coalesce(string_agg(c, E'\n'), '') FROM pg_listening_channels() c",
	}
}

func TestV20NothingPersonalIsInLogsMetricsOrJobs(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	clinic := storetest.New(t, clinicSeed())
	require.NoError(t, execute(ctx, clinic.OwnerURL, poison))
	fake, err := botstest.NewFakeTelegram(time.Now)
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	r := serve(ctx, t, clinic, "ZAPIS_TELEGRAM_TOKEN="+botstest.FakeToken, "ZAPIS_TELEGRAM_API="+fake.URL(), "ZAPIS_LOG=debug")

	talkOfCanaries(ctx, t, fake)
	strangersInTheBrowser(ctx, t, r)
	metrics := r.get(ctx, t, "/metrics").body
	waitForJobError(ctx, t, clinic)

	found := map[string]string{"metrics": metrics}
	conn, err := pgx.Connect(ctx, clinic.OwnerURL)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for place, sql := range places() {
		var text string
		require.NoError(t, conn.QueryRow(ctx, sql).Scan(&text), place)
		found[place] = text
	}
	found["log"] = r.stop(t)
	require.Contains(t, found["log"], "SQLSTATE 23514", "the card broke")
	require.Contains(t, found["log"], "cabinet request not served", "the cabinet broke")
	require.Contains(t, found["river_job"], "SQLSTATE P0001", "a job broke")
	require.NotContains(t, found["log"], botstest.FakeToken)
	for place, text := range found {
		for _, canary := range canaries() {
			require.NotContains(t, strings.ToLower(text), strings.ToLower(canary), "%s is in: %s", canary, place)
		}
	}
}

// talkOfCanaries is a booking by somebody who tells everything, tried once with a name at which the card breaks.
func talkOfCanaries(ctx context.Context, t *testing.T, fake *botstest.FakeTelegram) {
	t.Helper()
	chat := fake.Chat(4000)
	for _, step := range []struct {
		do, button string
		then       string
	}{
		{do: "чешется перо, Канарейкина Ольга, +7 916 123-45-67, canary@zapis.example", then: "Терапевт"},
		{button: "Терапевт", then: "Клиника на Тверской"},
		{button: "Клиника на Тверской", then: "Ближайшее"},
		{button: "⚡ Ближайшее", then: ":"},
		{button: ":", then: "Согласен"},
		{button: "Согласен", then: "зовут"},
		{do: "Канарейкин Беда Викторович", then: "телефон"},
		{do: "contact", then: "сбой"},
	} {
		before := fmt.Sprint(chat.Messages())
		err := press(chat, step.do, step.button)
		require.NoError(t, err, "%+v: %+v", step, chat.Messages())
		limit, cancel := context.WithTimeout(ctx, 20*time.Second)
		_, err = chat.WaitFor(limit, func(shown []botstest.Message) bool {
			return fmt.Sprint(shown) != before && (step.then == "" || slices.ContainsFunc(shown, func(m botstest.Message) bool {
				return strings.Contains(m.Text+strings.Join(m.Labels(), " ")+m.Phone, step.then)
			}))
		})
		cancel()
		require.NoError(t, err, "%+v: %+v", step, chat.Messages())
	}
}

func press(chat *botstest.Chat, text, button string) error {
	switch {
	case text == "contact":
		_, err := chat.Contact("+79161234567", true)
		return err
	case text != "":
		_, err := chat.Text(text)
		return err
	}
	label := button
	for _, m := range slices.Backward(chat.Messages()) {
		if at := slices.IndexFunc(m.Labels(), func(l string) bool { return strings.Contains(l, button) }); at >= 0 {
			label = m.Labels()[at]
			break
		}
	}
	_, err := chat.Tap(label)
	return err
}

// strangersInTheBrowser try names, passwords and links where the clinic breaks, and say things in the site's chat.
func strangersInTheBrowser(ctx context.Context, t *testing.T, r *replica) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar, Timeout: 10 * time.Second}
	post := func(path, kind, body string) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.addr+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", kind)
		response, err := browser.Do(request)
		require.NoError(t, err)
		_ = response.Body.Close()
	}
	get := func(path string) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.addr+path, http.NoBody)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer kanareyka-token")
		response, err := browser.Do(request)
		require.NoError(t, err)
		_ = response.Body.Close()
	}
	const form = "application/x-www-form-urlencoded"
	get("/chat")
	post("/chat/messages", "application/json", `{"id":"`+uuid.NewString()+`","text":"Канарейкина Ольга Викторовна, +79161234567, чешется перо"}`)
	get("/cabinet/invite/kanareyka-token-0123456789")
	get("/cabinet/schedule?q=" + url.QueryEscape("Канарейкина +79161234567"))
	post("/cabinet/invite/kanareyka-token-0123456789", form, "password=kanareyka-password&again=kanareyka-password")
	post("/cabinet/login", form, url.Values{"login": {"canary@zapis.example"}, "password": {"kanareyka-password"}}.Encode())
	post("/telegram/main", "application/json", `{"update_id":"Канарейкина"}`)
	require.NoError(t, ctx.Err())
}

// waitForJobError waits until the queue has kept an error of a job.
func waitForJobError(ctx context.Context, t *testing.T, clinic storetest.Database) {
	t.Helper()
	conn, err := pgx.Connect(ctx, clinic.OwnerURL)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for {
		var there bool
		require.NoError(t, conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM river.river_job WHERE array_length(errors, 1) > 0) FROM pg_sleep(0.1)").Scan(&there))
		if there {
			return
		}
	}
}

func TestV20TheProgramsLogHidesPeople(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	config{Log: "info"}.logger(&out).Info("seen", "name", "Канарейкина")
	require.NotContains(t, out.String(), "Канарейк")
}
