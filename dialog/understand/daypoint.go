package understand

import (
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

// dayPoint reads one day, week or month at i: "завтра", "в пятницу", "26 ноября", "через неделю", "на следующей неделе".
func (s *scan) dayPoint(i int) (item, int) {
	j := i + s.link(i, "at", "to")
	if s.plural(i) {
		j = i + 1
	}
	j += s.links(j, "about")
	if s.text(i, "the", "to") && s.at(i).sense.width <= 1 {
		j = i + 1
	}
	if s.text(j, "the") && s.at(j).sense.width <= 1 {
		j++
	}
	for _, read := range []func(int) (item, int){
		s.ahead, s.edge, s.tens, s.nth, s.dated, s.numeric, s.holiday, s.named, s.weeks, s.months, s.numbered,
	} {
		if it, width := read(j); width > 0 {
			return it, j + width - i
		}
	}
	return item{}, 0
}

// named reads "завтра", "в ближайшую субботу", "выходные", "на днях".
func (s *scan) named(i int) (item, int) {
	t := s.at(i)
	switch t.sense.kind {
	case kindDay:
		d := day(s.today.AddDate(0, 0, t.sense.n))
		if next := s.at(i + 2); s.text(i+1, "-") && next.sense.kind == kindDay && next.sense.n > t.sense.n { // сегодня-завтра
			return item{days: &days{from: d.from, to: s.today.AddDate(0, 0, next.sense.n+1), grain: dialog.Day}}, 3
		}
		if s.text(i, "tonight") {
			return item{days: d, clock: &clock{from: 17 * 60, to: 21 * 60, part: true}}, 1
		}
		return item{days: d}, t.sense.width
	case kindSoon:
		return item{days: &days{from: s.today, to: s.today.AddDate(0, 0, t.sense.n+1), grain: dialog.Day}}, t.sense.width
	case kindWeekday:
		it := item{weekday: t.sense.n}
		if s.nextWeek(i + 1) {
			it.next = true
		}
		return it, 1 + s.dot(i)
	case kindWeekend:
		if s.nextWeek(i+t.sense.width) || len(s.items) > 0 && s.items[len(s.items)-1].days != nil && s.items[len(s.items)-1].days.from.Equal(monday(s.today).AddDate(0, 0, 7)) {
			return item{days: s.weekend(1)}, t.sense.width
		}
		return item{days: s.weekend(0), unit: kindWeekend}, t.sense.width
	case kindWorkdays:
		return item{days: s.workdays()}, t.sense.width
	case kindWhich:
		return s.which(i)
	case kindNextDay:
		return s.dayAfter(i), t.sense.width
	}
	return item{}, 0
}

// dayAfter reads "на следующий день": the day after the one said before, whatever was said of that, else tomorrow.
func (s *scan) dayAfter(i int) item {
	from := s.today
	if n := len(s.items); n > 0 {
		if d := s.place(s.items[n-1]); d != nil && oneDay(d) {
			from = d.from
			if s.link(i-1, "or") == 0 {
				s.items[n-1].role = foreign
			}
		}
	}
	return item{days: day(from.AddDate(0, 0, 1))}
}

// nextOne reads "на следующей", "в следующую" with its noun left out: of the unit that was said before.
func (s *scan) nextOne(i int) (item, int) {
	next := s.at(i + 1)
	ends := next.text == "" || next.mark || next.cue != noCue || next.sense.kind == kindLink
	if len(s.items) == 0 || s.at(i).sense.n != 1 || !ends {
		return item{}, 0
	}
	switch last := &s.items[len(s.items)-1]; {
	case last.weekday > 0:
		return item{weekday: last.weekday, next: true, unit: kindWeekday}, 1
	case last.unit == kindWeek:
		from := monday(s.today).AddDate(0, 0, 7)
		return item{days: s.rest(from, from.AddDate(0, 0, 7), dialog.Week), unit: kindWeek}, 1
	case last.unit == kindWeekend:
		return item{days: s.weekend(1), unit: kindWeekend}, 1
	case last.unit == kindUnitMonth:
		from := s.today.AddDate(0, 0, 1-s.today.Day()).AddDate(0, 1, 0)
		return item{days: s.rest(from, from.AddDate(0, 1, 0), dialog.Month), unit: kindUnitMonth}, 1
	}
	return item{}, 0
}

// dot is the full stop of a shortened word: "след. вторник", "пн.".
func (s *scan) dot(i int) int {
	if s.text(i+1, ".") && s.at(i+1).glued && len([]rune(s.at(i).text)) <= 4 && !s.at(i+2).mark && s.at(i+2).text != "" {
		return 1
	}
	return 0
}

// which reads "следующую пятницу", "эти выходные", "ближайшие 3 дня".
func (s *scan) which(i int) (item, int) {
	n := s.at(i).sense.n
	j := i + 1 + s.dot(i)
	switch t := s.at(j); {
	case t.sense.kind == kindWeekday:
		return item{weekday: t.sense.n, next: n == 1, nearest: n == 0 || n == 2}, j + 1 - i
	case t.sense.kind == kindWeekend:
		it := item{days: s.weekend(n & 1 &^ (n >> 1)), unit: kindWeekend}
		if n == 1 && isoWeekday(s.today) < 6 {
			it.other = s.weekend(0)
		}
		return it, j + 1 - i
	case t.sense.kind == kindBreak:
		it, width := s.holiday(j)
		return it, j + width - i
	case t.sense.kind == kindWorkdays:
		return item{days: s.workdays()}, j + t.sense.width - i
	case t.sense.kind == kindUnitDay && n == 1:
		return s.dayAfter(i), j + 1 - i
	case n == 2 && t.sense.kind == kindUnitDay && s.text(j, "дни", "дней", "days"):
		return item{days: &days{from: s.today, to: s.today.AddDate(0, 0, 4), grain: dialog.Day}}, j + 1 - i
	case n == 2:
		if count, width := s.count(j); width > 0 && s.is(j+width, kindUnitDay) {
			return item{days: &days{from: s.today, to: s.today.AddDate(0, 0, count+1), grain: dialog.Day}}, j + width + 1 - i
		}
	case n == 1:
		if count, width := s.count(j); width > 0 && s.is(j+width, kindUnitDay, kindWeek) { // следующие две недели
			to := s.today.AddDate(0, 0, count+1)
			if s.is(j+width, kindWeek) {
				to = s.today.AddDate(0, 0, 7*count)
			}
			return item{days: &days{from: s.today, to: to, grain: dialog.Week, week: true}}, j + width + 1 - i
		}
	case n == 0 && t.sense.kind == kindPart:
		return item{days: day(s.today)}, j - i
	}
	return s.nextOne(i)
}

// weekend is Saturday and Sunday, this week's or weeks later; what is left of it where it has begun.
func (s *scan) weekend(weeks int) *days {
	from := monday(s.today).AddDate(0, 0, 5+7*weeks)
	to := from.AddDate(0, 0, 2)
	if from.Before(s.today) {
		from = s.today
	}
	return &days{from: from, to: to, grain: dialog.Day}
}

// workdays are the working days of the next week or so, from tomorrow on.
func (s *scan) workdays() *days {
	from := s.today.AddDate(0, 0, 1)
	for n := 0; n < 31 && s.dayOff(from); n++ {
		from = from.AddDate(0, 0, 1)
	}
	to := from.AddDate(0, 0, 1)
	for !s.dayOff(to) {
		to = to.AddDate(0, 0, 1)
	}
	return &days{from: from, to: to, grain: dialog.Day, working: true}
}

// nextWeek says that "на следующей неделе" or "next week" follows, which places a weekday.
func (s *scan) nextWeek(i int) bool {
	i += s.link(i, "at")
	return (s.is(i, kindWhich) && s.at(i).sense.n == 1 || s.text(i, "той")) && s.is(i+1, kindWeek)
}

// ahead reads "через 3 дня", "через неделю в пятницу", "через субботу", "3 дня спустя", "in two weeks".
func (s *scan) ahead(i int) (item, int) {
	if s.is(i, kindLater) {
		unit := token{sense: sense{kind: s.at(i).sense.code}, text: "unit"}
		it, _ := s.after(1, 1, &unit)
		return it, s.at(i).sense.width
	}
	if s.is(i, kindUnitDay, kindWeek, kindUnitMonth, kindHour) && s.link(i+1, "through") > 0 { // дня через три
		if n, width := s.count(i + 2); width > 0 {
			it, _ := s.after(n, n, s.at(i))
			return it, 2 + width
		}
	}
	plus := s.text(i, "+") && s.at(i+1).digits
	if s.link(i, "through") == 0 && !plus {
		return item{}, 0
	}
	j := i + 1
	if s.is(j, kindWeekday) && s.text(i, "через") {
		return item{weekday: s.at(j).sense.n, skip: 1}, 2
	}
	if s.is(j, kindWeekend) { // which weekend that is, nobody can say
		return item{}, 2
	}
	if s.text(j, "каждые", "каждый", "каждую") {
		return item{}, 0
	}
	if s.text(j, "полтора", "полторы") {
		return s.oneAndHalf(i, j)
	}
	n, width := s.count(j)
	if width > 0 && n < 6 && s.is(j+width, kindWeekday) { // через две субботы
		return item{weekday: s.at(j + width).sense.n, skip: n}, j + width + 1 - i
	}
	vague := s.is(j, kindFew) || s.text(j, "a") && s.is(j+1, kindFew)
	if width == 0 {
		n = 1
	}
	last := n
	if width == 1 && s.text(j+1, "-") { // через 2-3 дня
		if more, w := s.cardinal(j + 2); w > 0 && more > n {
			last, width = more, 2+w
		}
	}
	if vague {
		last = n + 1
	}
	it, ok := s.after(n, last, s.at(j+width))
	if !ok {
		return item{}, 0
	}
	if hours, w := s.cardinal(j + width + 1); w > 0 && s.is(j+width, kindUnitDay) && s.is(j+width+1+w, kindHour) { // через день и два часа
		return s.moment(s.now.AddDate(0, 0, n).Add(time.Duration(hours) * time.Hour)), j + width + 2 + w - i
	}
	return it, j + width + 1 - i
}

// oneAndHalf reads "через полтора месяца", "через полторы недели".
func (s *scan) oneAndHalf(i, j int) (item, int) {
	switch s.at(j + 1).sense.kind {
	case kindWeek:
		return item{days: day(s.today.AddDate(0, 0, 10))}, j + 2 - i
	case kindUnitMonth:
		return item{days: day(s.today.AddDate(0, 1, 15))}, j + 2 - i
	case kindHour:
		return s.moment(s.now.Add(90 * time.Minute)), j + 2 - i
	}
	return item{}, 0
}

// after is n to last units from now.
func (s *scan) after(n, last int, unit *token) (item, bool) {
	if n < 0 || last > 1000 {
		return item{}, false
	}
	switch unit.sense.kind {
	case kindUnitDay:
		if n == 1 && last == 1 && unit.text == "день" { // "через день" is the day after tomorrow
			n, last = 2, 2
		}
		return item{days: &days{from: s.today.AddDate(0, 0, n), to: s.today.AddDate(0, 0, last+1), grain: dialog.Day}}, true
	case kindWeek:
		return item{days: &days{from: s.today.AddDate(0, 0, 7*n), to: s.today.AddDate(0, 0, 7*last+1), grain: dialog.Day}, skip: n}, true
	case kindUnitMonth:
		return item{days: &days{from: s.monthsOn(n), to: s.monthsOn(last).AddDate(0, 0, 1), grain: dialog.Day}, skip: n}, true
	case kindYear:
		return item{days: day(s.monthsOn(12 * n))}, n < 3
	case kindHour:
		return s.moment(s.now.Add(time.Duration(n) * time.Hour)), true
	case kindMinute:
		return s.moment(s.now.Add(time.Duration(n) * time.Minute)), true
	}
	switch unit.text {
	case "полчаса":
		return s.moment(s.now.Add(30 * time.Minute)), true
	case "полгода":
		return item{days: day(s.today.AddDate(0, 6, 0))}, true
	}
	return item{}, false
}

// monthsOn is today's date n months on, or the last day of that month where it has no such date.
func (s *scan) monthsOn(n int) time.Time {
	d := s.today.AddDate(0, n, 0)
	if first := s.today.AddDate(0, 0, 1-s.today.Day()).AddDate(0, n, 0); d.Month() != first.Month() {
		return first.AddDate(0, 1, -1)
	}
	return d
}

// moment is an instant as a day and a time.
func (s *scan) moment(t time.Time) item {
	minute := t.Hour()*60 + t.Minute()
	return item{
		days:  day(midnight(t)),
		clock: &clock{from: minute, to: minute + visitMinutes, moment: true},
	}
}
