package faults_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/visit"
	"github.com/zapis-clinic/zapis/core/waitlist"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/jobs/stage"
)

// death is a replica's end at a point of its work. Nothing of it runs on: every goroutine that passes any point ends there, and its
// connections break off in the middle of their transactions. TestKilled… does the same to the real program with SIGKILL.
type death struct {
	point  string
	nth    int64
	passed atomic.Int64
	dead   atomic.Bool
}

func (d *death) crash(at string) {
	if at == d.point && d.passed.Add(1) == d.nth {
		d.dead.Store(true)
	}
	if d.dead.Load() {
		runtime.Goexit()
	}
}

// points are where a message's way is cut: before and after each commit, before and after each send.
func points() []string {
	return []string{"in_turn", "after_turn", "before_send", "after_send", "after_mark"}
}

// nearest is a first visit at whatever time is nearest.
func nearest() []string {
	return []string{
		"(start)", "[Записаться]", "[Кардиолог]", "[Клиника на Тверской]", "[⚡ Ближайшее]", "[" + anyTime + "]", "[Согласен]", canaryName,
		"(contact " + canaryPhone + ")", "[Записаться]",
	}
}

// mortal is a person whose clinic dies on the way of one of the messages.
type mortal struct {
	*talker
	death *death
	died  int // deaths so far
}

func newMortal(g *ground, chat string, d *death) *mortal {
	m := &mortal{talker: &talker{g: g, screen: &stage.Screen{}, copies: 1, chat: chat}, death: d}
	m.begin(d.crash)
	return m
}

// begin starts the program, in the place of the one that died.
func (m *mortal) begin(crash jobs.Crash) {
	talks := m.g.replica()
	talks.Crash = crash
	talks.Senders = map[string]jobs.Sender{"talk": m.screen}
	m.replicas = []*jobs.Talks{talks}
}

// say plays a step. Where the program dies before it has taken the message, the messenger brings it again.
func (m *mortal) say(step string) {
	m.g.t.Helper()
	in := m.act(step)
	if m.receive(in) {
		m.wait()
	}
	if m.death.dead.Load() && m.died == 0 {
		m.died++
		m.begin(nil)
		m.receive(in) // a messenger repeats what was not acknowledged, and sometimes what was
		m.wait()
		m.sweep(14 * time.Second) // the lease of what the dead one was about to send
	}
}

// receive is true once the message is taken.
func (m *mortal) receive(in conversation.Incoming) bool {
	m.g.t.Helper()
	var took bool
	var all sync.WaitGroup
	all.Go(func() {
		err := m.replicas[0].Receive(m.g.t.Context(), []byte("{}"), in)
		took = err == nil
	})
	all.Wait()
	return took
}

func (m *mortal) wait() { m.replicas[0].Wait() }

// sweep lets the sweepers come round after d. Every drill has its own clinic's chats, so a round may serve others' too.
func (m *mortal) sweep(d time.Duration) {
	m.g.t.Helper()
	m.g.clock.Set(m.g.clock.Now().Add(d))
	for _, sweep := range []func(context.Context) error{m.replicas[0].SweepInbound, m.replicas[0].SweepOutbox} {
		require.NoError(m.g.t, sweep(m.g.t.Context()))
	}
	m.wait()
}

// The program dies at every point of every message of a booking. Each time the talk goes on where it stood, ends in exactly one
// visit, and the person reads at most one message twice.
func TestABookingSurvivesDeathAtEveryPoint(t *testing.T) {
	t.Parallel()
	g := newGround(t, 8)
	g.pii = personal()
	whole := newMortal(g, "whole", &death{})
	for _, step := range nearest() {
		whole.say(step)
	}
	messages, drills := len(whole.screen.All()), 0
	for _, point := range points() {
		for n := int64(1); n <= int64(len(nearest())); n++ {
			name := fmt.Sprintf("%s at message %d", point, n)
			m := newMortal(g, name, &death{point: point, nth: n})
			for _, step := range nearest() {
				m.say(step)
			}
			require.Equal(t, 1, m.died, name)
			require.Equal(t, 1, ask[int](g, "SELECT count(*) FROM visit WHERE holder_id = $1 AND status = 'booked'", m.id()), name)
			require.Equal(t, 1, ask[int](g, "SELECT count(*) FROM visit_event e JOIN visit v ON v.id = e.visit_id WHERE v.holder_id = $1 AND e.action = 'booked'", m.id()), name)
			require.Equal(t, 1, ask[int](g, "SELECT count(*) FROM patient_link WHERE conversation_id = $1", m.id()), name)
			require.GreaterOrEqual(t, len(m.screen.All()), messages, name)
			require.LessOrEqual(t, len(m.screen.All()), messages+1, name)
			drills++
		}
	}
	t.Logf("R4: %d deaths, each survived", drills)
	g.check()
}

// work is something that waits for a sweeper: how it comes about, which sweeper, and what is there to see afterwards, once.
type work struct {
	point string
	make  func(*ground, *mortal)
	sweep func(*jobs.Talks) func(context.Context) error
	once  string // counts the effect
}

func sweepers() []work {
	return []work{
		{
			"sweep_inbound",
			func(g *ground, m *mortal) {
				require.NoError(g.t, journal(g.t.Context(), g, m.text("/prices")))
				g.clock.Set(g.clock.Now().Add(6 * time.Second))
			},
			func(t *jobs.Talks) func(context.Context) error { return t.SweepInbound },
			"SELECT count(*) FROM outbox WHERE state = 'sent' AND created_at > $1",
		},
		{
			"sweep_outbox", func(_ *ground, m *mortal) { m.queue("waits") },
			func(t *jobs.Talks) func(context.Context) error { return t.SweepOutbox },
			"SELECT count(*) FROM outbox WHERE state = 'sent' AND created_at > $1",
		},
		{
			"sweep_holds",
			func(g *ground, _ *mortal) {
				p := g.people(2)
				for i, slot := range g.free(g.doctor("Иванова"), beginning().AddDate(0, 0, 5), beginning().AddDate(0, 0, 6))[:2] {
					_, err := g.desk().Hold(g.t.Context(), p[i].actor(), visit.Wish{Slot: slot, Service: g.service(g.doctor("Иванова")).ID, Holder: p[i].chat, Source: "api"})
					require.NoError(g.t, err)
				}
				g.clock.Set(g.clock.Now().Add(visit.HoldFor + time.Second))
			},
			func(t *jobs.Talks) func(context.Context) error { return t.SweepHolds },
			"SELECT count(*) / 2 FROM visit_event WHERE action = 'expired' AND at > $1",
		},
		{
			"sweep_reminders", func(_ *ground, m *mortal) { m.visitTomorrow() },
			func(t *jobs.Talks) func(context.Context) error { return t.SweepReminders },
			"SELECT count(*) FROM outbox WHERE kind = 'reminder' AND created_at > $1",
		},
		{
			"sweep_talks",
			func(g *ground, m *mortal) {
				m.say("/book")
				g.clock.Set(g.clock.Now().Add(31 * time.Minute))
			},
			func(t *jobs.Talks) func(context.Context) error { return t.SweepTalks },
			"SELECT count(*) FROM conversation WHERE session @> '{\"nudged\": true}' AND last_inbound_at > $1",
		},
		{
			"sweep_openings", func(_ *ground, m *mortal) { m.waitsForATime() },
			func(t *jobs.Talks) func(context.Context) error { return t.SweepOpenings },
			"SELECT count(*) FROM outbox WHERE kind = 'waitlist' AND created_at > $1",
		},
		{
			"housekeeping", func(g *ground, _ *mortal) { g.exec("DELETE FROM working_day WHERE day > '2026-12-20'") },
			func(t *jobs.Talks) func(context.Context) error { return t.Housekeeping },
			"SELECT count(DISTINCT practitioner_id) / 24 FROM working_day WHERE day > '2026-12-20' AND $1 < now() + interval '100 years'",
		},
	}
}

// queue leaves a message for the sweeper.
func (m *mortal) queue(key string) {
	m.g.t.Helper()
	body, err := json.Marshal(conversation.Outgoing{Text: "Заключение готово."})
	require.NoError(m.g.t, err)
	m.g.exec(`INSERT INTO outbox_key (key, at) VALUES ($1, $2)`, key, m.g.clock.Now())
	m.g.exec(`INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, created_at)
VALUES ($1, $2, 'talk', 'service', 'notice', $3, $4, 'queued', $5, $5)`, uuid.New(), m.id(), key, body, m.g.clock.Now())
}

// visitTomorrow books a visit of this chat, and lets the day before it come.
func (m *mortal) visitTomorrow() {
	g := m.g
	g.t.Helper()
	p := g.people(1)[0]
	g.exec("UPDATE patient_link SET conversation_id = $1 WHERE patient_id = $2", m.id(), p.patient)
	doctor := g.doctor("Иванова")
	slot := g.free(doctor, beginning().AddDate(0, 0, 3), beginning().AddDate(0, 0, 4))[2]
	_, err := g.desk().Make(g.t.Context(), core.Sys("cabinet"), visit.Wish{Slot: slot, Service: g.service(doctor).ID, Patient: p.patient, Source: "phone"})
	require.NoError(g.t, err)
	g.exec("UPDATE reminder SET state = 'cancelled' WHERE state = 'due' AND due_at < $1", slot.Start.Add(-24*time.Hour)) // the demo's own
	g.clock.Set(slot.Start.Add(-24*time.Hour + time.Second))
}

// waitsForATime has the chat wait for a time that a stranger then lets go.
func (m *mortal) waitsForATime() {
	g := m.g
	g.t.Helper()
	p := g.people(2)
	g.exec("UPDATE patient_link SET conversation_id = $1 WHERE patient_id = $2", m.id(), p[0].patient)
	doctor := g.doctor("Иванова")
	slot := g.free(doctor, beginning().AddDate(0, 0, 3), beginning().AddDate(0, 0, 4))[2]
	wish := visit.Wish{Slot: slot, Service: g.service(doctor).ID, Patient: p[1].patient, Source: "phone"}
	v, err := g.desk().Make(g.t.Context(), core.Sys("cabinet"), wish)
	require.NoError(g.t, err)
	list := waitlist.List{In: g.db, Clock: g.clock.Now, IDs: core.NewIDs(nil)}
	require.NoError(g.t, list.Join(g.t.Context(), core.Actor{Kind: core.Patient, ID: m.id(), Channel: "talk", Rules: accesstest.Rules()}, waitlist.Wish{
		Patient: p[0].patient, Specialty: v.Specialty, Service: v.Service, From: g.clock.Now(), To: slot.Start.Add(time.Hour),
	}))
	_, err = g.desk().Cancel(g.t.Context(), core.Sys("cabinet"), v.ID, "")
	require.NoError(g.t, err)
}

// A worker dies in the middle of each sweeper's round. The next round does what was left, and nothing twice.
func TestASweeperSurvivesDeathInItsMiddle(t *testing.T) {
	t.Parallel()
	for _, w := range sweepers() {
		g := newGround(t, 4)
		m := newMortal(g, "1", &death{point: w.point, nth: 1})
		m.say("(start)")
		since := g.clock.Now()
		w.make(g, m)
		var all sync.WaitGroup
		all.Go(func() { _ = w.sweep(m.replicas[0])(t.Context()) })
		all.Wait()
		require.True(t, m.death.dead.Load(), "%s was not passed", w.point)

		m.begin(nil)
		for range 3 {
			require.NoError(t, w.sweep(m.replicas[0])(t.Context()), w.point)
			m.sweep(14 * time.Second)
		}
		require.Equal(t, 1, ask[int](g, w.once, since), "the effect of %s", w.point)
		g.check()
	}
}
