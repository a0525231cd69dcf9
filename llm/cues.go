package llm

import (
	_ "embed"
	"strings"
	"unicode/utf8"

	"github.com/zapis-clinic/zapis/dialog/understand"
)

//go:embed cues.txt
var cuesFile string

// cues are the beginnings of words that must be said for a reading to count, by what is read.
type cues map[string][]string

func readCues() cues {
	c := cues{}
	for line := range strings.Lines(cuesFile) {
		what, stems, ok := strings.Cut(line, ":")
		if ok && !strings.HasPrefix(line, "#") {
			c[what] = append(c[what], strings.Fields(strings.ReplaceAll(stems, "ё", "е"))...)
		}
	}
	return c
}

// minStem is how long a beginning must be to stand for a whole word of a person's: shorter ones are in everything.
const minStem = 3

// said says that one of the beginnings of something is among a text's words.
func (c cues) said(what string, words []string) bool {
	for _, stem := range c[what] {
		if occurs(strings.Split(stem, "_"), words) {
			return true
		}
	}
	return false
}

// occurs says that words begin so, one right after the other.
func occurs(stems, words []string) bool {
	for i := 0; i+len(stems) <= len(words); i++ {
		all := true
		for j, stem := range stems {
			whole, exact := strings.CutSuffix(stem, "+")
			exact = exact || utf8.RuneCountInString(stem) < minStem
			all = all && (words[i+j] == whole || !exact && strings.HasPrefix(words[i+j], stem))
		}
		if all {
			return true
		}
	}
	return false
}

// spoken are the folded words of a text; Latin ones with Russian letters as well, for who writes so.
func spokenWords(text string) []string {
	var out, russian []string
	for _, w := range understand.Words(text) {
		if w.Mark || w.Digits {
			continue
		}
		out = append(out, w.Text)
		if w.Latin {
			russian = append(russian, cyrillic(w))
		}
	}
	return append(out, russian...)
}
