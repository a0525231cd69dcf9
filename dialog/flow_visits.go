package dialog

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/visit"
)

// MyVisits shows what is ahead: one visit with what can be done about it.
func MyVisits() Flow {
	return Flow{
		Name:   "visits",
		Slots:  append(narrow(), Slot{Name: slotVisit, Fill: fillVisit, Ask: askVisit("visits.ask_visit"), Check: checkVisit}),
		Finish: showVisit,
	}
}

// narrow are what people say of a visit they mean: whose, with whom, on which day. None of it is asked.
func narrow() []Slot {
	never := func(context.Context, *Talk) (string, error) { return anyone, nil }
	return []Slot{
		{Name: slotPerson, Fill: never, Check: checkPerson, Clears: []string{slotVisit}},
		{Name: slotDoctor, Fill: never, Check: checkDoctor, Clears: []string{slotVisit}},
		{Name: slotWhen, Fill: never, Check: checkWhen, Clears: []string{slotVisit}},
	}
}

// meant are the visits ahead that fit what was said of them. Where none does, it is all of them, and found is false: but who moves a
// visit may have named the doctor to move to.
func meant(ctx context.Context, t *Talk) (list []visit.Visit, found bool, err error) {
	all, err := t.Desk.Calendar.Upcoming(ctx)
	if err != nil {
		return nil, false, err
	}
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return nil, false, err
	}
	var out []visit.Visit
	for _, v := range all {
		if fits(t, v, family) {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		return all, t.frame.Flow == flowReschedule, nil
	}
	return out, true, nil
}

func fits(t *Talk, v visit.Visit, family []patient.Person) bool {
	if id := t.ID(slotDoctor); id != uuid.Nil && id != v.Doctor {
		return false
	}
	if w, ok := t.saidWindow(v.Start.Location()); ok && t.frame.Flow != flowReschedule && !w.holds(v.Start) {
		return false
	}
	who := t.Get(slotPerson)
	if who == "" || who == anyone {
		return true
	}
	return slices.ContainsFunc(family, func(p patient.Person) bool {
		return p.ID == v.Patient && (p.ID.String() == who || string(p.Relation) == who)
	})
}

// fillVisit takes the only one there is; where there is none the flow ends in a refusal.
func fillVisit(ctx context.Context, t *Talk) (string, error) {
	list, found, err := meant(ctx, t)
	if err != nil {
		return "", err
	}
	if found && len(list) == 1 {
		return list[0].ID.String(), nil
	}
	return "", nil
}

func askVisit(key string) func(context.Context, *Talk) (Reply, error) {
	return func(ctx context.Context, t *Talk) (Reply, error) {
		list, found, err := meant(ctx, t)
		if err != nil {
			return Reply{}, err
		}
		if len(list) == 0 {
			return Reply{}, refusing("no_visits")
		}
		family, err := t.Desk.People.Family(ctx)
		if err != nil {
			return Reply{}, err
		}
		r := Reply{Text: t.Say(key, "Count", len(list))}
		if !found {
			r.Text = t.Say("visits.not_that")
		}
		for _, v := range list {
			d, _ := t.Desk.Clinic.Doctor(v.Doctor)
			label := t.Words.Moment(t.Lang, v.Start) + ", " + t.Words.Name(t.Lang, d.Short())
			if p, ok := relative(family, v); ok {
				label += " (" + p.Given + ")"
			}
			r.Buttons = append(r.Buttons, []Button{{Label: label, Commands: set(slotVisit, v.ID.String())}})
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
	v, err := ahead(ctx, t, t.Get(slotVisit))
	if err != nil {
		return Outcome{}, err
	}
	about, err := describe(ctx, t, v)
	if err != nil {
		return Outcome{}, err
	}
	text := t.Say("visits.status_"+string(v.Status), "In", t.Words.In(t.Lang, v.Start.Sub(t.Now))) + "\n\n" + about
	return Outcome{Replies: []Reply{{Text: text, Keep: true, Buttons: visitButtons(t, v.ID)}}}, nil
}

// relative is whom a visit is for where that is not oneself.
func relative(family []patient.Person, v visit.Visit) (patient.Person, bool) {
	i := slices.IndexFunc(family, func(p patient.Person) bool { return p.ID == v.Patient && p.Relation != patient.Self })
	if i < 0 {
		return patient.Person{}, false
	}
	return family[i], true
}

// describe is a visit in full: when, with whom, where, what, for whom.
func describe(ctx context.Context, t *Talk, v visit.Visit) (string, error) {
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return "", err
	}
	doctor, _ := t.Desk.Clinic.Doctor(v.Doctor)
	branch, _ := t.Desk.Clinic.Branch(v.Branch)
	service, _ := t.Desk.Clinic.Service(v.Service)
	specialty, _ := t.Desk.Clinic.Specialty(v.Specialty)
	lines := []string{
		"🗓 " + t.Words.Moment(t.Lang, v.Start),
		"👩‍⚕️ " + t.Words.Name(t.Lang, doctor.Full()) + ", " + strings.ToLower(specialty.Name.In(t.Lang)),
		"📍 " + branch.Name.In(t.Lang) + ", " + branch.Address.In(t.Lang),
		"💳 " + service.Name.In(t.Lang) + ", " + core.Money(v.Price, v.Currency),
	}
	if p, ok := relative(family, v); ok {
		lines = append(lines, "👤 "+p.Name())
	}
	return strings.Join(lines, "\n"), nil
}

// visitButtons are what can be done about a visit, under any message that speaks of it.
func visitButtons(t *Talk, id uuid.UUID) [][]Button {
	do := func(key, flow string) Button {
		return Button{Label: t.Say(key), Commands: []Command{{Do: Start, Flow: flow}, {Do: Set, Slot: slotVisit, Value: id.String()}}}
	}
	return [][]Button{
		{do("button.move", flowReschedule), do("button.cancel_visit", "cancel")},
		{{Label: t.Say("button.menu"), Commands: []Command{{Do: Start, Flow: "menu"}}}},
	}
}

// CancelVisit ends a visit, with a reason where the person gives one.
func CancelVisit() Flow {
	return Flow{
		Name: "cancel",
		Slots: append(narrow(),
			Slot{Name: slotVisit, Fill: fillVisit, Ask: askVisit("cancel.ask_visit"), Check: checkVisit, Clears: []string{slotReason, slotConfirm}},
			Slot{Name: slotReason, Ask: askReason, Check: checkReason},
			Slot{Name: slotConfirm, Ask: askCancel, Check: checkYes},
		),
		Finish: cancel,
		Ends:   []string{flowReschedule},
	}
}

func askReason(ctx context.Context, t *Talk) (Reply, error) {
	v, err := changeable(ctx, t)
	if err != nil {
		return Reply{}, err
	}
	about, err := describe(ctx, t, v)
	if err != nil {
		return Reply{}, err
	}
	r := Reply{Text: t.Say("cancel.ask_reason") + "\n\n" + about}
	for _, key := range []string{"plans", "better", "ill", "price", "other"} {
		r.Buttons = append(r.Buttons, []Button{{Label: t.Say("cancel.reason_" + key), Commands: set(slotReason, key)}})
	}
	r.Buttons = append(r.Buttons, []Button{{Label: t.Say("button.move_instead"), Commands: []Command{
		{Do: Start, Flow: flowReschedule}, {Do: Set, Slot: slotVisit, Value: v.ID.String()},
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
	v, err := ahead(ctx, t, t.Get(slotVisit))
	if err != nil {
		return Reply{}, err
	}
	about, err := describe(ctx, t, v)
	if err != nil {
		return Reply{}, err
	}
	return Reply{Text: t.Say("cancel.ask_confirm") + "\n\n" + about, Buttons: [][]Button{
		{{Label: t.Say("button.cancel_yes"), Commands: []Command{{Do: Confirm}}}},
		{{Label: t.Say("button.keep"), Commands: []Command{{Do: Deny}}}},
	}}, nil
}

func cancel(ctx context.Context, t *Talk) (Outcome, error) {
	if t.Get(slotConfirm) == "no" {
		return Outcome{Replies: []Reply{{Text: t.Say("cancel.kept"), Keep: true}}}, nil
	}
	v, err := ahead(ctx, t, t.Get(slotVisit))
	if err != nil {
		return Outcome{}, err
	}
	if _, err := t.Desk.Visits.Cancel(ctx, v.ID, t.Get(slotReason)); err != nil {
		return Outcome{}, err
	}
	return Outcome{Replies: []Reply{{Text: t.Say("cancel.done", "When", t.Words.Moment(t.Lang, v.Start)), Keep: true, Buttons: [][]Button{
		{{Label: t.Say("flow.booking"), Commands: []Command{{Do: Start, Flow: flowBooking}}}},
	}}}}, nil
}

// ConfirmVisit is the answer "I will come".
func ConfirmVisit() Flow {
	return Flow{
		Name:   flowConfirm,
		Slots:  []Slot{{Name: slotVisit, Fill: fillNear, Ask: askVisit("confirm.ask_visit"), Check: checkVisit}},
		Finish: accept,
	}
}

// nearEnough is how long before a visit a bare "yes" can mean it: the first reminder comes a day before. Said earlier, it answers
// nothing.
const nearEnough = 36 * time.Hour

// tooEarly stands for no visit: there are some, and none is near.
const tooEarly = "early"

func fillNear(ctx context.Context, t *Talk) (string, error) {
	all, err := t.Desk.Calendar.Upcoming(ctx)
	if err != nil || len(all) == 0 {
		return "", err
	}
	near := slices.DeleteFunc(all, func(v visit.Visit) bool { return v.Start.Sub(t.Now) > nearEnough })
	switch len(near) {
	case 0:
		return tooEarly, nil
	case 1:
		return near[0].ID.String(), nil
	default:
		return "", nil
	}
}

func accept(ctx context.Context, t *Talk) (Outcome, error) {
	if t.Get(slotVisit) == tooEarly {
		return Outcome{Replies: []Reply{{Text: t.Say("confirm.early"), Keep: true}}}, nil
	}
	v, err := t.Desk.Visits.Accept(ctx, t.ID(slotVisit))
	if err != nil {
		return Outcome{}, err
	}
	about, err := describe(ctx, t, v)
	if err != nil {
		return Outcome{}, err
	}
	text := t.Say("confirm.done") + "\n\n" + about
	return Outcome{Replies: []Reply{{Text: text, Keep: true, Buttons: visitButtons(t, v.ID)}}}, nil
}
