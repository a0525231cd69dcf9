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
	shift    string         // "на час позже": the value of slot "when" that a moved visit takes
	used     []bool
	phone    string
}

// readTimes reads the days and hours of a message.
func readTimes(tokens []token, s Situation, h *holidays) times {
	sc := newScan(tokens, s, h)
	if !s.Now.IsZero() {
		sc.run()
	}
	out := times{used: sc.used, phone: sc.phone}
	out.when = sc.window()
	if out.when == nil {
		out.excluded = sc.unwanted()
	}
	sc.relative(&out)
	return out
}

// window puts what was said together: the first choice that is not past, the others beside it.
func (s *scan) window() *dialog.Window {
	list := s.options()
	if other := s.otherHours(); other != nil {
		for i := range list {
			if list[i].clock == nil {
				list[i].clock = other
			}
		}
	}
	if len(list) == 1 && list[0].days == nil && s.anyDay(list[0]) {
		list[0].days = &days{from: s.today, to: s.today.AddDate(0, 0, openDays), grain: dialog.Day, open: true}
	}
	list = s.without(list)
	var spans []dialog.Span
	for _, o := range list {
		if w := s.spanOf(o); w != nil && !slices.Contains(spans, *w) && len(spans) < maxChoices {
			spans = append(spans, *w)
		}
	}
	if len(spans) == 0 {
		return s.asap()
	}
	w := &dialog.Window{From: spans[0].From, To: spans[0].To, Grain: spans[0].Grain, SameTime: s.same && list[0].clock == nil}
	if len(spans) > 1 {
		w.Also = spans[1:]
	}
	s.describe(w, list)
	return w
}

// anyDay says that a day was left open on purpose: "любой день кроме понедельника", "завтра никак, только после шести".
func (s *scan) anyDay(o option) bool {
	if o.clock != nil && o.clock.moment {
		return false
	}
	return slices.ContainsFunc(s.items, func(it item) bool { return it.role == refused && it.dated() }) && (o.clock != nil || s.anytime())
}

func (s *scan) anytime() bool {
	return slices.ContainsFunc(s.tokens, func(t token) bool { return t.sense.kind == kindAnytime })
}

// spanOf is one choice as a stretch of time, nil where it is past or nothing was said.
func (s *scan) spanOf(o option) *dialog.Span {
	switch {
	case o.days != nil && o.days.working:
		return s.onWorkdays(o)
	case o.days != nil && o.clock != nil:
		return s.during(o.days, o.clock)
	case o.days != nil:
		return s.whole(o.days)
	case o.clock != nil:
		return s.soonest(o.clock)
	}
	return nil
}

// onWorkdays shortens "в будни" to the first run of working days.
func (s *scan) onWorkdays(o option) *dialog.Span {
	d := *o.days
	for d.from.Before(d.to) && s.dayOff(d.from) {
		d.from = d.from.AddDate(0, 0, 1)
	}
	end := d.from
	for end.Before(d.to) && !s.dayOff(end) {
		end = end.AddDate(0, 0, 1)
	}
	if !end.After(d.from) {
		return nil
	}
	d.to, d.working, d.grain = end, false, dialog.Day
	o.days = &d
	return s.spanOf(o)
}

// asap is the window of "как можно скорее", nil where it was not said.
func (s *scan) asap() *dialog.Window {
	for i := range s.items {
		if s.items[i].asap && s.items[i].role != foreign {
			return &dialog.Window{From: s.now, To: s.now.AddDate(0, 0, asapDays), Grain: dialog.Asap, Confidence: sureOfTime}
		}
	}
	return nil
}

// unwanted is the first time that was refused, where nothing is wanted: that of a visit which is cancelled.
func (s *scan) unwanted() *dialog.Window {
	found := false
	for i := range s.items {
		it := &s.items[i]
		switch it.role {
		case refused, left:
			it.role, found = wanted, true
		case wanted:
			it.role = foreign
		default:
		}
	}
	if !found {
		return nil
	}
	for _, o := range s.options() {
		if w := s.spanOf(o); w != nil {
			return &dialog.Window{From: w.From, To: w.To, Grain: w.Grain, Confidence: sureOfTime}
		}
	}
	return nil
}

// relative applies "на час позже" to the visit's time, where that is known: said in the same message or by the situation.
func (s *scan) relative(out *times) {
	value := s.shift.value()
	if value == "" {
		if s.same && out.when != nil && !s.visit.IsZero() && out.when.SameTime {
			at := time.Date(out.when.From.Year(), out.when.From.Month(), out.when.From.Day(), s.visit.Hour(), s.visit.Minute(), 0, 0, s.now.Location())
			if at.After(s.now) {
				out.when = &dialog.Window{From: at, To: at.Add(visitMinutes * time.Minute), Grain: dialog.Minute, Confidence: out.when.Confidence}
			}
		}
		return
	}
	var from time.Time
	switch {
	case out.when != nil && out.when.Grain == dialog.Minute && s.shift.minutes != 0:
		from = out.when.From
	case out.when != nil && out.when.Grain == dialog.Minute:
		return
	case out.when == nil && !s.visit.IsZero():
		from = s.visit
	case out.when == nil:
		out.shift = value
		return
	default:
		return
	}
	if at := s.shift.of(from); at.After(s.now) {
		out.when = &dialog.Window{From: at, To: at.Add(visitMinutes * time.Minute), Grain: dialog.Minute, Confidence: lessSure}
	}
}

// whole is days with no hours said. Today begins now.
func (s *scan) whole(d *days) *dialog.Span {
	from := d.from
	if from.Before(s.now) {
		from = s.now
	}
	if !d.to.After(from) {
		return nil
	}
	return &dialog.Span{From: from, To: d.to, Grain: d.grain}
}

// during is hours within days: one window, repeated daily where there are several days.
func (s *scan) during(d *days, c *clock) *dialog.Span {
	last := d.to.AddDate(0, 0, -1)
	single := !last.After(d.from)
	w := &dialog.Span{From: at(d.from, c.from), To: at(last, c.to), Grain: grain(c, single)}
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
func (s *scan) soonest(c *clock) *dialog.Span {
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
