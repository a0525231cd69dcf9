package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// stranger is the surname of a doctor whom the person names and the clinic does not have, in the nominative as far as that can be told; ""
// where nobody is named. Only what cannot be anything else counts: "к Сидорову", "к доктору Хаусу", "у Пупкина".
func (d *doctors) stranger(h *heard) string {
	for i := range h.tokens {
		t := &h.tokens[i]
		if t.mark || t.digits || t.latin || t.mended || t.sense.kind != "" || len(t.atoms) > 0 || h.times.used[i] || utf8.RuneCountInString(t.text) < 4 || elsewhere(h.tokens, i) {
			continue
		}
		preposition := before(h.tokens, i)
		titled := i > 0 && (title(h.tokens[i-1].text) || h.tokens[i-1].sense.kind == kindSpecialty)
		if t.upper && !h.shouts() && surnameLike(t.text) && received(h.tokens, i) { // "Сидоров сегодня принимает?"
			h.times.used[i] = true
			return capital(t.text)
		}
		upper := t.upper && !h.shouts()
		surname, sure := nominativeOf(t.text, caseAfter(preposition), titled)
		switch {
		case surname == "" || rejected(h.tokens, i, i+1):
		case caseAfter(preposition)&(1<<dative) != 0 && (sure || upper || titled), caseAfter(preposition) == 1<<genitive && preposition == "у" && (sure && upper || titled), titled && (sure || upper):
			h.times.used[i] = true
			return capital(surname)
		}
	}
	return ""
}

// received says that whoever stands at i is said to receive or to be in.
func received(tokens []token, i int) bool {
	for j := i + 1; j < len(tokens) && j <= i+3; j++ {
		if strings.HasPrefix(tokens[j].text, "принима") || strings.HasPrefix(tokens[j].text, "работа") {
			return true
		}
	}
	return false
}

// nominativeOf guesses the nominative of a surname from its form; sure says that it has a surname's ending. "" is no surname.
func nominativeOf(word string, want int, titled bool) (surname string, sure bool) {
	if oneOf(word, "слову острову основу покрову новой готовой здоровой столовой торговой мировой деловой готов здоров нужен любов каков правовой головой") {
		return "", false
	}
	endings := "скому>ский цкому>цкий ской>ская цкой>цкая овой>ова евой>ева ову>ов еву>ев енко>енко"
	if want&(1<<genitive) != 0 {
		endings += " ского>ский ова>ов ева>ев"
	}
	if titled && want == 0 {
		endings += " ов>ов ев>ев ова>ова ева>ева ский>ский ская>ская"
	}
	if found, ok := ended(word, endings); ok {
		return found, true
	}
	if found, ok := ended(word, "иной>ина ыной>ына ину>ин ыну>ын"); ok && want&(1<<dative) != 0 {
		return found, titled
	}
	if stem, ok := strings.CutSuffix(word, "у"); ok && want&(1<<dative) != 0 {
		return stem, false
	}
	if stem, ok := strings.CutSuffix(word, "ю"); ok && want&(1<<dative) != 0 {
		return stem + "й", false
	}
	return word, false
}

// ended rewrites the first of some endings, each written ending>other, that a word has.
func ended(word, endings string) (string, bool) {
	for pair := range strings.FieldsSeq(endings) {
		ending, other, _ := strings.Cut(pair, ">")
		if stem, ok := strings.CutSuffix(word, ending); ok && utf8.RuneCountInString(stem) >= 2 {
			return stem + other, true
		}
	}
	return word, false
}

// called is a name that nobody here has, as the refusal says it.
func (d *doctors) called(h *heard, m mention) string {
	var words []string
	for i := m.from; i < m.to; i++ {
		t := &h.tokens[i]
		if t.mark {
			continue
		}
		word := d.spelling(t)
		if forms := d.forms[word]; len(forms) > 0 {
			word = ofGender(d.list[forms[0].doctor].Surname, forms[0].other)
		} else if utf8.RuneCountInString(word) > 1 {
			word = nominativeName(word)
		} else {
			word += "."
		}
		words = append(words, capital(word))
	}
	return strings.Join(words, " ")
}

// ofGender is a surname, of the other gender where that was said.
func ofGender(surname string, other bool) string {
	if !other {
		return surname
	}
	woman, man := declensions(folded(surname))
	if feminine(folded(surname)) {
		return man[nominative]
	}
	return woman[nominative]
}

// nominativeName guesses the nominative of a given name or a patronymic.
func nominativeName(word string) string {
	name, _ := ended(word, "вне>вна вны>вна вной>вна вну>вна чу>ч ча>ч чем>ч ьей>ья ье>ья ии>ия ею>ей ию>ий рю>рь е>а ы>а у>")
	return name
}

// capital writes a name with capitals, after a hyphen too.
func capital(word string) string {
	first := true
	return strings.Map(func(r rune) rune {
		if first {
			r = unicode.ToUpper(r)
		}
		first = r == '-'
		return r
	}, word)
}
