package faults_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/visit"
)

// outcome of a race.
type outcome struct {
	mu     sync.Mutex
	won    int
	lost   []time.Duration
	others []error
}

func (o *outcome) add(err error, took time.Duration, lost func(error) bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case err == nil:
		o.won++
	case lost(err):
		o.lost = append(o.lost, took)
	default:
		o.others = append(o.others, err)
	}
}

// race lets n go at once and gathers what became of them.
func race(n int, do func(i int) error, lost func(error) bool) *outcome {
	var o outcome
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			began := time.Now()
			err := do(i)
			o.add(err, time.Since(began), lost)
		})
	}
	close(start)
	all.Wait()
	return &o
}

// A thousand people want the same time: one has it, and everybody else is told so.
func TestV22OneOfAThousandGetsTheTime(t *testing.T) {
	t.Parallel()
	const users, rounds = 1000, 10
	g := newGround(t, 50)
	people := g.people(users)
	doctor := g.doctor("Иванова")
	slots := g.free(doctor, beginning().AddDate(0, 0, 2), beginning().AddDate(0, 0, 6))
	require.GreaterOrEqual(t, len(slots), 4*rounds)
	desk, service := g.desk(), g.service(doctor)
	var total time.Duration
	var lost []time.Duration
	for round := range rounds {
		slot := slots[4*round]
		began := time.Now()
		o := race(users, func(i int) error { return want(t.Context(), desk, people[i], wish{slot, service.ID, round%2 == 1}) }, taken)
		took := time.Since(began)
		total += took
		lost = append(lost, o.lost...)
		require.Empty(t, o.others, "round %d", round)
		require.Equal(t, 1, o.won, "round %d", round)
	}
	t.Logf("R1: %d users × %d rounds: %s a round on average, losers p99 %s", users, rounds, total/rounds, percentile(lost, 99))
	g.noDeadlocks()
	g.check()
}

// noDeadlocks ends the connections, for what they counted reaches the statistics then.
func (g *ground) noDeadlocks() {
	g.t.Helper()
	g.close()
	require.Zero(g.t, ask[int](g, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), "deadlocks")
}

type wish struct {
	slot    schedule.Slot
	service uuid.UUID
	atOnce  bool // the desk's way, without a hold
}

func want(ctx context.Context, desk visit.Desk, p person, w wish) error {
	if w.atOnce {
		_, err := desk.Make(ctx, core.Sys("cabinet"), visit.Wish{Slot: w.slot, Service: w.service, Patient: p.patient, Source: "phone"})
		return err
	}
	_, err := desk.Hold(ctx, p.actor(), visit.Wish{Slot: w.slot, Service: w.service, Holder: p.chat, Source: "api"})
	return err
}

// A thousand people want times of all lengths, beginning anywhere, with doctors of whom two share a room: nothing overlaps.
func TestRandomTimesNeverOverlap(t *testing.T) {
	t.Parallel()
	g := newGround(t, 50)
	people := g.people(1000)
	doctors := g.shareRoom()
	dice := rand.New(rand.NewPCG(1, 2))
	day := time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC)
	wishes := make([]wish, len(people))
	who := make([]person, len(people))
	for i := range wishes {
		d := doctors[dice.IntN(len(doctors))]
		services := g.book.Current().ServicesOf(d.Specialties[0], d.ID)
		start := day.AddDate(0, 0, dice.IntN(2)).Add(time.Duration(dice.IntN(9*60)) * time.Minute)
		wishes[i] = wish{
			slot:    schedule.Slot{Doctor: d.ID, Branch: d.Branches[0], Room: g.room(d), Start: start},
			service: services[dice.IntN(len(services))].ID, atOnce: dice.IntN(2) == 0,
		}
		who[i] = people[dice.IntN(200)] // so that the same patient wants two things at once
	}
	o := race(len(people), func(i int) error { return want(t.Context(), g.desk(), who[i], wishes[i]) }, func(err error) bool {
		r := core.Refusal(err)
		return taken(err) || (r != nil && r.Key == "own_overlap")
	})
	require.Empty(t, o.others)
	require.Positive(t, o.won)
	t.Logf("R2: %d got a time, %d were refused, the last after %s", o.won, len(o.lost), percentile(o.lost, 100))
	g.noDeadlocks()
	g.check()
}

// shareRoom puts the first two doctors of the first branch into one room and returns four doctors.
func (g *ground) shareRoom() []clinic.Doctor {
	g.t.Helper()
	branch := g.book.Current().Branches[0].ID
	var out []clinic.Doctor
	for _, d := range g.book.Current().Doctors {
		if d.Branches[0] == branch && len(out) < 4 {
			out = append(out, d)
		}
	}
	room := g.room(out[0])
	g.exec("DELETE FROM visit WHERE practitioner_id = ANY ($1) AND upper(during) > $2", []uuid.UUID{out[0].ID, out[1].ID}, beginning())
	g.exec("UPDATE schedule_template SET room_id = $1 WHERE practitioner_id = $2", room, out[1].ID)
	g.exec("UPDATE working_day SET room_id = $1 WHERE practitioner_id = $2", room, out[1].ID)
	for _, d := range out[:2] {
		g.exec("SELECT refresh_free($1, NULL, tstzrange($2::timestamptz, $2::timestamptz + interval '100 days'))", d.ID, beginning().AddDate(0, 0, -30))
	}
	return out
}

// room is where a doctor sees people.
func (g *ground) room(d clinic.Doctor) uuid.UUID {
	g.t.Helper()
	return ask[uuid.UUID](g, "SELECT room_id FROM working_day WHERE practitioner_id = $1 ORDER BY day LIMIT 1", d.ID)
}

// People who look at one time after another let the earlier one go each time. What is offered as free stays true, whoever does so
// at the same moment.
func TestChangingOnesMindLeavesFreeTimeTrue(t *testing.T) {
	t.Parallel()
	const users, looks = 24, 12
	g := newGround(t, users)
	people := g.people(users)
	doctors := g.shareRoom()
	desk := g.desk()
	slots := map[uuid.UUID][]schedule.Slot{}
	for _, d := range doctors {
		slots[d.ID] = g.free(d, beginning().AddDate(0, 0, 2), beginning().AddDate(0, 0, 3))
	}
	o := race(users, func(i int) error {
		dice := rand.New(rand.NewPCG(uint64(i), 7))
		for range looks {
			d := doctors[dice.IntN(len(doctors))]
			slot := slots[d.ID][dice.IntN(len(slots[d.ID]))]
			if err := want(t.Context(), desk, people[i], wish{slot: slot, service: g.service(d).ID}); err != nil && !taken(err) {
				return err
			}
			if dice.IntN(4) == 0 {
				if err := desk.Release(t.Context(), people[i].actor(), people[i].chat); err != nil {
					return err
				}
			}
		}
		return nil
	}, taken)
	require.Empty(t, o.others)
	g.noDeadlocks()
	g.check()
}
