package understand

import "github.com/zapis-clinic/zapis/dialog"

// option is one choice of days and hours.
type option struct {
	days    *days
	clock   *clock
	weekday int   // the days are one weekday
	exact   bool  // the days are a date
	week    *days // "через две недели": a weekday that follows is of that week
}

// options are the choices of a message, in the order of their mention: what is said later of the same thing narrows it or, where
// it does not fit, corrects it.
func (s *scan) options() []option {
	var list []option
	var leading *clock // hours said before any day
	last := false      // the item before spoke of hours
	cur := option{}
	for i := range s.items {
		it := &s.items[i]
		if it.role != wanted || it.asap {
			continue
		}
		if it.dated() {
			if it.or && cur.days != nil {
				list = append(list, cur)
				cur = option{}
			}
			list = s.addDays(list, &cur, i)
			last = false
		}
		if it.timed() {
			switch {
			case it.or && last && !it.dated():
				list = append(list, cur)
				cur = option{days: cur.days, weekday: cur.weekday, exact: cur.exact, clock: it.clock}
			default:
				cur.clock = joinClock(cur.clock, it.clock)
			}
			if cur.days == nil && len(list) == 0 {
				leading = cur.clock
			}
			last = true
		}
	}
	list = append(list, cur)
	s.share(list, leading)
	return list
}

// share gives an option without days or hours those of its neighbours: "во вторник или в среду в 10".
func (s *scan) share(list []option, leading *clock) {
	for i := len(list) - 2; i >= 0; i-- {
		if list[i].clock == nil {
			list[i].clock = list[i+1].clock
		}
		if list[i].days == nil && len(list) > 1 {
			list[i].days = list[i+1].days
		}
	}
	for i := range list {
		if list[i].clock == nil && leading != nil {
			list[i].clock = leading
		}
		if i > 0 && list[i].clock == nil {
			list[i].clock = list[i-1].clock
		}
		if i > 0 && list[i].days == nil {
			list[i].days = list[i-1].days
		}
	}
}

// addDays brings more days into an option. A month with a weekday is all such days: the further ones become options of their own.
func (s *scan) addDays(list []option, cur *option, n int) []option {
	it := &s.items[n]
	d := s.place(*it)
	if d == nil {
		return list
	}
	old := cur.days
	exact := it.weekday == 0 && d.grain == dialog.Day && !d.week && it.skip == 0 && oneDay(d)
	switch {
	case it.weekday > 0 && !it.next && it.skip == 0 && cur.week != nil:
		cur.days = s.inWeek(cur.week, it.weekday)
	case old == nil:
		cur.days = d
	case it.weekday > 0 && cur.exact:
		if isoWeekday(old.from) == it.weekday || n > 0 && s.follows(n) { // "19 марта, в четверг": the date holds
			return list
		}
		cur.days = d
	case it.weekday > 0 && !oneDay(old) && !it.next && it.skip == 0:
		found := s.weekdays(old, it.weekday)
		if len(found) == 0 {
			cur.days = d
			break
		}
		cur.days = found[0]
		if len(found) > 1 { // "по четвергам в марте"
			for _, f := range found[:len(found)-1] {
				list = append(list, option{days: f, clock: cur.clock, weekday: it.weekday})
			}
			cur.days = found[len(found)-1]
		}
	case cur.weekday > 0 && it.weekday == 0 && (d.week || it.skip > 0) && !d.open:
		cur.days = s.inWeek(s.weekOf(d, it), cur.weekday)
	case exact && cur.weekday > 0 && isoWeekday(d.from) == cur.weekday:
		cur.days = d
	default:
		cur.days = narrowed(old, d)
		if cur.days == d && s.cues.moving { // the hours before were those of the old day
			cur.clock = nil
		}
	}
	if cur.days == nil {
		cur.days = d
	}
	cur.exact, cur.weekday, cur.week = exact, it.weekday, nil
	if it.skip > 0 && it.weekday == 0 {
		cur.week = s.weekOf(d, it)
	}
	return list
}

func oneDay(d *days) bool { return !d.from.AddDate(0, 0, 1).Before(d.to) }

// narrowed is what two stretches have in common, or the later one where they have nothing.
func narrowed(old, d *days) *days {
	from, to := old.from, old.to
	if d.from.After(from) {
		from = d.from
	}
	if d.to.Before(to) {
		to = d.to
	}
	if !to.After(from) {
		return d
	}
	grain := d.grain
	if old.to.Sub(old.from) < d.to.Sub(d.from) {
		grain = old.grain
	}
	return &days{from: from, to: to, grain: grain, week: old.week && d.week, open: old.open && d.open, working: old.working || d.working}
}

// weekOf is the week in which a weekday named with d falls: d itself, or the calendar week that "через две недели" reaches.
func (s *scan) weekOf(d *days, it *item) *days {
	if it.skip == 0 {
		return d
	}
	from := monday(d.from)
	return &days{from: from, to: from.AddDate(0, 0, 7), week: true}
}

func (s *scan) inWeek(week *days, weekday int) *days {
	found := s.weekdays(week, weekday)
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

// maxChoices bounds the separate stretches of one answer.
const maxChoices = 14

// weekdays are the days of a stretch that are a weekday.
func (s *scan) weekdays(d *days, weekday int) []*days {
	var found []*days
	from := d.from
	if from.Before(s.today) {
		from = s.today
	}
	for from = from.AddDate(0, 0, (weekday-isoWeekday(from)+7)%7); from.Before(d.to) && len(found) < maxChoices; from = from.AddDate(0, 0, 7) {
		found = append(found, day(from))
	}
	return found
}

// without cuts refused days off an option: what is left are one or more stretches.
func (s *scan) without(list []option) []option {
	for i := range s.items {
		it := &s.items[i]
		if it.role != refused || !it.dated() {
			continue
		}
		var out []option
		for _, o := range list {
			out = s.cutOut(out, o, it)
		}
		list = out
	}
	return list
}

func (s *scan) cutOut(out []option, o option, it *item) []option {
	if o.days == nil {
		return append(out, o)
	}
	var gone []*days
	switch {
	case it.weekday > 0 && !it.next && it.skip == 0:
		gone = s.weekdays(o.days, it.weekday)
	default:
		if d := s.place(*it); d != nil {
			gone = []*days{d}
		}
	}
	rest := o
	for _, no := range gone {
		if !no.from.Before(rest.days.to) || !no.to.After(rest.days.from) {
			continue
		}
		if no.from.After(rest.days.from) {
			before := rest
			before.days = &days{from: rest.days.from, to: no.from, grain: dialog.Day, working: rest.days.working}
			out = append(out, before)
		}
		if !no.to.Before(rest.days.to) {
			return out
		}
		after := *rest.days
		after.from, after.grain = no.to, dialog.Day
		rest.days = &after
	}
	return append(out, rest)
}

// joinClock joins the hours of one option: a part of the day settles which half a bare hour is of, bounds narrow each other, a
// second moment corrects the first.
func joinClock(c, next *clock) *clock {
	switch {
	case c == nil || c.vague:
		return next
	case next.vague:
		return c
	case c.moment && next.moment:
		return next
	case c.moment:
		return settle(c, next)
	case next.moment:
		return settle(next, c)
	}
	return narrow(c, next)
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

// otherHours is the rest of the day where only hours that do not suit were said: "до обеда не могу".
func (s *scan) otherHours() *clock {
	for i := range s.items {
		it := &s.items[i]
		paired := i > 0 && s.items[i-1].role == refused && s.items[i-1].dated() || i+1 < len(s.items) && s.items[i+1].role == refused && s.items[i+1].dated()
		if it.role != refused || it.dated() || !it.timed() || it.clock.moment || paired {
			continue
		}
		switch c := it.clock; {
		case c.from <= dayOpens && c.to < dayCloses:
			return &clock{from: c.to, to: dayCloses}
		case c.to >= dayCloses && c.from > dayOpens:
			return &clock{from: dayOpens, to: c.from}
		}
	}
	return nil
}
