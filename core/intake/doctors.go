package intake

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/settings"
)

// doctor reads a line of a table of doctors. A doctor is told by the full name.
func (h house) doctor(x *thing) {
	n := nameIn(x.cells)
	d := settings.Doctor{Surname: n.Surname, Given: n.Given, Patronymic: n.Patronymic, Active: true}
	switch {
	case n.Given == "" || n.Surname == "":
		x.wrong(whyName)
	case !fit(n):
		x.wrong(whyNameWrong)
	}
	s, ok := sex(x.cells[fieldSex])
	if !ok {
		x.wrong(whySex)
	}
	d.Female = s == "female" || s == "" && womans(d)
	h.practises(x, &d)
	x.key, x.change.Doctor = folded(d.Surname+" "+d.Given+" "+d.Patronymic), &d
	now, stands := only(slices.Concat(h.book.Doctors, h.book.Shut.Doctors), x.key, func(y clinic.Doctor) []string {
		return []string{y.Surname + " " + y.Given + " " + y.Patronymic}
	})
	if stands {
		h.doctorStands(x, now, &d)
	}
}

// practises reads what a doctor is, where, and what they do there. Where the clinic has one branch it need not be told.
func (h house) practises(x *thing, d *settings.Doctor) {
	for _, word := range parts(x.cells[fieldSpecialty], func(w string) bool { _, ok := h.specialty(w); return ok }) {
		code, ok := h.specialty(word)
		if !ok {
			x.wrong(whySpecialty)
		} else if !slices.Contains(d.Specialties, code) {
			d.Specialties = append(d.Specialties, code)
		}
	}
	if len(d.Specialties) == 0 && !slices.Contains(x.why, whySpecialty) {
		x.wrong(whySpecialty)
	}
	branch := func(w string) (clinic.Branch, bool) {
		return only(h.book.Branches, w, func(b clinic.Branch) []string { return []string{b.Name.RU, b.Name.EN, b.Address.RU, b.Address.EN} })
	}
	for _, word := range parts(x.cells[fieldBranch], func(w string) bool { _, ok := branch(w); return ok }) {
		b, ok := branch(word)
		if !ok {
			x.wrong(whyBranch)
		} else if !slices.Contains(d.Branches, b.ID) {
			d.Branches = append(d.Branches, b.ID)
		}
	}
	if x.cells[fieldBranch] == "" && len(h.book.Branches) == 1 {
		d.Branches = []uuid.UUID{h.book.Branches[0].ID}
	}
	if len(d.Branches) == 0 && !slices.Contains(x.why, whyBranch) {
		x.wrong(whyBranch)
	}
	service := func(w string) (clinic.Service, bool) {
		return only(h.book.Services, w, func(s clinic.Service) []string {
			if !slices.Contains(d.Specialties, s.Specialty) {
				return nil
			}
			return []string{s.Name.RU, s.Name.EN}
		})
	}
	for _, word := range parts(x.cells[fieldServices], func(w string) bool { _, ok := service(w); return ok }) {
		s, ok := service(word)
		if !ok {
			x.wrong(whyService)
		} else if !performs(*d, s.ID) {
			d.Performs = append(d.Performs, settings.Performance{Service: s.ID})
		}
	}
}

func performs(d settings.Doctor, service uuid.UUID) bool {
	return slices.ContainsFunc(d.Performs, func(p settings.Performance) bool { return p.Service == service })
}

// womans says by a doctor's name that it is a woman's, where the table has no column for it.
func womans(d settings.Doctor) bool {
	if p := strings.ToLower(d.Patronymic); p != "" {
		return strings.HasSuffix(p, "на") || strings.HasSuffix(p, "кызы")
	}
	s := strings.ToLower(d.Surname)
	return strings.HasSuffix(s, "ва") || strings.HasSuffix(s, "на") || strings.HasSuffix(s, "ая")
}

// doctorStands is a line about a doctor whom the clinic has: what they practise, where and what they do is added, and nothing is taken away.
func (h house) doctorStands(x *thing, now clinic.Doctor, d *settings.Doctor) {
	x.subject = now.ID
	if x.state == Wrong {
		return
	}
	d.Surname, d.Given, d.Patronymic, d.Female = now.Surname, now.Given, now.Patronymic, now.Female
	d.Specialties, d.Branches = union(now.Specialties, d.Specialties), union(now.Branches, d.Branches)
	more := len(d.Specialties) > len(now.Specialties) || len(d.Branches) > len(now.Branches)
	for _, p := range d.Performs {
		_, has := now.Services[p.Service]
		more = more || !has
	}
	for id := range now.Services {
		if !performs(*d, id) {
			d.Performs = append(d.Performs, settings.Performance{Service: id})
		}
	}
	if !h.fill || now.Closed || !more {
		x.skip(whyStands)
		return
	}
	x.state = Update
}

func union[T comparable](has, more []T) []T {
	out := slices.Clone(has)
	for _, x := range more {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
