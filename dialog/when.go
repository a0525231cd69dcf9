package dialog

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/schedule"
)

// dateForm is how a day stands in a button's command.
const dateForm = "2006-01-02"

// askOf is what the running flow looks for, without the time.
func askOf(t *Talk) schedule.Ask {
	return schedule.Ask{Specialty: t.Get(slotSpecialty), Service: t.ID(slotService), Doctor: t.ID(slotDoctor), Without: t.without(), Branch: t.ID(slotBranch)}
}

// askWhen shows a month with its free days marked.
func askWhen(ctx context.Context, t *Talk) (Reply, error) {
	zone := t.zone()
	today := t.Now.In(zone)
	month := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, zone)
	if m, err := time.ParseInLocation("2006-01", t.View(slotWhen), zone); err == nil && m.After(month) {
		month = m
	}
	free, err := freeDays(ctx, t, month)
	if err != nil {
		return Reply{}, err
	}
	if len(free) == 0 && t.View(slotWhen) == "" { // the month may be at its end
		next := month.AddDate(0, 1, 0)
		if later, err := freeDays(ctx, t, next); err != nil || len(later) > 0 {
			month, free = next, later
		}
	}
	text := t.Say("booking.ask_when")
	if who := whom(t); who != "" {
		text = who + "\n" + text
	}
	if len(free) == 0 {
		text = t.Say("booking.month_full", "Month", t.Words.Month(t.Lang, month))
	}
	r := Reply{Text: text, Buttons: [][]Button{
		{{Label: t.Say("button.nearest"), Commands: []Command{{Do: Set, Slot: slotWhen, Value: string(Asap)}}}},
	}}
	r.Buttons = append(r.Buttons, calendar(t, month, today, free)...)
	return withBack(t, r), nil
}

// whom is the line over the calendar: the doctor or the speciality, and where.
func whom(t *Talk) string {
	s, _ := t.Desk.Clinic.Specialty(t.Get(slotSpecialty))
	line := s.Name.In(t.Lang)
	if d, ok := t.Desk.Clinic.Doctor(t.ID(slotDoctor)); ok {
		line += ": " + t.Words.Name(t.Lang, d.Full())
	}
	if b, ok := t.Desk.Clinic.Branch(t.ID(slotBranch)); ok {
		line += ", " + b.Name.In(t.Lang)
	}
	return line
}

func freeDays(ctx context.Context, t *Talk, month time.Time) (map[int]bool, error) {
	ask := askOf(t)
	ask.From, ask.To = month, month.AddDate(0, 1, 0)
	slots, err := t.Desk.Calendar.Nearest(ctx, ask)
	if err != nil {
		return nil, err
	}
	free := map[int]bool{}
	for _, s := range slots {
		free[s.Start.In(month.Location()).Day()] = true
	}
	return free, nil
}

// calendar is a month as buttons: weeks from Monday, a free day is its number, a full or past one a dot.
func calendar(t *Talk, month, today time.Time, free map[int]bool) [][]Button {
	silent := []Command{{Do: Repeat}}
	rows := [][]Button{{{Label: t.Words.Month(t.Lang, month), Commands: silent}}}
	var head []Button
	for i := range 7 {
		head = append(head, Button{Label: t.Words.Weekday(t.Lang, time.Date(2024, 1, 1+i, 0, 0, 0, 0, time.UTC)), Commands: silent})
	}
	rows = append(rows, head)
	var week []Button
	for range (int(month.Weekday()) + 6) % 7 {
		week = append(week, Button{Label: "·", Commands: silent})
	}
	for day := month; day.Month() == month.Month(); day = day.AddDate(0, 0, 1) {
		b := Button{Label: "·", Commands: silent}
		if free[day.Day()] {
			b = Button{Label: strconv.Itoa(day.Day()), Commands: set(slotWhen, day.Format(dateForm))}
		}
		if week = append(week, b); len(week) == 7 {
			rows, week = append(rows, week), nil
		}
	}
	if len(week) > 0 {
		for len(week) < 7 {
			week = append(week, Button{Label: "·", Commands: silent})
		}
		rows = append(rows, week)
	}
	return append(rows, months(t, month, today))
}

func months(t *Talk, month, today time.Time) []Button {
	var nav []Button
	turn := func(label string, to time.Time) Button {
		return Button{Label: label, Commands: []Command{{Do: View, Slot: slotWhen, Value: to.Format("2006-01")}}}
	}
	if month.After(today) {
		nav = append(nav, turn("◀ "+t.Words.Month(t.Lang, month.AddDate(0, -1, 0)), month.AddDate(0, -1, 0)))
	}
	horizon := 0
	for _, b := range t.Desk.Clinic.Branches {
		horizon = max(horizon, b.Horizon)
	}
	if next := month.AddDate(0, 1, 0); next.Before(today.AddDate(0, 0, horizon)) {
		nav = append(nav, turn(t.Words.Month(t.Lang, next)+" ▶", next))
	}
	return nav
}

// checkWhen keeps a window as JSON. A button says a date or "asap".
func checkWhen(_ context.Context, t *Talk, c Command) (string, error) {
	w := c.When
	if w == nil {
		read, err := readDay(t, c.Value)
		if err != nil {
			return "", err
		}
		w = &read
	}
	if !w.To.After(t.Now) {
		return "", refusing("time_past")
	}
	horizon := 0
	for _, b := range t.Desk.Clinic.Branches {
		horizon = max(horizon, b.Horizon)
	}
	if w.From.After(t.Now.AddDate(0, 0, horizon)) {
		return "", core.Refuse(core.Invalid, "too_far", "Count", horizon, "Day", t.Words.Far(t.Lang, w.From, t.Now))
	}
	kept := *w
	kept.Words, kept.Confidence = nil, 0
	data, err := json.Marshal(kept)
	if err != nil {
		return "", fmt.Errorf("keep a window: %w", err)
	}
	return string(data), nil
}

func readDay(t *Talk, value string) (Window, error) {
	zone := t.zone()
	if value == string(Asap) {
		return Window{From: t.Now, To: t.Now.AddDate(0, 0, 366), Grain: Asap}, nil
	}
	day, err := time.ParseInLocation(dateForm, value, zone)
	if err != nil {
		return Window{}, refusing("day_unknown")
	}
	return Window{From: day, To: day.AddDate(0, 0, 1), Grain: Day}, nil
}

// window is when the visit is to be, by the clock of its branch.
func (t *Talk) window() Window {
	if w, ok := t.saidWindow(t.zone()); ok {
		return w
	}
	return Window{From: t.Now, To: t.Now.AddDate(0, 0, 366), Grain: Asap}
}

// saidWindow is the window that was said, by another clock: "at ten" is ten where the visit is, wherever that turns out to be.
func (t *Talk) saidWindow(zone *time.Location) (Window, bool) {
	var w Window
	if err := json.Unmarshal([]byte(t.Get(slotWhen)), &w); err != nil {
		return w, false
	}
	if w.Grain != Asap {
		w.From, w.To = wall(w.From, zone), wall(w.To, zone)
	}
	for _, list := range [][]Span{w.Also, w.Readings} {
		for i := range list {
			list[i].From, list[i].To = wall(list[i].From, zone), wall(list[i].To, zone)
		}
	}
	return w, true
}

// wall is the same reading of the clock in another zone.
func wall(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone)
}
