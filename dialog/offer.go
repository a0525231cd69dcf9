package dialog

import (
	"slices"
	"strings"
)

// Whom a complaint leads to where nobody is sure.
const (
	therapist    = "therapist"
	pediatrician = "pediatrician"
)

// offers says that the message brings specialities to choose from.
func (u *turn) offers() bool {
	return slices.ContainsFunc(u.cmds, func(c Command) bool { return c.Do == Clarify && c.Slot == slotSpecialty })
}

// offer asks to whom a complaint is to go: those of the clinic's specialities that it usually leads to, the person's own words as the
// reason, and a therapist for whoever does not know. With a speciality chosen already nothing is asked.
func (u *turn) offer(c Command) {
	frame := u.s.top()
	if frame == nil || frame.Slots[slotSpecialty] != "" {
		return
	}
	ways := u.ways(c.Choices)
	if len(ways) == 0 {
		u.tell("booking.unsure")
		return
	}
	lines, buttons := []string{u.talk.Say("booking.offer")}, make([]Button, 0, len(ways))
	for _, w := range ways {
		s, _ := u.talk.Desk.Clinic.Specialty(w.Value)
		name := s.Name.In(u.talk.Lang)
		line := "• " + name
		if w.Why != "" {
			line = "• " + u.talk.Say("booking.offer_why", "Name", name, "Why", w.Why)
		}
		lines, buttons = append(lines, line), append(buttons, Button{Label: name, Commands: set(slotSpecialty, w.Value)})
	}
	r := Reply{Text: strings.Join(lines, "\n") + "\n\n" + u.talk.Say("booking.offer_ask"), Buttons: grid(2, buttons)}
	if general := u.general(ways); general != "" {
		r.Buttons = append(r.Buttons, []Button{{Label: u.talk.Say("button.unsure_" + general), Commands: set(slotSpecialty, general)}})
	}
	r.Buttons = append(r.Buttons, []Button{{Label: u.talk.Say("button.ask_human"), Commands: []Command{{Do: Handoff}}}})
	u.silent, u.s.Asked = true, slotSpecialty
	u.say(withCancel(u.talk, r))
}

// ways are the choices that the clinic has; for a child the paediatrician stands first.
func (u *turn) ways(choices []Command) []Command {
	var out []Command
	for _, c := range choices {
		if u.bookable(c.Value) {
			out = append(out, c)
		}
	}
	if i := slices.IndexFunc(out, func(c Command) bool { return c.Value == pediatrician }); i > 0 {
		first := out[i]
		out = slices.Insert(slices.Delete(out, i, i+1), 0, first)
	}
	return out
}

func (u *turn) bookable(code string) bool {
	for _, s := range u.talk.Desk.Clinic.Bookable() {
		if s.Code == code {
			return true
		}
	}
	return false
}

// general is whom somebody who does not know goes to, unless that is offered already; "" for nobody.
func (u *turn) general(ways []Command) string {
	offered := func(code string) bool {
		return slices.ContainsFunc(ways, func(c Command) bool { return c.Value == code })
	}
	switch {
	case offered(pediatrician), offered(therapist), !u.bookable(therapist):
		return ""
	}
	return therapist
}
