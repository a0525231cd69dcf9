package faults_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/visit"
)

// admin is the desk's hand.
func admin() core.Actor {
	return core.Actor{Kind: core.Staff, Role: "admin", Channel: "cabinet", Rules: accesstest.Rules()}
}

// Somebody who did not come frees the time and the room at once; who comes late after all needs them again, unless another has
// them by then.
func TestWhoComesLateAfterAllNeedsTheRoomAgain(t *testing.T) {
	t.Parallel()
	g := newGround(t, 4)
	doctors := g.shareRoom()
	people := g.people(2)
	slot := g.free(doctors[0], beginning().AddDate(0, 0, 2), beginning().AddDate(0, 0, 3))[0]
	ctx, desk := t.Context(), g.desk()
	late, err := desk.Make(ctx, admin(), visit.Wish{Slot: slot, Service: g.service(doctors[0]).ID, Patient: people[0].patient, Source: "cabinet"})
	require.NoError(t, err)

	_, err = desk.Mark(ctx, admin(), late.ID, visit.NoShow)
	require.NoError(t, err)
	g.check() // the room's time is offered again

	_, err = desk.Mark(ctx, admin(), late.ID, visit.Arrived)
	require.NoError(t, err)
	g.check() // and no more

	_, err = desk.Mark(ctx, admin(), late.ID, visit.NoShow)
	require.ErrorContains(t, err, "visit_state_arrived")
}

// The room of one who did not come was given to another: who comes late after all is refused, by name of the reason.
func TestTheRoomOfWhoDidNotComeMayBeGone(t *testing.T) {
	t.Parallel()
	g := newGround(t, 4)
	doctors := g.shareRoom()
	people := g.people(2)
	slot := g.free(doctors[0], beginning().AddDate(0, 0, 2), beginning().AddDate(0, 0, 3))[0]
	ctx, desk := t.Context(), g.desk()
	late, err := desk.Make(ctx, admin(), visit.Wish{Slot: slot, Service: g.service(doctors[0]).ID, Patient: people[0].patient, Source: "cabinet"})
	require.NoError(t, err)
	_, err = desk.Mark(ctx, admin(), late.ID, visit.NoShow)
	require.NoError(t, err)

	slot.Doctor = doctors[1].ID // the same room
	_, err = desk.Make(ctx, admin(), visit.Wish{Slot: slot, Service: g.service(doctors[1]).ID, Patient: people[1].patient, Source: "cabinet"})
	require.NoError(t, err)
	_, err = desk.Mark(ctx, admin(), late.ID, visit.Arrived)
	require.True(t, taken(err), "%v", err)
	g.check()
}

// A hold is no visit yet: it cannot be moved.
func TestAHoldIsNotMoved(t *testing.T) {
	t.Parallel()
	g := newGround(t, 4)
	p := g.people(1)[0]
	doctor := g.doctor("Иванова")
	slots := g.free(doctor, beginning().AddDate(0, 0, 2), beginning().AddDate(0, 0, 3))
	held, err := g.desk().Hold(t.Context(), p.actor(), visit.Wish{Slot: slots[0], Service: g.service(doctor).ID, Holder: p.chat, Source: "api"})
	require.NoError(t, err)
	_, err = g.desk().Move(t.Context(), admin(), held.ID, slots[3])
	require.NotNil(t, core.Refusal(err), "%v", err)
	g.check()
}

// A hold that ran out a moment ago, and that no sweeper has met yet, is in nobody's way: not of a new visit, not of one that moves.
func TestARunOutHoldIsInNobodysWay(t *testing.T) {
	t.Parallel()
	g := newGround(t, 4)
	people := g.people(2)
	doctor := g.doctor("Иванова")
	slots := g.free(doctor, beginning().AddDate(0, 0, 2), beginning().AddDate(0, 0, 3))
	ctx, desk, service := t.Context(), g.desk(), g.service(doctor).ID
	_, err := desk.Hold(ctx, people[0].actor(), visit.Wish{Slot: slots[0], Service: service, Holder: people[0].chat, Source: "api"})
	require.NoError(t, err)
	stands, err := desk.Make(ctx, admin(), visit.Wish{Slot: slots[3], Service: service, Patient: people[1].patient, Source: "cabinet"})
	require.NoError(t, err)

	g.clock.Set(g.clock.Now().Add(visit.HoldFor + time.Second))
	moved, err := desk.Move(ctx, admin(), stands.ID, slots[0])
	require.NoError(t, err)
	require.Equal(t, slots[0].Start, moved.Start)
	g.check()
}

// A visit keeps the room of its doctor, also when it moves from one who has none and back.
func TestAMoveTakesTheRoomAlong(t *testing.T) {
	t.Parallel()
	g := newGround(t, 4)
	doctors := g.shareRoom()
	p := g.people(1)[0]
	from, to := beginning().AddDate(0, 0, 2), beginning().AddDate(0, 0, 3)
	g.exec("UPDATE working_day SET room_id = NULL WHERE practitioner_id = $1", doctors[1].ID)
	g.exec("SELECT refresh_free($1, NULL, tstzrange($2::timestamptz, $2::timestamptz + interval '100 days'))", doctors[1].ID, beginning().AddDate(0, 0, -30))
	ctx, desk := t.Context(), g.desk()
	with, without := g.free(doctors[0], from, to), g.free(doctors[1], from, to)
	v, err := desk.Make(ctx, admin(), visit.Wish{Slot: with[0], Service: g.service(doctors[0]).ID, Patient: p.patient, Source: "cabinet"})
	require.NoError(t, err)
	for i, slot := range append(without[2:3:3], with[4], with[6], without[8], with[0]) {
		_, err = desk.Move(ctx, admin(), v.ID, slot)
		require.NoError(t, err, "move %d", i)
		g.check()
	}
}
