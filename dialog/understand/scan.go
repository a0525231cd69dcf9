package understand

import (
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

// item is one thing said about time: some days, a weekday not yet placed in a week, or hours of the day.
type item struct {
	days     *days
	weekday  int  // 1 Monday … 7 Sunday
	nearest  bool // "эту", "ближайшую": today counts
	next     bool // "следующую": of the next calendar week
	skip     int  // "через субботу": weeks over the nearest
	clock    *clock
	asap     bool
	or       bool // said as an alternative to the item before
	excluded bool // "кроме пятницы", "завтра никак"
}

// days is a half-open interval of whole days, midnight to midnight, in the branch's zone.
type days struct {
	from, to time.Time
	grain    dialog.Grain
	open     bool // "с понедельника", "после 20-го": the end is ours, not the person's
	week     bool // a week or a part of it, in which a weekday may still be chosen
}

// clock is hours of a day, in minutes from midnight, half-open.
type clock struct {
	from, to int
	moment   bool // "в 10"
	about    bool // "часиков в 10"
	part     bool // "утром"
	loose    bool // the half of the day was guessed by the clinic's hours: "в 8" may still be 20 "вечером"
}

// scan walks over a message and collects what it says about time.
type scan struct {
	tokens []token
	now    time.Time
	today  time.Time // midnight
	about  time.Time // midnight of the day the talk is about, or zero
	asked  string
	items  []item
	used   []bool // tokens that were read as a time
	phone  string
	moving bool // a visit is to be moved: "from Thursday to Saturday" is no range
}

func newScan(tokens []token, s Situation) *scan {
	sc := &scan{tokens: tokens, now: s.Now, today: midnight(s.Now), asked: s.Asked, used: make([]bool, len(tokens))}
	for i := range tokens {
		sc.moving = sc.moving || common(tokens[i].text, []string{"move", "resched", "chang", "shift", "postpon"})
	}
	if !s.Day.IsZero() {
		sc.about = midnight(s.Day.In(s.Now.Location()))
	}
	return sc
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// run reads the whole message. Each step takes at least one token.
func (s *scan) run() {
	for i := 0; i < len(s.tokens); {
		if width := s.guard(i); width > 0 {
			i += width
			continue
		}
		it, width := s.read(i)
		if width == 0 {
			i++
			continue
		}
		it.or = s.alternative(i)
		it.excluded = s.refused(i, i+width)
		if it.days != nil || it.clock != nil || it.weekday > 0 || it.asap {
			s.items = append(s.items, it)
		}
		i = s.take(i, width)
	}
}

func (s *scan) take(i, width int) int {
	for j := i; j < i+width && j < len(s.used); j++ {
		s.used[j] = true
	}
	return i + width
}

// read tries the readers of days, then of hours.
func (s *scan) read(i int) (item, int) {
	if it, width := s.readDays(i); width > 0 {
		return it, width
	}
	if it, width := s.readClock(i); width > 0 {
		return it, width
	}
	switch t := s.at(i); t.sense.kind {
	case kindAsap:
		return item{asap: true}, t.sense.width
	case kindWhich: // "ближайшее" and no more
		if next := s.at(i + 1); t.sense.n == 2 && (next.text == "" || next.mark) {
			return item{asap: true}, 1
		}
	case kindNow:
		return item{asap: s.asksWhen()}, 1
	case kindAnytime:
		if s.asksWhen() {
			return item{asap: true}, t.sense.width
		}
		return item{}, t.sense.width
	}
	return item{}, 0
}

func (s *scan) asksWhen() bool {
	switch s.asked {
	case "when", "time", "day", "date":
		return true
	}
	return false
}

// at is the token at i, or an empty one beyond the ends.
func (s *scan) at(i int) *token {
	if i < 0 || i >= len(s.tokens) {
		return &token{}
	}
	return &s.tokens[i]
}

func (s *scan) is(i int, kinds ...string) bool {
	kind := s.at(i).sense.kind
	for _, k := range kinds {
		if kind == k {
			return true
		}
	}
	return false
}

// link says that a preposition or conjunction of one of these codes stands at i, and how wide it is.
func (s *scan) link(i int, codes ...string) int {
	t := s.at(i)
	if t.sense.kind != kindLink {
		return 0
	}
	for _, code := range codes {
		if t.sense.code == code {
			return t.sense.width
		}
	}
	return 0
}

func (s *scan) text(i int, texts ...string) bool {
	text := s.at(i).text
	for _, want := range texts {
		if text == want {
			return true
		}
	}
	return false
}

// alternative says that "или" stands before i, a preposition between them or not.
func (s *scan) alternative(i int) bool {
	named := s.is(i, kindWeekday, kindDay) || s.is(i+1, kindWeekday, kindDay) && s.link(i, "at", "to") > 0
	for s.link(i-1, "at", "to") > 0 {
		i--
	}
	if named && s.text(i-1, ",") && i > 1 && s.used[i-2] && s.is(i-2, kindWeekday, kindDay) {
		return true
	}
	for s.text(i-1, "-", ",", "то", "тогда", "можно", "лучше", "давайте") {
		i--
	}
	for s.is(i-1, kindInside) { // of "если нет", "в крайнем случае"
		i--
	}
	return s.link(i-1, "or") > 0 || s.text(i-1, "/")
}

// refused says that what stands in [from, to) is what the person does not want.
func (s *scan) refused(from, to int) bool {
	i := from - 1
	for s.link(i, "at", "to", "since") > 0 || s.is(i, kindInside) && s.text(i, "в", "на") {
		i--
	}
	if s.text(i, "и", "and") && len(s.items) > 0 {
		return s.items[len(s.items)-1].excluded && s.used[max(i-1, 0)]
	}
	if s.link(i, "not", "never") > 0 {
		return true
	}
	for s.is(i, kindInside) && i > 0 {
		i--
	}
	if s.link(i, "not", "never") > 0 {
		return true
	}
	for j := to; j < to+2; j++ {
		if s.link(j, "never") > 0 {
			return true
		}
		if s.at(j).mark || s.is(j, kindWeekday, kindDay, kindPart) {
			return false
		}
	}
	return false
}
