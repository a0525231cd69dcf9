package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	keysLatin    = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
	keysCyrillic = "йцукенгшщзхъфывапролджэячсмитьбю"
	keysShifted  = "QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>"
)

// layout retypes a text as if the other keyboard layout had been on: "pfdnhf" is "завтра".
func layout(text string) string {
	latin, shifted, cyrillic := []rune(keysLatin), []rune(keysShifted), []rune(keysCyrillic)
	var there, back [128]rune
	for i, r := range latin {
		there[r], there[shifted[i]] = cyrillic[i], cyrillic[i]
		back[i] = r
	}
	return strings.Map(func(r rune) rune {
		if r > 0 && r < utf8.RuneSelf && there[r] != 0 {
			return there[r]
		}
		r = unicode.ToLower(r)
		if i := strings.IndexRune(keysCyrillic, r); i >= 0 {
			return back[utf8.RuneCountInString(keysCyrillic[:i])]
		}
		return r
	}, text)
}

// transliteration writes Latin letters with Russian ones: "zavtra v 10" is "завтра в 10". It wants lower case.
func transliteration() *strings.Replacer { return schools()[0] }

// schools are the ways in which people write Russian with Latin letters: by sound as passports do, and as the letters look or the keys lie.
func schools() []*strings.Replacer {
	base := strings.Fields("shch щ sch щ shh щ zh ж kh х ts ц tz ц ch ч sh ш yu ю ju ю iu ю ya я ja я ia ия yo е jo е ye е je е iy ий ij ий yj ый yy ый sky ский ey ей ej ей ay ай aj ай oy ой oj ой uy уй")
	letters := strings.Fields("a а b б c ц d д e е f ф g г h х i и j й k к l л m м n н o о p п q к r р s с t т u у v в w в x кс y ы z з ' ь")
	look := strings.Fields("ia иа x х c к j ж w ш q я y у h н 4 ч 6 ш")
	return []*strings.Replacer{
		strings.NewReplacer(append(append([]string{}, base...), letters...)...),
		strings.NewReplacer(append(append(strings.Fields("ai ай ei ей oi ой"), base...), letters...)...),
		strings.NewReplacer(append(append(append([]string{}, base[:24]...), look...), letters...)...),
	}
}

// tokens cuts a text with every word in the script, the layout and the spelling that make it a known one, and gives the words their senses.
// The text that the tokens' places refer to comes back with them.
func (r *Reader) tokens(text string) (string, []token) {
	work := maxWork
	text = r.retype(text, &work)
	tokens := cut(text)
	if r.familiar(tokens) == 0 && len(tokens) > 0 {
		if other := layout(text); other != text { // English on the Russian layout
			if others := cut(other); r.familiar(others) > 0 {
				text, tokens = other, others
			}
		}
	}
	return text, r.mark(r.repaired(tokens, text, &work))
}

// maxWork bounds what repairs may do for one message, counted in looks into the tables: a message made to be dear costs a few milliseconds.
const maxWork = 8_000

// familiar counts the known words of three letters or more.
func (r *Reader) familiar(tokens []token) (known int) {
	for i := range tokens {
		t := &tokens[i]
		if t.mark || t.digits {
			continue
		}
		if long(t.text) && r.knows(t.text) {
			known++
		}
	}
	return known
}

// long says that a word has three letters or more: shorter ones are the same in many scripts by chance.
func long(word string) bool { return utf8.RuneCountInString(word) >= 3 }

// knows says that a word is in the tables, in the rules or a name of the clinic's.
func (r *Reader) knows(word string) bool {
	return r.lexicon.knows(word) || r.everyday.has(word) || r.rules.knows(word) || r.ofLore(word) || r.means.knows(word) ||
		patronymic(word) || r.doctors.knows(word) || r.places.knows(word)
}

// mark gives the tokens their senses and the rules' terms.
func (r *Reader) mark(tokens []token) []token {
	r.lexicon.mark(tokens)
	r.rules.mark(tokens)
	return tokens
}
