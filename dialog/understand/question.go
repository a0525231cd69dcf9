package understand

import (
	"slices"
	"strings"
	"unicode/utf8"

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
	return []dialog.Command{h.wonder()}
}

// wonder puts the whole message before the clinic's articles.
func (h *heard) wonder() dialog.Command {
	return dialog.Command{Do: dialog.Answer, Value: own(strings.TrimSpace(h.raw), maxReason)}
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

// guessed is how sure examples must be of a flow for a question not to be one that the articles may answer.
const guessed = 0.9

// doubtful says that a question with nothing under way is read by a likeness to examples only: what the clinic's articles tell of it counts more.
func (h *heard) doubtful(m Meaning) bool {
	if h.busy() || len(m.Commands) == 0 || m.By != byExamples {
		return false
	}
	return (m.Confidence < guessed || m.Commands[0].Flow == flowOther) && h.asks(m.Commands[0].Flow == flowGreeting)
}

// strange says that what is asked of stands in no table and no example, so that the likeness is one of the words around it: "удаляете
// татуировки?"; or that something is to be bought, which no flow is for.
func (r *Reader) strange(h *heard, m Meaning) bool {
	if h.begins("продае", "торгуе") {
		return true
	}
	if len(h.sets) > 0 || len(m.Specialties) > 0 {
		return false
	}
	unheard, told := 0, 0
	for i := range h.tokens {
		t := &h.tokens[i]
		if t.mark || t.sense.kind != "" || len(t.atoms) > 0 || utf8.RuneCountInString(t.text) < rootLetters {
			continue
		}
		told++
		if !r.taught.roots[root(t.text)] {
			unheard++
		}
	}
	return unheard > 0 && 2*unheard >= told
}

// rootLetters is how much of a word tells it from others, whatever its form.
const rootLetters = 5

func root(word string) string {
	letters := []rune(word)
	return string(letters[:min(len(letters), rootLetters)])
}
