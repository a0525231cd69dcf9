package faults_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/visit"
)

// hours are wall-clock hours of a night doctor: from one day's evening (or small hours) to the morning.
type hours struct{ from, to string }

// nightClinic is a branch in zone with a doctor who works those hours every day, laid out from the clock's time on.
func (g *ground) nightClinic(zone string, h hours) (clinic.Doctor, clinic.Branch) {
	g.t.Helper()
	branch, doctor := uuid.New(), uuid.New()
	like := g.doctor("Иванова")
	g.exec(`INSERT INTO branch SELECT (jsonb_populate_record(b, jsonb_build_object('id', $1::uuid, 'tz', $2::text, 'min_notice', 0, 'horizon_days', 60,
    'quiet_from', 0, 'quiet_to', 0, 'position', 99))).* FROM branch b WHERE id = $3`, branch, zone, like.Branches[0])
	g.exec(`INSERT INTO practitioner (id, surname, given) VALUES ($1, 'Ночная', 'Нина')`, doctor)
	g.exec(`INSERT INTO practitioner_role SELECT $1, $2, specialty FROM practitioner_role WHERE practitioner_id = $3 LIMIT 1`, doctor, branch, like.ID)
	g.exec(`INSERT INTO practitioner_service SELECT $1, service_id, minutes, price FROM practitioner_service WHERE practitioner_id = $2`, doctor, like.ID)
	g.exec(`INSERT INTO schedule_template (id, practitioner_id, branch_id, weekday, from_time, to_time)
SELECT gen_random_uuid(), $1, $2, d, $3::time, $4::time FROM generate_series(1, 7) d`, doctor, branch, h.from, h.to)
	g.exec("UPDATE clinic_version SET version = version + 1")
	require.NoError(g.t, g.book.Refresh(g.t.Context()))
	days := schedule.Days{In: g.db, Book: g.book, Clock: g.clock.Now, IDs: core.NewIDs(nil)}
	today := g.clock.Now().Truncate(24 * time.Hour)
	require.NoError(g.t, days.Rebuild(g.t.Context(), core.Sys("test"), doctor, today.AddDate(0, 0, -1), today.AddDate(0, 0, 6)))
	d, ok := g.book.Current().Doctor(doctor)
	require.True(g.t, ok)
	b, ok := g.book.Current().Branch(branch)
	require.True(g.t, ok)
	return d, b
}

// On the nights when clocks change, and in zones where they never do, a doctor works from the hour on the wall to the hour on the
// wall, times are offered at every half hour there is, and a visit keeps its wall-clock time.
func TestWorkingTimeFollowsTheClockOnTheWall(t *testing.T) {
	t.Parallel()
	small, over := hours{"01:00", "05:00"}, hours{"22:00", "06:00"}
	for _, c := range []struct {
		zone, day string
		hours     hours
		lasts     time.Duration
	}{
		{"Europe/Berlin", "2026-03-29", small, 3 * time.Hour},
		{"Europe/Berlin", "2026-10-25", small, 5 * time.Hour},
		{"Europe/Berlin", "2026-03-28", over, 7 * time.Hour},
		{"Europe/Berlin", "2026-10-24", over, 9 * time.Hour},
		{"Europe/Berlin", "2026-06-01", over, 8 * time.Hour},
		{"Europe/Kaliningrad", "2026-03-29", small, 4 * time.Hour},
		{"Europe/Moscow", "2026-10-25", over, 8 * time.Hour},
		{"Asia/Vladivostok", "2026-03-28", over, 8 * time.Hour},
		{"Asia/Kamchatka", "2026-10-25", small, 4 * time.Hour},
		{"Asia/Kamchatka", "2026-10-24", over, 8 * time.Hour},
	} {
		t.Run(fmt.Sprint(c.zone, c.day, c.hours.from), func(t *testing.T) {
			t.Parallel()
			g := newGround(t, 4)
			day, err := time.Parse(time.DateOnly, c.day)
			require.NoError(t, err)
			g.clock.Set(day.AddDate(0, 0, -2))
			doctor, branch := g.nightClinic(c.zone, c.hours)
			from := ask[time.Time](g, "SELECT lower(working) FROM working_day WHERE practitioner_id = $1 AND day = $2", doctor.ID, day)
			to := ask[time.Time](g, "SELECT upper(working) FROM working_day WHERE practitioner_id = $1 AND day = $2", doctor.ID, day)
			require.Equal(t, c.hours.from, from.In(branch.Zone).Format("15:04"))
			require.Equal(t, c.hours.to, to.In(branch.Zone).Format("15:04"))
			require.Equal(t, c.lasts, to.Sub(from))

			slots := g.free(doctor, from, to)
			require.Len(t, slots, int(c.lasts/(30*time.Minute)), "a time at every half hour")
			for i, slot := range slots {
				require.Equal(t, from.Add(time.Duration(i)*30*time.Minute).UTC(), slot.Start.UTC())
			}
			for i, p := range g.people(len(slots)) { // the night is booked out, also the hour that comes twice
				v, err := g.desk().Make(t.Context(), admin(), visit.Wish{Slot: slots[i], Service: g.service(doctor).ID, Patient: p.patient, Source: "cabinet"})
				require.NoError(t, err, slots[i].Start)
				require.Equal(t, slots[i].Start.Format("15:04"), v.Start.Format("15:04"))
				require.Equal(t, slots[i].Start.Format("2006-01-02 15:04"),
					ask[string](g, "SELECT to_char(local_start, 'YYYY-MM-DD HH24:MI') FROM visit WHERE id = $1", v.ID))
			}
			require.Empty(t, g.free(doctor, from, to))
			g.clock.Set(beginning())
			g.check()
		})
	}
}

// Through the nights when clocks change, by day and by night, with the server's clock jumping an hour on and an hour back, everybody
// is reminded as often as was promised.
func TestRemindersOfANightWhenClocksChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day string }{
		{"Europe/Berlin", "2026-03-29"}, {"Europe/Berlin", "2026-10-25"}, {"Europe/Kaliningrad", "2026-10-25"}, {"Asia/Kamchatka", "2026-03-29"},
	} {
		t.Run(c.zone+" "+c.day, func(t *testing.T) {
			t.Parallel()
			g := newGround(t, 4)
			day, err := time.Parse(time.DateOnly, c.day)
			require.NoError(t, err)
			g.clock.Set(day.AddDate(0, 0, -3))
			doctor, _ := g.nightClinic(c.zone, hours{"01:00", "05:00"})
			g.exec("UPDATE reminder SET state = 'cancelled'") // the demo's own
			slots := g.free(doctor, day.AddDate(0, 0, -1), day.AddDate(0, 0, 1))
			for i, p := range g.people(len(slots)) {
				_, err := g.desk().Make(t.Context(), admin(), visit.Wish{Slot: slots[i], Service: g.service(doctor).ID, Patient: p.patient, Source: "cabinet"})
				require.NoError(t, err)
			}
			talks := g.replica()
			now := g.clock.Now()
			for step := range 6 * 24 * 6 { // six days in ten minutes' steps
				at := now.Add(time.Duration(step) * 10 * time.Minute)
				if step%40 == 39 { // for a moment the server's clock is an hour ahead, or behind
					g.clock.Set(at.Add(time.Hour))
					require.NoError(t, talks.SweepReminders(t.Context()))
					g.clock.Set(at.Add(-time.Hour))
					require.NoError(t, talks.SweepReminders(t.Context()))
				}
				g.clock.Set(at)
				require.NoError(t, talks.SweepReminders(t.Context()))
			}
			require.Equal(t, 2*len(slots), ask[int](g, "SELECT count(*) FROM outbox WHERE kind = 'reminder'"), "two a visit")
			require.Equal(t, 2*len(slots), ask[int](g, "SELECT count(DISTINCT (visit_id, idempotency_key)) FROM outbox WHERE kind = 'reminder'"))
			require.Zero(t, ask[int](g, "SELECT count(*) FROM reminder WHERE state = 'skipped'"))
			g.exec("UPDATE outbox SET state = 'sent'") // nobody delivers here
			g.check()
		})
	}
}

// A clinic that sleeps from midnight to the morning is awake by day.
func TestQuietHoursThatDoNotCrossMidnight(t *testing.T) {
	t.Parallel()
	g := newGround(t, 4)
	g.exec("UPDATE branch SET quiet_from = 0, quiet_to = 8")
	g.exec("UPDATE clinic_version SET version = version + 1")
	require.NoError(t, g.book.Refresh(t.Context()))
	m := newMortal(g, "1", &death{})
	m.say("(start)")
	m.visitTomorrow()
	require.NoError(t, m.replicas[0].SweepReminders(t.Context()))
	require.Equal(t, 1, ask[int](g, "SELECT count(*) FROM outbox WHERE kind = 'reminder'"))
	m.sweep(time.Second)
	g.check()
}

// The clock jumps an hour on and an hour back in the middle of a talk. The talk goes on; a hold that ran out by the jump is asked for
// again and never silently lost.
func TestATalkSurvivesAJumpOfTheClock(t *testing.T) {
	t.Parallel()
	g := newGround(t, 8)
	g.pii = personal()
	p := newTalker(g, 2, 1)
	jump := func(d time.Duration) { g.clock.Set(g.clock.Now().Add(d)) }
	steps := booking()
	p.do(steps[:3]...)
	jump(time.Hour)
	p.do(steps[3:5]...)
	jump(-time.Hour)
	p.do(steps[5:9]...)
	jump(time.Hour) // the hold is over
	p.do(steps[9])
	if ask[int](g, "SELECT count(*) FROM visit WHERE holder_id = $1 AND status = 'booked'", p.id()) == 0 {
		jump(-time.Hour)
		_, _, offered := g.screen.Button("Записаться")
		require.True(t, offered || p.firstTime() != anyTime, "something to go on with: %q", p.shown())
		if offered {
			p.do("[Записаться]")
		} else {
			p.do("["+anyTime+"]", "[Записаться]")
		}
	}
	require.Equal(t, 1, ask[int](g, "SELECT count(*) FROM visit WHERE holder_id = $1 AND status = 'booked'", p.id()), "%q", p.shown())
	require.NotContains(t, g.logs.String(), "level=ERROR")
	g.check()
}
