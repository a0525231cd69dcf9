package understand

import (
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

// item is one thing said about time: some days, a weekday not yet placed in a week, or hours of the day.
type item struct {
	days    *days
	weekday int  // 1 Monday … 7 Sunday
	nearest bool // "эту", "ближайшую": today counts
	next    bool // "следующую": of the next calendar week
	skip    int  // "через субботу": weeks over the nearest
	clock   *clock
	asap    bool
	bound   string // "till", "after" or "since" where it says from when or until when
	unit    string // of what "следующая" alone is the next
	other   *days  // what the same words may mean as well

	first, last int  // its tokens, half-open
	or          bool // said as an alternative to the item before
	listed      bool // one of "7, 8 или 9-го" but the first
	role        role
}

// about says of which of days and hours the item speaks.
func (it *item) dated() bool { return it.days != nil || it.weekday > 0 }
func (it *item) timed() bool { return it.clock != nil }

// What a bound says: from when on, until when.
const (
	since = "since"
	after = "after"
	till  = "till"
)

// days is a half-open interval of whole days, midnight to midnight, in the branch's zone.
type days struct {
	from, to time.Time
	grain    dialog.Grain
	open     bool // "с понедельника", "после 20-го": the end is ours, not the person's
	week     bool // a week or a part of it, in which a weekday may still be chosen
	working  bool // "в будни": only the working days of it
}

// clock is hours of a day, in minutes from midnight, half-open.
type clock struct {
	from, to int
	moment   bool // "в 10"
	about    bool // "часиков в 10"
	part     bool // "утром"
	loose    bool // the half of the day was guessed by the clinic's hours: "в 8" may still be 20 "вечером"
	vague    bool // "пораньше": nothing that is said more exactly is overruled by it
}

// scan walks over a message and collects what it says about time.
type scan struct {
	tokens   []token
	now      time.Time
	today    time.Time // midnight
	about    time.Time // midnight of the day the talk is about, or zero
	visit    time.Time // the visit that is moved, or zero
	asked    string
	items    []item
	used     []bool // tokens that were read as a time
	phone    string
	shift    shift
	same     bool // "в то же время"
	cues     cues
	holidays *holidays
	nothing  token // beyond the ends
}

func newScan(tokens []token, s Situation, h *holidays) *scan {
	sc := &scan{
		tokens: tokens, now: s.Now, today: midnight(s.Now), asked: s.Asked, used: make([]bool, len(tokens)), items: make([]item, 0, 4),
		cues: findCues(tokens), holidays: h,
	}
	if !s.Day.IsZero() {
		sc.about = midnight(s.Day.In(s.Now.Location()))
	}
	if !s.Visit.IsZero() {
		sc.visit = s.Visit.In(s.Now.Location())
	}
	return sc
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// A person says a few times in a message, and near them what they are of: no more than this is looked at.
const (
	maxItems = 24
	nearby   = 40 // tokens
)

// run reads the whole message. Each step takes at least one token.
func (s *scan) run() {
	for i := 0; i < len(s.tokens) && len(s.items) < maxItems; {
		if width := s.guard(i); width > 0 {
			i += width
			continue
		}
		it, width := s.read(i)
		if width == 0 {
			i++
			continue
		}
		if it.dated() || it.timed() || it.asap {
			it.first, it.last = i, i+width
			it.or = s.alternative(&it)
			s.items = append(s.items, it)
		}
		i = s.take(i, width)
	}
	s.assign()
}

func (s *scan) take(i, width int) int {
	for j := i; j < i+width && j < len(s.used); j++ {
		s.used[j] = true
	}
	return i + width
}

// read tries the readers of what is said about a visit's old time, then of days, then of hours.
func (s *scan) read(i int) (item, int) {
	if width := s.readShift(i); width > 0 {
		return item{}, width
	}
	if it, width := s.readList(i); width > 0 {
		return it, width
	}
	if it, width := s.readDays(i); width > 0 {
		return it, width
	}
	if it, width := s.readClock(i); width > 0 {
		return it, width
	}
	return s.readSoon(i)
}

// readSoon reads "как можно скорее", and where a time was asked for "сейчас" and "в любое время".
func (s *scan) readSoon(i int) (item, int) {
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
		return &s.nothing
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

// links is how many tokens of links of these codes stand from i on.
func (s *scan) links(i int, codes ...string) int {
	j := i
	for j-i < 4 {
		w := s.link(j, codes...)
		if w == 0 {
			break
		}
		j += w
	}
	return j - i
}

// before is the item that ends at or shortly before token i, nothing but links and small marks between; nil for none.
func (s *scan) before(i int) *item {
	if len(s.items) == 0 {
		return nil
	}
	last := &s.items[len(s.items)-1]
	for i > last.last && (s.is(i-1, kindLink, kindInside) || s.text(i-1, ",", "-", "и", "and", "the")) {
		i--
	}
	if i > last.last {
		return nil
	}
	return last
}
