package schedule

import (
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// workday is what the rules give of one practitioner's day in one branch.
type workday struct {
	branch  uuid.UUID
	room    *uuid.UUID
	day     time.Time // midnight UTC of the date
	windows []window
}

type window struct{ from, to time.Time }

// layOut works out a practitioner's days from the rules and the exceptions, for the dates in [from, to).
func layOut(rules []db.ScheduleTemplate, exceptions []db.ScheduleException, zones map[uuid.UUID]*time.Location, from, to time.Time) []workday {
	var out []workday
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		byBranch := map[uuid.UUID]*workday{}
		var order []uuid.UUID
		add := func(branch uuid.UUID, room *uuid.UUID, w window) {
			if byBranch[branch] == nil {
				byBranch[branch] = &workday{branch: branch, room: room, day: day}
				order = append(order, branch)
			}
			byBranch[branch].windows = append(byBranch[branch].windows, w)
		}
		for _, r := range rules {
			if zone := zones[r.BranchID]; zone != nil && holds(r, day) {
				add(r.BranchID, r.RoomID, wallClock(r, day, zone))
			}
		}
		for _, e := range exceptions {
			if e.Kind == "addition" && e.BranchID != nil && zones[*e.BranchID] != nil && sameDate(e.During.Lower.Time, day, zones[*e.BranchID]) {
				add(*e.BranchID, nil, window{e.During.Lower.Time, e.During.Upper.Time})
			}
		}
		for _, branch := range order {
			w := byBranch[branch]
			w.windows = without(merge(w.windows), closures(exceptions, *w))
			if len(w.windows) > 0 {
				out = append(out, *w)
			}
		}
	}
	return out
}

// holds says whether a rule gives work on a date: by weekday (in odd or even ISO weeks), or by a cycle of days on and off.
func holds(r db.ScheduleTemplate, day time.Time) bool {
	if day.Before(r.ValidFrom) || (r.ValidTo != nil && day.After(*r.ValidTo)) {
		return false
	}
	if r.Weekday != nil {
		if int(*r.Weekday) != (int(day.Weekday())+6)%7+1 {
			return false
		}
		_, week := day.ISOWeek()
		return r.Parity == nil || (*r.Parity == "odd") == (week%2 == 1)
	}
	if r.CycleStart == nil || r.CycleOn == nil || r.CycleOff == nil || day.Before(*r.CycleStart) {
		return false
	}
	since := int(day.Sub(*r.CycleStart) / (24 * time.Hour))
	return since%int(*r.CycleOn+*r.CycleOff) < int(*r.CycleOn)
}

// wallClock is a rule's window on a date, in the branch's own time: nine in the morning stays nine on the days clocks change.
func wallClock(r db.ScheduleTemplate, day time.Time, zone *time.Location) window {
	at := func(micro int64, days int) time.Time {
		m := int(micro / int64(time.Minute/time.Microsecond))
		return time.Date(day.Year(), day.Month(), day.Day()+days, m/60, m%60, 0, 0, zone)
	}
	over := 0
	if r.ToTime.Microseconds <= r.FromTime.Microseconds {
		over = 1
	}
	return window{at(r.FromTime.Microseconds, 0), at(r.ToTime.Microseconds, over)}
}

func sameDate(t, day time.Time, zone *time.Location) bool {
	y, m, d := t.In(zone).Date()
	return y == day.Year() && m == day.Month() && d == day.Day()
}

// closures are what is taken from a day: the practitioner's own, the branch's, the room's.
func closures(exceptions []db.ScheduleException, w workday) []window {
	var out []window
	for _, e := range exceptions {
		if e.Kind != "closure" {
			continue
		}
		here := e.BranchID == nil || *e.BranchID == w.branch
		room := e.ResourceID == nil || (w.room != nil && *e.ResourceID == *w.room)
		if here && room {
			out = append(out, window{e.During.Lower.Time, e.During.Upper.Time})
		}
	}
	return out
}

// merge joins windows that touch or overlap; they come back in order.
func merge(list []window) []window {
	var out []window
	for _, w := range list {
		if !w.from.Before(w.to) {
			continue
		}
		i := 0
		for i < len(out) && out[i].to.Before(w.from) {
			i++
		}
		j := i
		for j < len(out) && !out[j].from.After(w.to) {
			w.from, w.to = earlier(w.from, out[j].from), later(w.to, out[j].to)
			j++
		}
		out = append(out[:i], append([]window{w}, out[j:]...)...)
	}
	return out
}

// without takes the closed windows away.
func without(open, closed []window) []window {
	for _, c := range closed {
		var rest []window
		for _, w := range open {
			if left := (window{w.from, earlier(w.to, c.from)}); left.from.Before(left.to) {
				rest = append(rest, left)
			}
			if right := (window{later(w.from, c.to), w.to}); right.from.Before(right.to) {
				rest = append(rest, right)
			}
		}
		open = rest
	}
	return open
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func spans(list []window) store.Spans {
	out := make(store.Spans, 0, len(list))
	for _, w := range list {
		out = append(out, store.Between(w.from, w.to))
	}
	return out
}
