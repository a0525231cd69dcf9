package understand

import "strings"

// self is the writer.
const self = "self"

// How surely a word names who is to come. The table's person/1 are forms in which a relative does or says something, person/2 those in which
// one comes along.
const (
	companion  = 1 // "с дочкой"
	doer       = 2 // "муж сказал", "дочь кашляет"
	object     = 3 // "дочку", "маме", "запишите меня"
	explicitly = 4 // "для мамы", "на сына"
)

// person is for whom the visit is: the relative who is named most surely and not refused, or the writer.
func (h *heard) person() string {
	code, best := "", 0
	for i := range h.tokens {
		c, sure := h.personAt(i)
		if sure > best && !unwanted(h.tokens, i) && (c != self || sure >= object || code == "") {
			code, best = c, sure
		}
	}
	return code
}

// personAt says who is named at i and how surely.
func (h *heard) personAt(i int) (code string, sure int) {
	t := &h.tokens[i]
	prev := ""
	if i > 0 {
		prev = h.tokens[i-1].text
	}
	switch {
	case t.sense.kind == kindPerson && t.sense.code == self:
		return self, object
	case t.sense.kind == kindPerson:
		return t.sense.code, h.relative(t, i, prev)
	case t.text == "меня" && prev != "у" && (h.taken(i) || caseAfter(next(h.tokens, i)) == 1<<dative), t.text == "me" && booked(prev):
		return self, object
	case (t.text == "сам" || t.text == "сама") && (prev == "я" || prev == "" || h.tokens[i-1].mark):
		return self, companion
	}
	return "", 0
}

func (h *heard) relative(t *token, i int, prev string) int {
	before := ""
	if i > 1 {
		before = h.tokens[i-2].text
	}
	switch {
	case i > 0 && h.tokens[i-1].sense.kind == kindPerson: // "отец жены"
		return 0
	case prev == "у" && (strings.HasPrefix(before, "жив") || strings.HasPrefix(before, "гощу")), strings.HasPrefix(prev, "телефон"), strings.HasPrefix(prev, "номер"), strings.HasPrefix(prev, "карт"):
		return 0
	case t.sense.n == 2 && t.sense.code != aChild, prev == "от", prev == "like", (prev == "с" || prev == "со" || prev == "with") && t.sense.code != aChild:
		return 0
	case t.sense.n == 2, prev == "with":
		return companion
	case prev == forWhom || prev == "на" || prev == "за" || prev == "for":
		return explicitly
	case t.sense.n == 1:
		return doer
	}
	return object
}

// taken says that "меня" at i is whom to book: a verb of it stands near.
func (h *heard) taken(i int) bool {
	for j := max(0, i-3); j <= i+3 && j < len(h.tokens); j++ {
		if booked(h.tokens[j].text) {
			return true
		}
	}
	return false
}

func next(tokens []token, i int) string {
	if i+1 < len(tokens) {
		return tokens[i+1].text
	}
	return ""
}

// booked says that a word is a verb of putting somebody down for a visit.
func booked(word string) bool {
	for stem := range strings.FieldsSeq("запиш записать записал возьмите примите принять посмотрите") {
		if strings.HasPrefix(word, stem) {
			return true
		}
	}
	return word == "book"
}
