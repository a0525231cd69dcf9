package understand

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zapis-clinic/zapis/dialog"
)

// How much of a person's own words is kept as a value, in characters.
const (
	maxName   = 100
	maxReason = 1000
	maxWords  = 4000
)

// anyone is the value of a slot whose owner does not mind.
const anyone = "any"

// control turns a whole message that is a control phrase, or a flow by itself, into commands; nil where it is neither here.
func (h *heard) control(said string) []dialog.Command {
	running := h.s.Flow != ""
	one := func(do dialog.Verb) []dialog.Command { return []dialog.Command{{Do: do}} }
	start := func(flow string) []dialog.Command { return []dialog.Command{{Do: dialog.Start, Flow: flow}} }
	switch said {
	case "back":
		return one(dialog.Back)
	case "repeat":
		return one(dialog.Repeat)
	case "stop":
		return h.stop()
	case flowConfirm, flowDeny, flowOperator:
		if !running && h.s.Asked == "" {
			return start(said)
		}
		return one(map[string]dialog.Verb{flowConfirm: dialog.Confirm, flowDeny: dialog.Deny, flowOperator: dialog.Handoff}[said])
	case flowLanguage:
		if h.s.Asked == slotLang {
			return h.language()
		}
		return h.begin(said)
	case flowGreeting, flowThanks:
		if running && len(h.sets) > 0 {
			return nil
		}
		if (h.s.Asked == slotConfirm || h.s.Asked == "consent") && h.begins("ок", "хорош", "да", "ok", "great") { // "ок, спасибо"
			return one(dialog.Confirm)
		}
	case "other_time", "other_doctor", "other_branch", "other_service":
		return h.another(said)
	}
	return start(said)
}

// another asks for a question again that was answered: "другое время", "другой врач".
func (h *heard) another(said string) []dialog.Command {
	if h.s.Flow == "" {
		return []dialog.Command{{Do: dialog.Start, Flow: flowDeny}}
	}
	slot := strings.TrimPrefix(said, "other_")
	if slot == "time" {
		slot = slotWhen
	}
	return []dialog.Command{{Do: dialog.Clear, Slot: slot}}
}

// stop is a word that ends something: the flow, the visit, the messages, whichever the person can mean.
func (h *heard) stop() []dialog.Command {
	undo := h.begins("отмени", "отмени", "отменя", "cancel")
	switch {
	case h.s.Asked == slotReason && !undo && !h.begins("отмена", "стоп", "выход", "выйти", "stop", "quit", "exit"):
		return nil // "передумал" is a reason
	case h.s.Flow == flowCancel && undo:
		return []dialog.Command{{Do: dialog.Confirm}}
	case h.s.Flow != "":
		return []dialog.Command{{Do: dialog.Cancel}}
	case undo || h.begins("отмена"):
		return []dialog.Command{{Do: dialog.Start, Flow: flowCancel}}
	case h.begins("стоп", "хватит", "прекрат", "stop"):
		return []dialog.Command{{Do: dialog.Start, Flow: "unsubscribe"}}
	}
	return []dialog.Command{{Do: dialog.Cancel}}
}

// mentions says that one of the words occurs.
func (h *heard) mentions(words ...string) bool {
	return slices.ContainsFunc(h.tokens, func(t token) bool { return slices.Contains(words, t.text) })
}

func (h *heard) begins(stems ...string) bool {
	for i := range h.tokens {
		for _, stem := range stems {
			if strings.HasPrefix(h.tokens[i].text, stem) {
				return true
			}
		}
	}
	return false
}

// language is the language that was named.
func (h *heard) language() []dialog.Command {
	switch {
	case h.begins("рус", "russ"):
		return set(slotLang, "ru")
	case h.begins("англ", "engl"):
		return set(slotLang, "en")
	}
	return nil
}

func set(slot, value string) []dialog.Command {
	if value == "" {
		return nil
	}
	return []dialog.Command{{Do: dialog.Set, Slot: slot, Value: value}}
}

// answer takes a message as the answer to the question asked, where it can be one and is nothing stronger.
func (h *heard) answer(flow string, weight int) []dialog.Command {
	switch h.s.Asked {
	case slotName:
		return set(slotName, h.name(weight))
	case slotPhone:
		return set(slotPhone, h.times.phone)
	case slotReason:
		if weight >= sure && (flow == flowOperator || h.asksForVisits(flow)) {
			return nil
		}
		return set(slotReason, own(h.text, maxReason))
	case slotValue, slotBorn, slotCode: // taken as it was typed
		if weight >= sure && flow != "" {
			return nil
		}
		return set(h.s.Asked, head(strings.TrimSpace(h.raw), maxName))
	case slotScore:
		if len(h.tokens) == 1 && h.tokens[0].digits {
			return set(slotScore, h.tokens[0].text)
		}
	case slotWords:
		if weight >= sure && flow != "" && flow != flowFeedback && flow != flowComplaint && flow != flowThanks {
			return nil
		}
		return set(slotWords, own(h.text, maxWords))
	case slotDoctor, slotBranch:
		if h.facts[kindAnytime] && len(h.sets) == 0 {
			return set(h.s.Asked, anyone)
		}
	case slotPerson:
		if !h.facts[slotPerson] && h.mentions("мне", "меня", "я", "сам", "сама", "me", "мной", "i") {
			return append(set(slotPerson, "self"), h.sets...)
		}
	}
	return nil
}

// name is the message as a name, "" where it is rather something else: a question, a refusal, a request that a rule is sure of.
func (h *heard) name(weight int) string {
	said := own(h.text, maxName)
	name := introduced(said)
	switch {
	case name != strings.Trim(said, " .,!"), h.properName(), surnamed(name):
		return name
	case weight >= sure, strings.ContainsRune(said, '?'), len(strings.Fields(said)) > 5:
		return ""
	}
	switch h.tokens[0].text {
	case "не", "зачем", "почему", "как", "что", "где", "когда", "хочу", "можно", "а", "why", "what", "dont", "how":
		return ""
	}
	return name
}

// surnamed says that two or three words, one of them with a surname's or a patronymic's ending, are a name: "справкина анна".
func surnamed(said string) bool {
	words := strings.Fields(strings.ToLower(said))
	if len(words) < 2 || len(words) > 3 {
		return false
	}
	for _, w := range words {
		for _, ending := range []string{"ов", "ова", "ев", "ева", "ёв", "ёва", "ин", "ина", "ский", "ская", "енко", "вич", "вна"} {
			if strings.HasSuffix(w, ending) && utf8.RuneCountInString(w) >= 6 {
				return true
			}
		}
	}
	return false
}

// properName says that a text is written as a name: one word, or up to four that each begin with a capital.
func (h *heard) properName() bool {
	words := 0
	for i := range h.tokens {
		t := &h.tokens[i]
		if t.mark && t.text == "-" {
			continue
		}
		first, _ := utf8.DecodeRuneInString(h.text[t.start:])
		if t.mark || t.digits || !unicode.IsUpper(first) {
			return words == 0 && len(h.tokens) == 1 && !t.mark && !t.digits
		}
		words++
	}
	return words > 0 && words <= 4
}

// own are the person's own words: no control characters, single spaces, at most limit characters, "" where there is no letter.
func own(text string, limit int) string {
	letters := false
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		}
		letters = letters || unicode.IsLetter(r)
		return r
	}, head(text, 4*limit))
	if !letters {
		return ""
	}
	clean = strings.Join(strings.Fields(clean), " ")
	return strings.TrimSpace(head(clean, limit))
}

// head is the first n characters of a text.
func head(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// introduced takes "меня зовут" off a name.
func introduced(name string) string {
	lower := strings.ToLower(name)
	if len(lower) != len(name) {
		return name
	}
	for _, lead := range []string{"меня зовут ", "мое имя ", "моё имя ", "зовут ", "имя ", "это ", "я ", "my name is ", "my name's ", "i am ", "i'm ", "it's ", "name is "} {
		if strings.HasPrefix(lower, lead) {
			return strings.Trim(name[len(lead):], " .,!")
		}
	}
	return strings.Trim(name, " .,!")
}

// asksForVisits says that "мои записи" and the like are no reason of anything.
func (h *heard) asksForVisits(flow string) bool {
	return flow == flowVisits && h.wordCount() <= 4 && h.begins("мои", "моя", "покаж", "my")
}

// reason is the complaint in the person's own words: from the first word of a complaint to the last, and what stands around
// them, as far as it is about nothing else.
func (h *heard) reason() string {
	first, last := -1, -1
	for i := range h.tokens {
		if h.tokens[i].sense.kind == kindSymptom {
			if first < 0 {
				first = i
			}
			if last < 0 || i-last < 12 {
				last = i
			}
		}
	}
	if first < 0 {
		return ""
	}
	for first > 0 && h.continues(first-1) {
		first--
	}
	for last+1 < len(h.tokens) && h.continues(last+1) {
		last++
	}
	return own(h.text[h.tokens[first].start:h.tokens[last].end], maxReason)
}

// decimal says that the mark at i stands inside a number: 38.5, 38,5.
func (h *heard) decimal(i int) bool {
	return h.tokens[i].glued && h.tokens[i-1].digits && i+1 < len(h.tokens) && h.tokens[i+1].digits && h.tokens[i+1].glued
}

// continues says that the token at i may be part of a complaint.
func (h *heard) continues(i int) bool {
	t := &h.tokens[i]
	switch {
	case t.mark && t.text != "-" && !h.decimal(i), h.times.used[i], t.sense.kind == kindSpecialty:
		return false
	case t.text == "к" || t.text == "ко" || t.text == "хочу" || t.text == "можно" || t.text == "нужен" || t.text == "нужно" || t.text == "надо":
		return false
	}
	return !strings.HasPrefix(t.text, "запис") && !strings.HasPrefix(t.text, "запиш") && t.text != "здравствуйте"
}
