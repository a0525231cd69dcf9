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

//go:embed redflags_worries_ru.txt
var redWorriesRussian string

//go:embed redflags_en.txt
var redFlagsEnglish string

// flags finds what is dangerous now, by rules alone. Their list is redflags_*.txt, reviewed by a doctor.
type flags struct {
	lore   *lore
	duties []duty // by pattern
}

// duty is what a pattern of the list is for: a flag, a worry or a veto.
type duty struct {
	kind  string // of the danger; "" for a veto
	worry bool   // only asked about: whether it is so now
	sure  bool   // no veto holds
	reach string // of a veto: where it reaches
	soft  bool   // of a veto: the flag is still asked about
	spare []string
}

// danger is what the list makes of a message.
type danger struct {
	kind  string // "" for none
	worry bool   // it may be old or mild: the person is asked whether it is so now
	calm  bool   // something in the message says that it is over, planned, denied or told of
	none  bool   // it is a question in general, a joke, a film, an animal or a thing
}

func newFlags() *flags {
	f := &flags{lore: newLore(8, redFlagsRussian, redSignsRussian, redWorriesRussian, redFlagsEnglish)}
	for i := range f.lore.patterns {
		f.duties = append(f.duties, dutyOf(&f.lore.patterns[i]))
	}
	return f
}

// dutyOf reads "kind", "worry kind", "veto reach -kind …" and "veto soft reach -kind …".
func dutyOf(p *pattern) duty {
	r := duty{kind: p.kind, sure: slices.Contains(p.names, "!!")}
	fields := strings.Fields(p.kind)
	switch {
	case len(fields) < 2:
	case fields[0] == "worry":
		r.kind, r.worry = fields[1], true
	case fields[0] == "veto":
		fields = fields[1:]
		if fields[0] == "soft" {
			r.soft, fields = true, fields[1:]
		}
		r.kind, r.reach = "", fields[0]
		for _, kind := range fields[1:] {
			r.spare = append(r.spare, strings.TrimPrefix(kind, "-"))
		}
	}
	return r
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

// find returns the first rule, in the list's order, that holds now and of a person; where none does, the first that may.
func (f *flags) find(s *sight) danger {
	if s.inquires(f.lore) {
		return danger{none: true}
	}
	var vetos []found
	f.lore.meetings(s, func(x found) bool {
		if f.duties[x.pattern].reach != "" {
			vetos = append(vetos, x)
		}
		return false
	})
	d := danger{none: s.touches(f.lore, "joke", "idiom", "animal", "grateful", "fiction", "figure", "asks", "device", "phone", "gums")}
	d.calm = s.touches(f.lore, "settled") || slices.ContainsFunc(vetos, func(v found) bool { return !f.duties[v.pattern].soft })
	f.lore.meetings(s, func(x found) bool {
		switch r := f.duties[x.pattern]; {
		case r.reach != "" || d.kind != "" && (r.worry || !d.worry): // the first of the list stands
		case s.denied(x):
			d.calm = true
		case r.sure, !f.voided(s, vetos, x, r, true) && !r.worry:
			d.kind, d.worry = r.kind, false
		case d.kind == "" && !f.voided(s, vetos, x, r, false):
			d.kind, d.worry = r.kind, true
		}
		return d.kind != "" && !d.worry
	})
	return d
}

// voided says that a veto reaches what was found; soft ones count where soft is set.
func (f *flags) voided(s *sight, vetos []found, x found, r duty, soft bool) bool {
	return slices.ContainsFunc(vetos, func(v found) bool { return (soft || !f.duties[v.pattern].soft) && f.voids(s, v, x, r.kind) })
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
	return slices.ContainsFunc(names, func(name string) bool {
		family, ok := l.names[name]
		return ok && s.has[family]
	})
}

// voids says that a veto reaches a flag.
func (f *flags) voids(s *sight, v, x found, kind string) bool {
	rule := f.duties[v.pattern]
	if slices.Contains(rule.spare, kind) || slices.ContainsFunc(v.words, func(w int) bool { return slices.Contains(x.words, w) }) && rule.reach == "segment" {
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
