package understand

import (
	"slices"
	"strings"
)

// hit is a family met at words from to to, both of them counted.
type hit struct{ family, from, to int }

// unsaid is the place of what a card says, and no word.
const unsaid = -1

// sight is a message as a lore sees it.
type sight struct {
	words   []*token // without marks
	hits    []hit    // in the order of their first word
	has     []bool   // by family: it occurs
	inside  []bool   // the word stands inside a chain: its "не" denies nothing else
	segment []int    // of a word: parts between marks and "но", "а", "сейчас"
	phrase  []int    // of a word: sentences
	decimal []bool   // of a word: it is what follows the point of the number before
}

// maxSkipped is how many words that mean nothing may stand inside a chain.
const maxSkipped = 2

// look finds the families of a message. raw is what a token was before it was repaired, and whether that is a common word: then it
// is no slip of another.
func (l *lore) look(tokens []token, raw func(*token) (string, bool)) *sight {
	s := &sight{has: make([]bool, len(l.names))}
	part, sentence, point := 0, 0, false
	for i := range tokens {
		t := &tokens[i]
		if t.mark {
			decimal := t.glued && i+1 < len(tokens) && tokens[i+1].glued
			point = decimal && (t.text == "." || t.text == ",") && i > 0 && tokens[i-1].digits && tokens[i+1].digits
			if strings.ContainsAny(t.text, ".!?") && !decimal {
				sentence++
			}
			if !decimal && t.text != "%" && t.text != "°" && t.text != "/" {
				part++
			}
			continue
		}
		if turning(t.text) {
			part++
		}
		s.words, s.segment, s.phrase = append(s.words, t), append(s.segment, part), append(s.phrase, sentence)
		s.decimal = append(s.decimal, point)
		point = false
	}
	s.inside = make([]bool, len(s.words))
	for i, t := range s.words {
		was, common := raw(t)
		l.meet(s, i, was, common || i > maxRepaired)
		if was != t.text {
			l.meet(s, i, t.text, true)
		}
	}
	slices.SortStableFunc(s.hits, func(a, b hit) int { return a.from - b.from })
	return s
}

// turning says that a word begins another thought where people leave the comma out.
func turning(word string) bool {
	switch word {
	case "но", "а", "зато", "сейчас", "теперь", "щас", "сегодня", "потом", "однако", "but", "now", "today":
		return true
	}
	return false
}

// meet notes what the word at i is, by itself and with those after it.
func (l *lore) meet(s *sight, i int, word string, common bool) {
	if s.decimal[i] {
		return
	}
	if s.words[i].digits {
		l.number(s, i)
		return
	}
	var found [16]*entry
	n := 0
	if e := l.words[word]; e != nil {
		found[0], n = e, 1
	}
	prefixes(word, func(prefix string) {
		if e := l.stems[prefix]; e != nil && n < len(found) {
			found[n], n = e, n+1
		}
	})
	if e := l.words["не"]; word == "ни" && e != nil && n < len(found) { // "ни дышит"
		found[n], n = e, n+1
	}
	if n == 0 && !common {
		table := l.words
		text, open := l.slips.find(word)
		if open {
			table = l.stems
		}
		if e := table[text]; e != nil {
			found[0], n = e, 1
		}
	}
	for _, e := range found[:n] {
		for _, f := range e.of {
			if !slices.ContainsFunc(found[:n], func(x *entry) bool { return slices.Contains(x.never, f) }) {
				s.add(hit{f, i, i})
			}
		}
		for _, c := range e.begins {
			l.follow(s, i, c)
		}
	}
}

func (s *sight) add(h hit) {
	for j := len(s.hits) - 1; j >= 0 && s.hits[j].from == h.from; j-- {
		if s.hits[j] == h {
			return
		}
	}
	s.hits = append(s.hits, h)
	s.has[h.family] = true
}

// number notes which ranges the number at i lies in.
func (l *lore) number(s *sight, i int) {
	v := value(s.words, i)
	for _, r := range l.ranges {
		switch {
		case v < r.from || v > r.to:
		case r.chain < 0:
			s.add(hit{r.family, i, i})
		default:
			l.follow(s, i, r.chain)
		}
	}
}

// value is a number with its decimal part: 38, then 5 of "38.5" after a glued mark.
func value(words []*token, i int) float64 {
	t := words[i]
	v := float64(t.num)
	if i+1 < len(words) && words[i+1].digits && words[i+1].glued && words[i+1].start == t.end+1 && len(words[i+1].text) <= 2 && t.num < 100 {
		d := float64(words[i+1].num) / 10
		if len(words[i+1].text) == 2 {
			d /= 10
		}
		v += d
	}
	return v
}

// follow notes a chain's family where its words stand after the word at i.
func (l *lore) follow(s *sight, i, chain int) {
	at, skipped := i, 0
	for _, want := range l.chains[chain].rest {
		at++
		for at < len(s.words) && !s.is(at, want) && skipped < maxSkipped && idle(s.words[at].text) {
			at, skipped = at+1, skipped+1
		}
		if at >= len(s.words) || !s.is(at, want) {
			return
		}
	}
	s.add(hit{l.chains[chain].family, i, at})
	for j := i; j <= at; j++ {
		s.inside[j] = true
	}
}

func (s *sight) is(i int, want []spelling) bool {
	t := s.words[i]
	for _, w := range want {
		switch {
		case w.text == "":
			if v := value(s.words, i); t.digits && v >= w.from && v <= w.to {
				return true
			}
		case t.text == w.text, w.open && strings.HasPrefix(t.text, w.text), w.slipped(t.text):
			return true
		}
	}
	return false
}

// idle says that a word may stand inside a chain without changing it.
func idle(word string) bool {
	switch word {
	case "очень", "уже", "вообще", "совсем", "почти", "больше", "никак", "мне", "ему", "ей", "меня", "него", "нее", "у", "я", "он", "она", "и", "даже",
		"просто", "прям", "прямо", "как", "то", "бы", "сейчас", "теперь", "нормально", "толком", "сильно", "резко", "вдруг", "тоже", "все", "так", "мой",
		"моя", "его", "ее", "их", "my", "the", "his", "her", "a", "really", "just", "even", "very", "so", "is", "of", "properly":
		return true
	}
	return false
}

// found is a pattern met: its words from the first to the last, and which of them were met.
type found struct {
	pattern  int
	from, to int
	words    []int
}

// meetings finds for each pattern the places where its families stand near enough; each is passed to take, which says whether it
// was enough. Linear in the hits for each pattern whose families all occur.
func (l *lore) meetings(s *sight, take func(found) bool) {
	seen := make([]uint8, len(l.patterns))
	for _, h := range s.hits {
		for _, p := range l.in[h.family] {
			seen[p.pattern] |= 1 << p.group
		}
	}
	for i, groups := range seen {
		if p := &l.patterns[i]; groups != 0 && groups == 1<<len(p.groups)-1 && (p.short == 0 || len(s.words) <= p.short) {
			l.windows(s, i, take)
		}
	}
}

// maxMeetings is how many meetings of one pattern are looked at: a person says a thing a few times at most.
const maxMeetings = 40

// windows passes each nearest meeting of a pattern's groups. A hit is met with the latest ones of the other groups, so that a word that serves
// two groups hides neither.
func (l *lore) windows(s *sight, i int, take func(found) bool) {
	p := &l.patterns[i]
	w := window{sight: s, pattern: p, id: i, take: take, tries: maxMeetings}
	for _, h := range s.hits {
		mine := w.serves(h)
		for g := range p.groups {
			if mine&(1<<g) == 0 {
				continue
			}
			w.chosen[g] = h
			if w.choose(0, 1<<g) || w.tries <= 0 {
				return
			}
		}
		w.keep(h, mine)
	}
}

// maxKept is how many of the latest hits of a group are tried with another.
const maxKept = 3

// window is the search for a pattern's meetings.
type window struct {
	sight   *sight
	pattern *pattern
	id      int
	take    func(found) bool
	kept    [8][maxKept]hit // by group, the latest first
	count   [8]int
	chosen  [8]hit
	tries   int
}

// serves says which groups a hit may stand for, as bits.
func (w *window) serves(h hit) (groups int) {
	for g, families := range w.pattern.groups {
		if slices.Contains(families, h.family) {
			groups |= 1 << g
		}
	}
	return groups
}

func (w *window) keep(h hit, groups int) {
	for g := range w.pattern.groups {
		if groups&(1<<g) != 0 {
			copy(w.kept[g][1:], w.kept[g][:maxKept-1])
			w.kept[g][0] = h
			w.count[g] = min(w.count[g]+1, maxKept)
		}
	}
}

// choose fills the groups from g on that have no hit yet, and says whether a meeting was enough.
func (w *window) choose(g, have int) bool {
	for g < len(w.pattern.groups) && have&(1<<g) != 0 {
		g++
	}
	if g == len(w.pattern.groups) {
		f, ok := w.pattern.near2(w.sight, w.id, w.chosen[:g])
		if ok {
			w.tries--
		}
		return ok && w.take(f)
	}
	for _, h := range w.kept[g][:w.count[g]] {
		w.chosen[g] = h
		if w.choose(g+1, have|1<<g) {
			return true
		}
	}
	return false
}

// near2 says whether hits stand near enough, in one sentence unless the pattern says anywhere, and no two on one word.
func (p *pattern) near2(s *sight, i int, hits []hit) (found, bool) {
	f := found{pattern: i, from: len(s.words), to: unsaid}
	for _, h := range hits {
		if h.from == unsaid {
			continue
		}
		f.from, f.to = min(f.from, h.from), max(f.to, h.to)
		for w := h.from; w <= h.to; w++ {
			if slices.Contains(f.words, w) {
				return f, false
			}
			f.words = append(f.words, w)
		}
	}
	if f.to == unsaid || p.near > 0 && (f.to-f.from >= p.near+len(f.words) || s.phrase[f.from] != s.phrase[f.to]) {
		return f, false
	}
	for _, h := range s.hits {
		if h.from != unsaid && slices.Contains(p.not, h.family) && (p.near == 0 || s.phrase[h.from] == s.phrase[f.from]) {
			return f, false
		}
	}
	return f, true
}

// beginAlike says that words begin with the same two letters, or with one and vowels that sound alike unstressed: "сазнание".
func beginAlike(a, b string) bool {
	const one, two = 2, 4 // bytes of Cyrillic
	if a[:two] == b[:two] {
		return true
	}
	sounds := func(s string) string {
		switch s {
		case "о":
			return "а"
		case "е":
			return "и"
		}
		return s
	}
	return a[:one] == b[:one] && sounds(a[one:two]) == sounds(b[one:two])
}

// slipped says that a word of a chain, six letters of it at least, was written with one slip.
func (w spelling) slipped(word string) bool {
	if len(w.text) < 12 || len(word) < len(w.text)-2 || !beginAlike(word, w.text) {
		return false
	}
	want, got := []rune(w.text), []rune(word)
	if !w.open {
		return len(got) <= len(want)+1 && distance(got, want) == 1
	}
	for n := len(want) - 1; n <= len(want)+1 && n <= len(got); n++ {
		if got[n-1] == want[len(want)-1] && distance(got[:n], want) == 1 {
			return true
		}
	}
	return false
}
