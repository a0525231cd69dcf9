package understand

import (
	_ "embed" // the table of ideas
	"strings"
)

//go:embed concepts.txt
var conceptTable string

// concepts know what words are about.
type concepts struct {
	names   []string
	words   map[string][]uint8
	stems   map[string][]uint8
	phrases map[string][]idea // by first word
	refused map[string]bool   // words that refuse the two after them
}

type idea struct {
	words   []string
	concept uint8
}

func newConcepts() *concepts {
	c := &concepts{words: map[string][]uint8{}, stems: map[string][]uint8{}, phrases: map[string][]idea{}, refused: map[string]bool{}}
	for line := range strings.Lines(conceptTable) {
		name, body, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		if name == "refusing" {
			for word := range strings.FieldsSeq(body) {
				c.refused[word] = true
			}
			continue
		}
		id := uint8(len(c.names)) //nolint:gosec // a test holds the table under 256
		c.names = append(c.names, name)
		for form := range strings.FieldsSeq(body) {
			c.add(form, id)
		}
	}
	return c
}

func (c *concepts) add(form string, id uint8) {
	if words := strings.Split(form, "_"); len(words) > 1 {
		c.phrases[words[0]] = append(c.phrases[words[0]], idea{words: words[1:], concept: id})
		return
	}
	if stem, open := strings.CutSuffix(form, "*"); open {
		c.stems[stem] = append(c.stems[stem], id)
		return
	}
	c.words[form] = append(c.words[form], id)
}

// of calls found for each concept of the word at i.
func (c *concepts) of(words []*token, i int, found func(uint8)) {
	text := words[i].text
	for _, id := range c.words[text] {
		found(id)
	}
	prefixes(text, func(prefix string) {
		for _, id := range c.stems[prefix] {
			found(id)
		}
	})
	for _, p := range c.phrases[text] {
		if p.follows(words[i+1:]) {
			found(p.concept)
		}
	}
}

func (p idea) follows(words []*token) bool {
	if len(words) < len(p.words) {
		return false
	}
	for i, w := range p.words {
		stem, open := strings.CutSuffix(w, "*")
		if words[i].text != w && (!open || !strings.HasPrefix(words[i].text, stem)) {
			return false
		}
	}
	return true
}

// refuse says that a word refuses what follows.
func (c *concepts) refuse(word string) bool { return c.refused[word] }
