package understand

import (
	"slices"
	"strings"
)

// Word is a word, a number or a mark of a text, folded for comparing: lower case, ё as е, no accents, no look-alike letters, Latin letters
// where the whole word is Latin. Start and End are bytes of the text.
type Word struct {
	Text       string
	Start, End int
	Digits     bool
	Mark       bool
	Latin      bool
}

// Words cuts a text into words as Read does. It takes any bytes and is linear in them.
func Words(text string) []Word {
	tokens := cut(text)
	out := make([]Word, len(tokens))
	for i, t := range tokens {
		out[i] = Word{Text: t.text, Start: t.start, End: t.end, Digits: t.digits, Mark: t.mark, Latin: t.latin}
	}
	return out
}

// Forms are the folded forms that a name is met in, of both genders where its spelling does not tell: all cases of every part of it.
func Forms(name string) []string {
	var out []string
	for _, part := range surnameParts(name) {
		woman, man := declensions(part)
		out = append(append(append(out, part), woman...), man...)
		if stem, ok := fleeting(part); ok {
			_, forms := declensions(stem)
			out = append(out, forms...)
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(s string) bool { return s == "" })
}

// fleeting is the stem of a name that loses a vowel: Павел – Павла, Лев – Льва, Пётр – Петра keeps its е.
func fleeting(name string) (string, bool) {
	switch name {
	case "павел":
		return "павл", true
	case "лев":
		return "льв", true
	case "любовь":
		return "любов", true
	}
	return "", false
}

// Transliterated is a Latin word with Russian letters, folded: "Smirnova" as "смирнова".
func Transliterated(word string) string { return transliteration().Replace(strings.ToLower(word)) }

// Knows says that a folded word is of the language as far as it is known here, or of the clinic's own names. Somebody's father's name is neither.
func (r *Reader) Knows(word string) bool {
	return r.knows(word) && (!patronymic(word) || r.doctors.knows(word))
}
