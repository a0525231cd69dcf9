package understand

import "strings"

// cue is what a word says of the times around it: that they are wished for, or are of something else.
type cue uint8

// The cues, as the tables name them.
const (
	noCue    cue = iota
	wish         // "запишите", "можно": a visit is wanted
	declined     // "не могу", "отпадает"
	over         // "была", "сдавал": what is past
	habit        // "пью", "просыпаюсь": what is done every day
	birth        // "родилась", "исполнится"
	event        // "электричка", "школа": an occasion of the person's own
	frees        // "освобожусь": from then on there is time
	moves        // "перенесите"
	measure      // "размер", "версия": the number after it is no time
	parting      // "но", "поэтому": another clause begins
)

// named is a cue by its name in the tables.
func namedCue(name string) cue {
	switch name {
	case "wish":
		return wish
	case "never":
		return declined
	case "over":
		return over
	case "habit":
		return habit
	case "birth":
		return birth
	case "event":
		return event
	case "frees":
		return frees
	case "moves":
		return moves
	case "measure":
		return measure
	case "parting":
		return parting
	}
	return noCue
}

// cues are the cues of a message and its clauses.
type cues struct {
	clause []int16 // of each token
	of     []cue   // of each token
	moving bool    // a visit is to be moved
	wished bool    // something is wished for somewhere
}

func findCues(tokens []token) cues {
	c := cues{clause: make([]int16, len(tokens)), of: make([]cue, len(tokens))}
	n := int16(0)
	for i := range tokens {
		t := &tokens[i]
		said := t.cue
		if t.sense.kind == kindLink && t.sense.code == "never" {
			said = declined
		}
		if t.sense.kind == kindSpecialty {
			said = wish
		}
		if said == habit && repeats(t.text) && !everyDay(tokens, i+1) {
			said = noCue
		}
		if t.text == noWord && (i+1 == len(tokens) || tokens[i+1].mark) && i > 0 && (tokens[i-1].digits || tokens[i-1].sense.kind != "") {
			said = declined // "в 10 нет, тогда в 12"
		}
		c.of[i] = said
		c.moving = c.moving || said == moves
		c.wished = c.wished || said == wish || said == moves
		if said == parting || t.mark && parts(tokens, i) {
			n++
		}
		c.clause[i] = n
	}
	return c
}

// repeats says that a word is one of "каждый", which beside a weekday tells no habit.
func repeats(word string) bool { return strings.HasPrefix(word, "кажд") || word == "every" }

func everyDay(tokens []token, i int) bool {
	if i >= len(tokens) {
		return false
	}
	t := &tokens[i]
	return t.digits || t.sense.kind == kindUnitDay || t.sense.kind == kindPart || t.sense.kind == kindHour || t.sense.kind == kindNumber
}

// parts says that the mark at i ends a clause: it stands in no number, date or short form.
func parts(tokens []token, i int) bool {
	t := &tokens[i]
	switch t.text {
	case ",", "?", "!", "(", ")", ":", ".":
		return !t.glued || i+1 >= len(tokens) || !tokens[i+1].glued || !tokens[i+1].digits
	}
	return false
}

// governing is the cue nearest to the left of an item in its clause, else the nearest to the right.
func (s *scan) governing(it *item) cue {
	home := s.cues.clause[it.first]
	for i := it.first - 1; i >= max(0, it.first-nearby) && s.cues.clause[i] == home; i-- {
		if c := s.weigh(i); c != noCue {
			return c
		}
	}
	for i := it.last; i < min(len(s.tokens), it.last+nearby) && s.cues.clause[i] == home; i++ {
		if c := s.weigh(i); c != noCue {
			return c
		}
	}
	return noCue
}

// weigh is the cue at i as far as it governs times.
func (s *scan) weigh(i int) cue {
	switch c := s.cues.of[i]; c {
	case measure:
		if s.is(i, kindSymptom) { // "давление"
			return ails
		}
		return noCue
	case parting, declined:
		return noCue
	case event:
		if s.link(i-1, "after", "before", "till") > 0 || s.text(i-1, "до", "перед") { // "после школы"
			return noCue
		}
		return event
	default:
		if c == noCue && s.is(i, kindSymptom) {
			return ails
		}
		return c
	}
}

// ails stands for a word of a complaint: "кашляю с понедельника".
const ails cue = 100
