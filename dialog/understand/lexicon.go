package understand

import (
	_ "embed" // the word tables
	"strconv"
	"strings"
)

//go:embed words_ru.txt
var wordsRussian string

//go:embed words_en.txt
var wordsEnglish string

//go:embed times_ru.txt
var timesRussian string

//go:embed times_en.txt
var timesEnglish string

// The kinds of word, as the tables name them.
const (
	kindPlain     = "plain"
	kindDay       = "day"
	kindPast      = "past"
	kindWeekday   = "weekday"
	kindWeekend   = "weekend"
	kindWorkdays  = "workdays"
	kindMonth     = "month"
	kindWhich     = "which"
	kindEdge      = "edge"
	kindMinute    = "unit_minute"
	kindHour      = "unit_hour"
	kindUnitDay   = "unit_day"
	kindWeek      = "unit_week"
	kindUnitMonth = "unit_month"
	kindYear      = "unit_year"
	kindDaymark   = "daymark"
	kindPart      = "part"
	kindOclock    = "oclock"
	kindNumber    = "number"
	kindOrdinal   = "ordinal"
	kindFew       = "few"
	kindHalf      = "half"
	kindQuarter   = "quarter"
	kindNoon      = "noon"
	kindAllDay    = "allday"
	kindAsap      = "asap"
	kindAnytime   = "anytime"
	kindSoon      = "soon"
	kindNow       = "now"
	kindPerson    = "person"
	kindSpecialty = "specialty"
	kindSymptom   = "symptom"
	kindLink      = "link"
	kindHalfHour  = "half_hour" // полдевятого
	kindInside    = "inside"    // a later word of a phrase
	kindSame      = "same"      // в то же время
	kindLater     = "later"     // черезнеделю
	kindHoliday   = "holiday"   // the code names it in holidays.txt
	kindBreak     = "break"     // на майских
	kindUnit      = "unit"      // what is counted by a number before it
	kindBefore    = "prior"     // "до него": before what was said
	kindLast      = "last"      // последний
	kindNextDay   = "nextday"   // the day after
	kindCue       = "cue"
)

// sense is what a word means by itself.
type sense struct {
	kind  string
	code  string // the table's second column, without what stands after its /
	n     int    // the same, or what stands after the /, as a number, where it is one
	width int    // tokens the phrase takes, 1 for a word
}

// lexicon knows words by all their forms.
type lexicon struct {
	words   map[string]sense
	stems   map[string]sense    // any ending
	phrases map[string][]phrase // by first word
	cues    map[string]cue      // what a word says of the times around it, beside its sense
	begins  map[string]cue      // the same by a beginning
	inner   map[string]bool     // words of phrases
	typos   *typos
}

type phrase struct {
	words []string
	sense sense
}

func newLexicon() *lexicon {
	return readLexicon(newTypos(newConfusions()), wordsRussian, timesRussian, wordsEnglish, timesEnglish)
}

// readLexicon reads tables; their words are repaired by t.
func readLexicon(t *typos, tables ...string) *lexicon {
	l := &lexicon{words: map[string]sense{}, stems: map[string]sense{}, phrases: map[string][]phrase{}, inner: map[string]bool{}, cues: map[string]cue{}, begins: map[string]cue{}, typos: t}
	for _, table := range tables {
		l.load(table)
	}
	return l
}

// load reads a table; its format stands at the head of words_ru.txt.
func (l *lexicon) load(table string) {
	endings := map[string][]string{}
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		switch {
		case len(fields) < 2 || fields[0] == "#":
			continue
		case strings.HasPrefix(fields[0], "~"):
			endings[fields[0]] = fields[1:]
			continue
		}
		if fields[0] == kindCue {
			l.addCues(namedCue(fields[1]), fields[2:])
			continue
		}
		code, number, two := strings.Cut(fields[1], "/")
		if !two {
			number = code
		}
		s := sense{kind: fields[0], code: code, width: 1}
		if n, err := strconv.Atoi(number); err == nil {
			s.n = n
		}
		for _, form := range fields[2:] {
			stem, paradigm, declined := strings.Cut(form, "~")
			if !declined {
				l.add(form, s)
				continue
			}
			for _, ending := range endings["~"+paradigm] {
				l.add(stem+strings.Trim(ending, "-"), s)
			}
		}
	}
}

func (l *lexicon) addCues(c cue, forms []string) {
	for _, form := range forms {
		if stem, open := strings.CutSuffix(form, "*"); open {
			l.begins[stem] = c
			continue
		}
		l.cues[form] = c
	}
}

// cue is what a word says of the times around it.
func (l *lexicon) cue(word string) cue {
	if c, ok := l.cues[word]; ok {
		return c
	}
	found := noCue
	prefixes(word, func(prefix string) {
		if c, ok := l.begins[prefix]; ok {
			found = c
		}
	})
	return found
}

func (l *lexicon) add(form string, s sense) {
	if words := strings.Split(form, "_"); len(words) > 1 {
		s.width = len(words)
		l.phrases[words[0]] = append(l.phrases[words[0]], phrase{words: words, sense: s})
		for _, w := range words {
			l.inner[w] = true
			l.typos.add(w, 2)
		}
		return
	}
	if stem, open := strings.CutSuffix(form, "*"); open {
		if _, known := l.stems[stem]; !known {
			l.stems[stem] = s
		}
		return
	}
	if _, known := l.words[form]; known {
		return
	}
	l.words[form] = s
	l.typos.add(form, 2)
	if s.kind == kindOrdinal && s.n <= 12 && (strings.HasSuffix(form, "ого") || strings.HasSuffix(form, "его")) {
		l.add("пол"+form, sense{kind: kindHalfHour, n: s.n, width: 1})
	}
}

// look finds the sense of one word: the form itself, else the longest stem of it.
func (l *lexicon) look(word string) (sense, bool) {
	if s, ok := l.words[word]; ok {
		return s, true
	}
	var found sense
	ok := false
	prefixes(word, func(prefix string) {
		if s, known := l.stems[prefix]; known {
			found, ok = s, true
		}
	})
	return found, ok || l.cue(word) != noCue
}

// mark gives the tokens their senses; the longest phrase wins over its words.
func (l *lexicon) mark(tokens []token) {
	for i := 0; i < len(tokens); i++ {
		t := &tokens[i]
		if t.mark || t.digits {
			continue
		}
		t.cue = l.cue(t.text)
		if s, ok := l.phrase(tokens[i:]); ok {
			t.sense = s
			t.cue = noCue // "после работы" is a part of the day, and no work
			for j := i + 1; j < i+s.width; j++ {
				tokens[j].sense = sense{kind: kindInside, width: 1}
				tokens[j].cue = noCue
			}
			i += s.width - 1
			continue
		}
		t.sense, _ = l.look(t.text)
	}
}

func (l *lexicon) phrase(tokens []token) (sense, bool) {
	var best sense
	for _, p := range l.phrases[tokens[0].text] {
		if width := p.width(tokens); width > best.width {
			best = p.sense
			best.width = width
		}
	}
	return best, best.width > 0
}

// width is how many tokens at the head the phrase takes, hyphens between its words included; 0 where it does not stand there.
func (p phrase) width(tokens []token) int {
	i := 0
	for n, w := range p.words {
		if n > 0 && i < len(tokens) && tokens[i].text == "-" {
			i++
		}
		if i >= len(tokens) || tokens[i].text != w {
			return 0
		}
		i++
	}
	return i
}

// prefixes calls found for each beginning of word of at least two letters, the word itself included.
func prefixes(word string, found func(string)) {
	letters := 0
	for i := range word {
		if letters >= 2 {
			found(word[:i])
		}
		letters++
	}
	found(word)
}

// knows says that a word stands in the tables.
func (l *lexicon) knows(word string) bool {
	_, ok := l.look(word)
	return ok || l.inner[word]
}

// oneOf says that a word is one of a list.
func oneOf(word, list string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}
