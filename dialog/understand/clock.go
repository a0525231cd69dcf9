package understand

import "github.com/zapis-clinic/zapis/dialog"

// The clinic's reading of a day, in minutes from midnight: docs of `zapis understand` fix these windows.
const (
	dayOpens     = 8 * 60
	dayCloses    = 21 * 60
	visitMinutes = 30
	deepNight    = 6 * 60 // what ends before is sleep, not a visit
	lastHour     = 7      // "в 7" without more is 19:00, "в 8" is 08:00
)

// partHours are the hours that a part of the day means.
func partHours(code string) (from, to int, ok bool) {
	switch code {
	case "morning":
		return 8, 12, true
	case "forenoon":
		return 8, 13, true
	case "lunch":
		return 12, 14, true
	case kindDay:
		return 12, 17, true
	case "afternoon":
		return 13, 18, true
	case "evening":
		return 17, 21, true
	case "afterwork":
		return 18, 21, true
	case "beforework":
		return 8, 10, true
	case "opening":
		return 8, 9, true
	case "earlier":
		return 8, 12, true
	case "later":
		return 17, 21, true
	case "closing":
		return 20, 20, true
	case "untilclosing":
		return 8, 20, true
	}
	return 0, 0, false
}

// hm is a time of day as written.
type hm struct {
	minute int  // from midnight
	exact  bool // minutes were said, or a part of the day: cannot be taken for a count or a day
	fixed  bool // 24-hour, or the part of the day was said
}

// resolve reads an hour as the clinic would: "в 4" is 16:00.
func (t hm) resolve() int {
	if !t.fixed && (t.minute >= 60 || t.exact) && t.minute < (lastHour+1)*60 {
		return t.minute + 12*60
	}
	return t.minute
}

func (t hm) clock() *clock {
	m := t.resolve()
	return &clock{from: m, to: m + visitMinutes, moment: true, loose: !t.fixed}
}

// readClock reads an expression of hours at i.
func (s *scan) readClock(i int) (item, int) {
	for _, read := range []func(int) (item, int){s.hoursRange, s.hoursBound, s.momentAt, s.bareMoment, s.partOfDay} {
		if it, width := read(i); width > 0 {
			return it, width
		}
	}
	return item{}, 0
}

// hoursRange reads "с 9 до 12", "10-12", "между двумя и четырьмя", "from 2 to 4 pm".
func (s *scan) hoursRange(i int) (item, int) {
	j := i + s.link(i, since, "between")
	opened := j > i
	if s.text(i, "в") { // "в 10-12"
		j = i + 1
	}
	a, aw := s.hour(j, false)
	if aw == 0 {
		return item{}, 0
	}
	k := j + aw
	switch {
	case s.text(k, "-"), s.text(k, "до", "to", till, "until"), opened && s.text(k, "по", "и", "and", "через"):
	default:
		return item{}, 0
	}
	b, bw := s.hour(k+1, true)
	if bw == 0 || s.counted(k+1+bw) || !opened && !s.text(k, "-") && !a.exact && !s.timely(i) {
		return item{}, 0
	}
	from, to := a.resolve(), b.resolve()
	if b.fixed && !a.fixed && a.minute < b.minute && a.minute >= 60 { // "с 5 до 7 вечера", "from 9 to 11 am"
		from = a.minute
		if b.minute >= 13*60 && a.minute+12*60 < b.minute {
			from = a.minute + 12*60
		}
	}
	if to <= from && to+12*60 > from && b.minute < 12*60 {
		to = b.minute + 12*60
	}
	if to <= from || to > 24*60 {
		return item{}, 0
	}
	if to <= deepNight {
		return item{}, k + 1 + bw - i
	}
	return item{clock: &clock{from: from, to: to}}, k + 1 + bw - i
}

// timely says that the words before i already speak of time, so that a bare "10 до 12" is hours.
func (s *scan) timely(i int) bool { return s.asksWhen() || i > 0 && s.used[i-1] }

// hoursBound reads "после 15", "не раньше 10", "до 12", "с 10".
func (s *scan) hoursBound(i int) (item, int) {
	lead := 0
	if s.is(i, kindHour) && !s.text(i, "час", "часу", "часом") { // часов до шести, часов с трёх
		lead = 1
	}
	w := s.link(i+lead, after, "before", till, since)
	if w == 0 || s.text(i+lead, "по", "to") {
		return item{}, 0
	}
	it, width := s.boundAt(i+lead, w)
	if width == 0 {
		return item{}, 0
	}
	return it, lead + width
}

// boundAt reads the hour after the preposition at i, which is w tokens wide.
func (s *scan) boundAt(i, w int) (item, int) {
	code := s.at(i).sense.code
	w += s.links(i+w, since, "about")
	j := i + w
	for s.text(j, "часов", "часиков", "уже") {
		j, w = j+1, w+1
	}
	if s.is(j, kindPart) || s.text(j, "вечера") {
		return s.partBound(i, j)
	}
	t, width := s.hour(j, true)
	if width == 0 || s.counted(j+width) {
		return item{}, 0
	}
	if !t.exact && (t.minute > 22*60 || s.at(j).glued && s.at(j-1).mark) {
		return item{}, 0
	}
	c := &clock{from: dayOpens, to: t.resolve()}
	switch code {
	case after, since:
		if code == since && s.complained(i) {
			return item{}, w + width
		}
		c = &clock{from: t.resolve(), to: max(dayCloses, t.resolve()+60)}
	default:
		code = till
		if c.to <= c.from {
			c.from = 0
		}
	}
	return item{clock: c, bound: code}, w + width
}

// partBound reads "до вечера", "после утра".
func (s *scan) partBound(i, j int) (item, int) {
	code := s.at(j).sense.code
	if s.text(j, "вечера") {
		code = "evening"
	}
	from, to, ok := partHours(code)
	if !ok {
		return item{}, 0
	}
	width := j + s.at(j).sense.width - i
	switch s.at(i).sense.code {
	case "before", till:
		if code == "closing" {
			from = to
		}
		return item{clock: &clock{from: dayOpens, to: from * 60}, bound: till}, width
	case after:
		return item{clock: &clock{from: to * 60, to: dayCloses}, bound: after}, width
	}
	return item{clock: &clock{from: from * 60, to: to * 60, part: true}}, width
}

// momentAt reads "в 10", "к десяти", "часиков в пять", "ближе к 11", "около 12:30".
func (s *scan) momentAt(i int) (item, int) {
	j, about := i, false
	for n := 0; n < 4; n++ {
		switch w := s.link(j, "at", "to", "about"); {
		case s.text(j, "to") && n == 0:
			j++
		case w > 0:
			about = about || s.at(j).sense.code == "about"
			j += w
		case s.is(j, kindHour) && !s.text(j, "час", "часу", "часом") && s.link(j+1, "at", "to") > 0: // часов в пять
			about = true
			j++
		case n == 0 && s.text(j, "часов", "часиков") && s.at(j+1).digits: // часов 11
			about = true
			j++
		default:
			n = 4
		}
	}
	if j == i {
		return item{}, 0
	}
	t, width := s.hour(j, true)
	if width == 0 || s.counted(j+width) {
		return item{}, 0
	}
	if s.text(j-1, "на", "for", "on") && !t.exact && (t.minute > 20*60 || s.otherDate(i)) {
		return s.dayAfterAll(i, j)
	}
	if s.text(j-1, "на", "for") && s.is(j, kindHour) && !t.fixed { // "на час позже" is a duration
		return item{}, j + width - i
	}
	c := t.clock()
	c.about = about || s.is(i, kindHour)
	if t.fixed && c.to <= deepNight { // no visit is at three in the night
		return item{}, j + width - i
	}
	return item{clock: c}, j + width - i
}

// otherDate says that "на 6" at i is another day than the one before: "на 5 марта в 15, если нет, то на 6".
func (s *scan) otherDate(i int) bool {
	probe := item{first: i, clock: &clock{}}
	if len(s.items) == 0 || !s.alternative(&probe) {
		return false
	}
	for k := range s.items {
		if d := s.items[k].days; d != nil && d.grain == dialog.Day && s.is(s.items[k].last-1, kindMonth, kindDaymark) {
			return true
		}
	}
	return false
}

// dayAfterAll reads "на 25": no hour of the clinic's, so a day of the month.
func (s *scan) dayAfterAll(i, j int) (item, int) {
	it, width := s.bareDay(j)
	if width == 0 {
		return item{}, 0
	}
	return it, j + width - i
}

// bareMoment reads a time that needs no preposition: "10:30", "полдевятого", "10 утра", and "10" where a time was asked for.
func (s *scan) bareMoment(i int) (item, int) {
	t, width := s.hour(i, false)
	if n, w := s.cardinal(i); width == 0 && w > 0 && n > 23 && s.asksWhen() && !s.counted(i+w) {
		return s.bareDay(i)
	}
	if width == 0 {
		return item{}, 0
	}
	if !t.exact && !s.answered(i, width) {
		return item{}, 0
	}
	if !t.exact && t.minute > 21*60 {
		return s.bareDay(i)
	}
	return item{clock: t.clock()}, width
}

// answered says that a bare number is the answer to a question about time: it stands alone, or beside a day.
func (s *scan) answered(i, width int) bool {
	if s.counted(i + width) {
		return false
	}
	if s.asksWhen() {
		return true
	}
	return i > 0 && s.used[i-1] && len(s.items) > 0 && s.items[len(s.items)-1].clock == nil && !s.at(i-1).digits &&
		(i+width >= len(s.tokens) || s.at(i+width).mark || s.is(i+width, kindHour))
}

// partOfDay reads "утром", "после обеда", "во второй половине дня".
func (s *scan) partOfDay(i int) (item, int) {
	j := i
	for s.link(j, "at", "to", "about") > 0 {
		j++
	}
	if s.is(j, kindEdge) && s.is(j+1, kindUnitDay) { // в конце дня
		from, to, _ := partHours([]string{"morning", "day", "evening"}[s.at(j).sense.n-1])
		return item{clock: &clock{from: from * 60, to: to * 60, part: true}}, j + 2 - i
	}
	if s.text(j, "утра") && s.link(j-1, "not") > 0 { // кроме утра
		return item{clock: &clock{from: dayOpens, to: 12 * 60, part: true}}, j + 1 - i
	}
	if !s.is(j, kindPart) {
		return item{}, 0
	}
	code := s.at(j).sense.code
	from, to, ok := partHours(code)
	width := j + s.at(j).sense.width - i
	switch {
	case code == "earlier" || code == "later":
		return s.vaguely(code, i), width
	case !ok:
		return item{}, width
	case code == "opening" || code == "closing":
		return item{clock: &clock{from: from * 60, to: from*60 + visitMinutes, moment: true}}, width
	case code == "lunch" && s.near(i, j):
		from, to = 11, 13
	}
	return item{clock: &clock{from: from * 60, to: to * 60, part: true}}, width
}

// near says that "ближе к", "около" stands in [i, j).
func (s *scan) near(i, j int) bool {
	for ; i < j; i++ {
		if s.link(i, "about") > 0 {
			return true
		}
	}
	return false
}

// vaguely reads "пораньше" and "попозже" beside a day: the morning, the evening. Of a visit they say no hour.
func (s *scan) vaguely(code string, i int) item {
	if s.cues.moving || len(s.items) == 0 && !s.is(i+1, kindDay, kindWeekday) && !s.text(i+1, "в", "во") {
		return item{}
	}
	if code == "earlier" {
		return item{clock: &clock{from: 8 * 60, to: 12 * 60, part: true, vague: true}}
	}
	return item{clock: &clock{from: 17 * 60, to: dayCloses, part: true, vague: true}}
}
