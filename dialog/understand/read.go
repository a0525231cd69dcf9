package understand

import (
	"math"
	"slices"

	"github.com/zapis-clinic/zapis/dialog"
)

// The names of the flows and slots that Read itself decides about; the rest are only passed on.
const (
	flowBooking    = "booking"
	flowReschedule = "reschedule"
	flowCancel     = "cancel"
	flowEmergency  = "emergency"
	flowOperator   = "operator"
	flowFeedback   = "feedback"
	flowComplaint  = "complaint"
	flowThanks     = "thanks"
	flowGreeting   = "greeting"
	flowVisits     = "visits"
	flowConfirm    = "confirm"
	flowDeny       = "deny"
	flowHelp       = "help"
	flowOther      = "other"
	flowMyData     = "my_data"
	flowNone       = "none" // of the rules: nothing is to be understood
	flowWaitlist   = "waitlist"
	flowRegister   = "register" // runs above a booking, as does relative
	flowRelative   = "relative"
	flowLanguage   = "language"

	slotSpecialty = "specialty"
	slotDoctor    = "doctor"
	slotService   = "service"
	slotBranch    = "branch"
	slotPerson    = "person"
	slotWhen      = "when"
	slotReason    = "reason"
	slotName      = "name"
	slotPhone     = "phone"
	slotValue     = "value"
	slotBorn      = "born"
	slotCode      = "code"
	slotScore     = "score" // of a visit, and what is said of it
	slotWords     = "words"
	slotLang      = "lang"
	slotConfirm   = "confirm"
	slotTime      = "time"
)

// How sure a rule must be (its weight) to be followed against what the dialogue expects.
const (
	sure     = 78
	hintOnly = 62 // rules up to here only say that something of a booking was named
)

// heard is a message on its way through the readers.
type heard struct {
	raw    string // as it came
	text   string // as cut: retyped where the layout or the script was wrong
	tokens []token
	times  times
	facts  map[string]bool
	sets   []dialog.Command
	s      Situation

	opinion opinion // of the examples, where they were asked
}

// Read understands one message. With no flow running everything begins with a start, "да" as flow confirm, "нет" as deny and
// "оператор" as operator included; within a flow they are the verbs confirm, deny and handoff, and what only fills slots
// starts nothing. A text that is not understood gives no commands.
func (r *Reader) Read(text string, s Situation) Meaning {
	m := Meaning{Text: text, Commands: []dialog.Command{}, By: "rules"}
	h := &heard{s: s, raw: text, facts: map[string]bool{}}
	h.text, h.tokens = r.tokens(text)
	if len(h.tokens) == 0 {
		return m
	}
	d := r.flags.find(r.flags.card(r.flags.lore.look(h.tokens, r.asWritten(h.text)), s.Age)) // before anything else, whatever was asked
	if d.kind != "" && !d.worry {
		return m.with(0.99, dialog.Command{Do: dialog.Start, Flow: flowEmergency, Value: d.kind})
	}
	if answer := h.whetherNow(); answer != nil {
		return m.with(0.97, answer...)
	}
	m.Worry = d.kind
	h.times = readTimes(h.tokens, s, r.holidays)
	if h.times.when != nil && h.text != text { // retyped: its places are not those of the text
		h.times.when.Words = nil
	}
	r.slots(h)
	flow, weight := r.rules.judge(h.tokens, h.facts)
	if said := r.rules.message(h.tokens); said != "" {
		if commands := h.control(said); commands != nil {
			return m.with(0.97, commands...)
		}
	}
	m = r.decide(h, m, flow, weight)
	if m.Worry == "" && !h.busy() && !d.none && (h.opinion.dread >= dreaded && !d.calm || h.opinion.dread >= enough) {
		m.Worry = anyDanger // no alarm, which is the rules' alone, but a question that costs a tap
	}
	if asked := h.question(flow, m.Commands); asked != nil {
		return m.with(questionSure, append(asked, h.known()...)...)
	}
	if m.Question = h.doubtful(m); m.Question && r.strange(h, m) {
		m.Specialties = nil
		return m.by(byRules).with(questionSure, h.wonder())
	}
	return m
}

// decide finds what a message means that no control phrase is.
func (r *Reader) decide(h *heard, m Meaning, flow string, weight int) Meaning {
	v := r.weigh(h, flow, weight)
	if commands := h.answer(v.flow, v.weight); commands != nil {
		return m.with(0.95, commands...)
	}
	if commands := h.replied(); commands != nil {
		return m.by(byExamples).with(h.opinion.share, commands...)
	}
	if v.weight < sure {
		if said := r.rules.clauses(h.tokens); said != "" && len(h.sets) == 0 && (weight <= hintOnly || h.s.Flow != "") {
			if commands := h.control(said); commands != nil {
				return m.with(0.9, commands...)
			}
		}
	}
	commands, ways := r.advise(h, v.flow, v.weight, h.commands(v.flow, v.weight))
	m.Specialties = ways
	if len(v.choice) > 0 && len(ways) == 0 {
		if second, earlier := r.second(h, v.choice[0]); second == v.choice[1] && v.choice[0] != flowEmergency { // no doubt: two wishes
			return m.by(byExamples).with(h.opinion.share+h.opinion.runner, h.inTurn(v.choice[0], second, earlier)...)
		}
		return m.by(byExamples).with(h.opinion.share, append(h.clarify(v.choice), h.sets...)...)
	}
	if second, earlier := r.second(h, v.flow); second != "" && len(ways) == 0 {
		commands = h.inTurn(v.flow, second, earlier)
	}
	if len(commands) == 0 && !h.busy() && flow != flowNone && h.opinion.flow != "" { // a day or a speciality with no wish: which one is asked
		return m.by(v.by).with(min(h.opinion.share, enoughBoth), h.wishOf()...)
	}
	if h.busy() || h.opinion.flow == "" {
		return m.by(v.by).with(r.confidence(h, v.flow, v.weight), commands...)
	}
	if h.times.when != nil && len(commands) > 0 && !slices.ContainsFunc(commands, func(c dialog.Command) bool { return c.Slot == slotWhen }) {
		commands = append(commands, dialog.Command{Do: dialog.Set, Slot: slotWhen, When: h.times.when}) // for a model, and for who measures
	}
	return m.by(v.by).with(max(h.opinion.share, enoughBoth), commands...)
}

func (m Meaning) by(who string) Meaning {
	m.By = who
	return m
}

func (m Meaning) with(confidence float64, commands ...dialog.Command) Meaning {
	if len(commands) > 0 {
		m.Commands, m.Confidence = commands, math.Round(confidence*100)/100
	}
	return m
}

// slots collects what was named, in the order in which it is said in commands.
func (r *Reader) slots(h *heard) {
	for i := range h.tokens {
		h.facts[h.tokens[i].sense.kind] = true
	}
	r.names(h)
	person := slotPerson
	if h.s.Asked == "relation" {
		person = h.s.Asked
	}
	h.set(person, h.person())
	h.facts[slotWhen] = h.times.when != nil || h.times.excluded != nil
	if h.times.when != nil {
		h.sets = append(h.sets, dialog.Command{Do: dialog.Set, Slot: slotWhen, When: h.times.when})
	}
	h.set(slotWhen, h.times.shift)
	h.set(slotReason, h.reason())
}

func (h *heard) set(slot, value string) {
	if value != "" {
		h.sets = append(h.sets, dialog.Command{Do: dialog.Set, Slot: slot, Value: value})
		h.facts[slot] = true
	}
}

// known is what was named while nothing is under way: it is no wish, but goes with whichever the person chooses.
func (h *heard) known() []dialog.Command {
	if h.busy() {
		return nil
	}
	return h.sets
}

// commands puts a flow and the slots together.
func (h *heard) commands(flow string, weight int) []dialog.Command {
	running := h.s.Flow
	switch {
	case flow == flowNone:
		return nil
	case running != "":
		return h.within(flow, weight)
	case (flow == "" || flow == flowGreeting || flow == flowThanks) && h.times.when != nil && h.mostlyKnown() && h.bookable():
		flow = flowBooking
	case flow == "":
		return nil
	}
	return h.begin(flow)
}

// bookable says that a day by itself may be meant for a visit: the examples say nothing else.
func (h *heard) bookable() bool {
	return h.opinion.flow == "" || oneOf(h.opinion.flow, "booking greeting thanks")
}

// begin starts a flow with what is known for it.
func (h *heard) begin(flow string) []dialog.Command {
	start := []dialog.Command{{Do: dialog.Start, Flow: flow}}
	if flow == flowLanguage {
		return append(start, h.language()...)
	}
	return append(start, h.fitting(flow)...)
}

// within is what a message means while a flow runs.
func (h *heard) within(flow string, weight int) []dialog.Command {
	running := h.s.Flow
	sets := h.fitting(running)
	switch {
	case running == flowCancel && flow == flowCancel && len(sets) == 0 && h.s.Asked == slotConfirm: // "да, отменяйте"
		return []dialog.Command{{Do: dialog.Confirm}}
	case flow == running, flow == "", flow == flowBooking && weight <= hintOnly:
		return sets
	case flow == flowOperator:
		return []dialog.Command{{Do: dialog.Handoff}}
	case takesTimes(running) && takesTimes(flow) && flow != flowWaitlist && len(sets) > 0: // "перенесите на пятницу" while booking
		return sets
	case flow == flowCancel && takesTimes(running) && running != flowReschedule && len(sets) == 0:
		return []dialog.Command{{Do: dialog.Cancel}}
	case (weight < hintOnly || !wishable(flow)) && len(sets) > 0:
		return sets
	}
	return h.begin(flow)
}

// takesTimes says that a flow looks for a time for a visit.
func takesTimes(flow string) bool {
	switch flow {
	case flowBooking, flowReschedule, flowWaitlist, flowRegister, flowRelative:
		return true
	}
	return false
}

// fitting are the slots that mean something to a flow.
func (h *heard) fitting(flow string) []dialog.Command {
	var out []dialog.Command
	for _, c := range h.sets {
		if fits(flow, c.Slot) && (c.Slot != slotWhen || c.When != nil || flow == flowReschedule) {
			out = append(out, c)
		}
	}
	if flow == flowCancel && h.times.when == nil && h.times.excluded != nil { // "в пятницу не смогу"
		out = append(out, dialog.Command{Do: dialog.Set, Slot: slotWhen, When: h.times.excluded})
	}
	return out
}

func fits(flow, slot string) bool {
	switch flow {
	case flowBooking, flowWaitlist, flowRegister, flowRelative:
		return true
	case flowReschedule, flowCancel, flowVisits:
		return slot == slotWhen || slot == slotDoctor || slot == slotSpecialty || slot == slotPerson
	case "prices", "preparation":
		return slot == slotWhen || slot == slotSpecialty || slot == slotService || slot == slotDoctor || slot == slotBranch
	case "doctor_info":
		return slot == slotSpecialty || slot == slotDoctor || slot == slotBranch || slot == slotWhen
	case "hours", "contacts":
		return slot == slotBranch || slot == slotWhen
	case flowFeedback, flowComplaint:
		return slot == slotDoctor || slot == slotBranch || slot == slotWhen
	case "results", "documents", "prove":
		return slot == slotPerson || slot == slotWhen && flow == "documents"
	}
	return false
}

// mostlyKnown says that at least half of the words mean something here: a day alone does not make a booking of any talk.
func (h *heard) mostlyKnown() bool {
	known, words := h.coverage()
	return 2*known >= words
}

// coverage counts the words that some table knows, and all words.
func (h *heard) coverage() (known, words int) {
	for i := range h.tokens {
		t := &h.tokens[i]
		if t.mark {
			continue
		}
		words++
		if t.sense.kind != "" || len(t.atoms) > 0 || h.times.used[i] {
			known++
		}
	}
	return known, words
}

// confidence is the rule's weight, less where much of the text was not understood.
func (r *Reader) confidence(h *heard, flow string, weight int) float64 {
	c := float64(weight) / 100
	if flow == "" || weight <= hintOnly {
		c = 0.8
	}
	known, words := h.coverage()
	return min(0.97, c+0.12) * (0.7 + 0.3*float64(known)/float64(max(words, 1)))
}
