package dialog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/schedule"
)

// chosen is a time as a slot keeps it, with the hold on it where there is one.
type chosen struct {
	Doctor uuid.UUID `json:"d"`
	Branch uuid.UUID `json:"b"`
	Room   uuid.UUID `json:"r"`
	Start  time.Time `json:"s"`
	Hold   uuid.UUID `json:"h"`
}

func readTime(value string) (chosen, error) {
	var c chosen
	if err := json.Unmarshal([]byte(value), &c); err != nil {
		return c, fmt.Errorf("a kept time: %w", err)
	}
	return c, nil
}

func (c chosen) slot() schedule.Slot {
	return schedule.Slot{Doctor: c.Doctor, Branch: c.Branch, Room: c.Room, Start: c.Start}
}

func (c chosen) json() (string, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("keep a time: %w", err)
	}
	return string(data), nil
}

// page is how many times stand on one card.
const page = 12

// askTime lists the free times of the window; where there are none it says why and offers the nearest.
func askTime(ctx context.Context, t *Talk) (Reply, error) {
	w := t.window()
	if len(w.Readings) > 0 {
		return t.askReading(w), nil
	}
	if w.Grain == Minute && len(w.Also) == 0 {
		return askAround(ctx, t, w)
	}
	ask := askOf(t)
	if w.Grain == Asap {
		ask.Limit = 2 * page
	}
	slots, err := t.within(ctx, ask, w)
	if err != nil {
		return Reply{}, err
	}
	zone := t.zone()
	if len(slots) > 0 {
		text := t.Say("booking.ask_time", "Day", t.windowWords(w, zone))
		if w.Grain == Asap {
			text = t.Say("booking.ask_time_nearest")
		}
		return timesCard(t, text, slots, dated(w, zone)), nil
	}
	if w.Grain == Minute { // none of several moments is free: the rest of the first one's day
		return askAround(ctx, t, w)
	}
	r, err := askTimeElse(ctx, t, w.spans()[0].ask(ask), w)
	return withWait(t, r), err
}

// askAround answers a moment that is not to be had: by the rest of its day, from a little before it.
func askAround(ctx context.Context, t *Talk, w Window) (Reply, error) {
	zone := t.zone()
	at := w.From.In(zone)
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, zone)
	ask := askOf(t)
	ask.From, ask.To = day, day.AddDate(0, 0, 1)
	slots, err := t.nearest(ctx, ask)
	if err != nil {
		return Reply{}, err
	}
	if len(slots) == 0 {
		r, err := askTimeElse(ctx, t, ask, Window{From: ask.From, To: ask.To, Grain: Day})
		return withWait(t, r), err
	}
	text := t.Say("booking.ask_time", "Day", t.Words.Day(t.Lang, at))
	if !slices.ContainsFunc(slots, func(s schedule.Slot) bool { return wall(s.Start, zone).Equal(at) }) {
		text = t.Say("booking.not_at", "Time", t.Words.Moment(t.Lang, at))
	}
	if t.View(slotTime) == "" && len(slots) > page {
		before := slices.IndexFunc(slots, func(s schedule.Slot) bool { return !wall(s.Start, zone).Before(at) })
		t.frame.look(slotTime, strconv.Itoa(max(0, min(before-page/2, len(slots)-page))))
	}
	return timesCard(t, text, slots, false), nil
}

// apart is more than two of the clinic's clocks can differ by.
const apart = 12 * time.Hour

// nearest finds free times. Where the branch is still open and the branches' clocks differ, a time that was said is one of each
// branch's own clock.
func (t *Talk) nearest(ctx context.Context, ask schedule.Ask) ([]schedule.Slot, error) {
	zone := t.zone()
	if ask.Branch != uuid.Nil || t.window().Grain == Asap || !slices.ContainsFunc(t.Desk.Clinic.Branches, func(b clinic.Branch) bool { return b.Zone.String() != zone.String() }) {
		return t.Desk.Calendar.Nearest(ctx, ask)
	}
	from, to := ask.From, ask.To
	ask.From, ask.To = from.Add(-apart), to.Add(apart)
	slots, err := t.Desk.Calendar.Nearest(ctx, ask)
	slots = slices.DeleteFunc(slots, func(s schedule.Slot) bool {
		at := wall(s.Start, zone)
		return at.Before(from) || !at.Before(to)
	})
	slices.SortStableFunc(slots, func(a, b schedule.Slot) int { return wall(a.Start, zone).Compare(wall(b.Start, zone)) })
	return slots, err
}

// dated says whether a window spans several days, so that times need their dates.
func dated(w Window, zone *time.Location) bool {
	return len(w.Also) > 0 || w.From.In(zone).Format(dateForm) != w.To.Add(-time.Minute).In(zone).Format(dateForm)
}

func askTimeElse(ctx context.Context, t *Talk, ask schedule.Ask, w Window) (Reply, error) {
	why, err := t.Desk.Calendar.Explain(ctx, ask)
	if err != nil {
		return Reply{}, err
	}
	ask.From, ask.To, ask.Limit, ask.DayFrom, ask.DayTo = t.Now, time.Time{}, page, 0, 0
	if w.From.After(t.Now) {
		ask.From = w.From
	}
	nearest, err := t.Desk.Calendar.Nearest(ctx, ask)
	if err == nil && len(nearest) == 0 {
		ask.From = t.Now
		nearest, err = t.Desk.Calendar.Nearest(ctx, ask)
	}
	if err != nil {
		return Reply{}, err
	}
	zone := t.zone()
	w.From = soonest(t.Now, w.From)
	text := t.Say("booking.none_"+string(why), "Day", t.windowWords(w, zone))
	if len(nearest) == 0 {
		return withBack(t, Reply{Text: text + "\n" + t.Say("booking.none_at_all"), Buttons: [][]Button{
			{{Label: t.Say("flow.operator"), Commands: []Command{{Do: Handoff}}}},
		}}), nil
	}
	return timesCard(t, text+"\n"+t.Say("booking.instead"), nearest, true), nil
}

func timesCard(t *Talk, text string, slots []schedule.Slot, dated bool) Reply {
	slots = distinct(slots)
	place := t.places(slots)
	first, _ := strconv.Atoi(t.View(slotTime))
	if first < 0 || first >= len(slots) {
		first = 0
	}
	last := min(first+page, len(slots))
	var buttons []Button
	for _, s := range slots[first:last] {
		label := s.Start.Format("15:04")
		if dated {
			label = t.Words.Moment(t.Lang, s.Start)
		}
		label += place[s.Branch]
		c := chosen{Doctor: s.Doctor, Branch: s.Branch, Room: s.Room, Start: s.Start}
		if value, err := c.json(); err == nil {
			buttons = append(buttons, Button{Label: label, Commands: set(slotTime, value)})
		}
	}
	wide := 4
	for _, long := range []bool{dated, len(place) > 0} {
		if long {
			wide /= 2
		}
	}
	r := Reply{Text: text, Buttons: grid(wide, buttons)}
	if nav := pages(t, first, len(slots)); len(nav) > 0 {
		r.Buttons = append(r.Buttons, nav)
	}
	r.Buttons = append(r.Buttons, []Button{{Label: t.Say("button.other_day"), Commands: []Command{{Do: Clear, Slot: slotWhen}}}})
	return withBack(t, r)
}

func pages(t *Talk, first, all int) []Button {
	var nav []Button
	if first > 0 {
		nav = append(nav, Button{Label: t.Say("button.earlier"), Commands: []Command{{Do: View, Slot: slotTime, Value: strconv.Itoa(max(0, first-page))}}})
	}
	if first+page < all {
		nav = append(nav, Button{Label: t.Say("button.later"), Commands: []Command{{Do: View, Slot: slotTime, Value: strconv.Itoa(first + page)}}})
	}
	return nav
}

// places name the branches where times of several are listed together: each has its own clock. By the city where that tells them
// apart.
func (t *Talk) places(slots []schedule.Slot) map[uuid.UUID]string {
	cities, names := map[string]bool{}, map[uuid.UUID]string{}
	out := map[uuid.UUID]string{}
	for _, s := range slots {
		b, _ := t.Desk.Clinic.Branch(s.Branch)
		cities[b.City.In(t.Lang)], names[b.ID] = true, b.Name.In(t.Lang)
		out[b.ID] = ", " + b.City.In(t.Lang)
	}
	switch {
	case len(out) < 2:
		return nil
	case len(cities) < len(out):
		for id, name := range names {
			out[id] = ", " + name
		}
	}
	return out
}

// distinct keeps one slot of those that begin together in a branch: whoever comes first will do, for the person did not ask for a
// doctor.
func distinct(slots []schedule.Slot) []schedule.Slot {
	type moment struct {
		branch uuid.UUID
		at     int64
	}
	seen := map[moment]bool{}
	var out []schedule.Slot
	for _, s := range slots {
		if m := (moment{s.Branch, s.Start.Unix()}); !seen[m] {
			seen[m] = true
			out = append(out, s)
		}
	}
	return out
}

// pickTime finds the slot that was meant: a button's, or the free one at the moment that was said.
func pickTime(ctx context.Context, t *Talk, c Command) (chosen, error) {
	if c.When == nil {
		pick, err := readTime(c.Value)
		if err != nil {
			return pick, refusing("time_unknown")
		}
		return pick, nil
	}
	ask := askOf(t)
	ask.From, ask.To = c.When.From, c.When.From.Add(time.Minute) // fillTime has put it on the branch's clock
	slots, err := t.nearest(ctx, ask)
	if err != nil {
		return chosen{}, err
	}
	if n := len(slots); n == 0 || slots[0].Branch != slots[n-1].Branch { // in several cities at once: the person chooses
		return chosen{}, core.Refuse(core.Conflict, "time_not_free", "Time", t.Words.Moment(t.Lang, c.When.From.In(t.zone())))
	}
	s := slots[0]
	return chosen{Doctor: s.Doctor, Branch: s.Branch, Room: s.Room, Start: s.Start}, nil
}

// fillTime takes a moment that was said in full and is free: "tomorrow at ten".
func fillTime(ctx context.Context, t *Talk) (string, error) {
	for _, w := range t.moments() {
		value, err := holdTime(ctx, t, Command{Do: Set, Slot: slotTime, When: &w})
		if core.Refusal(err) == nil {
			return value, err
		}
	}
	return "", nil // askTime says why and what else there is
}

// moments are the moments that were said in full, the one wished for most at the head; none where the words may mean another day.
func (t *Talk) moments() []Window {
	w := t.window()
	if w.Grain != Minute || len(w.Readings) > 0 {
		return nil
	}
	var all []Window
	for _, s := range w.spans() {
		if s.Grain == Minute {
			all = append(all, Window{From: s.From, To: s.To, Grain: s.Grain})
		}
	}
	return all
}

// holdTime keeps the chosen time for a while, so that nobody takes it while a name is typed.
func holdTime(ctx context.Context, t *Talk, c Command) (string, error) {
	pick, err := pickTime(ctx, t, c)
	if err != nil {
		return "", err
	}
	if pick.Hold, err = t.Desk.Visits.Hold(ctx, pick.slot(), t.ID(slotService)); err != nil {
		return "", err
	}
	return pick.json()
}

func releaseTime(ctx context.Context, t *Talk) error { return t.Desk.Visits.Release(ctx) }
