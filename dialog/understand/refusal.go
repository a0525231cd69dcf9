package understand

import (
	"slices"
	"strings"
)

// rejected says that what stands in [from, to) is what the person does not want: "не к", "кроме", "… не предлагайте", "в … не поеду".
func rejected(tokens []token, from, to int) bool {
	return refusedBefore(tokens, from) || refusedAfter(tokens, to)
}

// unwanted is rejected for one token.
func unwanted(tokens []token, i int) bool {
	return rejected(tokens, i, i+max(1, tokens[i].sense.width))
}

// maxBetween is how many words may stand between "не" and what it refuses.
const maxBetween = 6

func refusedBefore(tokens []token, from int) bool {
	for j := from - 1; j >= 0 && from-j <= maxBetween; j-- {
		t := &tokens[j]
		switch t.text {
		case "не":
			return !oneOf(next(tokens, j), "только против могу можем можете хуже")
		case "кроме", "ни", "without", "except", "instead", "исключая", "минус", "besides":
			return true
		case withoutWord, instead:
			return j == from-1 || title(tokens[j+1].text)
		case "not", "dont":
			return true
		case "but":
			return slices.ContainsFunc(tokens[:j], func(t token) bool {
				return oneOf(t.text, "any anyone anybody everyone whoever")
			})
		}
		if !between(t) {
			return false
		}
	}
	return false
}

// between says that a word may stand between a refusal and its object.
func between(t *token) bool {
	switch {
	case t.mark:
		return false
	case caseAfter(t.text) != 0, title(t.text), t.sense.kind == kindSpecialty:
		return true
	}
	return oneOf(t.text, betweenWords)
}

// betweenWords are the words that may stand between "не" and whom or what it refuses.
const betweenWords = "в во этого этой этому того той тому самого больше уже именно филиал клинику хочу хотим хочет хотел хотела хотелось надо нужно нужен нужна пойду пойдем идти поеду поедем записывайте записывай записывать предлагайте ставьте бы мне меня нам to with of want like see need the a at in"

// refusedAfter reads on to the end of the clause.
func refusedAfter(tokens []token, to int) bool {
	for j := to; j < len(tokens) && j < to+maxBetween; j++ {
		t := &tokens[j]
		switch {
		case t.mark, t.text == "а", t.text == "но", t.text == "и", t.text == "или", t.text == "к", t.text == "ко":
			return false
		case t.text == "отпадает", strings.HasPrefix(t.text, "исключ"):
			return true
		case t.text == "ни":
			return next(tokens, j) == "ногой"
		case t.text == "не":
			return willed(tokens, j+1)
		}
	}
	return false
}

// willed says that the verb at i, after "не", is one of will: "не хочу", not "не могу попасть". "Не надо" refuses where nothing follows that is
// not needed instead.
func willed(tokens []token, i int) bool {
	if i >= len(tokens) {
		return false
	}
	for stem := range strings.FieldsSeq("хочу хотим хочет хотел предлаг подход подойд устраив пойду пойдем поеду поедем нравит понрав записыва ставьте интерес рассматр") {
		if strings.HasPrefix(tokens[i].text, stem) {
			return true
		}
	}
	switch tokens[i].text {
	case "надо", "нужно", "нужен", "нужна":
		next := next(tokens, i)
		return i+1 >= len(tokens) || tokens[i+1].mark || oneOf(next, "а и больше пожалуйста спасибо меня мне")
	}
	return false
}
