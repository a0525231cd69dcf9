package understand

import (
	"slices"
	"strconv"
	"strings"
)

// lore is a table of word families and of patterns of them. Its format stands at the head of redflags_ru.txt; a table may come in
// several files, whose families of one name are one.
type lore struct {
	version  string
	near     int // words between, where a pattern does not say
	names    map[string]int
	words    map[string]*entry // in full
	stems    map[string]*entry // by their beginning
	ranges   []ranged
	chains   []chained
	patterns []pattern
	in       [][]place // of a family: the patterns it stands in
	slips    *slipped
	read     map[string]bool // lines of families that were read
	later    map[string]bool // words inside chains, true for a beginning
	bad      []string        // lines that could not be read; a test holds this empty
}

// entry is what a spelling means: families it belongs to, families it is an exception of, chains it may begin.
type entry struct{ of, never, begins []int }

// ranged is a number between two values, 38..42, alone or at the head of a chain.
type ranged struct {
	from, to float64
	family   int
	chain    int // -1 for none
}

// chained are words that follow each other, a_b_c: they are of a family together.
type chained struct {
	rest   [][]spelling // by word, its alternatives
	family int
}

// spelling is one word of a chain: a word, the beginning of one, or a number.
type spelling struct {
	text     string
	open     bool
	from, to float64
}

// place is a pattern and which of its groups.
type place struct{ pattern, group int }

// pattern is families that have to meet.
type pattern struct {
	kind   string   // what stands before the colon
	groups [][]int  // one of each must occur
	not    []int    // none of these in the same sentence
	line   string   // as it stands in the table
	near   int      // words between the first and the last at most; 0: anywhere in the message
	short  int      // words of the message at most; 0: any
	names  []string // of the options: "!!"
	gives  []weight
}

// weight is what a pattern says for a code.
type weight struct {
	code   string
	points int
}

func newLore(near int, tables ...string) *lore {
	l := &lore{near: near, names: map[string]int{}, words: map[string]*entry{}, stems: map[string]*entry{}, slips: newSlipped(), read: map[string]bool{}, later: map[string]bool{}}
	for _, table := range tables { // families first: a pattern may stand above them
		l.load(table, func(kind, _ string) bool { return kind != "" })
	}
	for _, table := range tables {
		l.load(table, l.pattern)
	}
	return l
}

// family is the number of a name.
func (l *lore) family(name string) int {
	id, ok := l.names[name]
	if !ok {
		id = len(l.names)
		l.names[name] = id
		l.in = append(l.in, nil)
	}
	return id
}

// load reads a table line by line: "version …", "name = forms", "kind: families ~near -> code points".
func (l *lore) load(table string, pattern func(kind, body string) bool) {
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, forms, family := strings.Cut(line, " = ")
		kind, body, named := strings.Cut(line, ":")
		version, versioned := strings.CutPrefix(line, "version ")
		switch {
		case family && !strings.Contains(name, ":"):
			if _, read := l.read[line]; !read {
				l.forms(l.family(strings.TrimSpace(name)), forms)
			}
			l.read[line] = true
		case versioned:
			l.version = version
		case !named || !pattern(strings.TrimSpace(kind), body):
			l.bad = append(l.bad, line)
		}
	}
}

// pattern reads "a b|c !d ~5 #6 -> ent 30 therapist 10"; a family that is not known by then is a mistake.
func (l *lore) pattern(kind, body string) bool {
	p := pattern{kind: kind, near: l.near, line: kind + ":" + body}
	left, right, _ := strings.Cut(body, "->")
	good := true
	for field := range strings.FieldsSeq(left) {
		var err error
		switch {
		case field == "!!":
			p.names = append(p.names, field)
		case field[0] == '~':
			p.near, err = strconv.Atoi(field[1:])
		case field[0] == '#':
			p.short, err = strconv.Atoi(field[1:])
		case field[0] == '!':
			p.not = append(p.not, l.known(strings.Split(field[1:], "|"), &good)...)
		default:
			p.groups = append(p.groups, l.known(strings.Split(field, "|"), &good))
		}
		good = good && err == nil
	}
	given := strings.Fields(right)
	for i := 0; i+1 < len(given); i += 2 {
		points, err := strconv.Atoi(given[i+1])
		good = good && err == nil
		p.gives = append(p.gives, weight{given[i], points})
	}
	if !good || len(p.groups) == 0 || len(p.groups) > 8 || len(given)%2 != 0 {
		return false
	}
	for g, families := range p.groups {
		for _, f := range families {
			l.in[f] = append(l.in[f], place{len(l.patterns), g})
		}
	}
	l.patterns = append(l.patterns, p)
	return true
}

func (l *lore) known(names []string, good *bool) []int {
	var ids []int
	for _, name := range names {
		id, ok := l.names[name]
		*good = *good && ok
		ids = append(ids, id)
	}
	return ids
}

// forms files what belongs to a family: word, stem*, -exception*, 38..42, a_b|c_d, @family (all of an earlier one).
func (l *lore) forms(family int, forms string) {
	for form := range strings.FieldsSeq(forms) {
		if name, ok := strings.CutPrefix(form, "@"); ok {
			l.include(family, name)
			continue
		}
		except := strings.HasPrefix(form, "-")
		l.form(family, strings.TrimPrefix(form, "-"), except)
	}
}

func (l *lore) form(family int, form string, except bool) {
	parts := strings.Split(form, "_")
	first := alternatives(parts[0])
	chain := -1
	if len(parts) > 1 {
		c := chained{family: family}
		for _, part := range parts[1:] {
			c.rest = append(c.rest, alternatives(part))
			for _, s := range alternatives(part) {
				l.later[s.text] = l.later[s.text] || s.open
			}
		}
		chain = len(l.chains)
		l.chains = append(l.chains, c)
		if parts[0] == "не" && len(parts) == 2 { // "немогу"
			for _, s := range c.rest[0] {
				word := s.text
				s.text = "не" + word
				l.file(s, family, -1, false)
				if len(word) >= 8 { // "нидышит"
					s.text = "ни" + word
					l.file(s, family, -1, false)
				}
			}
		}
	}
	for _, s := range first {
		l.file(s, family, chain, except)
	}
}

func (l *lore) file(s spelling, family, chain int, except bool) {
	if s.text == "" {
		l.ranges = append(l.ranges, ranged{s.from, s.to, family, chain})
		return
	}
	table := l.words
	if s.open {
		table = l.stems
	}
	e := table[s.text]
	if e == nil {
		e = &entry{}
		table[s.text] = e
	}
	switch {
	case chain >= 0:
		e.begins = append(e.begins, chain)
	case except:
		e.never = append(e.never, family)
	default:
		e.of = append(e.of, family)
	}
	l.slips.add(s.text, s.open)
}

// include makes all forms of an earlier family belong to this one too.
func (l *lore) include(family int, name string) {
	from, ok := l.names[name]
	if !ok {
		l.bad = append(l.bad, "@"+name)
		return
	}
	for _, table := range []map[string]*entry{l.words, l.stems} {
		for _, e := range table {
			if slices.Contains(e.of, from) {
				e.of = append(e.of, family)
			}
			if slices.Contains(e.never, from) {
				e.never = append(e.never, family)
			}
			for _, c := range slices.Clone(e.begins) {
				if l.chains[c].family == from {
					e.begins = append(e.begins, len(l.chains))
					l.chains = append(l.chains, chained{rest: l.chains[c].rest, family: family})
				}
			}
		}
	}
	for _, r := range slices.Clone(l.ranges) {
		if r.chain < 0 && r.family == from {
			l.ranges = append(l.ranges, ranged{r.from, r.to, family, -1})
		} else if r.chain >= 0 && l.chains[r.chain].family == from {
			l.ranges = append(l.ranges, ranged{r.from, r.to, family, len(l.chains)})
			l.chains = append(l.chains, chained{rest: l.chains[r.chain].rest, family: family})
		}
	}
}

// alternatives reads "стал|стала|перестал*" or "1..11".
func alternatives(part string) []spelling {
	var out []spelling
	for text := range strings.SplitSeq(part, "|") {
		s := spelling{text: text}
		if from, to, ok := strings.Cut(text, ".."); ok {
			s.from, _ = strconv.ParseFloat(from, 64)
			s.to, _ = strconv.ParseFloat(to, 64)
			s.text = ""
		}
		if stem, open := strings.CutSuffix(text, "*"); open {
			s.text, s.open = stem, true
		}
		out = append(out, s)
	}
	return out
}

// knows says that a word belongs to something here.
func (l *lore) knows(word string) bool {
	_, found := l.later[word]
	if found || l.words[word] != nil {
		return true
	}

	prefixes(word, func(prefix string) {
		if len(prefix) >= 8 && len(word)-len(prefix) <= 8 && (l.stems[prefix] != nil || l.later[prefix]) { // four letters: a shorter beginning is no proof of a word
			found = true
		}
	})
	return found
}
