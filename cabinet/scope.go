package cabinet

import (
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/clinic"
)

// scope is what somebody may see of the schedule.
type scope struct {
	doctor   uuid.UUID   // only this doctor's column; nil is everybody's
	branches []uuid.UUID // empty is all
	names    bool        // of patients
}

// Roles that pages ask for by name.
const (
	roleHead   = "head" // the head doctor
	roleDoctor = "doctor"
	roleNurse  = "nurse"
	roleTill   = "cashier"
)

// scopeOf asks the rules what somebody may see of a day's visits: everybody's in a branch, their own, or none; and whether with names.
func scopeOf(who core.Actor) (scope, bool) {
	see := func(f core.Facts) (core.Verdict, error) {
		return access.Require(who, core.Ask{Action: core.Read, Class: core.Appointments, Facts: f})
	}
	if v, err := see(core.Facts{Branch: true, Today: true}); err == nil {
		return scope{branches: who.Branches, names: v.View == access.Full}, true
	}
	v, err := see(core.Facts{Schedule: true})
	if err != nil || who.Doctor == uuid.Nil {
		return scope{}, false
	}
	return scope{doctor: who.Doctor, branches: who.Branches, names: v.View == access.Full}, true
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
