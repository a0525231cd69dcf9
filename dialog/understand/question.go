package understand

import (
	"slices"
	"strings"

	"github.com/zapis-clinic/zapis/dialog"
)

// A question that no flow is about is one for the clinic's own articles: "можно с собакой?", "есть ли у вас лифт". What the flows' rules are
// sure of stays with them, and so does an answer to what was asked.

// asking are the words that make a question of a sentence without a mark.
func asking() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(`ли можно нельзя нужно надо обязательно сколько как где куда откуда какой какая какие каких каким какую что чем когда
почему зачем кто кому делаете выдаете даете есть бывает продаете принимаете проводите ставите разрешается положено
can could do does is are may must should how what where when which who will why`) {
		words[word] = true
	}
	return words
}

// questionSure is how sure a question is one: a model, where there is one, may know better what it is about.
const questionSure = 0.5

// question is a message that nothing else was understood in, where it asks something; nil where it does not. A greeting before it is none of it.
func (h *heard) question(flow string, commands []dialog.Command) []dialog.Command {
	greets := flow == "greeting" || flow == flowThanks
	if (len(commands) > 0 && !greets) || flow == "none" || !h.asks(greets) {
		return nil
	}
	return []dialog.Command{{Do: dialog.Answer, Value: own(strings.TrimSpace(h.raw), maxReason)}}
}

// Where a word of asking stands in a question without a mark: at its beginning, a few words of address before it. A greeting takes some more.
const (
	leading     = 3
	leadingThem = 5
)

// asks says that the words ask something: by a mark, or by a word of asking at the beginning; and with two words of sense, four of them after a
// greeting.
func (h *heard) asks(greets bool) bool {
	least, lead := 2, leading
	if greets {
		least, lead = 4, leadingThem
	}
	words, said, negated := 0, false, false
	ask := asking()
	for i := range h.tokens {
		t := &h.tokens[i]
		if t.mark {
			continue
		}
		words++
		said = said || t.text == "ли" || (words <= lead && ask[t.text] && !negated)
		negated = t.text == "не" || t.text == "ничего"
	}
	marked := strings.HasSuffix(strings.TrimRight(h.raw, " )"), "?")
	return words >= least && (said || marked) && !slices.Contains([]string{slotName, slotPhone, slotBorn, slotCode}, h.s.Asked)
}

// guessed is how sure examples must be of a flow for a question not to be one for the articles.
const guessed = 0.75

// doubtful says that a reading with nothing under way is no more than a guess by examples, or that the message is nobody's business here.
func (h *heard) doubtful(m Meaning) bool {
	if h.busy() || len(m.Commands) == 0 || len(m.Specialties) > 0 {
		return false
	}
	return m.Commands[0].Flow == "other" || m.By == byExamples && m.Confidence < guessed
}
