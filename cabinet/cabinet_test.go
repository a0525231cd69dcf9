package cabinet_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/cabinet"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/messenger"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/jobs"
)

// monday is a morning at work.
func monday() time.Time { return time.Date(2026, 11, 23, 7, 56, 0, 0, time.UTC) }

// office is a cabinet of the small demo clinic behind a real server.
type office struct {
	t       *testing.T
	url     string
	db      *store.DB
	address storetest.Database
	book    *clinic.Book
	hub     *jobs.Hub
	now     *atomic.Pointer[time.Time]
	roster  *staff.Roster
	guest   *guest
	writer  *writer // of drafts; asked only where it is on

	telegram *botstest.FakeTelegram
	bots     *messenger.Desk
}

// guest is who looks at the demo.
type guest struct {
	chat uuid.UUID
	left bool
}

func (g *guest) Conversation(*http.Request) (uuid.UUID, bool) { return g.chat, g.chat != uuid.Nil }
func (g *guest) Forget(http.ResponseWriter)                   { g.left = true }

// open is an office where a second factor is nobody's duty.
func open(t *testing.T, isDemo bool) *office {
	t.Helper()
	return openWith(t, isDemo, "optional")
}

// openSignOn is an office with a sign-on of its own.
func openSignOn(t *testing.T, issuer string) *office {
	t.Helper()
	return openAs(t, false, "required", cabinet.OIDC{Issuer: issuer, ClientID: "zapis", Secret: "of the test", HTTP: &http.Client{Timeout: 10 * time.Second}})
}

// openWith is an office that demands a second factor as ZAPIS_SECOND_FACTOR says.
func openWith(t *testing.T, isDemo bool, second string) *office {
	t.Helper()
	return openAs(t, isDemo, second, cabinet.OIDC{})
}

func openAs(t *testing.T, isDemo bool, second string, signOn cabinet.OIDC) *office {
	t.Helper()
	demand, err := staff.ParseDemand(second)
	require.NoError(t, err)
	db, address := storetest.Open(t, storetest.Seed{Key: "demo small 2026-11-23", Fill: func(ctx context.Context, owner string) error {
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: monday()})
		return err
	}}, 8)
	o := &office{t: t, db: db, address: address, hub: jobs.NewHub(), now: &atomic.Pointer[time.Time]{}, guest: &guest{}, writer: &writer{}}
	o.set(monday())
	clock := func() time.Time { return *o.now.Load() }
	o.book, err = clinic.Open(t.Context(), db)
	require.NoError(t, err)
	safe := vaulttest.Vault(t)
	o.roster = staff.NewRoster(staff.Config{In: db, Clock: clock, IDs: core.NewIDs(nil), Random: rand.Reader, Vault: safe, Demand: demand, Demo: isDemo})
	ids := core.NewIDs(nil)
	doings, err := acts.New(db, acts.Note{Clock: clock, IDs: ids}, acts.All(acts.Means{DB: db, Clock: clock, IDs: ids, Vault: safe, Catalog: o.book}))
	require.NoError(t, err)
	keyFile := vault.File{Path: vaulttest.File(t)}
	guard, err := access.Open(t.Context(), access.Config{DB: db, Clock: clock, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	server, err := cabinet.New(cabinet.Config{
		DB: db, Book: o.book, Guard: guard, Acts: doings, Hub: o.hub, Clock: clock, IDs: core.NewIDs(nil), Random: rand.Reader, PublicURL: "http://localhost",
		Vault: safe, Demand: demand, DeepLink: func(_ context.Context, payload string) (string, error) {
			return "https://t.me/bot?start=" + payload, nil
		},
		OIDC: signOn, Gifts: map[string]cabinet.Gift{"greeting": func(w http.ResponseWriter, _ *http.Request, k patient.Ticket) error {
			_, err := io.WriteString(w, "gift of "+k.Patient.String())
			return err
		}},
		Drafts: o.drafts(), Demo: isDemo, Visitors: o.guest, Log: slog.New(slog.DiscardHandler),
		Probes: func(context.Context) []cabinet.Probe {
			return []cabinet.Probe{{Name: "disk", State: "ok"}, {Name: "telegram", State: "bad"}}
		},
		Channels: o.channels(clock, ids, safe), ChatSites: []string{"https://clinic.example"},
		Keys: &vault.Desk{
			In: db, Fresh: func(who core.Actor) bool { return staff.Member{Fresh: who.Fresh}.IsFresh(clock()) },
			Open: func(in store.Opener) *vault.Keeper {
				return &vault.Keeper{In: in, Provider: keyFile, Vault: &vault.Vault{}, Columns: vault.Columns(), Clock: clock, IDs: ids, Replica: uuid.New()}
			},
		},
	})
	require.NoError(t, err)
	r := chi.NewRouter()
	server.Routes(r)
	web := httptest.NewServer(r)
	t.Cleanup(web.Close)
	t.Cleanup(server.Close)
	o.url = web.URL
	return o
}

// channels is where a bot is connected, with a Telegram of the test.
func (o *office) channels(clock core.Clock, ids core.IDs, safe *vault.Vault) *messenger.Desk {
	var err error
	o.telegram, err = botstest.NewFakeTelegram(clock)
	require.NoError(o.t, err)
	o.t.Cleanup(o.telegram.Close)
	o.bots = &messenger.Desk{
		In: o.db, Vault: safe, Clock: clock, IDs: ids, Reachable: true, Mode: messenger.Polling,
		Fresh: func(who core.Actor) bool { return staff.Member{Fresh: who.Fresh}.IsFresh(clock()) },
		Wire: telegram.Wire{
			API: o.telegram.URL(), Address: "http://localhost/telegram/main", Secret: func(string) string { return "secret" },
		},
	}
	return o.bots
}

func (o *office) set(now time.Time) { o.now.Store(&now) }

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	conn, err := pgx.Connect(o.t.Context(), o.address.OwnerURL)
	require.NoError(o.t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(o.t.Context(), sql, args...)
	require.NoError(o.t, err)
}

// browser is somebody's own, and does not follow redirections.
type browser struct {
	*office
	http *http.Client
}

func (o *office) browser() *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(o.t, err)
	return &browser{o, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// reply is an answer that was read to its end.
type reply struct {
	StatusCode int
	Header     http.Header
}

func (b *browser) do(method, path string, form url.Values, headers ...string) (reply, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(form.Encode()))
	require.NoError(b.t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	answer, err := b.http.Do(req)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	return reply{answer.StatusCode, answer.Header}, string(body)
}

func (b *browser) get(path string, headers ...string) (reply, string) {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil, headers...)
}

func (b *browser) signIn(login, password string) reply {
	b.t.Helper()
	answer, _ := b.do(http.MethodPost, "/cabinet/login", url.Values{"login": {login}, "password": {password}})
	return answer
}

// as signs a demo login in.
func (o *office) as(login string) *browser {
	o.t.Helper()
	b := o.browser()
	answer := b.signIn(login, demo.Password)
	require.Equal(o.t, http.StatusSeeOther, answer.StatusCode)
	require.Equal(o.t, "/cabinet", answer.Header.Get("Location"))
	return b
}

// shown is the day as a page reads it.
type shown struct {
	Branch  uuid.UUID `json:"branch"`
	Date    string    `json:"date"`
	Title   string    `json:"title"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Doctors []struct {
		ID    uuid.UUID `json:"id"`
		Name  string    `json:"name"`
		About string    `json:"about"`
		Work  []struct {
			From string `json:"from"`
			To   string `json:"to"`
		} `json:"work"`
	} `json:"doctors"`
	Visits []seen `json:"visits"`
}

func (b *browser) day(query string, headers ...string) shown {
	b.t.Helper()
	answer, body := b.get("/cabinet/schedule/data"+query, headers...)
	require.Equal(b.t, http.StatusOK, answer.StatusCode, body)
	var d shown
	require.NoError(b.t, json.Unmarshal([]byte(body), &d))
	return d
}

// seen is a visit on the schedule.
type seen struct {
	ID      uuid.UUID `json:"id"`
	Doctor  uuid.UUID `json:"doctor"`
	Patient string    `json:"patient"`
	Service string    `json:"service"`
	Status  string    `json:"status"`
	From    string    `json:"from"`
	To      string    `json:"to"`
}

// changes counts what a stream tells until stop is called.
func (b *browser) changes(path string) (told <-chan struct{}, stop func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+path, nil)
	require.NoError(b.t, err)
	answer, err := b.http.Do(req) //nolint:bodyclose // the reader below closes it
	require.NoError(b.t, err)
	require.Equal(b.t, http.StatusOK, answer.StatusCode)
	ch := make(chan struct{}, 64)
	go func() {
		defer answer.Body.Close()
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if lines.Text() == "event: changed" {
				ch <- struct{}{}
			}
		}
	}()
	return ch, cancel
}
