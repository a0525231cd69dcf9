package understand

import (
	_ "embed" // the list of red flags
	"slices"
	"strings"
)

//go:embed redflags_ru.txt
var redFlagsRussian string

//go:embed redflags_signs_ru.txt
var redSignsRussian string

//go:embed redflags_en.txt
var redFlagsEnglish string

// flags finds what is dangerous now, by rules alone. Their list is redflags_*.txt, reviewed by a doctor.
type flags struct {
	lore  *lore
	vetos []veto // by pattern; reach "" for a pattern that is a flag
}

// veto is what makes a flag void: where it reaches and the kinds that it does not touch.
type veto struct {
	reach  string
	except []string
}

func newFlags() *flags {
	f := &flags{lore: newLore(8, redFlagsRussian, redSignsRussian, redFlagsEnglish)}
	for _, p := range f.lore.patterns {
		var v veto
		if fields := strings.Fields(p.kind); fields[0] == "veto" && len(fields) > 1 {
			v.reach = fields[1]
			for _, kind := range fields[2:] {
				v.except = append(v.except, strings.TrimPrefix(kind, "-"))
			}
		}
		f.vetos = append(f.vetos, v)
	}
	return f
}

// aChild is whoever is one, in the tables of words and of dangers.
const aChild = "child"

// infancy is the age, in years, below which fever is a danger by itself; childhood where what a child does counts.
const (
	infancy   = 0.25
	childhood = 14
)

// card tells the rules of whoever the visit is for, where the message speaks of nobody else.
func (f *flags) card(s *sight, age float64) *sight {
	if age <= 0 || s.touches(f.lore, "me", "person", aChild, "baby", "en_who") {
		return s
	}
	of := []string{aChild, "childx", "childy", "someone", "en_small", "en_kid"}
	switch {
	case age >= childhood:
		return s
	case age < infancy:
		of = append(of, "baby", "en_baby")
	}
	for _, name := range of {
		if family, ok := f.lore.names[name]; ok {
			s.hits = slices.Insert(s.hits, 0, hit{family, unsaid, unsaid})
			s.has[family] = true
		}
	}
	return s
}

// find returns the first rule, in the list's order, that holds now and of a person; nil for none.
func (f *flags) find(s *sight) *pattern {
	if s.inquires(f.lore) {
		return nil
	}
	var vetos []found
	f.lore.meetings(s, func(x found) bool {
		if f.vetos[x.pattern].reach != "" {
			vetos = append(vetos, x)
		}
		return false
	})
	var flag *pattern
	f.lore.meetings(s, func(x found) bool {
		if flag != nil || f.vetos[x.pattern].reach != "" {
			return true
		}
		p := &f.lore.patterns[x.pattern]
		if !s.denied(x) && !slices.ContainsFunc(vetos, func(v found) bool { return f.voids(s, v, x, p.kind) }) {
			flag = p
		}
		return flag != nil
	})
	return flag
}

// inquires says that the message asks how things are in general: a question that names nobody and no moment. "Что делать" is asked by who
// has somebody before them.
func (s *sight) inquires(l *lore) bool {
	if s.touches(l, "me", "now", "person", "suddenx") || s.touches(l, aChild) && !s.touches(l, "asks") {
		return false
	}
	first := 0
	for _, h := range s.hits { // in the order of their first word
		switch {
		case h.family == l.names["politely"] && h.from == first:
			first = h.to + 1
		case h.family == l.names["inquiry"] && h.from == first:
			return true
		}
	}
	return false
}

// touches says that a family of one of the names was met.
func (s *sight) touches(l *lore, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return s.has[l.names[name]] })
}

// voids says that a veto reaches a flag.
func (f *flags) voids(s *sight, v, x found, kind string) bool {
	rule := f.vetos[v.pattern]
	if slices.Contains(rule.except, kind) || slices.ContainsFunc(v.words, func(w int) bool { return slices.Contains(x.words, w) }) && rule.reach == "segment" {
		return false
	}
	part := func(w int) int { return s.segment[w] }
	switch rule.reach {
	case "message":
		return true
	case "sentence":
		return s.phrase[v.from] == s.phrase[x.to] || s.phrase[v.to] == s.phrase[x.from]
	case "segment":
		return slices.ContainsFunc(x.words, func(w int) bool { return part(w) == part(v.from) })
	case "ahead":
		return part(v.from) == part(x.from) && v.to < x.from
	case "past":
		if slices.ContainsFunc(x.words, func(w int) bool { return part(w) == part(v.from) }) {
			return true
		}
		next := part(v.from) - part(x.to)
		return s.phrase[v.from] == s.phrase[x.from] && (next < 0 && !s.present(x, true) || next <= 2 && !s.present(x, false))
	}
	return false
}

// present says that a flag is said of now: one of its words is a verb of the present, or a word of now stands in its segment (or, without beside, is one of its words).
func (s *sight) present(x found, beside bool) bool {
	for w := range s.words {
		text := s.words[w].text
		if beside && s.segment[w] >= s.segment[x.from] && s.segment[w] <= s.segment[x.to] || slices.Contains(x.words, w) {
			switch text {
			case "сейчас", "щас", "теперь", "опять", "снова", "сегодня", "вдруг", "now", "today", "again":
				return true
			}
		}
		if w >= x.from && w <= x.to && presentTense(text) {
			return true
		}
	}
	return false
}

// presentTense says that a word looks like a verb of the present, third person or first.
func presentTense(word string) bool {
	word = strings.TrimSuffix(strings.TrimSuffix(word, "ся"), "сь")
	if len(word) < 8 {
		return false
	}
	for _, ending := range []string{"ит", "ет", "ют", "ут", "ят", "ает", "аю", "ею"} {
		if strings.HasSuffix(word, ending) {
			return true
		}
	}
	return false
}

// denied says that a flag's own words are refused: "болей в груди нет", "не терял сознание", "без судорог".
func (s *sight) denied(x found) bool {
	for _, w := range x.words {
		for back := 1; back <= 3 && w-back >= 0 && s.segment[w-back] == s.segment[w]; back++ {
			t := s.words[w-back].text
			switch {
			case s.inside[w-back] && slices.Contains(x.words, w-back):
			case t == withoutWord && s.idle(w-back+1):
			case t == withoutWord || t == "ни" || t == "нету" || t == "no" || t == "without" || t == noWord && !s.inside[w-back]:
				return true
			case (t == "не" || t == "not" || t == "dont" || t == "isnt" || t == "never") && !s.inside[w-back] && back == 1:
				return true
			}
		}
	}
	for next := x.to + 1; next < len(s.words) && next <= x.to+4 && s.segment[next] == s.segment[x.to]; next++ {
		if s.inside[next] {
			continue
		}
		switch t := s.words[next].text; {
		case t == noWord && next > x.to+1 && hasAny(s.words[next-1].text, "толк", "сил", "эффект", "польз", "улучшен", "результат", "смысл", "конца", "мочи"):
			return false // "болит, толку нет"
		case t == noWord || t == "нету" || strings.HasPrefix(t, "отсутству"):
			return true
		case t == "не" && next+1 < len(s.words):
			switch after := s.words[next+1].text; after {
			case "было", "был", "была", "были", "бывает", "бывало", "наблюдается", "повторялось", "случалось":
				return true
			}
		}
	}
	return false
}

// idle says that the word after "без" refuses nothing: "без причины", "без конца".
func (s *sight) idle(w int) bool {
	return hasAny(s.word(w), "причин", "повод", "толк", "конц", "остановк", "перерыв", "капел", "таблет", "очк")
}

// RedFlags is the version of the list of red flags, for the record of an alert.
func RedFlags() string {
	for line := range strings.Lines(redFlagsRussian) {
		if version, ok := strings.CutPrefix(line, "version "); ok {
			return strings.TrimSpace(version)
		}
	}
	return ""
}
