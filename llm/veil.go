package llm

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/zapis-clinic/zapis/dialog/understand"
)

// Privacy is what is known of whoever's words go to a model: for what they name of themselves, placeholders go instead.
type Privacy struct {
	Own     []string               // names, phones, e-mail addresses, numbers and addresses of the people in the chat, as they stand on their cards
	Knows   func(word string) bool // a folded word of the language or of the clinic's own names: no stranger's name; nil knows none
	Doctors []understand.Doctor    // whose names may stay
	Today   time.Time              // dates to come are no birth dates
}

// maxSaid is how much of a person's text a model is told, in characters: a wish stands in that, and what is looked through is all that leaves.
const maxSaid = 1000

// Kinds of what is hidden, as the placeholders call them.
const (
	hidName    = "имя"
	hidNumber  = "номер"
	hidMail    = "почта"
	hidDate    = "дата"
	hidAddress = "адрес"
)

// veil hides what may not leave behind placeholders, the same one for the same words, and puts it back into what comes.
type veil struct {
	privacy Privacy
	own     map[string]bool // folded forms of the people's own names
	stems   []string        // what is left of them without the ending
	digits  []string        // their numbers, digits only
	given   map[string]bool // folded given names: true where they need a capital letter

	marks []string // placeholder, what it stands for, …
	known map[string]string
	count map[string]int
}

func newVeil(p Privacy, given map[string]bool) *veil {
	v := &veil{privacy: p, own: map[string]bool{}, given: given, known: map[string]string{}, count: map[string]int{}}
	for _, own := range p.Own {
		v.learn(own)
	}
	return v
}

// learn takes what stands on a card: digits are a number, the rest are names, word by word.
func (v *veil) learn(own string) {
	if digits := digitsOf(own); len(digits) >= minKnownDigits {
		v.digits = append(v.digits, digits[max(0, len(digits)-numberTail):])
	}
	if strings.ContainsRune(own, '@') {
		own, _, _ = strings.Cut(own, "@")
	}
	for _, w := range understand.Words(tidy(own)) {
		if w.Mark || w.Digits || len([]rune(w.Text)) < 2 {
			continue
		}
		name := cyrillic(w)
		for _, form := range understand.Forms(name) {
			v.own[form] = true
		}
		v.own[name] = true
		if n := len([]rune(name)); n >= 5 {
			v.stems = append(v.stems, string([]rune(name)[:max(4, n-2)]))
		}
	}
}

// A number that is known is told by its last digits: +7 and 8 are the same line.
const (
	minKnownDigits = 5
	numberTail     = 7
)

// tidy is a text as it is looked through and sent: one spelling of every letter, nothing invisible, no brackets that a placeholder has.
func tidy(text string) string {
	text = norm.NFKC.String(text)
	n := 0
	return strings.Map(func(r rune) rune {
		n++
		switch {
		case n > maxSaid, r == unicode.ReplacementChar, unicode.Is(unicode.Cf, r):
			return -1
		case r == '[', r == '{', r == '<':
			return '('
		case r == ']', r == '}', r == '>':
			return ')'
		case unicode.IsControl(r), unicode.IsSpace(r), r == '"', r == '\\':
			return ' '
		case unicode.IsDigit(r) && r > '9':
			return '0' + digitValue(r)
		}
		return r
	}, text)
}

// digitValue is the value of a decimal digit of any script: they stand in tens, and begin with their zero.
func digitValue(r rune) rune {
	zero := r
	for zero > 0 && r-zero < 9 && unicode.IsDigit(zero-1) {
		zero--
	}
	return (r - zero) % 10
}

func cyrillic(w understand.Word) string {
	if w.Latin {
		return understand.Transliterated(w.Text)
	}
	return w.Text
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// span is a part of a text that is hidden, in bytes.
type span struct {
	start, end int
	kind       string
}

// hide returns a text as it may leave. ok is false where something is left in it that may not: then nothing goes.
func (v *veil) hide(text string) (hidden string, ok bool) {
	text = tidy(text)
	spans := patterns(text, v.privacy.Today)
	words := understand.Words(text)
	spans = append(spans, v.numbers(text)...)
	spans = append(spans, spoken(words)...)
	spans = append(spans, births(words)...)
	spans = append(spans, addresses(words, v.privacy.Knows)...)
	spans = append(spans, v.names(text, words)...)
	hidden = v.replace(text, merge(spans))
	return hidden, v.clean(hidden)
}

// merge sorts spans and joins those that touch or overlap. The kind that begins first names them.
func merge(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.end - a.end
	})
	var out []span
	for _, s := range spans {
		if n := len(out); n > 0 && s.start < out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}

func (v *veil) replace(text string, spans []span) string {
	var out strings.Builder
	at := 0
	for _, s := range spans {
		out.WriteString(text[at:s.start])
		out.WriteString(v.mark(s.kind, text[s.start:s.end]))
		at = s.end
	}
	out.WriteString(text[at:])
	return out.String()
}

// mark is the placeholder of something.
func (v *veil) mark(kind, text string) string {
	if known, ok := v.known[kind+text]; ok {
		return known
	}
	v.count[kind]++
	mark := fmt.Sprintf("[%s%d]", kind, v.count[kind])
	v.known[kind+text] = mark
	v.marks = append(v.marks, mark, text)
	return mark
}

// restore puts back what was hidden. None of it holds a quote, a backslash or a control character, so JSON stays JSON.
func (v *veil) restore(text string) string { return strings.NewReplacer(v.marks...).Replace(text) }

// clean looks through what is about to leave once more, by other means than it was hidden by.
func (v *veil) clean(hidden string) bool {
	for i := 0; i < len(v.marks); i += 2 {
		hidden = strings.ReplaceAll(hidden, v.marks[i], " · ")
	}
	if strings.ContainsRune(hidden, '@') || longNumber(hidden) {
		return false
	}
	var letters strings.Builder
	for _, w := range understand.Words(hidden) {
		if w.Mark || w.Digits {
			continue
		}
		name := cyrillic(w)
		if v.own[name] && !v.doctors(name) {
			return false
		}
		letters.WriteString(name)
	}
	squeezed := letters.String()
	for _, stem := range v.stems {
		if len([]rune(stem)) >= 5 && strings.Contains(squeezed, stem) && !v.doctorsStem(stem) {
			return false
		}
	}
	digits := digitsOf(hidden)
	return !slices.ContainsFunc(v.digits, func(own string) bool { return strings.Contains(digits, own) })
}

// doctors says that a folded word is a form of a doctor's surname.
func (v *veil) doctors(word string) bool {
	return slices.ContainsFunc(v.privacy.Doctors, func(d understand.Doctor) bool { return slices.Contains(understand.Forms(d.Surname), word) })
}

func (v *veil) doctorsStem(stem string) bool {
	return slices.ContainsFunc(v.privacy.Doctors, func(d understand.Doctor) bool {
		return slices.ContainsFunc(understand.Forms(d.Surname), func(f string) bool { return strings.HasPrefix(f, stem) })
	})
}
