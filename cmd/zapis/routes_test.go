package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	configenv "github.com/caarlos0/env/v11"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// counted makes every statement that writes count, even one that is taken back: sequences know of no rollback. The record of who looked,
// or wanted to, is no change.
const counted = `
CREATE SEQUENCE walk_writes;
CREATE FUNCTION walk_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
    PERFORM nextval('walk_writes');
    RETURN NULL;
END $$;
DO $$ DECLARE t regclass; BEGIN
    FOR t IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE 'audit%' LOOP
        EXECUTE format('CREATE TRIGGER walk_note BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION walk_note()', t);
    END LOOP;
END $$;`

// walk is the program's own router on a clinic of its own, in this process.
type walk struct {
	t      *testing.T
	server *server
	fake   *botstest.FakeTelegram
	router chi.Router
	url    string
	owner  *pgx.Conn
	later  atomic.Int64 // how far the clock is ahead
}

// newWalk serves a clinic with that much room for requests; 0 is the default.
func newWalk(t *testing.T, room int64) *walk {
	t.Helper()
	clinic := storetest.New(t, clinicSeed())
	require.NoError(t, execute(t.Context(), clinic.OwnerURL, counted))
	fake, err := botstest.NewFakeTelegram(time.Now)
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	x := &walk{t: t, fake: fake}
	var c config
	require.NoError(t, configenv.ParseWithOptions(&c, configenv.Options{Environment: map[string]string{
		"ZAPIS_DATABASE_URL": clinic.URL, "ZAPIS_OWNER_DATABASE_URL": clinic.OwnerURL, "ZAPIS_KEYS": vaulttest.File(t), "ZAPIS_DEMO": "1",
		"ZAPIS_PUBLIC_URL": "http://localhost", "ZAPIS_OIDC_ISSUER": "http://127.0.0.1:1", "ZAPIS_OIDC_CLIENT_ID": "zapis", "ZAPIS_TELEGRAM_TOKEN": botstest.FakeToken, "ZAPIS_TELEGRAM_API": fake.URL(), "ZAPIS_LOG": "warn",
		"ZAPIS_TRUSTED_PROXIES": "10.0.0.0/8",
	}}))
	log := c.logger(t.Output())
	talks, keeper, err := openHouse(t.Context(), c, log)
	require.NoError(t, err)
	t.Cleanup(talks.DB.Close)
	talks.Clock = func() time.Time { return time.Now().Add(time.Duration(x.later.Load())) }
	x.server = &server{config: c, talks: talks, keeper: keeper, log: log, roles: []string{"web", "bots"}, gate: edge.NewGate(room)}
	require.NoError(t, x.server.openLine(t.Context()))
	require.NoError(t, x.server.openChat())
	handler, err := x.server.routes()
	require.NoError(t, err)
	var ok bool
	x.router, ok = handler.(chi.Router)
	require.True(t, ok)
	web, err := x.server.web(handler)
	require.NoError(t, err)
	listener := httptest.NewServer(web.Handler)
	x.url = listener.URL
	t.Cleanup(listener.Close)
	t.Cleanup(talks.Wait)
	t.Cleanup(x.server.chat.Close)
	t.Cleanup(x.server.cabinet.Close)
	x.owner, err = pgx.Connect(t.Context(), clinic.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = x.owner.Close(context.Background()) })
	return x
}

// writes is how many statements have written so far.
func (x *walk) writes() int {
	return x.count("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM walk_writes")
}

func (x *walk) count(sql string) int {
	x.t.Helper()
	var n int
	require.NoError(x.t, x.owner.QueryRow(x.t.Context(), sql).Scan(&n))
	return n
}

func (x *walk) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	require.NoError(x.t, err)
	return &http.Client{Jar: jar, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// ask sends one request; of a stream, only the beginning is read.
func (x *walk) ask(client *http.Client, method, path, body string, headers ...string) answer {
	x.t.Helper()
	request, err := http.NewRequestWithContext(x.t.Context(), method, x.url+path, strings.NewReader(body))
	require.NoError(x.t, err)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := client.Do(request)
	require.NoError(x.t, err, path)
	defer func() { _ = response.Body.Close() }()
	if response.Header.Get("Content-Type") == "text/event-stream" {
		return answer{status: response.StatusCode, header: response.Header}
	}
	text, err := io.ReadAll(response.Body)
	require.NoError(x.t, err, path)
	return answer{response.StatusCode, response.Header.Get("Location"), string(text), response.Header}
}

const form = "application/x-www-form-urlencoded"

// signIn signs the demo's administrator in, and opens the chat.
func (x *walk) signIn(client *http.Client) {
	x.t.Helper()
	x.ask(client, http.MethodGet, "/chat", "")
	got := x.ask(client, http.MethodPost, "/cabinet/login", url.Values{"login": {"admin"}, "password": {demo.Password}}.Encode(), "Content-Type", form)
	require.Equal(x.t, http.StatusSeeOther, got.status)
}

// route is an address of the router and what the table says of it.
type route struct{ method, path, policy string }

func (r route) name() string { return r.method + " " + r.path }

// at is the address with something in its gaps.
func (r route) at() string {
	return strings.NewReplacer("{id}", uuid.NewString(), "{chat}", uuid.NewString(), "{token}", "AAAAAAAAAAAAAAAAAAAAAA", "{name}", "schedule.js", "{class}", "contacts", "{action}", "read").Replace(r.path)
}

func (r route) public() bool { return strings.HasPrefix(r.policy, "public: ") }

// table is testdata/routes.txt by name.
func table(t *testing.T) map[string]route {
	t.Helper()
	file, err := os.Open("testdata/routes.txt")
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	out := map[string]route{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		require.Greater(t, len(fields), 3, lines.Text())
		r := route{method: fields[0], path: fields[1], policy: strings.Join(fields[2:], " ")}
		require.NotContains(t, out, r.name())
		require.NoError(t, sound(r.policy), r.name())
		out[r.name()] = r
	}
	return out
}

// sound says what is wrong with a policy.
func sound(policy string) error {
	before, why, reasoned := strings.Cut(policy, ": ")
	if reasoned && slices.Contains([]string{"public", "visitor", "staff", "secret"}, before) && why != "" {
		return nil
	}
	action, class, _ := strings.Cut(policy, " ")
	if slices.Contains(core.Actions(), core.Action(action)) && slices.Contains(core.Classes(), core.Class(class)) {
		return nil
	}
	return fmt.Errorf("%q is no policy", policy)
}

// routes are the router's, each with its line of the table.
func (x *walk) routes() []route {
	x.t.Helper()
	listed := table(x.t)
	var out []route
	var missing []string
	err := chi.Walk(x.router, func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if len(path) > 1 {
			path = strings.TrimSuffix(path, "/")
		}
		r, ok := listed[method+" "+path]
		if !ok {
			missing = append(missing, method+" "+path)
		}
		out = append(out, r)
		delete(listed, r.name())
		return nil
	})
	require.NoError(x.t, err)
	require.Empty(x.t, missing, "addresses without a line in testdata/routes.txt: say there who may ask")
	require.Empty(x.t, listed, "lines of testdata/routes.txt that lead nowhere")
	return out
}

func TestV16NoGetChangesAnything(t *testing.T) {
	t.Parallel()
	x := newWalk(t, 0)
	stranger, admin := x.browser(), x.browser()
	x.signIn(admin)
	x.later.Store(int64(3 * time.Minute)) // long enough for a session to be marked as seen
	before := x.writes()
	require.Positive(t, before, "signing in is seen to write")
	for _, r := range x.routes() {
		if r.method != http.MethodGet {
			continue
		}
		for who, client := range map[string]*http.Client{"a stranger": stranger, "the administrator": admin} {
			got := x.ask(client, r.method, r.at(), "")
			require.Less(t, got.status, http.StatusInternalServerError, "%s: %s: %s", r.name(), who, got.body)
			require.Equal(t, before, x.writes(), "%s wrote to the database, asked by %s", r.name(), who)
		}
		if r.public() || strings.HasPrefix(r.policy, "secret: ") {
			continue
		}
		got := x.ask(x.browser(), r.method, r.at(), "")
		require.Contains(t, []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusSeeOther}, got.status, "%s: a stranger", r.name())
	}
}

func TestV16NothingChangesAtAnotherSitesWish(t *testing.T) {
	t.Parallel()
	x := newWalk(t, 0)
	admin := x.browser()
	x.signIn(admin)
	before := x.writes()
	for _, r := range x.routes() {
		if r.method == http.MethodGet {
			continue
		}
		for _, from := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
			got := x.ask(admin, r.method, r.at(), "login=admin&password="+demo.Password, append(from, "Content-Type", form)...)
			require.Contains(t, []int{http.StatusForbidden, http.StatusUnauthorized}, got.status, "%s from %v", r.name(), from)
		}
	}
	require.Equal(t, before, x.writes())
}

func TestEveryAnswerHasTheHeaders(t *testing.T) {
	t.Parallel()
	x := newWalk(t, 0)
	admin := x.browser()
	x.signIn(admin)
	for _, r := range x.routes() {
		if r.method != http.MethodGet {
			continue
		}
		got := x.ask(admin, r.method, r.at(), "")
		h := got.header
		require.NoError(t, uuid.Validate(h.Get("X-Request-Id")), r.name())
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), r.name())
		require.NotEmpty(t, h.Get("Referrer-Policy"), r.name())
		policy := h.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'", r.name())
		require.NotContains(t, policy, "unsafe", r.name())
		require.NotContains(t, policy, "*", r.name())
		if !r.public() {
			require.Contains(t, policy, "frame-ancestors '", r.name())
			if !strings.HasPrefix(r.policy, "secret: ") {
				require.Equal(t, "no-store", h.Get("Cache-Control"), r.name())
			}
		}
	}
}
