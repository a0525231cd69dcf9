package understand

import (
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

// dated reads "26 ноября", "двадцать пятого марта 2027 года", "Nov 26", "26th of November".
func (s *scan) dated(i int) (item, int) {
	n, width := s.ordinal(i)
	if width == 0 {
		n, width = s.cardinal(i)
	}
	if width > 0 && n >= 1 && n <= 31 {
		j := i + width
		j += s.of(j)
		if s.text(j, "-", "/") && s.at(j).glued && s.is(j+1, kindMonth) { // 10-августа-2026
			j++
		}
		if s.is(j, kindMonth) {
			month := s.at(j).sense.n
			j++
			j += s.dot(j - 1)
			if s.text(j, "-", "/") && s.at(j).glued && s.written(j+1, 4) {
				j++
			}
			year, w := s.year(j)
			return s.date(year, month, n), j + w - i
		}
		return item{}, 0
	}
	if s.is(i, kindMonth) && s.at(i).latin {
		j := i + 1 + s.dot(i)
		if n, w := s.ordinal(j); w > 0 && n <= 31 {
			return s.date(0, s.at(i).sense.n, n), j + w - i
		}
		if n, w := s.cardinal(j); w > 0 && n >= 1 && n <= 31 {
			return s.date(0, s.at(i).sense.n, n), j + w - i
		}
	}
	return item{}, 0
}

func (s *scan) year(i int) (year, width int) {
	t := s.at(i)
	if !t.digits || t.num < 1900 || t.num > 2200 {
		return 0, 0
	}
	width = 1
	if s.is(i+1, kindYear) || s.text(i+1, "г") {
		width++
	}
	return t.num, width
}

// date is a day of the calendar; without a year (0) the nearest one not past. A past or impossible one is nothing.
func (s *scan) date(year, month, n int) item {
	given := year > 0
	if !given {
		year = s.today.Year()
	}
	d := time.Date(year, time.Month(month), n, 0, 0, 0, 0, s.today.Location())
	if !given && d.Before(s.today) {
		d = time.Date(year+1, time.Month(month), n, 0, 0, 0, 0, s.today.Location())
	}
	if d.Day() != n || d.Before(s.today) || !given && d.Sub(s.today) > longAhead && !s.wishes() { // nearly a year ahead: it was lately
		return item{}
	}
	return item{days: day(d)}
}

// wishes says that a visit is asked for: by a word of wishing, or "к" somebody.
func (s *scan) wishes() bool {
	if s.cues.wished {
		return true
	}
	for i := range s.tokens {
		if s.text(i, "к", "ко") && !s.at(i+1).digits && !s.is(i+1, kindNumber, kindOrdinal, kindWeekday, kindMonth) {
			return true
		}
	}
	return false
}

// longAhead is how far a date without a year may lie ahead: one that was in the last weeks is a past one.
const longAhead = 310 * 24 * time.Hour

// inherit is the month that was named before and holds for a bare day of the month: "в сентябре с 3 по 9".
func (s *scan) inherit(n int) (time.Time, bool) {
	for i := range s.items {
		d := s.items[i].days
		if d == nil || d.open || d.grain != dialog.Month && d.grain != dialog.Week || d.to.Sub(d.from) < 8*24*time.Hour {
			continue
		}
		at := time.Date(d.from.Year(), d.from.Month(), n, 0, 0, 0, 0, d.from.Location())
		if at.Day() == n && !at.Before(s.today) {
			return at, true
		}
	}
	return time.Time{}, false
}

// numeric reads "26.11", "26.11.2026", "26/11", "2026-11-26".
func (s *scan) numeric(i int) (item, int) {
	a, b := s.at(i), s.at(i+2)
	sep := s.at(i + 1)
	if !a.digits || !b.digits || !sep.mark || !sep.glued || !b.glued {
		return item{}, 0
	}
	c := s.at(i + 4)
	full := s.at(i+3).text == sep.text && s.at(i+3).glued && c.digits && c.glued
	switch {
	case full && s.written(i, 4) && sep.text == "-":
		return s.calendar(a.num, b.num, c.num), 5
	case full && (s.written(i+4, 4) || s.written(i+4, 2)) && b.num <= 12:
		year := c.num
		if year < 100 {
			year += 2000
		}
		return s.calendar(year, b.num, a.num), 5
	case sep.text == "-" || sep.text != "." && sep.text != "/" || full:
		return item{}, 0
	case b.num < 1 || b.num > 12 || a.num < 1 || a.num > 31 || len(b.text) != 2 && sep.text == ".":
		return item{}, 0
	case sep.text == "." && s.readsAsTime(i):
		return item{}, 0
	}
	return s.date(0, b.num, a.num), 3
}

func (s *scan) calendar(year, month, n int) item {
	if month < 1 || month > 12 || n < 1 || n > 31 {
		return item{}
	}
	return s.date(year, month, n)
}

// readsAsTime says that "10.10" after "в", or after a day, is a time rather than the tenth of October.
func (s *scan) readsAsTime(i int) bool {
	hour, minute := s.at(i).num, s.at(i+2)
	if len(minute.text) != 2 || minute.num%5 != 0 || hour < 7 || hour > 21 || len(s.at(i).text) == 2 && s.at(i).text[0] == '0' {
		return false
	}
	return s.text(i-1, "в", "at", "к", after, "после") || s.asked == "time" || len(s.items) > 0 && s.items[len(s.items)-1].days != nil
}

// numbered reads a day of the month: "25-го", "25 числа", "на первое", and bare "25" where a day was asked for.
func (s *scan) numbered(i int) (item, int) {
	n, width := s.ordinal(i)
	if width > 0 && !s.at(i).digits {
		last := i + width - 1
		if !s.is(last+1, kindDaymark) && !s.standsAlone(i, last) {
			return item{}, 0
		}
	}
	if width == 0 {
		return item{}, 0
	}
	if s.is(i+width, kindDaymark) {
		width++
	}
	if s.unit(i + width) {
		return item{}, 0
	}
	return s.dayOfMonth(n), width
}

// standsAlone says that the ordinal in [first, last] counts no thing: its case is that of a date, and no noun follows it.
func (s *scan) standsAlone(first, last int) bool {
	word := s.at(last).text
	if s.at(last).latin {
		return s.text(first-1, "the")
	}
	dative := s.text(first-1, "к", "ко") && (strings.HasSuffix(word, "ому") || strings.HasSuffix(word, "ему"))
	genitive := strings.HasSuffix(word, "ого") || strings.HasSuffix(word, "его")
	if !neuter(word) && !genitive && !dative {
		return false
	}
	next := s.at(last + 1)
	switch {
	case next.text == "" || next.mark || next.digits, next.sense.kind == kindLink, next.sense.kind == kindPart, next.sense.kind == kindNumber,
		next.sense.kind == kindHalfHour, next.sense.kind == kindHalf, next.sense.kind == kindQuarter, next.sense.kind == kindNoon:
		return true
	case next.sense.kind == kindInside, next.sense.kind == kindHour, next.sense.kind == kindUnit:
		return false
	case next.cue == wish || next.cue == declined || next.cue == moves || next.cue == parting:
		return true
	}
	return s.text(last+1, "и", "я", "мне", "меня", "не", "то", "тоже", "бы", "ли", "же", "или", "если", "у", "есть", "кто", "будет", "в", "на", "утра", "часов",
		"часиков", "где", "точно", "как", "пожалуйста", "пож", "пж", "там")
}

// dayBefore reads "27" of "27 в 10", where days were spoken of: a day of the month with its hour.
func (s *scan) dayBefore(i int) (item, int) {
	t := s.at(i)
	if !t.digits || t.num < 1 || t.num > 31 || len(s.items) == 0 || s.decimal(i) || !s.text(i+1, "в") || s.link(i-1, "at", "to", after, till, since) > 0 {
		return item{}, 0
	}
	if _, width := s.hour(i+2, true); width == 0 || s.counted(i+2+width) {
		return item{}, 0
	}
	return s.dayOfMonth(t.num), 1
}

// bareDay reads a number alone as a day of the month.
func (s *scan) bareDay(i int) (item, int) {
	n, width := s.cardinal(i)
	if width == 0 || n < 1 || n > 31 {
		return item{}, 0
	}
	return s.dayOfMonth(n), width
}

// dayOfMonth is the nearest such day from today on.
func (s *scan) dayOfMonth(n int) item {
	if n < 1 || n > 31 {
		return item{}
	}
	if d, ok := s.inherit(n); ok {
		return item{days: day(d)}
	}
	for ahead := range 3 {
		d := time.Date(s.today.Year(), s.today.Month()+time.Month(ahead), n, 0, 0, 0, 0, s.today.Location())
		if d.Day() == n && !d.Before(s.today) {
			return item{days: day(d)}
		}
	}
	return item{}
}

// weeks reads "на следующей неделе", "на этой неделе", "на неделе", "в течение недели".
func (s *scan) weeks(i int) (item, int) {
	ahead, j := 0, i
	switch {
	case s.is(i, kindWhich) && s.is(i+1+s.dot(i), kindWeek):
		ahead, j = s.at(i).sense.n%2, i+1+s.dot(i)
	case s.text(i, "той") && s.is(i+1, kindWeek): // "на той неделе" is the next
		ahead, j = 1, i+1
	case s.is(i, kindWhich) && s.link(i+1, "or") > 0 && s.is(i+2+s.links(i+2, "at"), kindWhich) && s.is(i+3+s.links(i+2, "at"), kindWeek):
		j = i + 3 + s.links(i+2, "at") // на этой или на следующей неделе
		from := monday(s.today).AddDate(0, 0, 7*min(s.at(i).sense.n%2, s.at(j-1).sense.n%2))
		return item{days: s.rest(from, from.AddDate(0, 0, 14), dialog.Week)}, j + 1 - i
	case s.is(i, kindWeek) && s.text(i, "неделе") && s.text(i-1, "на"), s.is(i, kindWeek) && s.is(i-1, kindAllDay):
		if isoWeekday(s.today) == 7 { // on a Sunday the week that begins
			ahead = 1
		}
	case s.text(i, "течение", "течении") && s.is(i+1, kindWeek):
		return item{days: s.openFrom(s.today)}, 2
	case s.text(i, "течение", "течении") && s.is(i+1, kindWhich) && s.is(i+2, kindWeek):
		ahead, j = s.at(i+1).sense.n%2, i+2
	default:
		return item{}, 0
	}
	from := monday(s.today).AddDate(0, 0, 7*ahead)
	return item{days: s.rest(from, from.AddDate(0, 0, 7), dialog.Week), unit: kindWeek}, j + 1 - i
}

// rest is what of [from, to) is not past.
func (s *scan) rest(from, to time.Time, grain dialog.Grain) *days {
	if from.Before(s.today) {
		from = s.today
	}
	if !to.After(from) {
		return nil
	}
	return &days{from: from, to: to, grain: grain, week: true}
}

// months reads "в апреле", "в следующем месяце", "next month".
func (s *scan) months(i int) (item, int) {
	if !s.is(i, kindWhich, kindMonth) {
		return item{}, 0
	}
	first := s.today.AddDate(0, 0, 1-s.today.Day())
	switch {
	case s.is(i, kindWhich) && s.is(i+1, kindYear):
		from := time.Date(s.today.Year()+s.at(i).sense.n%2, time.January, 1, 0, 0, 0, 0, first.Location())
		return item{days: s.rest(from, from.AddDate(1, 0, 0), dialog.Month)}, 2
	case s.is(i, kindWhich) && s.is(i+1, kindUnitMonth):
		from := first.AddDate(0, s.at(i).sense.n%2, 0)
		return item{days: s.rest(from, from.AddDate(0, 1, 0), dialog.Month), unit: kindUnitMonth}, 2
	case s.is(i, kindMonth) && s.monthNamed(i):
		from := s.month(s.at(i).sense.n)
		year, width := s.year(i + 1)
		if width > 0 {
			from = time.Date(year, from.Month(), 1, 0, 0, 0, 0, from.Location())
		}
		return item{days: s.rest(from, from.AddDate(0, 1, 0), dialog.Month)}, 1 + width
	}
	return item{}, 0
}

// monthNamed says that a month at i is meant as a time: "в мае", "на май", "ближе к маю", "май" as an answer.
func (s *scan) monthNamed(i int) bool {
	if s.text(i, "may", "mar", "march") && !s.text(i-1, "in", "for", "next", "this") {
		return s.asksWhen()
	}
	ends := s.at(i+1).text == "" || s.at(i+1).mark
	starts := i == 0 || s.at(i-1).mark && !s.at(i-1).glued
	return s.link(i-1, "at", "through", till, "to", after, "before", since) > 0 || s.asksWhen() || s.is(i-1, kindLink) || starts && ends
}

// month is the first day of the nearest month of that number, this one included.
func (s *scan) month(n int) time.Time {
	year := s.today.Year()
	if n < int(s.today.Month()) {
		year++
	}
	return time.Date(year, time.Month(n), 1, 0, 0, 0, 0, s.today.Location())
}

// edge reads "в начале апреля", "в конце месяца", "в середине недели", "до конца недели".
func (s *scan) edge(i int) (item, int) {
	if !s.is(i, kindEdge) {
		return s.halfOf(i)
	}
	j := i + s.at(i).sense.width
	for s.text(j, "of", "the") {
		j++
	}
	ahead := 0
	if s.is(j, kindWhich) {
		ahead = s.at(j).sense.n % 2
		j++
	} else if s.text(j, "той") {
		ahead = 1
		j++
	}
	var d *days
	switch {
	case s.is(j, kindMonth):
		d = s.third(s.month(s.at(j).sense.n), s.at(i).sense.n)
	case s.is(j, kindUnitMonth):
		d = s.third(s.today.AddDate(0, ahead, 1-s.today.Day()), s.at(i).sense.n)
	case s.is(j, kindWeek):
		from := monday(s.today).AddDate(0, 0, 7*ahead)
		part := [][2]int{{0, 2}, {1, 4}, {3, 7}}[s.at(i).sense.n-1]
		d = s.rest(from.AddDate(0, 0, part[0]), from.AddDate(0, 0, part[1]), dialog.Week)
	default:
		return item{}, 0
	}
	return item{days: d}, j + 1 - i
}

// halfOf reads "в первой половине недели", "во второй половине апреля".
func (s *scan) halfOf(i int) (item, int) {
	t := s.at(i)
	second := t.sense.code == "afternoon"
	if t.sense.kind != kindPart || t.sense.width < 2 || !second && t.sense.code != "forenoon" {
		return item{}, 0
	}
	j := i + t.sense.width
	ahead := 0
	if s.is(j, kindWhich) {
		ahead = s.at(j).sense.n % 2
		j++
	}
	var from, middle, to time.Time
	switch {
	case s.is(j, kindMonth):
		from = s.month(s.at(j).sense.n)
		middle, to = from.AddDate(0, 0, 15), from.AddDate(0, 1, 0)
	case s.is(j, kindUnitMonth):
		from = s.today.AddDate(0, 0, 1-s.today.Day()).AddDate(0, ahead, 0)
		middle, to = from.AddDate(0, 0, 15), from.AddDate(0, 1, 0)
	case s.is(j, kindWeek):
		if n := len(s.items); ahead == 0 && n > 0 && s.items[n-1].unit == kindWeek {
			from = monday(s.items[n-1].days.from)
		} else {
			from = monday(s.today).AddDate(0, 0, 7*ahead)
		}
		middle, to = from.AddDate(0, 0, 3), from.AddDate(0, 0, 7)
	default:
		return item{}, 0
	}
	if second {
		return item{days: s.rest(middle, to, dialog.Week)}, j + 1 - i
	}
	return item{days: s.rest(from, middle, dialog.Week)}, j + 1 - i
}

// third is the first ten days of a month, the second ten, or what follows the twentieth.
func (s *scan) third(first time.Time, which int) *days {
	from, to := first.AddDate(0, 0, 10*(which-1)), first.AddDate(0, 0, 10*which)
	if which == 3 {
		to = first.AddDate(0, 1, 0)
	}
	return s.rest(from, to, dialog.Week)
}
