package dialog

import (
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Doctors of one surname: who is meant is asked, never guessed.

// namesakes is the question that a surname raises which several doctors have; false for any other command.
func (u *turn) namesakes(c Command) (Command, bool) {
	if c.Slot != slotDoctor {
		return c, false
	}
	several := Command{Do: Clarify, Slot: slotDoctor}
	for _, d := range u.talk.Desk.Clinic.Doctors {
		if strings.EqualFold(d.Surname, c.Value) {
			several.Choices = append(several.Choices, Command{Do: Set, Slot: slotDoctor, Value: d.ID.String()})
		}
	}
	return several, len(several.Choices) > 1
}

// narrowed keeps the doctors who fit the speciality and the branch that are known, where some do.
func (u *turn) narrowed(choices []Command) []Command {
	frame, _, ok := u.find(slotDoctor)
	if !ok {
		return choices
	}
	for _, fits := range []func(Command) bool{
		func(c Command) bool {
			d, _ := u.talk.Desk.Clinic.Doctor(idIn(c.Value))
			return slices.Contains(d.Specialties, frame.Slots[slotSpecialty])
		},
		func(c Command) bool {
			d, _ := u.talk.Desk.Clinic.Doctor(idIn(c.Value))
			return slices.Contains(d.Branches, idIn(frame.Slots[slotBranch]))
		},
	} {
		if kept := slices.DeleteFunc(slices.Clone(choices), func(c Command) bool { return !fits(c) }); len(kept) > 0 {
			choices = kept
		}
	}
	return choices
}

func idIn(value string) uuid.UUID {
	id, err := uuid.Parse(value)
	if err != nil {
		return uuid.Nil
	}
	return id
}

// inFull is a doctor as a choice among namesakes: name, speciality and place.
func (t *Talk) inFull(id string) string {
	d, ok := t.Desk.Clinic.Doctor(idIn(id))
	if !ok {
		return id
	}
	parts := []string{t.Words.Name(t.Lang, d.Full())}
	for _, code := range d.Specialties {
		s, _ := t.Desk.Clinic.Specialty(code)
		parts = append(parts, strings.ToLower(s.Name.In(t.Lang)))
	}
	for _, id := range d.Branches {
		b, _ := t.Desk.Clinic.Branch(id)
		parts = append(parts, b.City.In(t.Lang))
	}
	return strings.Join(slices.Compact(parts), ", ")
}
