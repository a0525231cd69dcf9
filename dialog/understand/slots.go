package understand

import (
	"slices"

	"github.com/zapis-clinic/zapis/dialog"
)

// slotWithout is who shall not be offered: a doctor's surname or id, once for each.
const slotWithout = "without"

// maxNamesakes is how many namesakes are offered.
const maxNamesakes = 8

// names collects whom, what and where a message names, in the order in which it is said in commands.
func (r *Reader) names(h *heard) {
	named := r.services(h)
	w := r.doctors.find(h)
	h.set(slotSpecialty, specialty(h, named != "" || len(w.wanted) > 0))
	several := r.doctor(h, w)
	h.set(slotService, named)
	h.set(slotBranch, r.places.branch(h))
	if several.Do != "" { // last: what else is said tells namesakes apart
		h.sets, h.facts[slotDoctor] = append(h.sets, several), true
	}
}

// doctor sets the doctor, offers the namesakes, or says whom the clinic does not have; and sets who is not wanted.
func (r *Reader) doctor(h *heard, w whom) (several dialog.Command) {
	switch len(w.wanted) {
	case 0:
	case 1:
		h.set(slotDoctor, r.doctors.value(w.wanted[0]))
	default:
		several = dialog.Command{Do: dialog.Clarify, Slot: slotDoctor}
		for _, doctor := range r.narrow(h, w.wanted) {
			several.Choices = append(several.Choices, dialog.Command{Do: dialog.Set, Slot: slotDoctor, Value: r.doctors.list[doctor].ID})
		}
		if len(several.Choices) == 1 {
			h.set(slotDoctor, several.Choices[0].Value)
			return dialog.Command{}
		}
	}
	if w.unknown != "" && len(w.wanted) == 0 {
		h.sets = append(h.sets, dialog.Command{Do: dialog.Set, Slot: slotDoctor, Value: w.unknown, Unknown: true})
		h.facts[slotDoctor] = true
	}
	if len(w.without) > 0 && w.unknown == "" {
		if h.facts[kindAnytime] {
			h.set(slotDoctor, anyone)
		}
		for _, doctor := range w.without {
			h.set(slotWithout, r.doctors.value(doctor))
		}
	}
	return several
}

// narrow keeps the namesakes who practise the speciality that was said, where some do.
func (r *Reader) narrow(h *heard, fit []int) []int {
	said := ""
	for _, c := range h.sets {
		if c.Slot == slotSpecialty {
			said = c.Value
		}
	}
	kept := slices.DeleteFunc(slices.Clone(fit), func(doctor int) bool { return !slices.Contains(r.doctors.list[doctor].Specialties, said) })
	if len(kept) == 0 {
		kept = fit
	}
	return kept[:min(len(kept), maxNamesakes)]
}

// specialty is the first that is not refused. A cabinet is none where the procedure itself or a doctor is named.
func specialty(h *heard, named bool) string {
	cabinet := ""
	for i := range h.tokens {
		t := &h.tokens[i]
		if t.sense.kind != kindSpecialty || t.service || unwanted(h.tokens, i) {
			continue
		}
		switch t.sense.code {
		case "ultrasound", "radiology", "laboratory", "vaccination", "massage":
			if cabinet == "" && !named {
				cabinet = t.sense.code
			}
			continue
		}
		if i > 0 && h.tokens[i-1].text == "от" { // "направление от терапевта"
			continue
		}
		return t.sense.code
	}
	return cabinet
}

// named is the code of the first word of a kind that is not refused.
func named(tokens []token, kind string) string {
	for i := range tokens {
		if tokens[i].sense.kind == kind && !unwanted(tokens, i) {
			return tokens[i].sense.code
		}
	}
	return ""
}
