package dialog

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/patient"
)

// anyone is the value of a slot whose owner does not mind: any doctor, any branch.
const anyone = "any"

// Booking makes a visit: to whom, where, when; then who comes, and yes.
func Booking() Flow {
	return Flow{
		Name: flowBooking,
		Slots: []Slot{
			{Name: slotPerson, Fill: fillPerson, Ask: askPerson, Check: checkPerson, Clears: []string{slotPatient}},
			{Name: slotSpecialty, Fill: fillSpecialty, Ask: askSpecialty, Check: checkSpecialty, Clears: []string{slotTime}},
			{Name: slotBranch, Fill: fillBranch, Ask: askBranch, Check: checkBranch, Clears: []string{slotTime}},
			{Name: slotWithout, Fill: asNamed, Check: checkWithout, Clears: []string{slotTime}},
			{Name: slotDoctor, Fill: fillDoctor, Ask: askDoctor, Check: checkDoctor, Clears: []string{slotTime}},
			{Name: slotService, Fill: fillService, Ask: askService, Check: checkService, Clears: []string{slotTime}},
			{Name: slotWhen, Ask: askWhen, Check: checkWhen, Clears: []string{slotTime}},
			{Name: slotTime, Fill: fillTime, Ask: askTime, Check: holdTime, Undo: releaseTime},
			{Name: slotPatient, Fill: fillPatient, Via: viaPatient},
			{Name: slotConfirm, Ask: askBooking, Check: checkYes},
		},
		Finish: book,
		Redo:   map[string]string{"time_taken": slotTime, "hold_expired": slotTime, "own_overlap": slotTime, "said_no": slotConfirm},
	}
}

// fillSpecialty takes it from a doctor who practises one only, or from a service.
func fillSpecialty(_ context.Context, t *Talk) (string, error) {
	if d, ok := t.Desk.Clinic.Doctor(t.ID(slotDoctor)); ok && len(d.Specialties) > 0 {
		return d.Specialties[0], nil
	}
	if s, ok := t.Desk.Clinic.Service(t.ID(slotService)); ok {
		return s.Specialty, nil
	}
	return "", nil
}

func askSpecialty(_ context.Context, t *Talk) (Reply, error) {
	r := Reply{Text: t.Say("booking.ask_specialty")}
	if t.Get(slotPerson) != string(patient.Self) {
		r.Text = t.Say("booking.ask_specialty_other")
	}
	var buttons []Button
	for _, s := range t.Desk.Clinic.Bookable() {
		buttons = append(buttons, Button{Label: s.Name.In(t.Lang), Commands: set(slotSpecialty, s.Code)})
	}
	if len(buttons) == 0 {
		return r, refusing("nothing_bookable")
	}
	r.Buttons = grid(2, buttons)
	if t.Get(slotPerson) == string(patient.Self) {
		r.Buttons = append(r.Buttons, []Button{{Label: t.Say("button.for_other"), Commands: []Command{{Do: Clear, Slot: slotPerson}}}})
	}
	return withCancel(t, r), nil
}

func checkSpecialty(_ context.Context, t *Talk, c Command) (string, error) {
	s, ok := t.Desk.Clinic.Specialty(c.Value)
	if !ok || len(t.Desk.Clinic.DoctorsOf(c.Value, uuid.Nil)) == 0 {
		if !ok {
			return "", refusing("specialty_unknown")
		}
		return "", core.Refuse(core.NotFound, "specialty_none", "Name", s.Name.In(t.Lang))
	}
	// Who and what was named stays where it belongs to the speciality.
	if d, ok := t.Desk.Clinic.Doctor(t.ID(slotDoctor)); ok && !slices.Contains(d.Specialties, c.Value) || t.Get(slotSpecialty) != c.Value && !t.said(slotDoctor) {
		t.forget(slotDoctor)
	}
	if s, ok := t.Desk.Clinic.Service(t.ID(slotService)); ok && s.Specialty != c.Value {
		t.forget(slotService)
	}
	if b := t.ID(slotBranch); b != uuid.Nil && len(t.Desk.Clinic.DoctorsOf(c.Value, b)) == 0 {
		t.forget(slotBranch)
	}
	return c.Value, nil
}

func fillBranch(_ context.Context, t *Talk) (string, error) {
	branches := t.branchesOf(t.ID(slotDoctor))
	if len(branches) == 1 {
		return branches[0].ID.String(), nil
	}
	return "", nil
}

func askBranch(_ context.Context, t *Talk) (Reply, error) {
	r := Reply{Text: t.Say("booking.ask_branch")}
	doctor := uuid.Nil
	if t.said(slotDoctor) {
		doctor = t.ID(slotDoctor)
	}
	for _, b := range t.branchesOf(doctor) {
		r.Buttons = append(r.Buttons, []Button{{Label: b.Name.In(t.Lang) + ", " + b.Address.In(t.Lang), Commands: set(slotBranch, b.ID.String())}})
	}
	r.Buttons = append(r.Buttons, []Button{{Label: t.Say("button.any_branch"), Commands: set(slotBranch, anyone)}})
	return withBack(t, r), nil
}

func checkBranch(_ context.Context, t *Talk, c Command) (string, error) {
	id, _ := uuid.Parse(c.Value)
	branch, known := t.Desk.Clinic.Branch(id)
	if known = known && !branch.Closed; !known && c.Value != anyone {
		return "", refusing("branch_unknown")
	}
	if s, ok := t.Desk.Clinic.Specialty(t.Get(slotSpecialty)); ok && known && len(t.Desk.Clinic.DoctorsOf(s.Code, id)) == 0 {
		return "", core.Refuse(core.NotFound, "specialty_not_here", "Name", branch.Name.In(t.Lang))
	}
	switch d, ok := t.Desk.Clinic.Doctor(t.ID(slotDoctor)); {
	case !ok:
	case !t.said(slotDoctor):
		t.forget(slotDoctor)
	case known && len(d.Branches) > 0 && !slices.Contains(d.Branches, id):
		home, _ := t.Desk.Clinic.Branch(d.Branches[0])
		return "", core.Refuse(core.NotFound, "doctor_not_here", "Name", t.Words.Name(t.Lang, d.Full()), "Place", home.Name.In(t.Lang)+", "+home.Address.In(t.Lang))
	}
	return c.Value, nil
}

func fillDoctor(_ context.Context, t *Talk) (string, error) {
	if t.Get(slotBranch) == anyone { // who does not mind where does not mind who
		return anyone, nil
	}
	doctors := t.doctors(t.ID(slotBranch))
	if len(doctors) == 1 {
		return doctors[0].ID.String(), nil
	}
	return "", nil
}

// maxDoctors bounds a list of doctors on a card.
const maxDoctors = 30

func askDoctor(_ context.Context, t *Talk) (Reply, error) {
	doctors := t.doctors(t.ID(slotBranch))
	if len(doctors) == 0 {
		return Reply{}, refusing("specialty_not_here")
	}
	r := Reply{Text: t.Say("booking.ask_doctor"), Buttons: [][]Button{{{Label: t.Say("button.any_doctor"), Commands: set(slotDoctor, anyone)}}}}
	for _, d := range doctors[:min(len(doctors), maxDoctors)] {
		r.Buttons = append(r.Buttons, []Button{{Label: t.Words.Name(t.Lang, d.Full()), Commands: set(slotDoctor, d.ID.String())}})
	}
	return withBack(t, r), nil
}

// checkDoctor keeps an id; a surname is looked up, among the speciality's doctors first.
func checkDoctor(_ context.Context, t *Talk, c Command) (string, error) {
	if c.Value == anyone {
		return anyone, nil
	}
	var named []clinic.Doctor
	for _, d := range t.Desk.Clinic.Doctors {
		if d.ID.String() == c.Value || strings.EqualFold(d.Surname, c.Value) {
			named = append(named, d)
		}
	}
	specialty := t.Get(slotSpecialty)
	i := slices.IndexFunc(named, func(d clinic.Doctor) bool { return slices.Contains(d.Specialties, specialty) })
	switch {
	case len(named) == 0:
		return "", core.Refuse(core.NotFound, "doctor_unknown", "Name", c.Value)
	case i < 0:
		i = 0
	}
	// Another doctor may practise something else, elsewhere.
	if !slices.Contains(named[i].Specialties, specialty) {
		t.forget(slotSpecialty)
		t.forget(slotService)
	}
	if branch := t.ID(slotBranch); branch != uuid.Nil && !slices.Contains(named[i].Branches, branch) {
		t.forget(slotBranch)
	}
	t.allow(named[i].ID)
	return named[i].ID.String(), nil
}

// fillService takes the speciality's first consultation, unless the person wants to choose.
func fillService(_ context.Context, t *Talk) (string, error) {
	for _, s := range t.Desk.Clinic.ServicesOf(t.Get(slotSpecialty), t.ID(slotDoctor)) {
		return s.ID.String(), nil
	}
	return "", nil
}

func askService(_ context.Context, t *Talk) (Reply, error) {
	r := Reply{Text: t.Say("booking.ask_service")}
	for _, s := range t.Desk.Clinic.ServicesOf(t.Get(slotSpecialty), t.ID(slotDoctor)) {
		terms := t.Desk.Clinic.Terms(t.ID(slotDoctor), s.ID)
		label := s.Name.In(t.Lang) + ", " + core.Money(terms.Price, s.Currency)
		r.Buttons = append(r.Buttons, []Button{{Label: label, Commands: set(slotService, s.ID.String())}})
	}
	if len(r.Buttons) == 0 {
		return r, refusing("no_service")
	}
	return withBack(t, r), nil
}

func checkService(_ context.Context, t *Talk, c Command) (string, error) {
	id, err := uuid.Parse(c.Value)
	s, ok := t.Desk.Clinic.Service(id)
	if err != nil || !ok || s.Closed {
		return "", refusing("service_unknown")
	}
	if t.Get(slotSpecialty) != s.Specialty {
		t.forget(slotSpecialty)
		if d, ok := t.Desk.Clinic.Doctor(t.ID(slotDoctor)); ok {
			if _, performs := d.Services[id]; !performs {
				t.forget(slotDoctor)
			}
		}
	}
	return c.Value, nil
}

func checkYes(_ context.Context, _ *Talk, c Command) (string, error) {
	if c.Value == yes || c.Do == Confirm {
		return yes, nil
	}
	return "no", nil
}

func askBooking(ctx context.Context, t *Talk) (Reply, error) {
	text, err := summary(ctx, t)
	if err != nil {
		return Reply{}, err
	}
	services := t.Desk.Clinic.ServicesOf(t.Get(slotSpecialty), t.ID(slotDoctor))
	more := []Button{{Label: t.Say("button.other_time"), Commands: []Command{{Do: Clear, Slot: slotWhen}}}}
	if len(services) > 1 {
		more = append(more, Button{Label: t.Say("button.other_service"), Commands: []Command{{Do: Clear, Slot: slotService}}})
	}
	ask := "booking.ask_confirm"
	if t.late {
		ask = "booking.ask_confirm_late"
	}
	r := Reply{Text: t.Say(ask) + "\n\n" + text, Buttons: [][]Button{
		{{Label: t.Say("button.book"), Commands: []Command{{Do: Confirm}}}},
		more,
	}}
	return withBack(t, r), nil
}

// summary is the visit as it would be, every fact in full.
func summary(ctx context.Context, t *Talk) (string, error) {
	at, err := readTime(t.Get(slotTime))
	if err != nil {
		return "", err
	}
	doctor, _ := t.Desk.Clinic.Doctor(at.Doctor)
	branch, _ := t.Desk.Clinic.Branch(at.Branch)
	service, _ := t.Desk.Clinic.Service(t.ID(slotService))
	specialty, _ := t.Desk.Clinic.Specialty(t.Get(slotSpecialty))
	terms := t.Desk.Clinic.Terms(at.Doctor, service.ID)
	lines := []string{
		"🗓 " + t.Words.Moment(t.Lang, at.Start.In(branch.Zone)),
		"👩‍⚕️ " + t.Words.Name(t.Lang, doctor.Full()) + ", " + strings.ToLower(specialty.Name.In(t.Lang)),
		"📍 " + branch.Name.In(t.Lang) + ", " + branch.Address.In(t.Lang),
		"💳 " + service.Name.In(t.Lang) + ", " + core.Money(terms.Price, service.Currency),
	}
	family, err := t.Desk.People.Family(ctx)
	for _, p := range family {
		if p.ID == t.ID(slotPatient) {
			lines = append(lines, "👤 "+p.Name())
		}
	}
	return strings.Join(lines, "\n"), err
}

func book(ctx context.Context, t *Talk) (Outcome, error) {
	if t.Get(slotConfirm) == "no" {
		return Outcome{}, refusing("said_no")
	}
	at, err := readTime(t.Get(slotTime))
	if err != nil {
		return Outcome{}, err
	}
	v, err := t.Desk.Visits.Book(ctx, at.Hold, t.ID(slotPatient), t.Get(slotReason))
	if r := core.Refusal(err); r != nil && r.Key == "hold_expired" {
		// The ten minutes are over, but perhaps nobody wanted the time.
		if at.Hold, err = t.Desk.Visits.Hold(ctx, at.slot(), t.ID(slotService)); err == nil {
			v, err = t.Desk.Visits.Book(ctx, at.Hold, t.ID(slotPatient), t.Get(slotReason))
		}
	}
	if err != nil {
		return Outcome{}, err
	}
	text, err := summary(ctx, t)
	if err != nil {
		return Outcome{}, err
	}
	text = t.Say("booking.done") + "\n\n" + text + "\n\n" + t.Say("booking.reminder")
	return Outcome{Value: v.ID.String(), Replies: []Reply{
		{Text: text, Keep: true, Buttons: visitButtons(t, v.ID), File: ics(t, v)},
	}}, nil
}

// soonest is a moment not before now, for windows that begin in the past.
func soonest(now, from time.Time) time.Time {
	if from.Before(now) {
		return now
	}
	return from
}

func set(slot, value string) []Command { return []Command{{Do: Set, Slot: slot, Value: value}} }

// grid lays buttons out in rows of n.
func grid(n int, buttons []Button) [][]Button {
	return slices.Collect(slices.Chunk(buttons, n))
}

func withBack(t *Talk, r Reply) Reply {
	r.Buttons = append(r.Buttons, []Button{
		{Label: t.Say("button.back"), Commands: []Command{{Do: Back}}}, {Label: t.Say("button.cancel"), Commands: []Command{{Do: Cancel}}},
	})
	return r
}

func withCancel(t *Talk, r Reply) Reply {
	r.Buttons = append(r.Buttons, []Button{{Label: t.Say("button.cancel"), Commands: []Command{{Do: Cancel}}}})
	return r
}
