package understand

import (
	_ "embed" // what patients call procedures
	"slices"
	"strings"
	"unicode/utf8"
)

//go:embed services.txt
var wordsServices string

// The kinds of the services' table.
const (
	kindWhole = "whole" // a procedure by itself: ЭКГ
	kindAct   = "act"   // what is done: УЗИ
	kindOrgan = "part"  // to what: щитовидная железа
)

// concept is what a word says of procedures, whichever of its names was used.
type concept struct {
	kind string
	code string
	at   int // the token
	to   int // and the one after
}

// plain is a concept wherever it stands.
func (c concept) plain() concept {
	c.at, c.to = 0, 0
	return c
}

// index knows services by the concepts of their names.
type index struct {
	ids     []string
	wanted  [][]concept
	entries map[concept][]int // concept without its place → services
	stems   map[string]int    // stems of words that only the clinic's names have → services with them
}

func newIndex(services []Service, l *language) index {
	x := index{entries: make(map[concept][]int, 2*len(services)), stems: map[string]int{}}
	for n, s := range services {
		x.ids = append(x.ids, s.ID)
		x.wanted = append(x.wanted, nil)
		x.add(n, s.Name, l)
		if s.English != "" {
			x.alias(n, s.English, l)
		}
	}
	return x
}

// add files the concepts of a name. What follows "с", "без" or a mark tells services apart, but need not be said.
func (x *index) add(n int, name string, l *language) {
	tokens := cut(name)
	l.lexicon.mark(tokens)
	for i := range tokens {
		if t := &tokens[i]; len(x.wanted[n]) > 0 && (t.mark && t.text != "-" || t.text == "с" || t.text == withoutWord) {
			x.alias(n, name[t.start:], l)
			tokens = tokens[:i]
			break
		}
	}
	for _, c := range l.conceptsOf(tokens, nil, x.fresh) {
		c = c.plain()
		if !slices.Contains(x.wanted[n], c) {
			x.wanted[n] = append(x.wanted[n], c)
			x.entries[c] = append(x.entries[c], n)
		}
	}
}

// alias files what names a service wholly besides its name: "УЗИ сердца (ЭхоКГ)".
func (x *index) alias(n int, name string, l *language) {
	tokens := cut(name)
	l.lexicon.mark(tokens)
	for _, c := range l.conceptsOf(tokens, nil, nil) {
		c = c.plain()
		if c.kind == kindWhole && !slices.Contains(x.wanted[n], c) {
			x.wanted[n] = append(x.wanted[n], c)
			x.entries[c] = append(x.entries[c], n)
		}
	}
}

// fresh files a word of a name that no table has, and says what it is: a part, whichever that may be.
func (x *index) fresh(word string) (concept, bool) {
	if utf8.RuneCountInString(word) < 4 || common(word, serviceWords()) {
		return concept{}, false
	}
	s := stem(word)
	x.stems[s]++
	return concept{kind: kindOrgan, code: "~" + s}, true
}

func serviceWords() []string {
	return strings.Fields("врач услуг комплекс одн при желез полост малого орган внутренн клетк пузыр отдел для перед области")
}

func (x *index) knows(word string) bool { return x.stems[stem(word)] > 0 }

// known is fresh for a text: a word that only the clinic's names have.
func (x *index) known(word string) (concept, bool) {
	s := stem(word)
	return concept{kind: kindOrgan, code: "~" + s}, x.stems[s] > 0 && !common(word, serviceWords())
}

// conceptsOf adds what tokens say of procedures; other says what a word is that stands in no table.
func (l *language) conceptsOf(tokens []token, out []concept, other func(word string) (concept, bool)) []concept {
	for i := 0; i < len(tokens); i++ {
		t := &tokens[i]
		if t.mark || t.digits {
			continue
		}
		s, ok := l.means.phrase(tokens[i:])
		if !ok {
			s, ok = l.means.look(t.text)
		}
		switch {
		case ok:
			out = append(out, concept{kind: s.kind, code: s.code, at: i, to: i + max(1, s.width)})
			i += max(0, s.width-1)
		case t.sense.kind == kindSpecialty:
			out = append(out, concept{kind: kindSpecialty, code: t.sense.code, at: i, to: i + 1})
		case other != nil && t.sense.kind == "":
			if c, ok := other(t.text); ok {
				c.at, c.to = i, i+1
				out = append(out, c)
			}
		}
	}
	return out
}

// maxConcepts is how many words of procedures are read in one message.
const maxConcepts = 24

// services is the id of the one service that the words fit best, "" where none or several do. Words that name it wholly name nothing else.
func (r *Reader) services(h *heard) string {
	x := &r.places.services
	if len(x.ids) == 0 {
		return ""
	}
	var room, kept [maxConcepts]concept
	heard := r.conceptsOf(h.tokens, room[:0], x.known)
	said := kept[:0]
	for _, c := range heard[:min(len(heard), maxConcepts)] {
		if !slices.Contains(said, c.plain()) && !rejected(h.tokens, c.at, c.to) {
			said = append(said, c.plain())
		}
	}
	best := x.best(said)
	if best < 0 {
		return ""
	}
	for _, c := range heard {
		if c.kind == kindWhole && slices.Contains(x.wanted[best], c.plain()) {
			for i := c.at; i < c.to; i++ {
				h.tokens[i].service = true
			}
		}
	}
	return x.ids[best]
}

// best is the service that the concepts fit best, -1 where none or several do.
func (x *index) best(said []concept) int {
	best, tie := -1, false
	var top fit
	var seen map[int]bool
	for _, c := range said {
		if c.kind == kindSpecialty { // by itself it names no service
			continue
		}
		for _, n := range x.entries[c] {
			if seen[n] {
				continue
			}
			if seen == nil {
				seen = map[int]bool{}
			}
			seen[n] = true
			switch f := weigh(x.wanted[n], said); {
			case !f.named:
			case best < 0 || f.better(top):
				best, top, tie = n, f, false
			case !top.better(f):
				tie = true
			}
		}
	}
	if tie {
		return -1
	}
	return best
}

// fit is how well words fit a service.
type fit struct {
	named   bool
	whole   int // which of the concepts said names it wholly, from 1; 0 for none
	met     int
	missing int
}

// better compares: whoever is named wholly, of those who was named first, then who fits most.
func (f fit) better(than fit) bool {
	switch {
	case (f.whole > 0) != (than.whole > 0):
		return f.whole > 0
	case f.whole != than.whole:
		return f.whole < than.whole
	case f.met != than.met:
		return f.met > than.met
	}
	return f.missing < than.missing
}

// weigh says how well what was said fits a service's name: a procedure's own name is enough; what is done needs to what.
func weigh(wanted, said []concept) fit {
	var f fit
	var acts, parts count
	wholes := 0
	for _, c := range wanted {
		at := slices.Index(said, c)
		if at >= 0 {
			f.met++
		} else {
			f.missing++
		}
		switch c.kind {
		case kindWhole:
			wholes++
			if at >= 0 && (f.whole == 0 || at+1 < f.whole) {
				f.whole = at + 1
			}
		case kindAct:
			acts.add(at)
		default:
			parts.add(at)
		}
	}
	switch {
	case wholes > 0:
		f.named = f.whole > 0
	case parts.all == 0:
		f.named = acts.all > 1 && acts.met == acts.all
	case acts.all == 0:
		f.named = parts.met == parts.all && (parts.met > 1 || !ordinary(wanted))
	default:
		f.named = parts.met > 1 || parts.met > 0 && acts.met > 0 && (acts.met == acts.all || parts.met == parts.all) && specific(wanted, said)
	}
	return f
}

// count is how many concepts there are and how many were met.
type count struct{ all, met int }

func (c *count) add(at int) {
	c.all++
	if at >= 0 {
		c.met++
	}
}

// ordinary says that a name is made of words that are said of much else.
func ordinary(wanted []concept) bool {
	return slices.ContainsFunc(wanted, func(c concept) bool { return c.kind == kindSpecialty || c.code[0] != '~' })
}

// specific says that "консультация кардиолога" and "первичный приём кардиолога" were said as such: "на приём к кардиологу" names no service.
func specific(wanted, said []concept) bool {
	return slices.ContainsFunc(wanted, func(c concept) bool { return c.kind == kindAct && c.code != "прием" && slices.Contains(said, c) })
}
