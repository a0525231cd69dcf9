package understand

import (
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

// nth reads "первый понедельник апреля", "последняя пятница месяца", "вторая неделя сентября", "second week of September".
func (s *scan) nth(i int) (item, int) {
	n, width := s.at(i).sense.n, 1
	switch {
	case s.is(i, kindLast) || s.text(i, "последний"): // a plain word elsewhere
		n = 5
	case s.text(i, "second"):
		n = 2
	case !s.is(i, kindOrdinal) || n > 5:
		return item{}, 0
	}
	j := i + width
	if it, w := s.endDay(j, n); w > 0 {
		return it, j + w - i
	}
	working := s.is(j, kindWorkdays) || s.text(j, "рабочей", "рабочая", "рабочую", "рабочий", "working")
	if working && s.is(j+1, kindWeek) {
		return item{days: s.workWeek()}, j + 2 - i
	}
	if !s.is(j, kindWeekday, kindWeek, kindWeekend) {
		return item{}, 0
	}
	first, w := s.ofMonth(j + 1)
	if n := len(s.items); w == 0 && n > 0 && s.items[n-1].days != nil && s.items[n-1].days.grain == dialog.Month { // "август, первая неделя"
		d := s.items[n-1].days.from
		return item{days: s.inMonth(s.ordinalOf(i), s.at(j), d.AddDate(0, 0, 1-d.Day()))}, j + 1 - i
	}
	if w == 0 {
		return item{}, 0
	}
	return item{days: s.inMonth(n, s.at(j), first)}, j + 1 + w - i
}

// ordinalOf is the number of an ordinal at i; the last is the fifth.
func (s *scan) ordinalOf(i int) int {
	switch {
	case s.is(i, kindOrdinal):
		return s.at(i).sense.n
	case s.text(i, "second"):
		return 2
	}
	return 5
}

// endDay reads "день месяца" after "первый" or "последний" (5).
func (s *scan) endDay(i, n int) (item, int) {
	if !s.is(i, kindUnitDay) || n != 1 && n != 5 {
		return item{}, 0
	}
	d, w := s.ofMonth(i + 1)
	if w == 0 {
		return item{}, 0
	}
	if n == 5 {
		d = d.AddDate(0, 1, -1)
	}
	if d.Before(s.today) {
		return item{}, 1 + w
	}
	return item{days: day(d)}, 1 + w
}

// ofMonth reads "апреля", "of April", "месяца", "следующего месяца" as the first day of the month.
func (s *scan) ofMonth(i int) (time.Time, int) {
	j := i + s.links(i, "at")
	for s.text(j, "of", "the") {
		j++
	}
	ahead := 0
	if s.is(j, kindWhich) {
		ahead = s.at(j).sense.n % 2
		j++
	}
	switch {
	case s.is(j, kindMonth):
		return s.month(s.at(j).sense.n), j + 1 - i
	case s.is(j, kindUnitMonth):
		return s.today.AddDate(0, 0, 1-s.today.Day()).AddDate(0, ahead, 0), j + 1 - i
	}
	return time.Time{}, 0
}

// inMonth is the nth weekday, weekend or calendar week of a month; the fifth is the last one.
func (s *scan) inMonth(n int, unit *token, first time.Time) *days {
	next := first.AddDate(0, 1, 0)
	if unit.sense.kind == kindWeek {
		from := monday(first.AddDate(0, 0, 3)).AddDate(0, 0, 7*(n-1)) // the first has most of its days in the month
		if n == 5 {
			from = monday(next.AddDate(0, 0, -1))
		}
		to := from.AddDate(0, 0, 7)
		if from.Before(first) {
			from = first
		}
		return s.rest(from, to, dialog.Week)
	}
	weekday, length := unit.sense.n, 1
	if unit.sense.kind == kindWeekend {
		weekday, length = 6, 2
	}
	d := first.AddDate(0, 0, (weekday-isoWeekday(first)+7)%7+7*(n-1))
	for n == 5 && !d.Before(next) {
		d = d.AddDate(0, 0, -7)
	}
	if d.Before(s.today) {
		return nil
	}
	return &days{from: d, to: d.AddDate(0, 0, length), grain: dialog.Day}
}

// workWeek is the first working day after the days off that come, and the rest of its week.
func (s *scan) workWeek() *days {
	d := s.today
	for n := 0; n < 31 && !s.dayOff(d); n++ {
		d = d.AddDate(0, 0, 1)
	}
	for n := 0; n < 31 && s.dayOff(d); n++ {
		d = d.AddDate(0, 0, 1)
	}
	return &days{from: d, to: monday(d).AddDate(0, 0, 5), grain: dialog.Week, week: true}
}

// tens reads "в двадцатых числах января", "в первых числах": some days of a month.
func (s *scan) tens(i int) (item, int) {
	n := s.at(i).sense.n
	if s.is(i, kindLast) && s.text(i+1, "числах", "числа") {
		n = 27
	} else if !s.is(i, kindOrdinal) || !s.text(i+1, "числах", "числа") || !s.text(i, "первых", "первые", "десятых", "двадцатых", "двадцатые", "десятые", "последних", "последние") {
		return item{}, 0
	}
	first, w := s.ofMonth(i + 2)
	from, length := n, 10
	if n == 1 {
		length = 5
	}
	if w == 0 {
		first = s.today.AddDate(0, 0, 1-s.today.Day())
		if first.AddDate(0, 0, from+length-1).Before(s.today) {
			first = first.AddDate(0, 1, 0)
		}
	}
	start := first.AddDate(0, 0, from-1)
	end := start.AddDate(0, 0, length)
	if next := first.AddDate(0, 1, 0); end.After(next) {
		end = next
	}
	return item{days: s.rest(start, end, dialog.Week)}, 2 + w
}
