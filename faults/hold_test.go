package faults_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/visit"
)

// What people do with the few times of this trial.
type verb string

const (
	hold    verb = "hold"
	confirm verb = "confirm"
	cancel  verb = "cancel"
	move    verb = "move"
	release verb = "release"
	expire  verb = "expire" // the sweeper
	look    verb = "look"   // what is free?
)

// act is one thing somebody does; at is the clock then.
type act struct {
	do   verb
	user int
	slot int
	at   time.Time
}

// result is what came of it: refused, or done; of a look, what was free.
type result struct {
	refused string
	free    [times]bool
}

// The trial's size: few times, so that everybody wants the same.
const (
	times = 4
	users = 5
)

// slotState is who has a time: 0 is nobody; a hold has an end.
type slotState struct {
	user  int // from 1
	until time.Time
	visit bool
}

type calendarState [times]slotState

func (c calendarState) live(slot int, at time.Time) bool {
	s := c[slot]
	return s.user != 0 && (s.visit || s.until.After(at))
}

func (c calendarState) of(user int, visit bool) int {
	for i, s := range c {
		if s.user == user+1 && s.visit == visit {
			return i
		}
	}
	return -1
}

// step is the whole rule of the calendar, as a person would tell it.
func step(c calendarState, a act, r result) (bool, calendarState) {
	held, booked := c.of(a.user, false), c.of(a.user, true)
	switch a.do {
	case hold:
		next := c
		if held >= 0 { // of two times a person looks at the later one
			next[held] = slotState{}
		}
		if next.live(a.slot, a.at) {
			return r.refused == "time_taken", c
		}
		next[a.slot] = slotState{user: a.user + 1, until: a.at.Add(visit.HoldFor)}
		return r.refused == "", next
	case confirm:
		if held < 0 || !c.live(held, a.at) {
			return r.refused == "hold_expired", c
		}
		c[held] = slotState{user: a.user + 1, visit: true}
	case cancel:
		c[booked] = slotState{}
	case move:
		if booked == a.slot {
			break
		}
		if c.live(a.slot, a.at) {
			return r.refused == "time_taken", c
		}
		c[a.slot], c[booked] = c[booked], slotState{}
	case release:
		if held >= 0 {
			c[held] = slotState{}
		}
	case expire:
	case look:
		for i := range times { // a hold that ran out is in the way until somebody meets it: both answers are right
			if (r.free[i] && c.live(i, a.at)) || (!r.free[i] && c[i].user == 0) {
				return false, c
			}
		}
	}
	return r.refused == "", c
}

// stand is the calendar that is tried: its people and its times.
type stand struct {
	g       *ground
	desk    visit.Desk
	people  []person
	slots   []schedule.Slot
	service uuid.UUID

	mu     sync.Mutex
	holds  map[int]uuid.UUID
	visits map[int]uuid.UUID
}

// newStand is another day of another doctor, with people who have nothing else to do.
func newStand(g *ground, day int) *stand {
	doctors := g.book.Current().Doctors
	d := doctors[day%len(doctors)]
	from := beginning().AddDate(0, 0, 15+day/len(doctors))
	var slots []schedule.Slot
	for i, slot := range g.free(d, from, from.AddDate(0, 0, 4)) {
		if i%3 == 0 && len(slots) < times { // far enough apart for any service
			slots = append(slots, slot)
		}
	}
	return &stand{g: g, desk: g.desk(), people: g.people(users), slots: slots, service: g.service(d).ID, holds: map[int]uuid.UUID{}, visits: map[int]uuid.UUID{}}
}

// may says whether a person has what it takes: only who has a visit moves or cancels it, and who has one books no second.
func (s *stand) may(a act) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, has := s.visits[a.user]
	_, held := s.holds[a.user]
	switch a.do {
	case cancel, move:
		return has
	case confirm:
		return held && !has
	default:
		return true
	}
}

func (s *stand) do(ctx context.Context, a act) (result, error) {
	p := s.people[a.user]
	var v visit.Visit
	var err error
	switch a.do {
	case hold:
		v, err = s.desk.Hold(ctx, p.actor(), visit.Wish{Slot: s.slots[a.slot], Service: s.service, Holder: p.chat, Source: "api"})
		s.keep(s.holds, a.user, v.ID, err)
	case confirm:
		v, err = s.desk.Confirm(ctx, p.actor(), s.get(s.holds, a.user), p.patient)
		s.keep(s.visits, a.user, v.ID, err)
		s.drop(s.holds, a.user)
	case cancel:
		_, err = s.desk.Cancel(ctx, p.actor(), s.get(s.visits, a.user), "")
		s.drop(s.visits, a.user)
	case move:
		_, err = s.desk.Move(ctx, p.actor(), s.get(s.visits, a.user), s.slots[a.slot])
	case release:
		err = s.desk.Release(ctx, p.actor(), p.chat)
	case expire:
		_, err = s.desk.Expire(ctx, core.Sys("worker"))
	case look:
		return s.look(ctx, p)
	}
	if refusal := core.Refusal(err); refusal != nil {
		return result{refused: refusal.Key}, nil //nolint:nilerr // a refusal is an answer, and what is compared
	}
	return result{}, err
}

func (s *stand) look(ctx context.Context, p person) (result, error) {
	var r result
	f := schedule.Free{In: s.g.db, Book: s.g.book, Clock: s.g.clock.Now}
	first, last := s.slots[0], s.slots[times-1]
	free, err := f.Nearest(ctx, p.actor(), schedule.Ask{Doctor: first.Doctor, Service: s.service, From: first.Start, To: last.End})
	for i, slot := range s.slots {
		for _, x := range free {
			r.free[i] = r.free[i] || x.Start.Equal(slot.Start)
		}
	}
	return r, err
}

func (s *stand) keep(in map[int]uuid.UUID, user int, id uuid.UUID, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		in[user] = id
	}
}

func (s *stand) drop(from map[int]uuid.UUID, user int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(from, user)
}

func (s *stand) get(from map[int]uuid.UUID, user int) uuid.UUID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return from[user]
}

// verbs as often as people use them.
func verbs() []verb {
	return []verb{hold, hold, hold, confirm, confirm, cancel, move, move, release, expire, look}
}

func acts() *rapid.Generator[act] {
	return rapid.Custom(func(t *rapid.T) act {
		return act{do: rapid.SampledFrom(verbs()).Draw(t, "verb"), user: rapid.IntRange(0, users-1).Draw(t, "user"), slot: rapid.IntRange(0, times-1).Draw(t, "slot")}
	})
}

// Holds, visits, moves and cancellations in any order, with the clock running on between them, follow the rules of a calendar.
func TestTheCalendarFollowsItsRules(t *testing.T) {
	t.Parallel()
	g := newGround(t, 4)
	day := 0
	rapid.Check(t, func(rt *rapid.T) {
		s, state := newStand(g, day), calendarState{}
		day++
		list := rapid.SliceOfN(acts(), 10, 40).Draw(rt, "acts")
		pauses := rapid.SliceOfN(rapid.IntRange(0, 4), len(list), len(list)).Draw(rt, "minutes")
		for i, a := range list {
			g.clock.Set(g.clock.Now().Add(time.Duration(pauses[i]) * time.Minute))
			a.at = g.clock.Now()
			if !s.may(a) {
				continue
			}
			r, err := s.do(t.Context(), a)
			if err != nil {
				rt.Fatalf("%v: %v", a, err)
			}
			ok, next := step(state, a, r)
			if !ok {
				rt.Fatalf("%+v at %v came to %+v", a, state, r)
			}
			state = next
		}
	})
	g.settle()
	g.check()
}

// settle lets the sweeper of holds come round once more.
func (g *ground) settle() {
	g.t.Helper()
	_, err := g.desk().Expire(g.t.Context(), core.Sys("worker"))
	require.NoError(g.t, err)
}

// The same by five people at once, with the sweeper between them: what each was told fits some order of their acts.
func TestTheCalendarIsLinearizable(t *testing.T) {
	t.Parallel()
	g := newGround(t, users+1)
	total := 0
	for run := range historyRuns {
		events := concurrently(t, newStand(g, 400+run), run)
		total += len(events)
		verdict, _ := porcupine.CheckOperationsVerbose(model(), events, time.Minute)
		require.Equal(t, porcupine.Ok, verdict, "run %d", run)
		g.settle()
		g.check()
	}
	t.Logf("R3: %d acts in %d histories are linearizable", total, historyRuns)
}

func model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return calendarState{} },
		Step: func(state, input, output any) (bool, any) {
			ok, next := step(state.(calendarState), input.(act), output.(result)) //nolint:forcetypeassert // the model is given nothing else
			return ok, next
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
	}
}

// concurrently lets everybody act at once. The clock moves only while nobody acts, so that each act has one moment.
func concurrently(t *testing.T, s *stand, run int) []porcupine.Operation {
	t.Helper()
	var mu sync.Mutex
	var still sync.RWMutex
	var events []porcupine.Operation
	var faulted []error
	var all sync.WaitGroup
	began := time.Now()
	for user := range users {
		list := rapid.SliceOfN(acts(), historySteps, historySteps).Example(run*users + user)
		all.Go(func() {
			for i, a := range list {
				if a.user = user; user == 0 && i%5 == 4 {
					still.Lock()
					s.g.clock.Set(s.g.clock.Now().Add(6 * time.Minute))
					still.Unlock()
				}
				still.RLock()
				a.at = s.g.clock.Now()
				if s.may(a) {
					call := time.Since(began)
					r, err := s.do(t.Context(), a)
					back := time.Since(began)
					mu.Lock()
					events = append(events, porcupine.Operation{ClientId: user, Input: a, Call: int64(call), Output: r, Return: int64(back)})
					if err != nil {
						faulted = append(faulted, fmt.Errorf("%+v: %w", a, err))
					}
					mu.Unlock()
				}
				still.RUnlock()
			}
		})
	}
	all.Wait()
	require.Empty(t, faulted)
	return events
}
