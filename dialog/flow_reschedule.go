package dialog

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/visit"
)

// Reschedule gives a visit another time; the old one is kept until the new one is taken.
func Reschedule() Flow {
	return Flow{
		Name: flowReschedule,
		Slots: []Slot{
			narrow()[0],
			{Name: slotVisit, Fill: fillVisit, Ask: askVisit("reschedule.ask_visit"), Check: checkVisit, Clears: []string{slotSpecialty, slotService, slotDoctor, slotBranch, slotTime}},
			{Name: slotSpecialty, Fill: fromVisit(func(v visit.Visit) string { return v.Specialty })},
			{Name: slotService, Fill: fromVisit(func(v visit.Visit) string { return v.Service.String() })},
			{Name: slotDoctor, Fill: fromVisit(func(v visit.Visit) string { return v.Doctor.String() }), Ask: askMoveDoctor, Check: checkMoveDoctor, Clears: []string{slotBranch, slotTime}},
			{Name: slotBranch, Fill: fillMoveBranch},
			{Name: slotWhen, Ask: askWhen, Check: checkMoveWhen, Clears: []string{slotTime}},
			{Name: slotTime, Fill: fillMoveTime, Ask: askTime, Check: moveTime},
			{Name: slotConfirm, Ask: askMove, Check: checkYes},
		},
		Finish: move,
		Ends:   []string{"cancel"},
		Redo:   map[string]string{"time_taken": slotTime, "own_overlap": slotTime, "time_past": slotTime, "said_no": slotTime},
	}
}

func fromVisit(get func(visit.Visit) string) func(context.Context, *Talk) (string, error) {
	return func(ctx context.Context, t *Talk) (string, error) {
		v, err := changeable(ctx, t)
		if err != nil {
			return "", err
		}
		return get(v), nil
	}
}

// changeable is the chosen visit, or a refusal where it is too near to be changed here: better said before any question than after.
func changeable(ctx context.Context, t *Talk) (visit.Visit, error) {
	v, err := ahead(ctx, t, t.Get(slotVisit))
	if err != nil {
		return v, err
	}
	if b, ok := t.Desk.Clinic.Branch(v.Branch); ok && !t.Now.Add(b.CancelCutoff).Before(v.Start) {
		return v, core.Refuse(core.Conflict, "visit_too_near", "phone", t.Words.Phone(b.Phone))
	}
	return v, nil
}

// askMoveDoctor offers whoever does the same.
func askMoveDoctor(_ context.Context, t *Talk) (Reply, error) {
	r := Reply{Text: t.Say("booking.ask_doctor")}
	for _, d := range t.Desk.Clinic.DoctorsOf(t.Get(slotSpecialty), uuid.Nil) {
		if _, performs := d.Services[t.ID(slotService)]; performs && len(r.Buttons) < maxDoctors {
			r.Buttons = append(r.Buttons, []Button{{Label: t.Words.Name(t.Lang, d.Full()), Commands: set(slotDoctor, d.ID.String())}})
		}
	}
	return withBack(t, r), nil
}

// checkMoveDoctor keeps a doctor who does what the visit is for; before the visit is known, one that a visit is with.
func checkMoveDoctor(ctx context.Context, t *Talk, c Command) (string, error) {
	specialty, service := t.Get(slotSpecialty), t.Get(slotService)
	value, err := checkDoctor(ctx, t, c)
	if err != nil || specialty == "" {
		return value, err
	}
	t.frame.put(slotSpecialty, specialty)
	t.frame.put(slotService, service)
	id, err := uuid.Parse(value)
	if d, ok := t.Desk.Clinic.Doctor(id); err == nil && ok {
		if _, performs := d.Services[t.ID(slotService)]; !performs {
			return "", refusing("no_service")
		}
	}
	return value, nil
}

// fillMoveBranch is the visit's own where its doctor stays, or else where the new one works.
func fillMoveBranch(ctx context.Context, t *Talk) (string, error) {
	v, err := ahead(ctx, t, t.Get(slotVisit))
	if err != nil {
		return "", err
	}
	if d, ok := t.Desk.Clinic.Doctor(t.ID(slotDoctor)); ok && !slices.Contains(d.Branches, v.Branch) && len(d.Branches) > 0 {
		return d.Branches[0].String(), nil
	}
	return v.Branch.String(), nil
}

func moveTime(ctx context.Context, t *Talk, c Command) (string, error) {
	v, err := ahead(ctx, t, t.Get(slotVisit))
	if err != nil {
		return "", err
	}
	if c.When != nil && c.When.From.Equal(v.Start) && v.Doctor == t.ID(slotDoctor) {
		return "", refusing("same_time")
	}
	pick, err := pickTime(ctx, t, c)
	if err != nil {
		return "", err
	}
	return pick.json()
}

func fillMoveTime(ctx context.Context, t *Talk) (string, error) {
	v, err := ahead(ctx, t, t.Get(slotVisit))
	if err != nil {
		return "", err
	}
	if err := settleWhen(t, v); err != nil {
		return "", err
	}
	for _, w := range t.moments() {
		value, err := moveTime(ctx, t, Command{Do: Set, Slot: slotTime, When: &w})
		if r := core.Refusal(err); r == nil || r.Key == "same_time" {
			return value, err
		}
	}
	return "", nil // askTime says why and what else there is
}

func askMove(ctx context.Context, t *Talk) (Reply, error) {
	v, err := ahead(ctx, t, t.Get(slotVisit))
	if err != nil {
		return Reply{}, err
	}
	at, err := readTime(t.Get(slotTime))
	if err != nil {
		return Reply{}, err
	}
	doctor, _ := t.Desk.Clinic.Doctor(at.Doctor)
	branch, _ := t.Desk.Clinic.Branch(at.Branch)
	text := t.Say("reschedule.ask_confirm", "From", t.Words.Moment(t.Lang, v.Start), "To", t.Words.Moment(t.Lang, at.Start.In(branch.Zone)),
		"Doctor", t.Words.Name(t.Lang, doctor.Full()), "Place", branch.Name.In(t.Lang)+", "+branch.Address.In(t.Lang))
	return withBack(t, Reply{Text: text, Buttons: [][]Button{
		{{Label: t.Say("button.move_yes"), Commands: []Command{{Do: Confirm}}}},
		{{Label: t.Say("button.other_time"), Commands: []Command{{Do: Clear, Slot: slotWhen}}}},
	}}), nil
}

func move(ctx context.Context, t *Talk) (Outcome, error) {
	if t.Get(slotConfirm) == "no" {
		return Outcome{}, refusing("said_no")
	}
	at, err := readTime(t.Get(slotTime))
	if err != nil {
		return Outcome{}, err
	}
	v, err := t.Desk.Visits.Move(ctx, t.ID(slotVisit), at.slot())
	if err != nil {
		return Outcome{}, err
	}
	about, err := describe(ctx, t, v)
	if err != nil {
		return Outcome{}, err
	}
	text := t.Say("reschedule.done") + "\n\n" + about
	return Outcome{Replies: []Reply{{Text: text, Keep: true, Buttons: visitButtons(t, v.ID), File: ics(t, v)}}}, nil
}
