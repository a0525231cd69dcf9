package settings

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Doctor is who a practitioner is, what they practise and where, and which services they perform.
type Doctor struct {
	Surname     string        `json:"surname"`
	Given       string        `json:"given"`
	Patronymic  string        `json:"patronymic"`
	Female      bool          `json:"female"`
	Specialties []string      `json:"specialties"`
	Branches    []uuid.UUID   `json:"branches"`
	Performs    []Performance `json:"performs"`
	Active      bool          `json:"open"`
}

// Performance is a service that a doctor performs, in minutes of their own where those are not the service's. Own prices are the cashier's.
type Performance struct {
	Service uuid.UUID `json:"service"`
	Minutes *int32    `json:"minutes,omitempty"`
}

// maxOf bounds how many of something one doctor has.
const maxOf = 200

func (d *Doctor) item() string { return "" }

func (d *Doctor) check(c *clinic.Catalog, _ uuid.UUID) error {
	switch {
	case !named(d.Surname):
		return wrong("surname")
	case !named(d.Given):
		return wrong("given")
	case d.Patronymic != "" && !named(d.Patronymic):
		return wrong("patronymic")
	case len(d.Specialties) == 0 || len(d.Specialties) > maxOf || !all(d.Specialties, func(x string) bool { _, ok := c.Specialty(x); return ok }):
		return wrong("specialties")
	case len(d.Branches) == 0 || len(d.Branches) > maxOf || !all(d.Branches, func(x uuid.UUID) bool { _, ok := c.Branch(x); return ok }):
		return wrong("branches")
	case len(d.Performs) > maxOf:
		return wrong("performs")
	}
	seen := map[uuid.UUID]bool{}
	for _, p := range d.Performs {
		s, known := c.Service(p.Service)
		if !known || seen[p.Service] || !slices.Contains(d.Specialties, s.Specialty) {
			return wrong("performs")
		}
		if seen[p.Service] = true; p.Minutes != nil && (*p.Minutes < 5 || *p.Minutes > 720) {
			return wrong("minutes")
		}
	}
	return nil
}

func all[T any](list []T, is func(T) bool) bool {
	return !slices.ContainsFunc(list, func(x T) bool { return !is(x) })
}

func (d *Doctor) standing(ctx context.Context, tx *store.Tx, subject uuid.UUID) (any, error) {
	r, err := tx.DoctorNow(ctx, subject)
	if err != nil {
		return nil, err
	}
	out := &Doctor{Surname: r.Surname, Given: r.Given, Patronymic: r.Patronymic, Female: r.Female, Active: r.Active}
	roles, err := tx.DoctorRoles(ctx, subject)
	if err != nil {
		return nil, err
	}
	for _, x := range roles {
		if !slices.Contains(out.Specialties, x.Specialty) {
			out.Specialties = append(out.Specialties, x.Specialty)
		}
		if !slices.Contains(out.Branches, x.BranchID) {
			out.Branches = append(out.Branches, x.BranchID)
		}
	}
	performs, err := tx.DoctorPerforms(ctx, subject)
	for _, x := range performs {
		out.Performs = append(out.Performs, Performance{x.ServiceID, x.Minutes})
	}
	return out, err
}

// put leaves what stands and is wanted as it is, so that a doctor's own prices last.
func (d *Doctor) put(ctx context.Context, tx *store.Tx, subject uuid.UUID) error {
	err := tx.DoctorPut(ctx, db.DoctorPutParams{
		ID: subject, Surname: strings.TrimSpace(d.Surname), Given: strings.TrimSpace(d.Given), Patronymic: strings.TrimSpace(d.Patronymic), Female: d.Female,
		Active: d.Active,
	})
	if err != nil {
		return err
	}
	if err := tx.DoctorRolesSet(ctx, db.DoctorRolesSetParams{Doctor: subject, Branches: d.Branches, Specialties: d.Specialties}); err != nil {
		return err
	}
	services := make([]uuid.UUID, 0, len(d.Performs))
	for _, p := range d.Performs {
		services = append(services, p.Service)
		if err := tx.DoctorPerformsPut(ctx, db.DoctorPerformsPutParams{PractitionerID: subject, ServiceID: p.Service, Minutes: p.Minutes}); err != nil {
			return err
		}
	}
	return tx.DoctorPerformsKeep(ctx, db.DoctorPerformsKeepParams{Doctor: subject, Services: services})
}

// Accounts are the logins of the staff who are this doctor. Linking them is the security administrator's: it opens patients' records.
func (d Desk) Accounts(ctx context.Context, who core.Actor, doctor uuid.UUID) ([]string, error) {
	if !Sees(who, kindSchedule) {
		return nil, core.Refuse(core.Denied, "settings_not_yours")
	}
	var out []string
	err := d.In.InTx(ctx, core.Sys("settings"), func(tx *store.Tx) error {
		var err error
		out, err = tx.DoctorAccounts(ctx, &doctor)
		return err
	})
	return out, err
}
