package cabinet

import (
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/staff"
)

// scope is what somebody may see of the schedule.
type scope struct {
	doctor   uuid.UUID   // only this doctor's column; nil is everybody's
	branches []uuid.UUID // empty is all
	names    bool        // of patients
}

// roleHead is the head doctor.
const roleHead = "head"

// scopeOf follows the matrix of roles: the desk and the head see the day with names, a doctor their own column, the cashier times
// and services. Nobody else has a use for it.
func scopeOf(m staff.Member) (scope, bool) {
	c := scope{branches: m.Branches, names: true}
	switch m.Role {
	case "admin", roleHead, "nurse":
		return c, true
	case "doctor":
		c.doctor = m.Doctor
		return c, m.Doctor != uuid.Nil
	case "cashier":
		c.names = false
		return c, true
	default:
		return scope{}, false
	}
}

// open lists the branches that somebody may look at; a doctor's are those they work in.
func (c scope) open(catalog *clinic.Catalog) []clinic.Branch {
	doctor, isDoctor := catalog.Doctor(c.doctor)
	var out []clinic.Branch
	for _, b := range catalog.Branches {
		if len(c.branches) > 0 && !slices.Contains(c.branches, b.ID) {
			continue
		}
		if isDoctor && !slices.Contains(doctor.Branches, b.ID) {
			continue
		}
		out = append(out, b)
	}
	return out
}
