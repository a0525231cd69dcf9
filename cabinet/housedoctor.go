package cabinet

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/settings"
)

const (
	doctorsPath    = settingsPath + "/doctors"
	keySpecialties = "specialties"
	keyPerforms    = "performs"
	doctorPage     = 50
)

// performed is a speciality's services on a doctor's form.
type performed struct {
	Name     string
	Services []clinic.Service
}

func doctorPart() housePart {
	return housePart{
		Path: doctorsPath, Word: keyDoctor, list: doctorList, notes: doctorNotes, subject: byID, reads: performances,
		title: func(f url.Values) string {
			return strings.Join(strings.Fields(f.Get("surname")+" "+f.Get("given")+" "+f.Get("patronymic")), " ")
		},
		ask: func(string) settings.Change { return settings.Change{Doctor: &settings.Doctor{}} },
		change: func(text []byte) (settings.Change, error) {
			return setAs(text, func(x *settings.Doctor) settings.Change { return settings.Change{Doctor: x} })
		},
		blank: func(p desk) url.Values {
			form := url.Values{keyOpen: {"1"}}
			if code := p.Request.URL.Query().Get(keySpecialty); code != "" {
				form.Set(keySpecialties, code)
			}
			return form
		},
		lines: func(p desk, form url.Values) [][]formLine {
			return [][]formLine{
				{{Name: "surname", Required: true}, {Name: "given", Required: true}},
				{{Name: "patronymic"}, {Name: "female", Kind: lineCheck}},
				{{Name: keySpecialties, Kind: lineMany, Options: specialtyChoice(p.View, slices.Concat(p.Catalog.Specialties, p.Catalog.Shut.Specialties))}},
				{{Name: "branches", Kind: lineMany, Options: branchChoice(p.View, p.Catalog)}},
				{{Name: keyPerforms, Kind: linePerforms, Groups: performable(p, form), Hint: "settings.performs_hint"}},
				{{Name: keyOpen, Kind: lineCheck}},
			}
		},
	}
}

// performable are the services of the specialities that a form has chosen.
func performable(p desk, form url.Values) []performed {
	var out []performed
	for _, x := range slices.Concat(p.Catalog.Specialties, p.Catalog.Shut.Specialties) {
		if slices.Contains(form[keySpecialties], x.Code) {
			out = append(out, performed{x.Name.In(p.View.Lang), p.Catalog.ServicesOf(x.Code, uuid.Nil)})
		}
	}
	return out
}

// performances are the services that were ticked, each with minutes where they were written.
func performances(_ desk, form url.Values) (map[string]any, error) {
	list := []settings.Performance{}
	for _, text := range form[keyPerforms] {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, core.Refuse(core.Invalid, "setting_performs", "Field", keyPerforms)
		}
		one := settings.Performance{Service: id}
		if typed := form.Get("minutes_" + text); typed != "" {
			n, err := strconv.ParseInt(typed, 10, 32)
			if err != nil {
				return nil, core.Refuse(core.Invalid, "setting_number", "Field", keyPerforms)
			}
			own := int32(n)
			one.Minutes = &own
		}
		list = append(list, one)
	}
	return map[string]any{keyPerforms: list}, nil
}

// doctorList is found by a part of the name and by speciality, a page at a time.
func doctorList(p desk) (listing, error) {
	q := p.Request.URL.Query()
	name, code := strings.ToLower(strings.TrimSpace(q.Get("q"))), q.Get(keySpecialty)
	past, _ := strconv.Atoi(q.Get("past")) // from the first, where it is no number
	all := append([]option{{"", p.View.Say("settings.any_specialty")}}, specialtyChoice(p.View, p.Catalog.Specialties)...)
	l := listing{
		Filter: []formLine{{Name: "q"}, {Name: keySpecialty, Kind: lineChoice, Options: all}}, Values: q, New: url.Values{keySpecialty: {code}}.Encode(),
		Head: []string{"settings.doctor", "settings.f_specialties", "settings.f_branches", "settings.services_n", headState},
	}
	var found []clinic.Doctor
	for _, d := range slices.Concat(p.Catalog.Doctors, p.Catalog.Shut.Doctors) {
		if strings.Contains(strings.ToLower(d.Full()), name) && (code == "" || slices.Contains(d.Specialties, code)) {
			found = append(found, d)
		}
	}
	past = max(0, min(past, len(found)))
	for _, d := range found[past:min(past+doctorPage, len(found))] {
		l.Rows = append(l.Rows, doctorRow(p, d))
	}
	if past+doctorPage < len(found) {
		l.Older = doctorsPath + "?" + url.Values{"q": {q.Get("q")}, keySpecialty: {code}, "past": {strconv.Itoa(past + doctorPage)}}.Encode()
	}
	return l, nil
}

func doctorRow(p desk, d clinic.Doctor) []cell {
	var fields, places []string
	for _, code := range d.Specialties {
		x, _ := p.Catalog.Specialty(code)
		fields = append(fields, x.Name.In(p.View.Lang))
	}
	for _, id := range d.Branches {
		b, _ := p.Catalog.Branch(id)
		places = append(places, b.Name.In(p.View.Lang))
	}
	return []cell{
		{Text: d.Full(), Key: d.ID.String()},
		{Text: strings.Join(fields, ", ")},
		{Text: strings.Join(places, ", ")},
		{Text: strconv.Itoa(len(d.Services))},
		isOpen(p.View, d.Closed),
	}
}

// doctorNotes say what hangs on a doctor, whose account it is, and where working time is.
func doctorNotes(ctx context.Context, p desk, subject uuid.UUID, form url.Values) ([]note, error) {
	out, err := hanging(ctx, p, subject, form)
	if err != nil {
		return nil, err
	}
	logins, err := p.settingsDesk().Accounts(ctx, p.Who, subject)
	if err != nil {
		return nil, err
	}
	out = append(out, note{Text: p.View.Say("settings.hours_note"), Href: hoursPath + "?" + url.Values{keyDoctor: {subject.String()}}.Encode(), Label: p.View.Say("page.hours")})
	if len(logins) == 0 {
		return append(out, note{Text: p.View.Say("settings.no_account")}), nil
	}
	return append(out, note{Text: p.View.fill("settings.account", "logins", strings.Join(logins, ", "))}), nil
}
