package faults_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
)

// A swap of policies every 600 ms is a hundred a minute.
const swapEvery = 600 * time.Millisecond

// policyGround has several replicas' guards on one database.
type policyGround struct {
	*ground
	guards []*access.Guard
	people []uuid.UUID
	next   int32
}

func newPolicyGround(t *testing.T, replicas int) *policyGround {
	t.Helper()
	g := &policyGround{ground: newGround(t, 12), people: []uuid.UUID{uuid.New(), uuid.New()}}
	for i, role := range []string{"security", "director"} {
		g.exec("INSERT INTO staff (id, login, role, created_at) VALUES ($1, $2, $3, $4)", g.people[i], "r34-"+role, role, beginning())
	}
	ctx, stop := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	for range replicas {
		guard, err := access.Open(t.Context(), access.Config{DB: g.db, Clock: g.clock.Now, Log: slog.New(slog.NewTextHandler(g.logs, nil))})
		require.NoError(t, err)
		g.guards = append(g.guards, guard)
		wait.Go(func() { guard.Follow(ctx, 5*time.Second) })
	}
	t.Cleanup(func() { stop(); wait.Wait() })
	return g
}

// force puts a set in force as a database would have it after two people and their trials.
func (g *policyGround) force(text, matrix string) int32 {
	g.t.Helper()
	g.next++
	g.exec(`WITH old AS (UPDATE policy_set SET state = 'retired' WHERE state = 'active') SELECT 1`)
	g.exec(`INSERT INTO policy_set (version, id, text, matrix, sha256, author, approver, tests_passed, state, created_at, approved_at, activated_at)
VALUES ($1, gen_random_uuid(), $2, $3, $4, $5, $6, true, 'active', $7, $7, $7)`,
		g.next, text, matrix, access.Sum(text, matrix), g.people[0], g.people[1], g.clock.Now())
	g.exec(`SELECT pg_notify('zapis_policy', '')`)
	return g.next
}

// everywhere waits until all replicas have a version, and tells how long that took.
func (g *policyGround) everywhere(version int32) time.Duration {
	g.t.Helper()
	began := time.Now()
	require.Eventually(g.t, func() bool {
		for _, guard := range g.guards {
			if guard.Version() != version {
				return false
			}
		}
		return true
	}, 10*time.Second, 5*time.Millisecond, "R34: every replica within ten seconds")
	return time.Since(began)
}

// without is the clinic's set where the marketer does not read feedback: what a decision says tells by which set it was made.
func without() (text, matrix string) {
	text = strings.Replace(access.DefaultText(),
		"@id(\"marketing-feedback\") @view(\"min\")\npermit (principal == Role::\"marketing\", action == Action::\"read\", resource == Class::\"feedback\");\n", "", 1)
	matrix = strings.Replace(access.DefaultMatrix(),
		"      marketing:\n        - {may: [read], of: [clinic], sees: min, notes: [no_medical_text]}\n", "      marketing: []\n", 1)
	return text, matrix
}

// R34: policies are swapped a hundred times a minute while five hundred decisions a second are made. No request is judged by two
// versions, every replica follows within ten seconds, a bad set is refused.
func TestR34PoliciesAreSwappedUnderLoad(t *testing.T) {
	t.Parallel()
	g := newPolicyGround(t, 3)
	text, matrix := without()
	first := g.everywhere(g.force(text, matrix)) // its trial included; later it is known
	g.everywhere(g.force(access.DefaultText(), access.DefaultMatrix()))
	load := &policyLoad{ground: g}
	stop := load.begin(500)
	swaps, until := 0, time.Now().Add(policySeconds*time.Second)
	tick := time.NewTicker(swapEvery)
	defer tick.Stop()
	for time.Now().Before(until) {
		<-tick.C
		if g.next%2 == 0 { // every odd version is without
			g.force(text, matrix)
		} else {
			g.force(access.DefaultText(), access.DefaultMatrix())
		}
		swaps++
	}
	last := g.everywhere(g.next)
	good := g.next
	g.force(text+"\npermit (", matrix) // does not parse
	g.force(strings.Replace(text, "when { context.care && context.kind == \"vitals\" }", "when { context.kind == \"vitals\" }", 1), matrix)
	require.Eventually(t, func() bool { return g.guards[0].Tally().Refused > 0 && g.guards[2].Tally().Refused > 0 }, 10*time.Second, 5*time.Millisecond)
	for _, guard := range g.guards {
		require.Equal(t, good, guard.Version(), "a bad set is refused, and the old stays")
	}
	stop()
	t.Logf("R34: %d swaps, %d decisions in %d requests, %d versions met, a set nobody knew was everywhere after %s, the last swap after %s", swaps, load.decisions.Load(),
		load.requests.Load(), load.met(), first.Round(time.Millisecond), last.Round(time.Millisecond))
	require.Zero(t, load.mixed.Load(), "requests judged by two versions")
	require.Greater(t, load.met(), 2)
	require.NotContains(t, g.logs.String(), "R34-canary")
}

// R34: Cedar would skip a forbid that fails, and allow.
func TestR34APolicyThatFailsDenies(t *testing.T) {
	t.Parallel()
	g := newPolicyGround(t, 1)
	odd := access.DefaultText() + "@id(\"odd\")\nforbid (principal, action, resource) when { context.kind like \"zz*\" && 9223372036854775807 + 1 > 0 };\n"
	g.everywhere(g.force(odd, access.DefaultMatrix()))
	ask := core.Ask{Action: core.Read, Class: core.Contacts, Facts: core.Facts{Branch: true}}
	who := g.guards[0].Admit(core.Actor{Kind: core.Staff, Role: "admin"})
	_, err := access.Require(who, ask)
	require.NoError(t, err)
	ask.Facts.Kind = "zzz"
	_, err = access.Require(who, ask)
	require.Equal(t, core.Refuse(core.Denied, "not_allowed"), err)
	require.EqualValues(t, 1, g.guards[0].Tally().Broken)
	require.Contains(t, g.logs.String(), "a policy cannot be evaluated")
}

// policyLoad makes requests of ten decisions each.
type policyLoad struct {
	ground                     *policyGround
	decisions, requests, mixed atomic.Int64
	versions                   sync.Map
}

// begin makes rate decisions a second until what it returns is called.
func (l *policyLoad) begin(rate int) func() {
	done := make(chan struct{})
	var wait sync.WaitGroup
	const perRequest = 10
	wait.Go(func() {
		tick := time.NewTicker(time.Second * perRequest / time.Duration(rate))
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-tick.C:
				guard := l.ground.guards[n%len(l.ground.guards)]
				wait.Go(func() { l.request(guard, perRequest) })
			}
		}
	})
	return func() { close(done); wait.Wait() }
}

// request is somebody who asks several times within a hundred milliseconds: across a swap, if there is one.
func (l *policyLoad) request(guard *access.Guard, decisions int) {
	who := guard.Admit(core.Actor{Kind: core.Staff, Role: "marketing"})
	version := who.Rules.Version()
	l.versions.Store(version, true)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range decisions {
		v := guard.Admit(who).Rules.Decide(who, core.Ask{Action: core.Read, Class: core.Feedback})
		l.decisions.Add(1)
		if v.Version != version || v.Allowed != (version%2 == 0) {
			l.mixed.Add(1)
		}
		<-tick.C
	}
	l.requests.Add(1)
}

func (l *policyLoad) met() int {
	n := 0
	l.versions.Range(func(any, any) bool { n++; return true })
	return n
}
