package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	keysLatin    = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
	keysCyrillic = "йцукенгшщзхъфывапролджэячсмитьбю"
)

// layout retypes a text as if the other keyboard layout had been on: "pfdnhf" is "завтра".
func layout(text string) string {
	latin, cyrillic := []rune(keysLatin), []rune(keysCyrillic)
	var there, back [128]rune
	for i, r := range latin {
		there[r] = cyrillic[i]
		back[i] = r
	}
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(r)
		if r > 0 && r < utf8.RuneSelf && there[r] != 0 {
			return there[r]
		}
		if i := strings.IndexRune(keysCyrillic, r); i >= 0 {
			return back[utf8.RuneCountInString(keysCyrillic[:i])]
		}
		return r
	}, text)
}

// transliteration writes Latin letters with Russian ones: "zavtra v 10" is "завтра в 10". It wants lower case.
func transliteration() *strings.Replacer {
	return strings.NewReplacer("shch", "щ", "sch", "щ", "zh", "ж", "kh", "х", "ts", "ц", "ch", "ч", "sh", "ш", "yu", "ю", "ju", "ю", "iu", "ю",
		"ya", "я", "ja", "я", "ia", "ия", "yo", "е", "jo", "е", "iy", "ий", "ij", "ий", "sky", "ский", "ey", "ей", "ay", "ай", "oy", "ой", "uy", "уй",
		"a", "а", "b", "б", "c", "ц", "d", "д", "e", "е", "f", "ф", "g", "г", "h", "х", "i", "и", "j", "й", "k", "к", "l", "л", "m", "м", "n", "н",
		"o", "о", "p", "п", "q", "к", "r", "р", "s", "с", "t", "т", "u", "у", "v", "в", "w", "в", "x", "кс", "y", "ы", "z", "з", "'", "ь")
}

// tokens cuts a text in the script and layout that makes the most of its words known, and gives them their senses. The text
// that the tokens' places refer to comes back with them.
func (r *Reader) tokens(text string) (string, []token) {
	best := cut(text)
	latin, known := r.familiar(best)
	if latin == 0 && known > 0 || len(best) == 0 {
		return text, r.mark(best)
	}
	for _, other := range []string{r.translit.Replace(strings.ToLower(text)), layout(text)} {
		tokens := cut(other)
		if _, n := r.familiar(tokens); n > known {
			text, best, known = other, tokens, n
		}
	}
	return text, r.mark(best)
}

// familiar counts the Latin words and the known words of three letters or more.
func (r *Reader) familiar(tokens []token) (latin, known int) {
	for i := range tokens {
		t := &tokens[i]
		if t.mark || t.digits {
			continue
		}
		if t.latin {
			latin++
		}
		if utf8.RuneCountInString(t.text) >= 3 && r.knows(t.text) {
			known++
		}
	}
	return latin, known
}

// knows says that a word is in the tables, in the rules or a name of the clinic's.
func (r *Reader) knows(word string) bool {
	if _, ok := r.lexicon.look(word); ok {
		return true
	}
	return r.rules.knows(word) || r.flags.lore.knows(word) || r.complaints.lore.knows(word) || patronymic(word) || len(r.doctors.forms[word]) > 0 || r.places.knows(word)
}

// mark repairs typos and gives the tokens their senses and the rules' terms.
func (r *Reader) mark(tokens []token) []token {
	for i := range tokens {
		t := &tokens[i]
		if t.mark || t.digits || r.knows(t.text) || i > maxRepaired {
			continue
		}
		if fixed := r.lexicon.typos.fix(t.text); fixed != "" {
			t.text = fixed
		}
	}
	r.lexicon.mark(tokens)
	r.rules.mark(tokens)
	return tokens
}

// maxRepaired is how many words of a message may be repaired: a person's request is shorter, and repairs are the dear part.
const maxRepaired = 150
