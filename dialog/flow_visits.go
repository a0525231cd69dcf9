package dialog

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/visit"
)

// MyVisits shows what is ahead: one visit with what can be done about it.
func MyVisits() Flow {
	return Flow{
		Name:   "visits",
		Slots:  []Slot{{Name: "visit", Fill: fillVisit, Ask: askVisit("visits.ask_visit"), Check: checkVisit}},
		Finish: showVisit,
	}
}

// fillVisit takes the only one there is; where there is none the flow ends in a refusal.
func fillVisit(ctx context.Context, t *Talk) (string, error) {
	ahead, err := t.Desk.Calendar.Upcoming(ctx)
	if err != nil {
		return "", err
	}
	if len(ahead) == 1 {
		return ahead[0].ID.String(), nil
	}
	return "", nil
}

func askVisit(key string) func(context.Context, *Talk) (Reply, error) {
	return func(ctx context.Context, t *Talk) (Reply, error) {
		ahead, err := t.Desk.Calendar.Upcoming(ctx)
		if err != nil {
			return Reply{}, err
		}
		if len(ahead) == 0 {
			return Reply{}, refusing("no_visits")
		}
		r := Reply{Text: t.Say(key, "Count", len(ahead))}
		for _, v := range ahead {
			d, _ := t.Desk.Clinic.Doctor(v.Doctor)
			label := t.Words.Moment(t.Lang, v.Start) + ", " + d.Short()
			r.Buttons = append(r.Buttons, []Button{{Label: label, Commands: set("visit", v.ID.String())}})
		}
		return withCancel(t, r), nil
	}
}

// checkVisit keeps one of the person's own visits ahead; anybody else's is as unknown as none.
func checkVisit(ctx context.Context, t *Talk, c Command) (string, error) {
	if _, err := ahead(ctx, t, c.Value); err != nil {
		return "", err
	}
	return c.Value, nil
}

func ahead(ctx context.Context, t *Talk, id string) (visit.Visit, error) {
	list, err := t.Desk.Calendar.Upcoming(ctx)
	if err != nil {
		return visit.Visit{}, err
	}
	for _, v := range list {
		if v.ID.String() == id {
			return v, nil
		}
	}
	return visit.Visit{}, core.Refuse(core.NotFound, "visit_unknown")
}

func showVisit(ctx context.Context, t *Talk) (Outcome, error) {
	v, err := ahead(ctx, t, t.Get("visit"))
	if err != nil {
		return Outcome{}, err
	}
	text := t.Say("visits.status_"+string(v.Status), "In", t.Words.In(t.Lang, v.Start.Sub(t.Now))) + "\n\n" + describe(t, v)
	return Outcome{Replies: []Reply{{Text: text, Keep: true, Buttons: visitButtons(t, v.ID)}}}, nil
}

// describe is a visit in full: when, with whom, where, what, for whom.
func describe(t *Talk, v visit.Visit) string {
	doctor, _ := t.Desk.Clinic.Doctor(v.Doctor)
	branch, _ := t.Desk.Clinic.Branch(v.Branch)
	service, _ := t.Desk.Clinic.Service(v.Service)
	specialty, _ := t.Desk.Clinic.Specialty(v.Specialty)
	return strings.Join([]string{
		"🗓 " + t.Words.Moment(t.Lang, v.Start),
		"👩‍⚕️ " + doctor.Full() + ", " + strings.ToLower(specialty.Name.In(t.Lang)),
		"📍 " + branch.Name.In(t.Lang) + ", " + branch.Address.In(t.Lang),
		"💳 " + service.Name.In(t.Lang) + ", " + core.Money(v.Price, v.Currency),
	}, "\n")
}

// visitButtons are what can be done about a visit, under any message that speaks of it.
func visitButtons(t *Talk, id uuid.UUID) [][]Button {
	do := func(key, flow string) Button {
		return Button{Label: t.Say(key), Commands: []Command{{Do: Start, Flow: flow}, {Do: Set, Slot: "visit", Value: id.String()}}}
	}
	return [][]Button{
		{do("button.move", "reschedule"), do("button.cancel_visit", "cancel")},
		{{Label: t.Say("button.menu"), Commands: []Command{{Do: Start, Flow: "menu"}}}},
	}
}

// Reschedule gives a visit another time; the old one is kept until the new one is taken.
func Reschedule() Flow {
	return Flow{
		Name: "reschedule",
		Slots: []Slot{
			{Name: "visit", Fill: fillVisit, Ask: askVisit("reschedule.ask_visit"), Check: checkVisit, Clears: []string{"specialty", "service", "doctor", "branch", "when", "time"}},
			{Name: "specialty", Fill: fromVisit(func(v visit.Visit) string { return v.Specialty })},
			{Name: "service", Fill: fromVisit(func(v visit.Visit) string { return v.Service.String() })},
			{Name: "doctor", Fill: fromVisit(func(v visit.Visit) string { return v.Doctor.String() }), Ask: askDoctor, Check: checkDoctor, Clears: []string{"time"}},
			{Name: "branch", Fill: fromVisit(func(v visit.Visit) string { return v.Branch.String() })},
			{Name: "when", Ask: askWhen, Check: checkWhen, Clears: []string{"time"}},
			{Name: "time", Fill: fillMoveTime, Ask: askTime, Check: moveTime},
			{Name: "confirm", Ask: askMove, Check: checkYes},
		},
		Finish: move,
		Redo:   map[string]string{"time_taken": "time", "own_overlap": "time", "time_past": "time", "said_no": "time"},
	}
}

func fromVisit(get func(visit.Visit) string) func(context.Context, *Talk) (string, error) {
	return func(ctx context.Context, t *Talk) (string, error) {
		v, err := ahead(ctx, t, t.Get("visit"))
		if err != nil {
			return "", err
		}
		return get(v), nil
	}
}

func moveTime(ctx context.Context, t *Talk, c Command) (string, error) {
	pick, err := pickTime(ctx, t, c)
	if err != nil {
		return "", err
	}
	return pick.json()
}

func fillMoveTime(ctx context.Context, t *Talk) (string, error) {
	w := t.window()
	if w.Grain != Minute {
		return "", nil
	}
	value, err := moveTime(ctx, t, Command{Do: Set, Slot: "time", When: &w})
	if core.Refusal(err) != nil {
		return "", nil
	}
	return value, err
}

func askMove(ctx context.Context, t *Talk) (Reply, error) {
	v, err := ahead(ctx, t, t.Get("visit"))
	if err != nil {
		return Reply{}, err
	}
	at, err := readTime(t.Get("time"))
	if err != nil {
		return Reply{}, err
	}
	doctor, _ := t.Desk.Clinic.Doctor(at.Doctor)
	branch, _ := t.Desk.Clinic.Branch(at.Branch)
	text := t.Say("reschedule.ask_confirm", "From", t.Words.Moment(t.Lang, v.Start), "To", t.Words.Moment(t.Lang, at.Start.In(branch.Zone)),
		"Doctor", doctor.Full(), "Place", branch.Name.In(t.Lang)+", "+branch.Address.In(t.Lang))
	return withBack(t, Reply{Text: text, Buttons: [][]Button{
		{{Label: t.Say("button.move_yes"), Commands: []Command{{Do: Confirm}}}},
		{{Label: t.Say("button.other_time"), Commands: []Command{{Do: Clear, Slot: "when"}}}},
	}}), nil
}

func move(ctx context.Context, t *Talk) (Outcome, error) {
	if t.Get("confirm") == "no" {
		return Outcome{}, refusing("said_no")
	}
	at, err := readTime(t.Get("time"))
	if err != nil {
		return Outcome{}, err
	}
	v, err := t.Desk.Visits.Move(ctx, t.ID("visit"), at.slot())
	if err != nil {
		return Outcome{}, err
	}
	text := t.Say("reschedule.done") + "\n\n" + describe(t, v)
	return Outcome{Replies: []Reply{{Text: text, Keep: true, Buttons: visitButtons(t, v.ID), File: ics(t, v)}}}, nil
}

// CancelVisit ends a visit, with a reason where the person gives one.
func CancelVisit() Flow {
	return Flow{
		Name: "cancel",
		Slots: []Slot{
			{Name: "visit", Fill: fillVisit, Ask: askVisit("cancel.ask_visit"), Check: checkVisit, Clears: []string{"reason", "confirm"}},
			{Name: "reason", Ask: askReason, Check: checkReason},
			{Name: "confirm", Ask: askCancel, Check: checkYes},
		},
		Finish: cancel,
	}
}

func askReason(ctx context.Context, t *Talk) (Reply, error) {
	v, err := ahead(ctx, t, t.Get("visit"))
	if err != nil {
		return Reply{}, err
	}
	r := Reply{Text: t.Say("cancel.ask_reason") + "\n\n" + describe(t, v)}
	for _, key := range []string{"plans", "better", "ill", "price", "other"} {
		r.Buttons = append(r.Buttons, []Button{{Label: t.Say("cancel.reason_" + key), Commands: set("reason", key)}})
	}
	r.Buttons = append(r.Buttons, []Button{{Label: t.Say("button.move_instead"), Commands: []Command{
		{Do: Start, Flow: "reschedule"}, {Do: Set, Slot: "visit", Value: v.ID.String()},
	}}})
	return withCancel(t, r), nil
}

// maxReason bounds a typed reason, in characters.
const maxReason = 300

func checkReason(_ context.Context, _ *Talk, c Command) (string, error) {
	r := []rune(strings.TrimSpace(c.Value))
	return string(r[:min(len(r), maxReason)]), nil
}

func askCancel(ctx context.Context, t *Talk) (Reply, error) {
	v, err := ahead(ctx, t, t.Get("visit"))
	if err != nil {
		return Reply{}, err
	}
	return Reply{Text: t.Say("cancel.ask_confirm") + "\n\n" + describe(t, v), Buttons: [][]Button{
		{{Label: t.Say("button.cancel_yes"), Commands: []Command{{Do: Confirm}}}},
		{{Label: t.Say("button.keep"), Commands: []Command{{Do: Deny}}}},
	}}, nil
}

func cancel(ctx context.Context, t *Talk) (Outcome, error) {
	if t.Get("confirm") == "no" {
		return Outcome{Replies: []Reply{{Text: t.Say("cancel.kept"), Keep: true}}}, nil
	}
	v, err := ahead(ctx, t, t.Get("visit"))
	if err != nil {
		return Outcome{}, err
	}
	if _, err := t.Desk.Visits.Cancel(ctx, v.ID, t.Get("reason")); err != nil {
		return Outcome{}, err
	}
	return Outcome{Replies: []Reply{{Text: t.Say("cancel.done", "When", t.Words.Moment(t.Lang, v.Start)), Keep: true}}}, nil
}

// ConfirmVisit is the answer "I will come".
func ConfirmVisit() Flow {
	return Flow{
		Name:   "confirm",
		Slots:  []Slot{{Name: "visit", Fill: fillVisit, Ask: askVisit("confirm.ask_visit"), Check: checkVisit}},
		Finish: accept,
	}
}

func accept(ctx context.Context, t *Talk) (Outcome, error) {
	v, err := t.Desk.Visits.Accept(ctx, t.ID("visit"))
	if err != nil {
		return Outcome{}, err
	}
	text := t.Say("confirm.done") + "\n\n" + describe(t, v)
	return Outcome{Replies: []Reply{{Text: text, Keep: true, Buttons: visitButtons(t, v.ID)}}}, nil
}
