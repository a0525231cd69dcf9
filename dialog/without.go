package dialog

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
)

// without are the doctors whom the person does not want. The slot keeps their ids.
func (t *Talk) without() []uuid.UUID {
	var ids []uuid.UUID
	for part := range strings.SplitSeq(t.Get(slotWithout), ",") {
		if id, err := uuid.Parse(part); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// allow takes a doctor off those who are not wanted: who is named after all is wanted.
func (t *Talk) allow(doctor uuid.UUID) {
	if left := slices.DeleteFunc(t.without(), func(id uuid.UUID) bool { return id == doctor }); len(left) > 0 {
		t.frame.put(slotWithout, joinIDs(left))
		return
	}
	t.forget(slotWithout)
}

func joinIDs(ids []uuid.UUID) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = id.String()
	}
	return strings.Join(parts, ",")
}

// doctors are the speciality's in a branch, nil for any, but those who are not wanted.
func (t *Talk) doctors(branch uuid.UUID) []clinic.Doctor {
	without := t.without()
	return slices.DeleteFunc(t.Desk.Clinic.DoctorsOf(t.Get(slotSpecialty), branch), func(d clinic.Doctor) bool { return slices.Contains(without, d.ID) })
}

// branchesOf are where the speciality, or one doctor, can be seen by somebody who is wanted.
func (t *Talk) branchesOf(doctor uuid.UUID) []clinic.Branch {
	branches := t.Desk.Clinic.BranchesOf(t.Get(slotSpecialty), doctor)
	if doctor != uuid.Nil || t.Get(slotWithout) == "" {
		return branches
	}
	return slices.DeleteFunc(branches, func(b clinic.Branch) bool { return len(t.doctors(b.ID)) == 0 })
}

// checkWithout leaves one more doctor out, unless nobody is left then.
func checkWithout(_ context.Context, t *Talk, c Command) (string, error) {
	if c.Value == anyone {
		return anyone, nil
	}
	without := t.without()
	for _, d := range t.Desk.Clinic.Doctors {
		if (d.ID.String() == c.Value || strings.EqualFold(d.Surname, c.Value)) && !slices.Contains(without, d.ID) {
			without = append(without, d.ID)
		}
	}
	if specialty := t.Get(slotSpecialty); specialty != "" {
		left := slices.ContainsFunc(t.Desk.Clinic.DoctorsOf(specialty, uuid.Nil), func(d clinic.Doctor) bool { return !slices.Contains(without, d.ID) })
		if !left {
			return "", core.Refuse(core.NotFound, "doctor_only", "Name", c.Value)
		}
	}
	if slices.Contains(without, t.ID(slotDoctor)) {
		t.forget(slotDoctor)
	}
	return cmp.Or(joinIDs(without), anyone), nil
}
