package understand

import (
	"strings"
	"unicode"
)

// leet are the letters that digits and signs stand for within a word.
const (
	leetDigits  = "01346@"
	leetLetters = "оизчба"
)

// unleet writes letters for digits that stand within Russian words: "3убному", "дерматол0гу". "26марта" is a number and a word.
func (r *Reader) unleet(text string, work *int) string {
	if !strings.ContainsAny(text, leetDigits) {
		return text
	}
	var b strings.Builder
	at := 0
	for from := 0; from < len(text) && *work > 0; {
		to := from + strings.IndexFunc(text[from:], unicode.IsSpace)
		if to < from {
			to = len(text)
		}
		if word := text[from:to]; leetIn(word) {
			*work -= len(word)
			if other := r.spelled(word); other != "" {
				b.WriteString(text[at:from])
				b.WriteString(other)
				at = to
			}
		}
		from = to + 1
	}
	if at == 0 {
		return text
	}
	b.WriteString(text[at:])
	return b.String()
}

// leetIn says that a word has more letters than digits, four at least, and a digit.
func leetIn(word string) bool {
	letters, digits := 0, 0
	for _, c := range word {
		switch {
		case unicode.Is(unicode.Cyrillic, c):
			letters++
		case strings.ContainsRune(leetDigits, c):
			digits++
		case c >= '0' && c <= '9':
			return false
		}
	}
	return digits > 0 && letters >= 4 && letters > 2*digits
}

// spelled is a word with letters for digits where that is a known one, "" where it is not.
func (r *Reader) spelled(word string) string {
	from, to := []rune(leetDigits), []rune(leetLetters)
	other := strings.Map(func(c rune) rune {
		for i, f := range from {
			if c == f {
				return to[i]
			}
		}
		return c
	}, word)
	for _, t := range cut(other) {
		if !t.mark && !r.knowsExactly(t.text) {
			return ""
		}
	}
	return other
}
