package llm

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zapis-clinic/zapis/dialog/understand"
)

//go:embed names.txt
var namesFile string

// givenNames are the folded forms of given names; true for those that are words as well.
func givenNames() map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(namesFile) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, name := range strings.Fields(line) {
			name, word := strings.CutPrefix(name, "^")
			if name[0] < utf8.RuneSelf {
				out[understand.Transliterated(name)] = word
			}
			out[name] = word
			for _, form := range understand.Forms(name) {
				if _, known := out[form]; !known || !word {
					out[form] = word
				}
			}
		}
	}
	return out
}

// How a word of a text counts for names.
const (
	noName  = iota
	mayName // near a name it is one: it looks like a surname
	isName
	doctorsName
)

// names finds the names of people other than the clinic's doctors: the chat's own people's in every form, with slips and in Latin letters;
// and of anybody else what by its form, its capital letter or its place is a name.
func (v *veil) names(text string, words []understand.Word) []span {
	ranks := make([]int, len(words))
	shouted := shouting(text)
	for i, w := range words {
		if !w.Mark && !w.Digits {
			ranks[i] = v.rank(text, words, i, shouted)
		}
	}
	introduced(words, ranks)
	for again := true; again; { // whoever stands beside a name and may be one is one
		again = false
		for i := range words {
			if ranks[i] == mayName && (beside(words, ranks, i, -1) || beside(words, ranks, i, +1)) {
				ranks[i], again = isName, true
			}
		}
	}
	var out []span
	for i, w := range words {
		if ranks[i] == isName {
			out = append(out, span{w.Start, w.End, hidName})
		}
	}
	return out
}

// beside says that a name stands next to i, or beyond a point or a hyphen.
func beside(words []understand.Word, ranks []int, i, step int) bool {
	j := i + step
	if j >= 0 && j < len(words) && words[j].Mark && markOf(words[j].Text, ".-") {
		j += step
	}
	return j >= 0 && j < len(words) && ranks[j] == isName
}

func (v *veil) rank(text string, words []understand.Word, i int, shouted bool) int {
	w := words[i]
	name := cyrillic(w)
	first, _ := utf8.DecodeRuneInString(text[w.Start:])
	capital := unicode.IsUpper(first) && !shouted
	doctor := v.doctors(name)
	own := v.own[name] || v.slip(name)
	switch {
	case doctor && !own, doctor && afterTitle(words, i):
		return doctorsName
	case own:
		return isName
	}
	if word, given := v.given[name]; given {
		if (!word || capital) && !v.doctorsOwn(words, i) {
			return isName
		}
		return mayName
	}
	known := v.privacy.Knows != nil && v.privacy.Knows(w.Text)
	switch {
	case fathers(name, capital):
		return isName
	case known:
		return noName
	case surnameLike(name), capital && !begins(words, i):
		return isName
	case capital:
		return mayName
	}
	return noName
}

// slip says that a word is one of the people's own names with another ending or a slip in it.
func (v *veil) slip(word string) bool {
	n := utf8.RuneCountInString(word)
	for _, stem := range v.stems {
		if d := n - utf8.RuneCountInString(stem); strings.HasPrefix(word, stem) && d <= 5 {
			return true
		}
	}
	return false
}

// doctorsOwn says that a given name stands beside the surname of a doctor who has it.
func (v *veil) doctorsOwn(words []understand.Word, i int) bool {
	for _, d := range v.privacy.Doctors {
		if !contains(understand.Forms(d.Name), cyrillic(words[i])) {
			continue
		}
		for j := max(0, i-2); j < min(len(words), i+3); j++ {
			if j != i && contains(understand.Forms(d.Surname), cyrillic(words[j])) {
				return true
			}
		}
	}
	return false
}

func contains(list []string, word string) bool {
	for _, s := range list {
		if s == word {
			return true
		}
	}
	return false
}

// afterTitle says that a word is named as a doctor: "к Ивановой", "врач Иванова".
func afterTitle(words []understand.Word, i int) bool {
	if i == 0 {
		return false
	}
	switch before := words[i-1].Text; before {
	case "к", "ко", "у", "to", "dr", "doctor":
		return true
	default:
		return strings.HasPrefix(before, "врач") || strings.HasPrefix(before, "доктор")
	}
}

// fathers says that a word is a father's name. Of those that end like adjectives only the capital ones are.
func fathers(word string, capital bool) bool {
	for _, end := range []string{"", "а", "у", "ем", "е", "ы", "ой", "ою"} {
		stem, ok := strings.CutSuffix(word, end)
		if !ok || utf8.RuneCountInString(stem) < 6 {
			continue
		}
		for _, man := range []string{"ович", "евич", "ьич"} {
			if strings.HasSuffix(stem, man) {
				return true
			}
		}
		for _, woman := range []string{"овн", "евн", "иничн"} {
			if capital && end != "" && strings.HasSuffix(stem, woman) {
				return true
			}
		}
	}
	return false
}

// surnameLike says that a word that the language does not know ends as surnames do.
func surnameLike(word string) bool {
	if utf8.RuneCountInString(word) < 6 {
		return false
	}
	for _, end := range []string{
		"ов", "ова", "ову", "овой", "овым", "ове", "ев", "ева", "еву", "евой", "евым", "еве", "ин", "ина", "ину", "иной", "иным", "ский", "ская", "скую", "ского",
		"скому", "ским", "цкий", "цкая", "енко", "чук", "чука", "чуку", "дзе", "швили", "янц", "оглы",
	} {
		if strings.HasSuffix(word, end) {
			return true
		}
	}
	return false
}

// introduced marks what follows "меня зовут", "фамилия", "my name is".
func introduced(words []understand.Word, ranks []int) {
	for i := range words {
		n := 0
		switch words[i].Text {
		case "зовут", "фио", "фамилия", "фамилию", "фамилии", "surname", "named":
			n = 3
		case "name":
			if i+1 < len(words) && words[i+1].Text == "is" {
				n = 3
			}
		case "имя", "имени", "пациент", "пациентка", "пациента", "пациентку":
			n = 2
		}
		for j := i + 1; j < len(words) && n > 0; j++ {
			switch {
			case words[j].Mark && markOf(words[j].Text, "-:"), words[j].Text == "is", words[j].Text == "моя", words[j].Text == "мое":
				continue
			case words[j].Mark, words[j].Digits, ranks[j] == noName && len(words[j].Text) < 6, ranks[j] == doctorsName && j > i+1:
				n = 0
				continue
			}
			ranks[j] = isName
			n--
		}
	}
}

// begins says that a word begins a sentence.
func begins(words []understand.Word, i int) bool {
	return i == 0 || words[i-1].Mark && markOf(words[i-1].Text, ".!?()")
}

// shouting says that a text is written in capitals: they tell nothing then.
func shouting(text string) bool {
	upper, lower := 0, 0
	for _, r := range text {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		}
	}
	return upper > lower
}

// markOf says that a mark is one of some.
func markOf(mark, some string) bool { return strings.Contains(some, mark) }
