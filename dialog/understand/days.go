package understand

import (
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

// openDays is how far "с понедельника" or "после 20-го" reaches when the person names no end.
const openDays = 7

// readDays reads an expression of days at i.
func (s *scan) readDays(i int) (item, int) {
	for _, read := range []func(int) (item, int){s.dayRange, s.dayMove, s.dayBound, s.dayPoint, s.dayBefore} {
		if it, width := read(i); width > 0 {
			return it, width
		}
	}
	return item{}, 0
}

// dayRange reads "с 17 по 21 апреля", "17-21 апреля", "с понедельника по среду", "between Monday and Wednesday".
func (s *scan) dayRange(i int) (item, int) {
	j := i + s.link(i, since, "between")
	opened := j > i
	first, firstWidth := s.dayPoint(j)
	bare := false
	if firstWidth == 0 {
		var n int
		if n, firstWidth = s.cardinal(j); firstWidth == 0 || n < 1 || n > 31 || s.decimal(j) {
			return item{}, 0
		}
		bare = true
	}
	k := j + firstWidth
	gap := s.rangeGap(k, opened)
	if gap == 0 {
		return item{}, 0
	}
	second, secondWidth := s.dayPoint(k + gap)
	if secondWidth == 0 && bare && opened && s.text(k, "по") {
		second, secondWidth = s.bareDay(k + gap)
	}
	if secondWidth == 0 {
		return item{}, 0
	}
	to, from := s.placeIn(second), s.placeIn(first)
	if bare {
		n, _ := s.cardinal(j)
		switch {
		case to == nil && second.weekday == 0: // "22-23 февраля" of long ago
			return item{}, k + gap + secondWidth - i
		case to == nil || to.grain != dialog.Day:
			return item{}, 0
		}
		last := to.to.AddDate(0, 0, -1)
		from = day(time.Date(last.Year(), last.Month(), n, 0, 0, 0, 0, last.Location()))
		if n > last.Day() {
			from = day(from.from.AddDate(0, -1, 0))
		}
	}
	it := s.span(from, to)
	if s.at(i).sense.code == since && s.complained(i) {
		return item{}, k + gap + secondWidth - i
	}
	return it, k + gap + secondWidth - i
}

// placeIn places a weekday in the week that was named just before, if one was.
func (s *scan) placeIn(it item) *days {
	if n := len(s.items); it.weekday > 0 && n > 0 && s.items[n-1].days != nil && s.items[n-1].days.week {
		if d := s.inWeek(s.items[n-1].days, it.weekday); d != nil {
			return d
		}
	}
	return s.place(it)
}

// rangeGap is the width of what joins the ends of a range.
func (s *scan) rangeGap(i int, opened bool) int {
	switch {
	case s.text(i, "-"):
		return 1
	case s.plural(i):
		return 0
	case opened && s.text(i, "и", "and") && s.text(i+1, "до", "по"):
		return 2
	case opened && s.text(i, "и", "and"):
		return 1
	case s.cues.moving && s.text(i, "to"):
		return 0
	case opened && s.text(i, "до", "to", till, "until", "по"), s.text(i, "по", "through"):
		return 1
	}
	return 0
}

func (s *scan) span(from, to *days) item {
	if from == nil || to == nil {
		return item{}
	}
	if year := from.from.AddDate(1, 0, 0); to.from.After(year) { // "10 августа - 12 сентября 2027"
		from = day(year)
	}
	if !to.to.After(from.from) { // "с пятницы по вторник": the second is of the week after
		to = &days{from: to.from.AddDate(0, 0, 7), to: to.to.AddDate(0, 0, 7), grain: to.grain}
	}
	if !to.to.After(from.from) {
		return item{}
	}
	return item{days: &days{from: from.from, to: to.to, grain: dialog.Day}}
}

// dayMove skips the old day of "с четверга на субботу": the new one is read by itself.
func (s *scan) dayMove(i int) (item, int) {
	w := s.link(i, since)
	if w == 0 {
		return item{}, 0
	}
	if _, width := s.dayPoint(i + w); width > 0 && s.onto(i+w+width) {
		return item{}, w + width
	}
	if _, width := s.cardinal(i + w); width > 0 && s.onto(i+w+width) {
		return item{}, w + width
	}
	return item{}, 0
}

// onto says that the new day of a move follows.
func (s *scan) onto(i int) bool { return s.text(i, "на") || s.cues.moving && s.text(i, "to") }

// dayBound reads "после 20 декабря", "не раньше четверга", "до пятницы", "до конца недели", "с понедельника".
func (s *scan) dayBound(i int) (item, int) {
	w := s.link(i, after, "before", till, since)
	deadline := w == 0 && s.text(i, "к", "ко", "by")
	if deadline {
		w = 1
	}
	if w == 0 || s.text(i, "to") {
		return s.priorBound(i)
	}
	if s.plural(i) {
		return item{}, 0
	}
	if !deadline {
		w += s.links(i+w, since)
	}
	point, width := s.dayPoint(i + w)
	if n := s.at(i + w); width == 0 && !deadline && n.digits && n.num > 23 && n.num < 32 && !s.counted(i+w+1) && !s.decimal(i+w) { // до 25
		point, width = s.bareDay(i + w)
	}
	if width == 0 || deadline && s.is(i+w, kindEdge) {
		return item{}, 0
	}
	d := s.place(point)
	if d == nil || !point.dated() {
		return item{}, w + width
	}
	return s.bound(i, w, d, point), w + width
}

// plural says that "по" at i is that of "по четвергам".
func (s *scan) plural(i int) bool {
	word := s.at(i + 1).text
	return s.text(i, "по") && (strings.HasSuffix(word, "ам") || strings.HasSuffix(word, "ям") || strings.HasSuffix(word, "им") || strings.HasSuffix(word, "ым"))
}

// bound is the days from or until d, as the preposition at i says.
func (s *scan) bound(i, w int, d *days, point item) item {
	switch s.at(i).sense.code {
	case since:
		if s.complained(i) {
			return item{}
		}
		if s.cancels(i) { // "снимите меня с четверга"
			return point
		}
		return item{days: s.openFrom(d.from), bound: since}
	case after:
		if s.text(i, "не", "no") {
			return item{days: s.openFrom(d.from), bound: since}
		}
		if d.from.Month() == time.January && d.from.Day() == 1 && s.is(i+w, kindHoliday) { // "после нового года" is after its days off
			d = s.breakOf(int(time.January))
		}
		return item{days: s.openFrom(d.to), bound: after}
	}
	end := d.to
	if s.within(i, "включительно", "inclusive") {
		return item{days: &days{from: s.today, to: end, grain: dialog.Week, week: true}, bound: till}
	}
	if !d.week && d.grain == dialog.Day && !s.text(i, "не", "no", "по", "by") {
		end = d.from // "до пятницы" is before it
	}
	if !end.After(s.today) {
		return item{days: point.days, weekday: point.weekday}
	}
	return item{days: &days{from: s.today, to: end, grain: dialog.Week, week: true}, bound: till}
}

// cancels says that a word of cancelling stands before i in its clause.
func (s *scan) cancels(i int) bool {
	for j := i - 1; j >= max(0, i-nearby) && s.cues.clause[j] == s.cues.clause[i]; j-- {
		if common(s.at(j).text, []string{"сним", "отмен", "убер", "вычерк", "удал", "cancel"}) {
			return true
		}
	}
	return false
}

// within says that a word stands among the next few tokens.
func (s *scan) within(i int, words ...string) bool {
	for j := i; j < i+7; j++ {
		if s.text(j, words...) {
			return true
		}
	}
	return false
}

// priorBound reads "до него", "после этого", "before that": a bound at the day that was said last.
func (s *scan) priorBound(i int) (item, int) {
	if !s.is(i, kindBefore) || len(s.items) == 0 {
		return item{}, 0
	}
	last := &s.items[len(s.items)-1]
	if last.clock != nil {
		return s.priorHours(i, last)
	}
	d := s.place(*last)
	if d == nil {
		return item{}, 0
	}
	last.role = foreign
	if s.at(i).sense.n > 0 {
		return item{days: s.openFrom(d.to), bound: after}, s.at(i).sense.width
	}
	if !d.from.After(s.today) {
		return item{}, 0
	}
	return item{days: &days{from: s.today, to: d.from, grain: dialog.Week, week: true}, bound: till}, s.at(i).sense.width
}

// priorHours reads "после неё" of hours: "с 9 до 11 планёрка, после неё".
func (s *scan) priorHours(i int, last *item) (item, int) {
	c := *last.clock
	if c.moment { // "ей в 14:00, а мне после неё"
		return item{}, s.at(i).sense.width
	}
	last.role = foreign
	if s.at(i).sense.n > 0 {
		return item{clock: &clock{from: c.to, to: max(dayCloses, c.to+60)}, bound: after}, s.at(i).sense.width
	}
	if c.from <= dayOpens {
		return item{}, s.at(i).sense.width
	}
	return item{clock: &clock{from: dayOpens, to: c.from}, bound: till}, s.at(i).sense.width
}

func (s *scan) openFrom(from time.Time) *days {
	return &days{from: from, to: from.AddDate(0, 0, openDays), grain: dialog.Week, open: true, week: true}
}

// complained says that the clause around i tells of a complaint: "с понедельника болит горло" asks for no Monday.
func (s *scan) complained(i int) bool {
	for _, step := range []int{-1, 1} {
		for j := i; j >= 0 && j < len(s.tokens) && j-i < 12 && i-j < 12; j += step {
			if t := s.at(j); t.mark && !s.text(j, "-") {
				break
			}
			if s.is(j, kindSymptom) {
				return true
			}
		}
	}
	return false
}

// day is one whole day.
func day(from time.Time) *days {
	return &days{from: from, to: from.AddDate(0, 0, 1), grain: dialog.Day}
}

// place turns an item into days: a weekday is put into its week. Nil where it lies in the past.
func (s *scan) place(it item) *days {
	if it.weekday == 0 {
		return it.days
	}
	ahead := (it.weekday - isoWeekday(s.today) + 7) % 7
	switch {
	case it.next:
		ahead = it.weekday - isoWeekday(s.today) + 7
	case ahead == 0 && !it.nearest:
		ahead = 7
	}
	return day(s.today.AddDate(0, 0, ahead+7*it.skip))
}

// isoWeekday counts from Monday, 1, to Sunday, 7.
func isoWeekday(t time.Time) int {
	return (int(t.Weekday())+6)%7 + 1
}

// monday is the first day of t's calendar week.
func monday(t time.Time) time.Time { return t.AddDate(0, 0, 1-isoWeekday(t)) }
