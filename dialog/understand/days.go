package understand

import (
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

// openDays is how far "с понедельника" or "после 20-го" reaches when the person names no end.
const openDays = 7

// readDays reads an expression of days at i.
func (s *scan) readDays(i int) (item, int) {
	for _, read := range []func(int) (item, int){s.dayRange, s.dayMove, s.dayBound, s.dayPoint} {
		if it, width := read(i); width > 0 {
			return it, width
		}
	}
	return item{}, 0
}

// dayRange reads "с 17 по 21 апреля", "17-21 апреля", "с понедельника по среду", "between Monday and Wednesday".
func (s *scan) dayRange(i int) (item, int) {
	j := i + s.link(i, "since", "between")
	opened := j > i
	first, firstWidth := s.dayPoint(j)
	bare := false
	if firstWidth == 0 {
		var n int
		if n, firstWidth = s.cardinal(j); firstWidth == 0 || n < 1 || n > 31 {
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
	to := s.place(second)
	from := s.place(first)
	if bare {
		n, _ := s.cardinal(j)
		if to == nil || to.grain != dialog.Day {
			return item{}, 0
		}
		last := to.to.AddDate(0, 0, -1)
		from = day(time.Date(last.Year(), last.Month(), n, 0, 0, 0, 0, last.Location()))
		if n > last.Day() {
			from = day(from.from.AddDate(0, -1, 0))
		}
	}
	return s.span(from, to), k + gap + secondWidth - i
}

// rangeGap is the width of what joins the ends of a range.
func (s *scan) rangeGap(i int, opened bool) int {
	switch {
	case s.text(i, "-"):
		return 1
	case opened && s.text(i, "и", "and"):
		return 1
	case s.moving && s.text(i, "to"):
		return 0
	case opened && s.text(i, "до", "to", "till", "until", "по"), s.text(i, "по", "through"):
		return 1
	}
	return 0
}

func (s *scan) span(from, to *days) item {
	if from == nil || to == nil {
		return item{}
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
	w := s.link(i, "since")
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
func (s *scan) onto(i int) bool { return s.text(i, "на") || s.moving && s.text(i, "to") }

// dayBound reads "после 20 декабря", "не раньше четверга", "до пятницы", "до конца недели", "с понедельника".
func (s *scan) dayBound(i int) (item, int) {
	w := s.link(i, "after", "before", "till", "since")
	if w == 0 || s.text(i, "to") {
		return item{}, 0
	}
	point, width := s.dayPoint(i + w)
	if width == 0 {
		return item{}, 0
	}
	d := s.place(point)
	if d == nil {
		return item{}, w + width
	}
	width += w
	switch s.at(i).sense.code {
	case "since":
		if s.complained(i) {
			return item{}, width
		}
		return item{days: s.openFrom(d.from)}, width
	case "after":
		if s.text(i, "не", "no") {
			return item{days: s.openFrom(d.from)}, width
		}
		return item{days: s.openFrom(d.to)}, width
	}
	end := d.to
	if !d.week && d.grain == dialog.Day && !s.text(i, "не", "no", "по", "by") {
		end = d.from // "до пятницы" is before it
	}
	if !end.After(s.today) {
		return item{}, width
	}
	return item{days: &days{from: s.today, to: end, grain: dialog.Week, week: true}}, width
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
