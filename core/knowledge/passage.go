package knowledge

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Passage is a part of an article that can stand as an answer.
type Passage struct {
	Heading string // "" of what stands before the first heading
	Body    string
}

// MaxAnswer is how long the words of one answer may be, in characters: what a person reads in a chat without scrolling.
const MaxAnswer = 700

// Passages cuts a text at its headings. Each passage has some text.
func Passages(body string) []Passage {
	var out []Passage
	heading, text := "", []string{}
	end := func() {
		if words := strings.TrimSpace(strings.Join(text, "\n")); words != "" {
			out = append(out, Passage{Heading: heading, Body: words})
		}
		text = nil
	}
	for line := range strings.SplitSeq(body, "\n") {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			end()
			heading = strings.TrimSpace(name)
			continue
		}
		text = append(text, line)
	}
	end()
	return out
}

// Plain is a text as a chat shows it: its headings are lines of their own.
func Plain(body string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(body, "\n") {
		b.WriteString(strings.TrimPrefix(line, "## ") + "\n")
	}
	return strings.TrimSpace(b.String())
}

// Excerpt is the beginning of a text, whole sentences of at most n characters; the first sentence, cut at a word, where that is longer.
func Excerpt(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	runes := []rune(text)[:n]
	word := 0
	for i := len(runes) - 1; i > 0; i-- {
		if runes[i] == '\n' || (unicode.IsSpace(runes[i]) && strings.ContainsRune(".!?", runes[i-1])) {
			return strings.TrimSpace(string(runes[:i]))
		}
		if word == 0 && unicode.IsSpace(runes[i]) {
			word = i
		}
	}
	if word == 0 {
		word = n - 1
	}
	return strings.TrimRight(string(runes[:word]), " ,;:—–-") + "…"
}
