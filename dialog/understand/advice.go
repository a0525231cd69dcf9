package understand

import (
	"slices"

	"github.com/zapis-clinic/zapis/dialog"
)

// sureComplaint is how many points a complaint needs to begin a booking where nothing else in the message asks for one.
const sureComplaint = 40

// advise adds to whom a complaint leads, where the message names nobody: the choices stand best first, for the person to choose.
func (r *Reader) advise(h *heard, flow string, weight int, commands []dialog.Command) ([]dialog.Command, []Specialty) {
	if h.facts[slotSpecialty] || h.facts[slotDoctor] || h.facts[slotService] || !h.mayComplain(flow, weight) {
		return commands, nil
	}
	s := r.complaints.lore.look(h.tokens, r.asWritten(h.text))
	ways := r.complaints.judge(s, h.text, s.who(Who{Age: h.s.Age, Sex: h.s.Sex}))
	if len(ways) == 0 || flow == "" && !h.facts[kindSymptom] && !asksWhom(h.tokens) && r.complaints.strength(s) < sureComplaint {
		return commands, nil
	}
	switch {
	case h.s.Flow == "" && len(commands) == 0:
		commands = h.begin(flowBooking)
	case h.s.Flow != "" && h.s.Asked != slotSpecialty:
		return commands, nil
	}
	if !slices.ContainsFunc(commands, func(c dialog.Command) bool { return c.Slot == slotReason }) {
		commands = append(commands, dialog.Command{Do: dialog.Set, Slot: slotReason, Value: r.complaints.span(s, h.text)})
	}
	ask := dialog.Command{Do: dialog.Clarify, Slot: slotSpecialty}
	for _, w := range ways {
		choice := dialog.Command{Do: dialog.Set, Slot: slotSpecialty, Value: w.Code}
		if w.Code != therapist { // whom one may always ask
			choice.Why = w.Reason
		}
		ask.Choices = append(ask.Choices, choice)
	}
	return append(commands, ask), ways
}

// mayComplain says that a complaint is looked for: to book, to ask whom to go to, to answer who is wanted.
func (h *heard) mayComplain(flow string, weight int) bool {
	switch flow {
	case "", flowBooking:
		return h.s.Flow == "" || h.s.Flow == flowBooking
	case "doctor_info", "greeting", "thanks", "help":
		return h.s.Flow == "" && (weight < hintOnly || h.facts[kindSymptom] || asksWhom(h.tokens))
	}
	return false
}

// asksWhom says that the message asks which doctor is right: "к кому", "какой врач", "кому показать".
func asksWhom(tokens []token) bool {
	for i := range tokens {
		switch t := tokens[i].text; {
		case (t == "кому" || t == "кого" || t == "куда") && i+1 <= len(tokens), t == "специалист", t == "специалиста", t == "специалисту", t == "doctor", t == "specialist":
			return true
		case hasAny(t, "как", "котор", "which", "who") && hasAny(next(tokens, i), "врач", "доктор", "специалист", "doctor", "specialist", "treats", "can", "deals", "handles"):
			return true
		case (t == "кто") && hasAny(next(tokens, i), "леч", "занима", "смотр", "поможет", "это", "нам", "мне", "такое", "такие"):
			return true
		}
	}
	return false
}

// strength is the most points that a single match gives.
func (c *complaints) strength(s *sight) int {
	most := 0
	c.lore.meetings(s, func(f found) bool {
		if len(f.words) > 1 {
			most = max(most, c.best(f))
		}
		return true
	})
	return most
}
