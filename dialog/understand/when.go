package understand

import (
	"slices"
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

// worthwhile is how much of a window must be left for "утром" to mean this morning.
const worthwhile = 2 * time.Hour

// asapDays is how far "as soon as possible" looks: farther than any clinic's calendar is open.
const asapDays = 366

// times is what a message says about time.
type times struct {
	when     *dialog.Window // what is wanted
	excluded *dialog.Window // what is not, where nothing is wanted; a cancelled visit's day
	used     []bool
	phone    string
}

// readTimes reads the days and hours of a message. A Window longer than a day whose grain is "part" repeats daily: on each of its
// days from From's clock to To's.
func readTimes(tokens []token, s Situation) times {
	sc := newScan(tokens, s)
	if !s.Now.IsZero() {
		sc.run()
	}
	out := times{used: sc.used, phone: sc.phone}
	var wanted, refused []item
	for _, it := range sc.items {
		if it.excluded {
			refused = append(refused, it)
			continue
		}
		wanted = append(wanted, it)
	}
	out.when = sc.window(wanted, refused)
	if out.when == nil {
		out.excluded = sc.window(refused, nil)
	}
	return out
}

// window puts what was said together: one stretch of days and the hours in them.
func (s *scan) window(wanted, refused []item) *dialog.Window {
	wanted = firstOf(wanted)
	d := s.chosenDays(wanted)
	c := s.chosenClock(wanted)
	if d != nil {
		d = s.without(d, refused)
		if d == nil {
			return nil
		}
		if c == nil {
			return s.whole(d)
		}
		return s.during(d, c)
	}
	if c != nil {
		return s.soonest(c)
	}
	for _, it := range wanted {
		if it.asap {
			return &dialog.Window{From: s.now, To: s.now.AddDate(0, 0, asapDays), Grain: dialog.Asap}
		}
	}
	return nil
}

// firstOf keeps the first of alternatives that each have their own hours: "завтра в 10 или послезавтра в 11".
func firstOf(items []item) []item {
	for i, it := range items {
		if it.or && it.clock == nil && hours(items[:i]) && hours(items[i:]) {
			return items[:i]
		}
	}
	return items
}

func hours(items []item) bool {
	return slices.ContainsFunc(items, func(it item) bool { return it.clock != nil })
}

// chosenDays joins the days that were named: a weekday goes into the week that was named, neighbours joined by "или" become
// one stretch, else the first of alternatives and the last of corrections holds.
func (s *scan) chosenDays(items []item) *days {
	var week, chosen *days
	weekdays, exact := false, false
	for _, it := range items {
		d := s.place(it)
		if d == nil {
			continue
		}
		switch {
		case it.weekday > 0 && week != nil && !it.next && it.skip == 0:
			if inside := s.inWeek(week, it.weekday); inside != nil {
				d = inside
			}
		case it.weekday > 0 && exact: // "19 марта, в четверг": the date holds
			continue
		case it.weekday == 0 && (d.week || it.skip > 0) && d.grain != dialog.Month:
			week = s.weekOf(d, it)
			if weekdays && chosen != nil && !d.open {
				if inside := s.inWeek(week, isoWeekday(chosen.from)); inside != nil {
					d = inside
				}
			}
		}
		exact = exact || it.weekday == 0 && !d.week && d.grain == dialog.Day && it.skip == 0
		weekdays = weekdays || it.weekday > 0
		chosen = join(chosen, d, it.or)
	}
	return chosen
}

// weekOf is the week in which a weekday named with d falls: d itself, or the calendar week that "через две недели" reaches.
func (s *scan) weekOf(d *days, it item) *days {
	if it.skip == 0 {
		return d
	}
	from := monday(d.from)
	return &days{from: from, to: from.AddDate(0, 0, 7), week: true}
}

func (s *scan) inWeek(week *days, weekday int) *days {
	for d := week.from; d.Before(week.to); d = d.AddDate(0, 0, 1) {
		if isoWeekday(d) == weekday && !d.Before(s.today) {
			return day(d)
		}
	}
	return nil
}

func join(chosen, d *days, or bool) *days {
	switch {
	case chosen == nil || !or:
		return d
	case d.from.Equal(chosen.to):
		return &days{from: chosen.from, to: d.to, grain: dialog.Day}
	case d.to.Equal(chosen.from):
		return &days{from: d.from, to: chosen.to, grain: dialog.Day}
	}
	return chosen
}

// without cuts refused days off: what is left before the first of them, or after where they stand at the head.
func (s *scan) without(d *days, refused []item) *days {
	for _, it := range refused {
		no := s.place(it)
		if no == nil || it.clock != nil {
			continue
		}
		if it.weekday > 0 {
			if no = s.inWeek(d, it.weekday); no == nil {
				continue
			}
		}
		switch {
		case !no.from.Before(d.to) || !no.to.After(d.from):
		case no.from.After(d.from):
			d = &days{from: d.from, to: no.from, grain: dialog.Day}
		case no.to.Before(d.to):
			d = &days{from: no.to, to: d.to, grain: d.grain}
		default:
			return nil
		}
	}
	return d
}

// chosenClock joins the hours: a part of the day settles which half a bare hour is of, bounds narrow each other.
func (s *scan) chosenClock(items []item) *clock {
	var c *clock
	for _, it := range items {
		next := it.clock
		switch {
		case next == nil || c != nil && it.or:
			continue
		case c == nil:
			c = next
		case c.moment && next.moment:
			c = next
		case c.moment:
			c = settle(c, next)
		case next.moment:
			c = settle(next, c)
		default:
			c = narrow(c, next)
		}
	}
	return c
}

// settle moves a loosely read moment into the window said with it: "вечером в 8" is 20:00, "утром в 7" is 07:00.
func settle(moment, window *clock) *clock {
	if !moment.loose || moment.from >= window.from && moment.from < window.to {
		return moment
	}
	for _, shift := range []int{12 * 60, -12 * 60} {
		from := moment.from + shift
		if from >= 0 && from < window.to && (from >= window.from || window.from == dayOpens) {
			return &clock{from: from, to: from + visitMinutes, moment: true, about: moment.about}
		}
	}
	return moment
}

func narrow(a, b *clock) *clock {
	from, to := max(a.from, b.from), min(a.to, b.to)
	if from >= to {
		return b
	}
	return &clock{from: from, to: to}
}

// whole is days with no hours said. Today begins now.
func (s *scan) whole(d *days) *dialog.Window {
	from := d.from
	if from.Before(s.now) {
		from = s.now
	}
	if !d.to.After(from) {
		return nil
	}
	return &dialog.Window{From: from, To: d.to, Grain: d.grain}
}

// during is hours within days: one window, repeated daily where there are several days.
func (s *scan) during(d *days, c *clock) *dialog.Window {
	last := d.to.AddDate(0, 0, -1)
	single := !last.After(d.from)
	w := &dialog.Window{From: at(d.from, c.from), To: at(last, c.to), Grain: grain(c, single)}
	if c.about && single {
		w.To = at(last, c.from+60)
	}
	switch {
	case !single && w.From.Before(s.now): // today's hours have begun: the other days have them whole
		return s.during(&days{from: s.today.AddDate(0, 0, 1), to: d.to, grain: d.grain}, c)
	case c.moment && w.From.Before(s.now):
		if c.loose && c.from < 12*60 && c.from+12*60 < dayCloses && at(d.from, c.from+12*60).After(s.now) {
			return s.during(d, &clock{from: c.from + 12*60, to: c.to + 12*60, moment: true, about: c.about})
		}
		return s.whole(d)
	case w.From.Before(s.now):
		w.From = s.now
	}
	if !w.To.After(w.From) {
		return s.whole(d)
	}
	return w
}

func grain(c *clock, single bool) dialog.Grain {
	switch {
	case !single || !c.moment:
		return dialog.Part
	case c.about:
		return dialog.Hour
	}
	return dialog.Minute
}

// soonest is hours with no day said: those of the day the talk is about; else today's while they are worth it, else tomorrow's.
func (s *scan) soonest(c *clock) *dialog.Window {
	if about := s.about; !about.IsZero() && at(about, c.from).After(s.now) {
		return s.during(day(about), c)
	}
	left := at(s.today, c.to).Sub(s.now)
	today := day(s.today)
	if c.moment && at(s.today, c.from).After(s.now) || !c.moment && (at(s.today, c.from).After(s.now) || left >= worthwhile) {
		return s.during(today, c)
	}
	return s.during(day(s.today.AddDate(0, 0, 1)), c)
}

// at is a wall-clock minute of a day: on a day with a change of clocks it is still what the clock shows.
func at(d time.Time, minute int) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, minute, 0, 0, d.Location())
}
