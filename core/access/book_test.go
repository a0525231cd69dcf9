package access_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// house is a clinic whose policies are about to change.
type house struct {
	*testing.T
	db     *store.DB
	url    storetest.Database
	book   access.Book
	guard  *access.Guard
	logs   *logs
	people map[string]uuid.UUID
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, url := storetest.Open(t, storetest.Seed{}, 6)
	h := &house{T: t, db: db, url: url, logs: &logs{}, people: map[string]uuid.UUID{}}
	h.book = access.Book{In: db, Clock: noon, IDs: core.NewIDs(nil)}
	for name, role := range map[string]string{"sergey": "security", "helen": "head", "dina": "director", "darya": "director", "ada": "admin"} {
		h.people[name] = uuid.New()
		h.exec("INSERT INTO staff (id, login, role, created_at) VALUES ($1, $2, $3, $4)", h.people[name], name, role, noon())
	}
	h.guard = h.open()
	return h
}

func noon() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

func (h *house) open() *access.Guard {
	h.Helper()
	g, err := access.Open(h.Context(), access.Config{DB: h.db, Clock: noon, Log: slog.New(slog.NewTextHandler(h.logs, nil))})
	require.NoError(h, err)
	return g
}

func (h *house) exec(sql string, args ...any) {
	h.Helper()
	conn, err := pgx.Connect(h.Context(), h.url.OwnerURL)
	require.NoError(h, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(h.Context(), sql, args...)
	require.NoError(h, err)
}

// who enters now, having just shown their second factor.
func (h *house) who(name string) core.Actor {
	roles := map[string]string{"sergey": "security", "helen": "head", "dina": "director", "darya": "director", "ada": "admin"}
	return h.guard.Admit(core.Actor{Kind: core.Staff, ID: h.people[name], Role: roles[name], Channel: "test", Fresh: noon().Add(-time.Minute)})
}

// adopt has a set proposed by one, approved and put in force by another.
func (h *house) adopt(text, matrix string) int32 {
	h.Helper()
	version, err := h.book.Propose(h.Context(), h.who("sergey"), text, matrix)
	require.NoError(h, err)
	require.NoError(h, h.book.Approve(h.Context(), h.who("dina"), version))
	require.NoError(h, h.book.Activate(h.Context(), h.who("dina"), version))
	return version
}

func (h *house) refused(err error, key string) {
	h.Helper()
	r := core.Refusal(err)
	require.NotNil(h, r, "%v", err)
	require.Equal(h, key, r.Key, "%v", r.Args)
}

// withoutMarketing takes the marketer's view of feedback away, from policies and matrix.
func withoutMarketing() (text, matrix string) {
	text = strings.Replace(access.DefaultText(),
		"@id(\"marketing-feedback\") @view(\"min\")\npermit (principal == Role::\"marketing\", action == Action::\"read\", resource == Class::\"feedback\");\n", "", 1)
	matrix = strings.Replace(access.DefaultMatrix(),
		"      marketing:\n        - {may: [read], of: [clinic], sees: min, notes: [no_medical_text]}\n", "      marketing: []\n", 1)
	return text, matrix
}

func (h *house) marketerReads() bool {
	who := h.guard.Admit(core.Actor{Kind: core.Staff, Role: "marketing"})
	_, err := access.Require(who, core.Ask{Action: core.Read, Class: core.Feedback})
	return err == nil
}

func TestPoliciesTakeTwoPeopleAndThenStandInForce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	text, matrix := withoutMarketing()
	before := h.who("sergey")
	version, err := h.book.Propose(t.Context(), before, text, matrix)
	require.NoError(t, err)
	require.EqualValues(t, 1, version)

	h.refused(h.book.Activate(t.Context(), h.who("dina"), version), "policy_state")
	h.refused(h.book.Approve(t.Context(), h.who("sergey"), version), "policy_own")
	h.refused(h.book.Approve(t.Context(), h.who("ada"), version), "not_allowed")
	h.refused(h.book.Approve(t.Context(), h.who("dina"), 99), "policy_unknown")
	stale := h.who("dina")
	stale.Fresh = noon().Add(-6 * time.Minute)
	h.refused(h.book.Approve(t.Context(), stale, version), "not_allowed")
	require.NoError(t, h.book.Approve(t.Context(), h.who("dina"), version))
	h.refused(h.book.Approve(t.Context(), h.who("darya"), version), "policy_state")
	require.NoError(t, h.guard.Refresh(t.Context()))
	require.True(t, h.marketerReads(), "approved is not in force")

	require.NoError(t, h.book.Activate(t.Context(), h.who("darya"), version))
	require.NoError(t, h.guard.Refresh(t.Context()))
	require.False(t, h.marketerReads())
	require.EqualValues(t, 1, h.who("ada").Rules.Version())
	require.EqualValues(t, 0, before.Rules.Version(), "who entered before goes on under what they entered under")

	back, err := h.book.Rollback(t.Context(), h.who("helen"), 0)
	require.NoError(t, err)
	h.refused(h.book.Activate(t.Context(), h.who("dina"), back), "policy_state")
	require.NoError(t, h.book.Approve(t.Context(), h.who("dina"), back))
	require.NoError(t, h.book.Activate(t.Context(), h.who("dina"), back))
	require.NoError(t, h.guard.Refresh(t.Context()))
	require.True(t, h.marketerReads(), "a version of before stands again")

	sets, err := h.book.Sets(t.Context(), h.who("dina"))
	require.NoError(t, err)
	require.Equal(t, "active retired", sets[0].State+" "+sets[1].State)
	require.EqualValues(t, 0, *sets[0].Restores)
	require.Equal(t, []string{"policy.activate", "policy.activate", "policy.approve", "policy.approve", "policy.propose", "policy.propose"}, h.record())
	_, err = h.book.Sets(t.Context(), h.who("ada"))
	h.refused(err, "not_allowed")
}

func (h *house) record() []string {
	h.Helper()
	conn, err := pgx.Connect(h.Context(), h.url.OwnerURL)
	require.NoError(h, err)
	defer conn.Close(context.Background())
	rows, _ := conn.Query(h.Context(), "SELECT action FROM audit WHERE object_type = 'policy_set' ORDER BY action")
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(h, err)
	return out
}

func TestABadSetIsRefusedAndSaysWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	text := access.DefaultText()
	for _, c := range []struct{ name, text, matrix, key string }{
		{"not Cedar", text + "\npermit (", "", "policy_unsound"},
		{"a law's name", text + `@id("never-alone") @view("min") permit (principal == Role::"admin", action, resource);`, "", "policy_unsound"},
		{"says more than the matrix", strings.Replace(text, "when { context.care && context.kind == \"vitals\" }", "when { context.kind == \"vitals\" }", 1), "", "policy_differs"},
		{"says less", strings.Replace(text, `@id("doctor-glass") @view("full")`, `@id("doctor-glass") @view("min")`, 1), "", "policy_differs"},
		{"no matrix", text, "classes: {}", "policy_matrix"},
		{"a matrix against the law", text, strings.Replace(access.DefaultMatrix(), "      admin: []\n", "      admin: [{may: [read], of: [branch], sees: full}]\n", 1), "policy_matrix"},
	} {
		_, err := h.book.Propose(t.Context(), h.who("sergey"), c.text, c.matrix)
		h.refused(err, c.key)
		if why, ok := core.Refusal(err).Args["Why"].(string); ok {
			t.Logf("%s: %s", c.name, why)
		}
	}
	_, err := h.book.Propose(t.Context(), h.who("ada"), text, "")
	h.refused(err, "not_allowed")
	require.Empty(t, h.record())
}

func TestNobodyIsLockedOutAndNobodyHelpsThemselves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	approving := "        - {may: [approve], of: [second], sees: full}\n      security:\n"
	last := strings.Replace(access.DefaultText(), "action in [Action::\"read\", Action::\"approve\"], resource == Class::\"policies\")\nwhen { action == Action::\"read\" || context.second };",
		"action == Action::\"read\", resource == Class::\"policies\");", 1)
	_, err := h.book.Propose(t.Context(), h.who("sergey"), last, strings.Replace(access.DefaultMatrix(), approving, "      security:\n", 1))
	h.refused(err, "policy_lock_out")

	more := access.DefaultText() + "@id(\"security-feedback\") @view(\"counts\")\npermit (principal == Role::\"security\", action == Action::\"aggregate\", resource == Class::\"feedback\");\n"
	matrix := strings.Replace(access.DefaultMatrix(), "        - {may: [aggregate], of: [clinic], sees: counts}\n      security: []\n      service: []\n\n  campaigns:",
		"        - {may: [aggregate], of: [clinic], sees: counts}\n      security: [{may: [aggregate], of: [clinic], sees: counts}]\n      service: []\n\n  campaigns:", 1)
	_, err = h.book.Propose(t.Context(), h.who("sergey"), more, matrix)
	h.refused(err, "policy_self_grant")
	_, err = h.book.Propose(t.Context(), h.who("helen"), more, matrix)
	require.NoError(t, err, "another may propose it for them")

	version, err := h.book.Propose(t.Context(), h.who("helen"), access.DefaultText(), "")
	require.NoError(t, err)
	require.NoError(t, h.book.Approve(t.Context(), h.who("dina"), version))
	h.exec("UPDATE staff SET active = false WHERE role IN ('security', 'head')")
	h.refused(h.book.Activate(t.Context(), h.who("dina"), version), "policy_lock_out")
}

// What is wrong in the database is not let in: a text that is not what its hash says, a set that passed no trial, a version that changed.
func TestATamperedSetIsNotLetIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	text, matrix := withoutMarketing()
	version := h.adopt(text, matrix)
	h.exec("UPDATE policy_set SET text = text || '// more' WHERE version = $1", version)
	require.NoError(t, h.guard.Refresh(t.Context()))
	require.EqualValues(t, 0, h.guard.Version(), "the old stays")
	require.True(t, h.marketerReads())
	require.EqualValues(t, 1, h.guard.Tally().Refused)
	require.Contains(t, h.logs.String(), "the text is not what its hash says")

	h.exec("UPDATE policy_set SET text = $2, sha256 = $3 WHERE version = $1", version, text, access.Sum(text, matrix))
	require.NoError(t, h.guard.Refresh(t.Context()))
	require.EqualValues(t, 1, h.guard.Version())

	weak := strings.Replace(text, "when { context.care && context.kind == \"vitals\" }", "when { context.kind == \"vitals\" }", 1)
	h.exec("UPDATE policy_set SET text = $2, sha256 = $3 WHERE version = $1", version, weak, access.Sum(weak, matrix))
	require.NoError(t, h.guard.Refresh(t.Context()))
	require.NoError(t, h.guard.Refresh(t.Context()))
	require.EqualValues(t, 2, h.guard.Tally().Refused, "and is told once")
	require.Contains(t, h.logs.String(), "it is not what it was")
	require.EqualValues(t, 0, h.open().Version(), "nor into a replica that begins now: the matrix says otherwise")

	h.exec("DELETE FROM policy_set")
	require.NoError(t, h.guard.Refresh(t.Context()))
	require.EqualValues(t, 1, h.guard.Version(), "an emptied table changes nothing in force")
}

// The database keeps two people apart and a written set as it is, also where the program is wrong.
func TestTheDatabaseItselfKeepsToTheWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	version, err := h.book.Propose(t.Context(), h.who("sergey"), access.DefaultText(), "")
	require.NoError(t, err)
	for name, sql := range map[string]string{
		"approves for another": "UPDATE policy_set SET state = 'approved', approver = '" + h.people["dina"].String() + "', approved_at = now()",
		"approves their own":   "UPDATE policy_set SET state = 'approved', approver = '" + h.people["sergey"].String() + "', approved_at = now()",
		"skips the approval":   "UPDATE policy_set SET state = 'active', activated_at = now()",
		"rewrites the text":    "UPDATE policy_set SET text = ''",
		"changes the author":   "UPDATE policy_set SET author = '" + h.people["dina"].String() + "'",
		"deletes":              "DELETE FROM policy_set",
		"writes for another": "INSERT INTO policy_set (version, id, text, matrix, sha256, author, tests_passed, state, created_at) SELECT 9, gen_random_uuid(), text, matrix, sha256, '" +
			h.people["dina"].String() + "', true, 'proposed', now() FROM policy_set",
	} {
		err := h.db.InTx(t.Context(), h.who("sergey"), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), sql)
			return err
		})
		require.Error(t, err, name)
	}
	err = h.db.InTx(t.Context(), core.Actor{Kind: core.Patient, ID: uuid.New()}, func(tx *store.Tx) error {
		var n int
		require.NoError(t, tx.QueryRow(t.Context(), "SELECT count(*) FROM policy_set").Scan(&n))
		require.Zero(t, n, "a chat sees no policies")
		return nil
	})
	require.NoError(t, err)
	require.EqualValues(t, 1, version)
}

// A candidate is weighed on what people really ask, and decides nothing.
func TestACandidateIsWeighedInTheShadow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	text, matrix := withoutMarketing()
	version, err := h.book.Propose(t.Context(), h.who("helen"), text, matrix)
	require.NoError(t, err)
	h.refused(h.book.Shadow(t.Context(), h.who("ada"), version), "not_allowed")
	require.NoError(t, h.book.Shadow(t.Context(), h.who("sergey"), version))
	require.NoError(t, h.guard.Refresh(t.Context()))
	for range 400 {
		require.True(t, h.marketerReads(), "the candidate decides nothing")
		_, err := access.Require(h.who("ada"), core.Ask{Action: core.Read, Class: core.Contacts, Facts: core.Facts{Branch: true}})
		require.NoError(t, err)
	}
	require.EqualValues(t, 0, h.guard.Version())
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() { defer close(stopped); h.guard.Follow(ctx, 10*time.Millisecond) }()
	var list []access.Difference
	require.Eventually(t, func() bool {
		list, err = h.book.Differences(t.Context(), h.who("dina"), version)
		return err == nil && len(list) > 0
	}, 10*time.Second, 20*time.Millisecond)
	stop()
	<-stopped
	require.Len(t, list, 1)
	d := list[0]
	require.Equal(t, "marketing read feedback min no", d.Role+" "+string(d.Action)+" "+string(d.Class)+" "+d.Said+" "+d.Would)
	require.EqualValues(t, 200, d.Times, "one question in four is sampled, and every second was this one")
	require.NoError(t, h.book.Shadow(t.Context(), h.who("sergey"), 0))
	require.Contains(t, h.record(), "policy.unshadow", "the end of it stands on record too")
}

// Whoever follows learns of a change at once, and without being told within a poll.
func TestAReplicaIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, stop := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	replica := h.open()
	wait.Go(func() { replica.Follow(ctx, time.Hour) })
	require.Eventually(t, func() bool { return h.listening() }, 10*time.Second, 10*time.Millisecond)
	text, matrix := withoutMarketing()
	h.adopt(text, matrix)
	require.Eventually(t, func() bool { return replica.Version() == 1 }, 10*time.Second, 10*time.Millisecond)
	stop()
	wait.Wait()
}

func (h *house) listening() bool {
	var n atomic.Int32
	err := h.db.InTx(h.Context(), core.Sys("test"), func(tx *store.Tx) error {
		var count int32
		err := tx.QueryRow(h.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN zapis_policy'").Scan(&count)
		n.Store(count)
		return err
	})
	return err == nil && n.Load() > 0
}

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
