package understand

import (
	"slices"
	"strings"
)

// Words that deny, wherever they are looked for.
const (
	noWord      = "нет"
	withoutWord = "без"
)

// The cases of Russian, in the order that declensions here are written.
const (
	nominative = iota
	genitive
	dative
	accusative
	instrumental
	prepositional
	plural // every case of the plural, and what else may be met
)

// form is a surname as it is met in a text.
type form struct {
	doctor int  // index in doctors.list
	cases  int  // bit set of the cases it can be in
	other  bool // of the other gender than the doctor's: "к Иванову" where only Иванова works
}

// doctors finds the clinic's doctors by surname.
type doctors struct {
	list     []Doctor
	forms    map[string][]form
	translit *strings.Replacer
}

func newDoctors(list []Doctor) *doctors {
	d := &doctors{list: slices.Clone(list), forms: map[string][]form{}, translit: transliteration()}
	for i, doctor := range d.list {
		for _, part := range surnameParts(doctor.Surname) {
			own, other := declensions(part)
			if doctor.Gender == "male" || doctor.Gender == "" && !feminine(part) {
				own, other = other, own
			}
			d.file(i, own, false)
			d.file(i, other, true)
		}
	}
	return d
}

// surnameParts are the folded surname and, of a double one, its halves.
func surnameParts(surname string) []string {
	var parts []string
	for _, t := range cut(surname) {
		if !t.mark && !t.digits {
			parts = append(parts, t.text)
		}
	}
	return parts
}

// file files the case forms of a surname, singular in order of the cases and then the plural.
func (d *doctors) file(doctor int, forms []string, other bool) {
	for c, spelling := range forms {
		if spelling == "" {
			continue
		}
		bit := 1 << min(c, plural)
		known := d.forms[spelling]
		at := slices.IndexFunc(known, func(f form) bool { return f.doctor == doctor })
		switch {
		case at < 0:
			d.forms[spelling] = append(known, form{doctor: doctor, cases: bit, other: other})
		case known[at].other == other:
			known[at].cases |= bit
		}
	}
}

// feminine guesses from the spelling; a surname that does not tell is taken for a man's, whose forms include hers.
func feminine(surname string) bool {
	for _, ending := range []string{"ова", "ева", "ина", "ына", "ая", "яя"} {
		if strings.HasSuffix(surname, ending) {
			return true
		}
	}
	return false
}

// declensions are the forms of a surname for a woman and for a man.
func declensions(surname string) (woman, man []string) {
	all := func(stem string, endings ...string) []string {
		forms := make([]string, len(endings))
		for i, e := range endings {
			forms[i] = stem + e
		}
		return forms
	}
	has := func(endings ...string) (string, bool) {
		for _, e := range endings {
			if stem, ok := strings.CutSuffix(surname, e); ok && len(stem) >= 4 {
				return stem, true
			}
		}
		return "", false
	}
	if stem, ok := has("ова", "ева", "ина", "ына", "ов", "ев", "ин", "ын"); ok {
		stem = surname[:len(stem)+4] // with its ов, ин: two letters of two bytes
		return all(stem, "а", "ой", "ой", "у", "ой", "ой", "ою", "ы", "ых", "ым", "ыми"),
			all(stem, "", "а", "у", "а", "ым", "е", "ом", "ы", "ых", "ым", "ыми")
	}
	if stem, ok := has("ский", "цкий", "ская", "цкая"); ok {
		stem = surname[:len(stem)+4]
		return all(stem, "ая", "ой", "ой", "ую", "ой", "ой", "ою", "ие", "их", "им"),
			all(stem, "ий", "ого", "ому", "ого", "им", "ом", "ие", "их", "им", "ими")
	}
	if stem, ok := has("ый", "ой", "ий", "ая", "яя"); ok {
		return all(stem, "ая", "ой", "ой", "ую", "ой", "ой", "ею", "яя", "юю", "ей"),
			all(stem, surname[len(stem):], "ого", "ому", "ого", "ым", "ом", "его", "ему", "им", "ем")
	}
	return declineNoun(surname, all, has)
}

// declineNoun declines surnames that are nouns: Мельник, Коваль, Гай, Сорока, Заря, Кравец; the rest stay as they are.
func declineNoun(surname string, all func(string, ...string) []string, has func(...string) (string, bool)) (woman, man []string) {
	still := []string{surname, surname, surname, surname, surname, surname}
	if stem, ok := has("ец"); ok {
		return still, append(all(stem, "ец", "ца", "цу", "ца", "цом", "це"), all(surname, "а", "у", "ом", "ем", "е")...)
	}
	if stem, ok := has("ок", "ек"); ok {
		return still, append(all(stem, surname[len(stem):], "ка", "ку", "ка", "ком", "ке"), all(surname, "а", "у", "ом", "е")...)
	}
	if stem, ok := has("ь", "й"); ok {
		return still, all(stem, surname[len(stem):], "я", "ю", "я", "ем", "е")
	}
	if stem, ok := has("ия"); ok {
		forms := all(stem, "ия", "ии", "ии", "ию", "ией", "ии")
		return forms, forms
	}
	if stem, ok := has("а"); ok {
		forms := all(stem, "а", "ы", "е", "у", "ой", "е", "и", "ей")
		return forms, forms
	}
	if stem, ok := has("я"); ok {
		forms := all(stem, "я", "и", "е", "ю", "ей", "е")
		return forms, forms
	}
	if stem, ok := has("ко"); ok { // colloquial: к Шевченку
		return still, append(slices.Clone(still), all(stem, "ка", "ку", "ком", "ке")...)
	}
	if _, ok := has("о", "е", "и", "у", "ю", "э", "ых", "их"); ok {
		return still, still
	}
	return still, all(surname, "", "а", "у", "а", "ом", "е", "ем", "ы")
}

// find returns the surname of the doctor who is named and not refused, and marks its token used; "" where nobody is named.
func (d *doctors) find(tokens []token, used []bool) string {
	for i := range tokens {
		t := &tokens[i]
		if t.mark || t.digits {
			continue
		}
		called := i > 0 && caseAfter(tokens[i-1].text) == 1<<dative || i > 0 && title(tokens[i-1].text) || i > 1 && tokens[i-1].text == "." && title(tokens[i-2].text)
		if t.sense.kind != "" && !called {
			continue
		}
		surname := d.pick(d.spelling(t), before(tokens, i))
		if surname == "" || unwanted(tokens, i) {
			continue
		}
		used[i] = true
		return surname
	}
	return ""
}

// spelling is the word as surnames are filed: a Latin one with Russian letters.
func (d *doctors) spelling(t *token) string {
	if t.latin {
		return d.translit.Replace(t.text)
	}
	return t.text
}

// pick chooses among the doctors who share a form: of their own gender first, then in the case that the preposition asks.
func (d *doctors) pick(spelling, preposition string) string {
	best, rank := "", -1
	for _, f := range d.forms[spelling] {
		r := 0
		if !f.other {
			r += 2
		}
		if want := caseAfter(preposition); want == 0 || f.cases&want != 0 {
			r += 3
		}
		if r > rank {
			best, rank = d.list[f.doctor].Surname, r
		}
	}
	return best
}

// before is the word before i, past a title: "к доктору Ивановой".
func before(tokens []token, i int) string {
	for i--; i >= 0; i-- {
		if !title(tokens[i].text) && !tokens[i].mark {
			return tokens[i].text
		}
	}
	return ""
}

// patronymic says that a word is a father's name: "Петровну" is no slip of "Петрову".
func patronymic(word string) bool {
	for _, ending := range []string{"вна", "вны", "вне", "вну", "вной", "вич", "вича", "вичу", "вичем", "виче"} {
		if strings.HasSuffix(word, "о"+ending) || strings.HasSuffix(word, "е"+ending) {
			return true
		}
	}
	return false
}

func title(word string) bool {
	for _, stem := range []string{"доктор", "врач", "dr", "doctor"} {
		if strings.HasPrefix(word, stem) {
			return true
		}
	}
	return false
}

// caseAfter is the bit set of the cases that a preposition governs, 0 for any.
func caseAfter(preposition string) int {
	switch preposition {
	case "к", "ко":
		return 1 << dative
	case "у", "от", "до", "кроме", withoutWord, "для", "из":
		return 1 << genitive
	case "с", "со":
		return 1<<instrumental | 1<<genitive
	case "на", "про":
		return 1 << accusative
	case "о", "об", "при":
		return 1 << prepositional
	}
	return 0
}

// unwanted says that "не", "кроме" stand right before i, a preposition and a title between them or not.
func unwanted(tokens []token, i int) bool {
	for j := i - 1; j >= 0 && i-j <= 4; j-- {
		t := &tokens[j]
		switch {
		case t.text == "не" || t.text == "кроме" || t.text == "not" || t.text == "except" || t.text == "ни":
			return true
		case caseAfter(t.text) != 0 || title(t.text) || t.text == "to" || t.text == "with" || t.sense.kind == kindSpecialty:
		default:
			return false
		}
	}
	return false
}
