package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// The small clinic's visits reach this many days back and ahead.
const (
	smallBehind = 21
	smallAhead  = 14
)

// visits puts visits (and their patients) into the calendars and says how many are new.
func (l *loader) visits(ctx context.Context) (int64, error) {
	if l.bulk() {
		return l.bulkVisits(ctx)
	}
	patients, err := l.patientTables()
	if err != nil {
		return 0, err
	}
	if err := l.putAll(ctx, "patients", patients); err != nil {
		return 0, err
	}
	l.out.step("visits", 0)
	defer l.out.done()
	t := table{name: "visit", columns: visitColumns()}
	for _, v := range l.smallVisits() {
		t.rows = append(t.rows, v.row())
	}
	if err := l.stage(ctx, t); err != nil {
		return 0, err
	}
	if _, err := l.tx.Exec(ctx, moveOn); err != nil {
		return 0, fmt.Errorf("states of visits: %w", err)
	}
	var added int64
	if err := l.tx.QueryRow(ctx, addVisits, l.now, l.id("staff", "admin")).Scan(&added); err != nil {
		return 0, fmt.Errorf("visits: %w", err)
	}
	l.out.add(int(added))
	return added, nil
}

// smallVisits go through the half hours of every doctor's days. Whether one is taken, by whom and what becomes of it hangs on
// doctor and half hour alone, and the nearer a day the more of it is taken: a later run adds to an earlier one and contradicts
// nothing in it.
func (l *loader) smallVisits() []*visit {
	var out []*visit
	seats := newSeating(l.clinic)
	today := l.now.Truncate(24 * time.Hour)
	for ahead := -smallBehind; ahead <= smallAhead; ahead++ {
		day := today.AddDate(0, 0, ahead)
		for i := range l.doctors {
			d := &l.doctors[i]
			if l.works(d.number, isoWeekday(day)) {
				out = append(out, l.smallDay(d, day, ahead, seats)...)
			}
		}
	}
	return out
}

func isoWeekday(day time.Time) int { return (int(day.Weekday())+6)%7 + 1 }

func (l *loader) smallDay(d *doctor, day time.Time, ahead int, seats *seating) []*visit {
	var out []*visit
	at, room := d.at(isoWeekday(day))
	for _, w := range l.hours {
		for minute := w.from; minute < w.to; minute += visitMinutes {
			start := time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, l.branches[at].zone)
			who := seats.take(start, at, d.specialty)
			r := dice("visit", int(start.Unix()/60/visitMinutes)*100+d.number)
			if r.Float64() >= fill(d, ahead) {
				continue
			}
			v := &visit{
				id: l.id("visit", d.number+1, start.UTC().Format(time.RFC3339)), doctor: d, branch: &l.branches[at], room: room,
				service: &l.services[d.services[pick(r, []int{50, 30, 15, 5}[:len(d.services)])]], patient: l.patientID(who),
				start: start, end: start.Add(visitMinutes * time.Minute),
				source: []string{"telegram", "phone", "cabinet", "webchat"}[pick(r, []int{45, 25, 20, 10})],
			}
			l.live(v, r)
			out = append(out, v)
		}
	}
	return out
}

// live says when a visit was booked and what became of it.
func (l *loader) live(v *visit, r *rand.Rand) {
	f := fate{cancels: r.IntN(100) < 8, misses: r.IntN(100) < 8, confirms: r.IntN(100) < 70}
	v.status = f.status(v.start, v.end, l.now)
	v.created = onDay(v.start, -1-r.IntN(12), 8*hour+r.IntN(13*hour))
	if late := l.now.Add(-time.Duration(10+r.IntN(3*hour)) * time.Minute); v.created.After(late) {
		v.created = late
	}
	last := v.start
	if l.now.Before(last) {
		last = l.now
	}
	v.cancelledAt = v.created.Add(time.Duration(r.Float64() * float64(last.Sub(v.created)))).Truncate(time.Second)
	v.byClinic = r.IntN(100) < 15
}

// onDay is a minute of the day so many days from t, by the same clock.
func onDay(t time.Time, days, minute int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+days, 0, minute, 0, 0, t.Location())
}

// fill is the share of a doctor's half hours that are taken, by days ahead. Cardiologists, whom everybody tries the clinic with,
// are kept fairly free.
func fill(d *doctor, ahead int) float64 {
	share := 0.15
	switch {
	case ahead > 0:
		share = 0.12 - 0.007*float64(ahead-1)
	case ahead < -7:
		share = 0.05
	case ahead < 0:
		share = 0.1
	}
	if d.specialty == cardiologist {
		share *= 0.4
	}
	return share
}

// pick throws one of the weights' places.
func pick(r *rand.Rand, weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := r.IntN(sum)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return len(weights) - 1
}
