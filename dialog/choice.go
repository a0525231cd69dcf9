package dialog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/visit"
)

// spans are all the stretches that a window says, the one said first at the head.
func (w Window) spans() []Span {
	return append([]Span{{From: w.From, To: w.To, Grain: w.Grain}}, w.Also...)
}

// daily says that a stretch is the same hours on each of several days.
func (s Span) daily() bool { return s.Grain == Part && s.To.Sub(s.From) > 24*time.Hour }

// ask narrows a search to a stretch.
func (s Span) ask(ask schedule.Ask) schedule.Ask {
	ask.From, ask.To = s.From, s.To
	if s.daily() {
		ask.DayFrom, ask.DayTo = minuteOf(s.From), minuteOf(s.To)
		if ask.DayTo == 0 {
			ask.DayTo = 24 * 60
		}
	}
	return ask
}

// holds says that a moment lies in one of the window's stretches, or in what else its words may mean.
func (w Window) holds(t time.Time) bool {
	return slices.ContainsFunc(slices.Concat(w.spans(), w.Readings), func(s Span) bool {
		if t.Before(s.From) || !t.Before(s.To) {
			return false
		}
		ask := s.ask(schedule.Ask{})
		minute := minuteOf(t.In(s.From.Location()))
		return !s.daily() || minute >= ask.DayFrom && minute < ask.DayTo
	})
}

func minuteOf(t time.Time) int { return t.Hour()*60 + t.Minute() }

// within finds the free times of every stretch of a window, in order of time: what lies between them was not asked for.
func (t *Talk) within(ctx context.Context, ask schedule.Ask, w Window) ([]schedule.Slot, error) {
	var all []schedule.Slot
	for _, s := range w.spans() {
		slots, err := t.nearest(ctx, s.ask(ask))
		if err != nil {
			return nil, err
		}
		all = append(all, slots...)
	}
	if len(w.Also) > 0 {
		slices.SortStableFunc(all, func(a, b schedule.Slot) int { return a.Start.Compare(b.Start) })
		all = slices.CompactFunc(all, func(a, b schedule.Slot) bool {
			return a.Doctor == b.Doctor && a.Branch == b.Branch && a.Start.Equal(b.Start)
		})
	}
	return all, nil
}

// span words a stretch: its hours too where they repeat daily.
func (t *Talk) span(s Span, zone *time.Location) string {
	from, to := s.From.In(zone), s.To.In(zone)
	text := t.Words.Window(t.Lang, from, to)
	switch {
	case s.Grain == Minute:
		return t.Words.Moment(t.Lang, from)
	case s.daily():
		text += ", " + from.Format("15:04") + "–" + to.Format("15:04")
	}
	return text
}

// windowWords words a window with all its stretches.
func (t *Talk) windowWords(w Window, zone *time.Location) string {
	var parts []string
	for _, s := range w.spans() {
		parts = append(parts, t.span(s, zone))
	}
	return strings.Join(parts, "; ")
}

// askReading offers what the same words may mean: "следующая среда" is one of two days.
func (t *Talk) askReading(w Window) Reply {
	zone := t.zone()
	r := Reply{Text: t.Say("clarify")}
	for _, s := range append([]Span{{From: w.From, To: w.To, Grain: w.Grain}}, w.Readings...) {
		plain := Window{From: s.From, To: s.To, Grain: s.Grain}
		r.Buttons = append(r.Buttons, []Button{{Label: t.span(s, zone), Commands: []Command{{Do: Set, Slot: slotWhen, When: &plain}}}})
	}
	r.Buttons = append(r.Buttons, []Button{{Label: t.Say("button.other_day"), Commands: []Command{{Do: Clear, Slot: slotWhen}}}})
	return withBack(t, r)
}

// shifted is how far from the visit that is moved a new time was said to be: "visit+60m" is an hour later, "visit-7d" a week earlier.
func shifted(value string) (minutes, days int, ok bool) {
	rest, relative := strings.CutPrefix(value, "visit")
	if !relative || len(rest) < 3 {
		return 0, 0, false
	}
	n, err := strconv.Atoi(rest[:len(rest)-1])
	if err != nil || n < -1000 || n > 1000 {
		return 0, 0, false
	}
	switch rest[len(rest)-1] {
	case 'm':
		return n, 0, true
	case 'd':
		return 0, n, true
	}
	return 0, 0, false
}

// checkMoveWhen keeps, beside a window, how far from the visit's own time the new one is to be.
func checkMoveWhen(ctx context.Context, t *Talk, c Command) (string, error) {
	if _, _, ok := shifted(c.Value); ok && c.When == nil {
		return c.Value, nil
	}
	return checkWhen(ctx, t, c)
}

// settleWhen turns "на час позже" and "в то же время" into a moment, once the visit is known.
func settleWhen(t *Talk, v visit.Visit) error {
	zone := t.zone()
	start := v.Start.In(zone)
	minutes, days, relative := shifted(t.Get(slotWhen))
	w, said := t.saidWindow(zone)
	var at time.Time
	switch {
	case relative:
		at = time.Date(start.Year(), start.Month(), start.Day()+days, start.Hour(), start.Minute()+minutes, 0, 0, zone)
	case said && w.SameTime:
		at = time.Date(w.From.Year(), w.From.Month(), w.From.Day(), start.Hour(), start.Minute(), 0, 0, zone)
	default:
		return nil
	}
	data, err := json.Marshal(Window{From: at, To: at.Add(30 * time.Minute), Grain: Minute})
	if err != nil {
		return fmt.Errorf("keep a window: %w", err)
	}
	t.frame.put(slotWhen, string(data))
	return nil
}
