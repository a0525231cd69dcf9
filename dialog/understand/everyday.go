package understand

import (
	_ "embed" // words of everyday talk
	"strings"
)

//go:embed everyday.txt
var everydayTable string

// everyday are words that mean nothing here and are near to words that do. Known, they are mended into nothing else.
type everyday map[string]bool

func everydayWords() everyday {
	c := everyday{}
	for line := range strings.Lines(everydayTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			c[word] = true
		}
	}
	return c
}

// has finds a word or a beginning of it that takes any ending.
func (c everyday) has(word string) bool {
	if c[word] {
		return true
	}
	found := false
	prefixes(word, func(prefix string) {
		found = found || c[prefix+"*"]
	})
	return found
}
