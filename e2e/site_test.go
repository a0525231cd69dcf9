// Package e2e drives the whole of Zapis through a browser, the way its people do.
package e2e

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/bots/webchat"
	"github.com/zapis-clinic/zapis/cabinet"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/messenger"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/words"
	"github.com/zapis-clinic/zapis/jobs"
)

// site is a Zapis that serves the small demo clinic on a loopback port.
type site struct {
	URL string
	DB  *store.DB
	storetest.Database
	stop func()
}

// open starts a site of the test's own; other sites, where given, may frame its chat.
func open(t *testing.T, others ...string) site {
	t.Helper()
	now := time.Now()
	db, address := storetest.Open(t, storetest.Seed{Key: "demo small " + now.UTC().Format(time.DateOnly), Fill: func(ctx context.Context, owner string) error {
		if err := jobs.MigrateRiver(ctx, owner); err != nil {
			return err
		}
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: now})
		return err
	}}, 16)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := site{URL: "http://" + listener.Addr().String(), DB: db, Database: address}
	s.stop = s.serve(t, listener, others)
	return s
}

// serve answers on a listener until the test ends, or what it returns is called.
func (s site) serve(t *testing.T, listener net.Listener, others []string) (stop func()) {
	t.Helper()
	server := httptest.NewUnstartedServer(s.assemble(t, others))
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	stop = func() {
		server.CloseClientConnections()
		server.Close()
	}
	t.Cleanup(stop)
	return stop
}

// assemble is the wiring of `zapis serve`, with the site's chat as the only messenger.
func (s site) assemble(t *testing.T, others []string) http.Handler {
	t.Helper()
	book, err := clinic.Open(t.Context(), s.DB)
	require.NoError(t, err)
	say, err := words.Load()
	require.NoError(t, err)
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	guard, err := access.Open(t.Context(), access.Config{DB: s.DB, Clock: time.Now, Log: log})
	require.NoError(t, err)
	talks := &jobs.Talks{
		House: &jobs.House{
			DB: s.DB, Vault: vaulttest.Vault(t), Book: book, Guard: guard, Engine: dialog.Standard(), Words: say, Senders: map[string]jobs.Sender{}, Clock: time.Now,
			IDs: core.NewIDs(nil), Random: rand.Reader, Log: log, Hub: jobs.NewHub(),
		},
		Rules: &jobs.Reader{},
	}
	require.NoError(t, talks.OpenActs())
	chat, err := webchat.New(webchat.Config{
		DB: s.DB, Hub: talks.Hub, Receiver: talks, Guard: talks.Guard, Clock: time.Now, Random: rand.Reader, PublicURL: s.URL, Sites: others, Log: log,
	})
	require.NoError(t, err)
	talks.Senders[webchat.Name] = chat
	t.Cleanup(talks.Wait)
	t.Cleanup(chat.Close)
	s.sweep(t, talks)
	office, err := cabinet.New(cabinet.Config{
		DB: s.DB, Vault: talks.Vault, Book: book, Guard: talks.Guard, Acts: talks.Acts, Hub: talks.Hub, Clock: time.Now, IDs: core.NewIDs(nil), Random: rand.Reader,
		PublicURL: named(s.URL), Demo: true,
		Visitors: chat, Courier: talks, Log: log,
		Channels: &messenger.Desk{
			In: s.DB, Vault: talks.Vault, Clock: time.Now, IDs: core.NewIDs(nil), Wire: telegram.Wire{API: "http://127.0.0.1:1"}, // nobody is there
			Fresh: func(who core.Actor) bool { return staff.Member{Fresh: who.Fresh}.IsFresh(time.Now()) },
		},
	})
	require.NoError(t, err)
	t.Cleanup(office.Close)
	r := chi.NewRouter()
	chat.Routes(r)
	office.Routes(r)
	return r
}

// sweep runs the queue until the test ends.
func (s site) sweep(t *testing.T, talks *jobs.Talks) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), s.Database.URL)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	queue, err := talks.NewRiver(pool)
	require.NoError(t, err)
	require.NoError(t, queue.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = queue.StopAndCancel(ctx)
	})
}
