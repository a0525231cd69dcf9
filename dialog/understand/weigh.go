package understand

import (
	"math"
	"slices"

	"github.com/zapis-clinic/zapis/dialog"
)

// How sure the examples must be. The figures are those of docs/understanding.md: what is acted on is wrong once in twenty-five.
const (
	enough     = 0.50  // to act on where nothing else is under way
	enoughBoth = 0.50  // the same where a rule says so too
	frightened = 0.40  // to offer help now among two
	digression = 0.85  // to leave the question that was asked
	beyond     = 0.95  // the same where the message answers as well
	reply      = 0.60  // to take a sentence for the yes or no that was asked for
	certain    = 0.985 // to say that something is not the clinic's
	both       = 0.65  // the two likeliest together, to offer them
	near       = 0.22  // the second of them
	dreaded    = 0.15  // to ask whether there is a danger now
)

// anyDanger is what may be dangerous by examples alone, which do not say how.
const anyDanger = "any"

// verdict is what a message is for, and who says so.
type verdict struct {
	flow   string
	weight int // 0 to 100
	by     string
	choice []string // two flows between which it stands; then flow is empty
}

// The two who may say what a message is for.
const (
	byRules    = "rules"
	byExamples = "examples"
)

// weigh puts the rules' word and the examples' together: a rule is evidence that the examples have weighed already, and by itself
// decides only of flows that they do not know.
func (r *Reader) weigh(h *heard, flow string, weight int) verdict {
	ruled := verdict{flow: flow, weight: weight, by: byRules}
	if r.taught == nil || !h.worded() || (!h.busy() || takesTimes(h.s.Flow)) && h.onlyTimes() || flow != "" && weight >= sure && !r.taught.knows(flow) && flow != flowNone {
		return ruled
	}
	h.opinion = r.ask(h)
	o := h.opinion
	by := byExamples
	if o.flow == flow {
		by = byRules
	}
	if h.busy() {
		return h.weighWithin(ruled, by)
	}
	switch {
	case o.share < certain && r.foreign(h, o.flow):
		return verdict{flow: flowOther, weight: percent(1 - o.share), by: by}
	case o.flow == flowOther && (o.share < certain || h.wordCount() < 2) && by != byRules:
		return verdict{by: byExamples}
	case flow == flowNone && (o.flow == flowCancel || o.share < digression):
		return ruled
	case o.flow == flowEmergency && o.second == flowBooking && h.facts[kindSymptom] && o.share < certain:
		return verdict{flow: flowBooking, weight: percent(o.share + o.runner), by: by}
	case o.flow == flowEmergency: // red flags are the rules' alone: the person is asked
		return h.doubt(o.share >= frightened, flowEmergency, flowBooking)
	case weight >= sure && o.second == flow && o.share < enough && wishable(flow): // of two that are near, the one that a rule is sure of
		return verdict{flow: flow, weight: percent(o.runner), by: byRules}
	case by == byRules && o.share >= enoughBoth, o.share >= enough:
		return verdict{flow: o.flow, weight: percent(o.share), by: by}
	}
	return h.doubt(o.share+o.runner >= both && o.runner >= near, o.flow, o.second)
}

// foreign says that a wish for a visit or its price is for what is no clinic's: a haircut, a table, a flat. What names a body, a doctor or a
// procedure is not.
func (r *Reader) foreign(h *heard, flow string) bool {
	if !oneOf(flow, "booking visits prices contacts") {
		return false
	}
	for _, fact := range []string{kindSymptom, slotSpecialty, slotDoctor, slotService, slotReason} {
		if h.facts[fact] {
			return false
		}
	}
	words := make([]*token, 0, len(h.tokens))
	for i := range h.tokens {
		if !h.tokens[i].mark {
			words = append(words, &h.tokens[i])
		}
	}
	found := false
	for i := range words {
		r.concepts.of(words, i, func(id uint8) { found = found || r.concepts.names[id] == "foreign" })
	}
	return found
}

// doubt offers two flows, where both can be chosen; else nothing was understood.
func (h *heard) doubt(near bool, first, second string) verdict {
	if near && wishable(first) && wishable(second) {
		return verdict{choice: []string{first, second}, by: byExamples, weight: percent(h.opinion.share)}
	}
	return verdict{by: byExamples}
}

// wishable says that a flow can stand on a button: small talk cannot.
func wishable(flow string) bool {
	return !slices.Contains([]string{flowGreeting, flowThanks, flowConfirm, flowDeny, flowHelp, flowOther}, flow)
}

// busy says that a flow runs or something was asked: then what the person says is rather an answer.
func (h *heard) busy() bool { return h.s.Flow != "" || h.s.Asked != "" }

// weighWithin lets the examples speak where the rules are silent or the examples much surer: an answer may look like any flow.
func (h *heard) weighWithin(ruled verdict, by string) verdict {
	o := h.opinion
	if o.share < digression || !wishable(o.flow) && o.flow != flowHelp || h.wordCount() < 2 || o.flow == flowEmergency || ruled.flow == flowNone {
		return ruled
	}
	if h.s.Asked == slotCode && slices.ContainsFunc(h.tokens, func(t token) bool { return t.digits }) { // "код 123 456"
		return ruled
	}
	if h.facts[h.s.Asked] || len(h.fitting(h.s.Flow)) > 0 && (o.share < beyond || takesTimes(o.flow)) {
		return ruled
	}
	if slices.Contains([]string{slotName, slotPhone, slotBorn, slotCode, slotValue}, h.s.Asked) && (o.flow == flowMyData || h.wordCount() < 3) {
		return ruled // why the clinic wants to know is no wish to see it, and "не помню" no wish at all
	}
	if ruled.weight >= sure && ruled.flow != o.flow && h.wordCount() < 4 {
		return ruled
	}
	return verdict{flow: o.flow, weight: max(percent(o.share), sure), by: by}
}

// replied is a sentence that says yes or no to the question asked, in whatever words.
func (h *heard) replied() []dialog.Command {
	if !h.busy() || len(h.sets) > 0 {
		return nil
	}
	if other := h.otherThan(); other != "" && oneOf(h.tokens[0].text, "нет не no not") {
		return h.another(other)
	}
	if h.opinion.share < reply {
		return nil
	}
	switch h.opinion.flow {
	case flowConfirm:
		if slices.Contains([]string{slotConfirm, "consent"}, h.s.Asked) {
			return []dialog.Command{{Do: dialog.Confirm}}
		}
	case flowDeny:
		if other := h.otherThan(); other != "" {
			return h.another(other)
		}
		if slices.Contains([]string{slotConfirm, "consent", slotTime, slotWhen}, h.s.Asked) {
			return []dialog.Command{{Do: dialog.Deny}}
		}
	}
	return nil
}

// otherThan is what the person wants another of: "нет, к другому врачу".
func (h *heard) otherThan() string {
	switch {
	case !h.begins("друг", "another", "different"):
		return ""
	case h.begins("врач", "доктор", "специалист", "doctor"):
		return "other_doctor"
	case h.begins("филиал", "клиник", "адрес", "branch"):
		return "other_branch"
	case h.begins("врем", "день", "дату", "дата", "time", "day"):
		return "other_time"
	}
	return ""
}

func (h *heard) wordCount() int {
	n := 0
	for i := range h.tokens {
		if !h.tokens[i].mark {
			n++
		}
	}
	return n
}

func percent(share float64) int { return int(math.Round(100 * share)) }

// clarify offers two flows, each with what was named for it.
func (h *heard) clarify(choice []string) []dialog.Command {
	c := dialog.Command{Do: dialog.Clarify}
	for _, flow := range choice {
		c.Choices = append(c.Choices, dialog.Command{Do: dialog.Start, Flow: flow})
	}
	return []dialog.Command{c}
}

// wishOf offers the likeliest wishes for what was named with no wish that could be told: booking is always one of them. Nothing is offered where
// it is rather nobody's business here.
func (h *heard) wishOf() []dialog.Command {
	o := h.opinion
	if len(h.sets) == 0 || o.flow == flowOther && (h.times.when == nil || !h.mostlyKnown()) {
		return nil
	}
	var choice []string
	for _, flow := range []string{o.flow, o.second, flowBooking, flowVisits} {
		if len(choice) < 2 && wishable(flow) && flow != flowEmergency && !slices.Contains(choice, flow) {
			choice = append(choice, flow)
		}
	}
	if !slices.Contains(choice, flowBooking) {
		choice[1] = flowBooking
	}
	return append(h.clarify(choice), h.sets...)
}

// knows says that there are examples of a flow.
func (t *Taught) knows(flow string) bool { return slices.Contains(t.model.flows, flow) }

// worded says that there is a word of two letters or more that is not merely repeated.
func (h *heard) worded() bool {
	for i := range h.tokens {
		if t := &h.tokens[i]; !t.mark && !t.digits && len(t.text) > len("я") {
			return true
		}
	}
	return false
}

// onlyTimes says that a message names days and hours and nothing else: "26.11", "завтра вечером".
func (h *heard) onlyTimes() bool {
	if h.times.when == nil {
		return false
	}
	for i := range h.tokens {
		if t := &h.tokens[i]; !t.mark && !h.times.used[i] && t.sense.kind != kindLink {
			return false
		}
	}
	return true
}
