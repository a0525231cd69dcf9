package understand

import (
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

// readList reads "27 либо 30 ноября", "7, 8 или 9-го", "третьего или пятого марта", "Jan 20 or 21": bare days that share a month.
// All but the last are kept here.
func (s *scan) readList(i int) (item, int) {
	start := i
	i += s.links(i, "at", since, "between")
	if s.is(i, kindMonth) && s.at(i).latin {
		return s.listAfterMonth(i)
	}
	var numbers [8]struct{ n, first, last int }
	count, j := 0, i
	for count < len(numbers) {
		n, width := s.dayNumber(j)
		if width == 0 {
			return item{}, 0
		}
		numbers[count].n, numbers[count].first, numbers[count].last = n, j, j+width
		count++
		gap := s.separator(j + width)
		if gap == 0 {
			break
		}
		j += width + gap
	}
	if count < 2 {
		return item{}, 0
	}
	end, endWidth := s.dayPoint(numbers[count-1].first)
	if endWidth == 0 || end.days == nil || end.days.grain != dialog.Day || numbers[count-1].first+endWidth < numbers[count-1].last {
		return item{}, 0
	}
	month := end.days.from
	for k := range count - 1 {
		n := numbers[k]
		d := time.Date(month.Year(), month.Month(), n.n, 0, 0, 0, 0, month.Location())
		if d.Day() != n.n || d.Before(s.today) {
			continue
		}
		s.items = append(s.items, item{days: day(d), first: n.first, last: n.last, or: k > 0 || s.separated(start)})
		s.take(n.first, n.last-n.first)
	}
	end.listed = true
	return end, numbers[count-1].first + endWidth - start
}

// listAfterMonth reads "Jan 20 or 21".
func (s *scan) listAfterMonth(i int) (item, int) {
	first, width := s.dated(i)
	if width == 0 || first.days == nil {
		return item{}, 0
	}
	j := i + width
	gap := s.separator(j)
	if gap == 0 || !s.at(j+gap).digits || s.counted(j+gap+1) || s.text(j+gap+1, ":") {
		return item{}, 0
	}
	n := s.at(j + gap).num
	d := time.Date(first.days.from.Year(), first.days.from.Month(), n, 0, 0, 0, 0, s.today.Location())
	if n <= first.days.from.Day() || d.Day() != n {
		return item{}, 0
	}
	first.first, first.last = i, j
	s.items = append(s.items, first)
	s.take(i, width)
	w := 1 + s.daymark(j+gap+1)
	return item{days: day(d), listed: true}, j + gap + w - i
}

func (s *scan) daymark(i int) int {
	if s.is(i, kindDaymark) && s.at(i).glued {
		return 1
	}
	return 0
}

// dayNumber reads a bare number or an ordinal as a day of the month.
func (s *scan) dayNumber(i int) (n, width int) {
	if n, width = s.ordinal(i); width == 0 {
		n, width = s.cardinal(i)
		if width > 0 && (!s.at(i).digits || s.at(i+1).mark && s.at(i+1).glued && s.at(i+2).digits && s.at(i+2).glued) {
			return 0, 0
		}
	}
	if width == 0 || n < 1 || n > 31 {
		return 0, 0
	}
	if s.is(i+width, kindDaymark) {
		width++
	}
	return n, width
}

// separator is the width of "или", ", ", "и" between the days of a list.
func (s *scan) separator(i int) int {
	j := i
	if s.text(j, ",") {
		j++
	}
	switch {
	case s.link(j, "or") > 0:
		j += s.link(j, "or")
	case s.text(j, "и", "and", "/"):
		j++
	case j == i:
		return 0
	}
	j += s.links(j, "at", "to")
	return j - i
}

func (s *scan) separated(i int) bool {
	return s.link(i-1, "or") > 0 && len(s.items) > 0
}

// alternative says that an item is another choice beside the one before: "или" stands between, or both are days of a list.
func (s *scan) alternative(it *item) bool {
	if it.listed {
		return true
	}
	i := it.first
	for s.link(i-1, "at", "to", since, "about") > 0 {
		i--
	}
	commas, better := 0, false
	for s.text(i-1, "-", ",", "то", "тогда", "можно", "лучше", "давайте", "может", "быть", "even", "maybe", "либо") || s.is(i-1, kindInside, kindPerson) || s.is(i-1, kindAnytime) && commas > 0 {
		if s.link(i-1, "or") > 0 {
			break
		}
		if s.text(i-1, ",") {
			commas++
		}
		better = better || s.text(i-1, "лучше", "давайте")
		i--
	}
	if s.link(i-1, "or") > 0 || s.text(i-1, "/") {
		return true
	}
	prev := s.before(it.first)
	if prev == nil {
		prev = s.before(i)
	}
	if better { // "в среду не очень, лучше в четверг"
		return false
	}
	if len(s.items) > 0 && s.others(&s.items[len(s.items)-1], it) { // "мне в среду, а мужу в четверг"
		return true
	}
	if prev == nil || !prev.dated() || !it.dated() || prev.last > i {
		return false
	}
	return commas > 0 && alikeNamed(prev, it) || s.text(i-1, "и", "and", "а") && (s.text(i-1, "и", "and") || s.is(i, kindPerson))
}

// others says that somebody else is named between two items of the same sort, so that both hold.
func (s *scan) others(a, b *item) bool {
	if a.dated() != b.dated() && a.timed() != b.timed() || b.first-a.last > 6 {
		return false
	}
	for i := a.last; i < b.first; i++ {
		if s.cues.of[i] == moves || s.cues.of[i] == declined {
			return false
		}
	}
	for i := a.last; i < b.first; i++ {
		if s.is(i, kindPerson) || s.text(i, "меня", "ей", "ему") {
			return true
		}
	}
	return false
}

// alikeNamed says that two days are named in one way, as those of a list are: two weekdays, two dates.
func alikeNamed(a, b *item) bool {
	if a.weekday > 0 || b.weekday > 0 {
		return a.weekday > 0 && b.weekday > 0 && a.weekday != b.weekday
	}
	return a.bound == "" && b.bound == "" && a.days != nil && b.days != nil && oneDay(a.days) && oneDay(b.days) && !a.days.from.Equal(b.days.from)
}
