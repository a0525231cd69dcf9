package dialog

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/patient"
)

func fillPerson(context.Context, *Talk) (string, error) { return string(patient.Self), nil }

func askPerson(ctx context.Context, t *Talk) (Reply, error) {
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return Reply{}, err
	}
	r := Reply{Text: t.Say("booking.ask_person")}
	known := map[patient.Relation]bool{}
	for _, p := range family {
		label := p.Name()
		if p.Relation == patient.Self {
			label = t.Say("person.self")
		}
		known[p.Relation] = true
		r.Buttons = append(r.Buttons, []Button{{Label: label, Commands: set(slotPerson, p.ID.String())}})
	}
	if !known[patient.Self] {
		r.Buttons = append(r.Buttons, []Button{{Label: t.Say("person.self"), Commands: set(slotPerson, "self")}})
	}
	r.Buttons = append(r.Buttons, grid(2, []Button{
		{Label: t.Say("person.new_child"), Commands: set(slotPerson, "new:child")},
		{Label: t.Say("person.new_spouse"), Commands: set(slotPerson, "new:spouse")},
		{Label: t.Say("person.new_parent"), Commands: set(slotPerson, "new:parent")},
		{Label: t.Say("person.new_other"), Commands: set(slotPerson, "new:other")},
	})...)
	return withBack(t, r), nil
}

// checkPerson keeps a relation ("child"), a new relative ("new:child") or one of the chat's own people (an id). A relation that
// several have is asked about.
func checkPerson(ctx context.Context, t *Talk, c Command) (string, error) {
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return "", err
	}
	same := 0
	for _, p := range family {
		if p.ID.String() == c.Value {
			return c.Value, nil
		}
		if string(p.Relation) == c.Value {
			same++
		}
	}
	switch {
	case !slices.Contains([]string{"self", "child", "spouse", "parent", "other"}, strings.TrimPrefix(c.Value, "new:")):
		return "", refusing("person_unknown")
	case same > 1:
		t.forget(slotPerson)
		t.frame.Force = append(t.frame.Force, slotPerson)
		return "", refusing("person_which")
	}
	return c.Value, nil
}

// fillPatient finds the card of whoever is to come, where there is one already and nobody has taken back the consent to keep it so.
func fillPatient(ctx context.Context, t *Talk) (string, error) {
	id, err := known(ctx, t, t.Get(slotPerson))
	if err != nil || id == "" {
		return "", err
	}
	gone, err := withdrawn(ctx, t)
	if err != nil || gone {
		return "", err
	}
	return id, nil
}

// known is the card of somebody of the chat's people, "" where there is none yet.
func known(ctx context.Context, t *Talk, who string) (string, error) {
	if id, err := uuid.Parse(who); err == nil {
		return id.String(), nil
	}
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range family {
		if string(p.Relation) == who {
			return p.ID.String(), nil
		}
	}
	return "", nil
}

// withdrawn says that the last word on processing was no.
func withdrawn(ctx context.Context, t *Talk) (bool, error) {
	said, err := t.Desk.Consents.Said(ctx)
	return slices.ContainsFunc(said, func(s consent.Said) bool { return s.Purpose == consent.Processing && !s.Given }), err
}

// viaPatient is the flow that makes the missing card, one's own always first; or asks anew for the consent to keep the one there is.
func viaPatient(ctx context.Context, t *Talk) (string, error) {
	id, err := known(ctx, t, t.Get(slotPerson))
	switch {
	case err != nil:
		return "", err
	case id != "":
		return flowRenew, nil
	case t.Get(slotPerson) == string(patient.Self):
		return "register", nil
	default:
		return "relative", nil
	}
}
