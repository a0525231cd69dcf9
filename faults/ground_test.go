package faults_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"flag"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/core/visit"
	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/words"
	"github.com/zapis-clinic/zapis/faults"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/jobs/stage"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("rapid.nofailfile", "true") // the seed it prints is enough
	code := m.Run()
	if program.dir != "" {
		_ = os.RemoveAll(program.dir)
	}
	os.Exit(code)
}

// beginning is when every trial with a clock of its own begins: Tuesday 24 November 2026, 10:15 in Moscow.
func beginning() time.Time { return time.Date(2026, 11, 24, 7, 15, 0, 0, time.UTC) }

func seed() storetest.Seed {
	return storetest.Seed{Key: "faults: small at " + beginning().String(), Fill: func(ctx context.Context, owner string) error {
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: beginning()})
		return err
	}}
}

// ground is a clinic of its own to break things on.
type ground struct {
	t      *testing.T
	url    storetest.Database
	db     *store.DB
	clock  *stage.Clock
	logs   *logs
	book   *clinic.Book
	screen *stage.Screen
	pii    []string
	closed bool
}

// newGround opens a clinic with that many connections. Whatever the test does, the invariants are checked at its end.
func newGround(t *testing.T, conns int32) *ground {
	t.Helper()
	g := &ground{t: t, url: storetest.New(t, seed()), clock: stage.NewClock(beginning()), logs: &logs{}, screen: &stage.Screen{}}
	var err error
	g.db, err = store.Open(t.Context(), g.url.URL, conns)
	require.NoError(t, err)
	t.Cleanup(g.close)
	g.book, err = clinic.Open(t.Context(), g.db)
	require.NoError(t, err)
	return g
}

func (g *ground) close() {
	if !g.closed {
		g.closed = true
		g.db.Close()
	}
}

// check is the end of every trial: all invariants hold.
func (g *ground) check() {
	g.t.Helper()
	broken, err := faults.Broken(g.t.Context(), faults.Scene{
		OwnerURL: g.url.OwnerURL, Now: g.clock.Now(), Since: beginning(), Logs: g.logs.String(), Canaries: g.pii,
	})
	require.NoError(g.t, err)
	require.Empty(g.t, broken, "invariants broken")
}

// replica is one more program on the same database.
func (g *ground) replica() *jobs.Talks {
	g.t.Helper()
	say, err := words.Load()
	require.NoError(g.t, err)
	talks := &jobs.Talks{
		House: &jobs.House{
			DB: g.db, Vault: vaulttest.Vault(g.t), Book: g.book, Guard: access.Default(), Engine: dialog.Standard(), Words: say, Senders: map[string]jobs.Sender{"talk": g.screen},
			Clock: g.clock.Now, IDs: core.NewIDs(nil), Random: rand.Reader, Log: slog.New(slog.NewTextHandler(g.logs, nil)), Hub: jobs.NewHub(),
		},
		Rules: &jobs.Reader{},
	}
	require.NoError(g.t, talks.OpenActs())
	g.t.Cleanup(talks.Wait)
	return talks
}

func (g *ground) desk() visit.Desk {
	return visit.Desk{In: g.db, Book: g.book, Clock: g.clock.Now, IDs: core.NewIDs(nil)}
}

// exec runs a statement as the owner: how a test arranges things.
func (g *ground) exec(sql string, args ...any) {
	g.t.Helper()
	conn, err := pgx.Connect(g.t.Context(), g.url.OwnerURL)
	require.NoError(g.t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(g.t.Context(), sql, args...)
	require.NoError(g.t, err)
}

// ask reads one value as the owner.
func ask[T any](g *ground, sql string, args ...any) T {
	g.t.Helper()
	conn, err := pgx.Connect(g.t.Context(), g.url.OwnerURL)
	require.NoError(g.t, err)
	defer conn.Close(context.Background())
	var out T
	require.NoError(g.t, conn.QueryRow(g.t.Context(), sql, args...).Scan(&out))
	return out
}

// people makes n chats, each with a patient of its own.
func (g *ground) people(n int) []person {
	g.t.Helper()
	out := make([]person, n)
	chats, patients := make([]uuid.UUID, n), make([]uuid.UUID, n)
	for i := range out {
		out[i] = person{chat: uuid.New(), patient: uuid.New()}
		chats[i], patients[i] = out[i].chat, out[i].patient
	}
	g.exec(`INSERT INTO conversation (id, channel, account, external_id, created_at)
SELECT c, 'talk', 'talk:race', c::text, $2 FROM unnest($1::uuid[]) AS c`, chats, beginning())
	g.exec(`INSERT INTO patient (id, given, created_at) SELECT p, 'Racer', $2 FROM unnest($1::uuid[]) AS p`, patients, beginning())
	g.exec(`INSERT INTO patient_link (conversation_id, patient_id, relation, created_at)
SELECT c, p, 'self', $3 FROM unnest($1::uuid[], $2::uuid[]) AS x (c, p)`, chats, patients, beginning())
	return out
}

// person is a chat and who writes in it.
type person struct{ chat, patient uuid.UUID }

func (p person) actor() core.Actor {
	return core.Actor{Kind: core.Patient, ID: p.chat, Channel: "talk", Rules: accesstest.Rules()}
}

// doctor is the first doctor of a surname.
//
//nolint:unparam // most drills are about one doctor
func (g *ground) doctor(surname string) clinic.Doctor {
	g.t.Helper()
	doctors := g.book.Current().Doctors
	i := slices.IndexFunc(doctors, func(d clinic.Doctor) bool { return d.Surname == surname })
	require.GreaterOrEqual(g.t, i, 0, surname)
	return doctors[i]
}

// service is the first service of a doctor.
func (g *ground) service(d clinic.Doctor) clinic.Service {
	g.t.Helper()
	list := g.book.Current().ServicesOf(d.Specialties[0], d.ID)
	require.NotEmpty(g.t, list)
	return list[0]
}

// free are a doctor's free times within days from the beginning.
func (g *ground) free(d clinic.Doctor, from, to time.Time) []schedule.Slot {
	g.t.Helper()
	f := schedule.Free{In: g.db, Book: g.book, Clock: g.clock.Now}
	slots, err := f.Nearest(g.t.Context(), core.Sys("test"), schedule.Ask{Doctor: d.ID, Service: g.service(d).ID, From: from, To: to})
	require.NoError(g.t, err)
	return slots
}

// logs keeps what is logged, from any goroutine.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// percentile of durations, p of 100.
func percentile(all []time.Duration, p int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}

// taken says that err is the clean refusal of a time that somebody else has.
func taken(err error) bool {
	r := core.Refusal(err)
	return r != nil && r.Code == core.Conflict && r.Key == "time_taken"
}
