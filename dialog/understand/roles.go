package understand

import "github.com/zapis-clinic/zapis/dialog"

// role is what an item has to do with the visit that is wanted.
type role uint8

const (
	wanted  role = iota
	refused      // "кроме пятницы", "завтра никак"
	left         // the time that a visit had: "с четверга на субботу"
	aside        // perhaps of something else: "у меня поезд в 13:05"
	foreign      // surely of something else: "была у вас двенадцатого"
)

// assign tells what each item has to do with the visit. What only perhaps speaks of it counts where nothing better was said.
func (s *scan) assign() {
	for i := range s.items {
		it := &s.items[i]
		if it.role == foreign {
			continue
		}
		it.role = s.roleOf(i)
		if it.role == aside && i > 0 && s.items[i-1].role == foreign && s.follows(i) {
			it.role = foreign
		}
	}
	s.moved()
	s.regimen()
	s.carry()
	s.recall()
}

func (s *scan) roleOf(n int) role {
	it := &s.items[n]
	if s.refuses(n) {
		if s.supposed(it) { // "если пятница занята"
			return foreign
		}
		return refused
	}
	if s.instead(it) {
		return left
	}
	switch s.governing(it) { //nolint:exhaustive // the other cues wish or decide nothing
	case over, habit, birth:
		return foreign
	case ails:
		if it.bound == since || !s.direct(it) {
			return foreign
		}
	case event, frees:
		return aside
	case noCue:
		if s.bare(it) {
			return s.inherited(it)
		}
	}
	return wanted
}

// supposed says that an item stands after "если".
func (s *scan) supposed(it *item) bool {
	i := it.first - 1
	for s.link(i, "at", "to") > 0 {
		i--
	}
	return s.text(i, "если", "if")
}

// instead says that "вместо" stands before an item.
func (s *scan) instead(it *item) bool {
	i := it.first - 1
	for s.is(i, kindInside) {
		i--
	}
	return s.link(i, "instead") > 0 || s.link(it.first, "instead") > 0
}

// direct says that an item in a clause of a complaint is still a wish: a day to come, not a habit or the present.
func (s *scan) direct(it *item) bool {
	return it.dated() && it.days != nil && it.days.from.After(s.today) || it.weekday > 0 || it.timed() && it.clock.moment
}

// bare says that the clause of an item holds nothing but times.
func (s *scan) bare(it *item) bool {
	home := s.cues.clause[it.first]
	for i := it.first - 1; i >= max(0, it.first-nearby) && s.cues.clause[i] == home; i-- {
		if !s.plain(i) {
			return false
		}
	}
	for i := it.last; i < min(len(s.tokens), it.last+nearby) && s.cues.clause[i] == home; i++ {
		if !s.plain(i) {
			return false
		}
	}
	return true
}

func (s *scan) plain(i int) bool {
	return s.used[i] || s.at(i).mark || s.at(i).digits && s.at(i).num > 31 || s.is(i, kindLink, kindInside) || s.text(i, "вроде", "то", "а", "но", "где", "примерно", "кажется", "и", "or", "and")
}

// inherited is the role of an item whose clause says only it: that of the item before, where that was of something else.
func (s *scan) inherited(it *item) role {
	for i := it.first - 1; i >= max(0, it.first-nearby) && s.cues.clause[i] >= s.cues.clause[it.first]-1; i-- {
		switch c := s.weigh(i); {
		case s.cues.clause[i] == s.cues.clause[it.first]:
		case c == over, c == habit, c == birth, c == ails && it.timed() && !it.dated():
			return foreign
		case c == moves, c == wish && !s.is(i, kindSpecialty):
			return wanted
		}
	}
	return wanted
}

// follows says that nothing but links stands between an item and the one before it.
func (s *scan) follows(i int) bool {
	for j := s.items[i-1].last; j < s.items[i].first; j++ {
		if !s.is(j, kindLink, kindInside) && !s.text(j, "и", "and", ",") {
			return false
		}
	}
	return true
}

// refuses says that an item is what the person does not want: "не в пятницу", "в пятницу никак", "не могу в пятницу".
func (s *scan) refuses(n int) bool {
	it := &s.items[n]
	i := it.first - 1
	for s.link(i, "at", "to", since) > 0 || s.is(i, kindInside) && s.text(i, "в", "на") || s.text(i, "на", "в", "это", "only") {
		i--
	}
	if s.text(i, "и", "and", ",", "ни") || s.link(i, "or") > 0 { // "кроме среды и пятницы"
		if n > 0 && s.items[n-1].role == refused && s.items[n-1].last >= i-1 && s.excepted(n-1) && (!s.text(i, ",") || s.listRefused(n-1)) {
			return s.items[n-1].dated() == it.dated() || s.items[n-1].timed() == it.timed()
		}
	}
	if s.denied(i) {
		return true
	}
	return s.neverOf(it)
}

// denied says that "не", "кроме" ends at i.
func (s *scan) denied(i int) bool {
	for s.is(i, kindInside) && i > 0 {
		i--
	}
	return s.link(i, "not") > 0
}

// excepted says that an item was refused by a word before it.
func (s *scan) excepted(n int) bool {
	i := s.items[n].first - 1
	for s.link(i, "at", "to", since) > 0 || s.is(i, kindInside) && s.text(i, "в", "на") || s.text(i, "на", "в") {
		i--
	}
	if n > 0 && s.text(i, "и", "and", ",", "ни") && s.items[n-1].role == refused {
		return s.excepted(n - 1)
	}
	return s.denied(i)
}

// listRefused says that the refusal of item n goes on over commas, as after "кроме": "не в понедельник, во вторник" does not.
func (s *scan) listRefused(n int) bool {
	i := s.items[n].first - 1
	for s.link(i, "at", "to", since) > 0 || s.is(i, kindInside) && s.text(i, "в", "на") || s.text(i, "на", "в") {
		i--
	}
	if n > 0 && s.text(i, ",") && s.items[n-1].role == refused {
		return s.listRefused(n - 1)
	}
	return s.link(i, "not") > 0 && !s.text(i, "не", "not", "ни")
}

// neverOf says that "никак", "не могу", "отпадает" is said of an item: it follows in the clause, or stands at its head and no
// item before it.
func (s *scan) neverOf(it *item) bool {
	home := s.cues.clause[it.first]
	apart := false
	for i := it.last; i < min(len(s.tokens), it.last+nearby) && s.cues.clause[i] == home; i++ {
		if s.cues.of[i] == declined {
			return true
		}
		if s.used[i] && apart { // it is said of the time nearer to it
			return false
		}
		apart = apart || !s.used[i] && !s.is(i, kindLink, kindInside) && !s.text(i, "и", "and", ",")
		if s.cues.of[i] == wish || s.cues.of[i] == moves {
			return false
		}
	}
	for i := it.first - 1; i >= max(0, it.first-nearby) && s.cues.clause[i] == home; i-- {
		switch s.cues.of[i] {
		case wish, moves, over, habit: // "не могу дозвониться с 9 утра"
			return false
		case declined:
			return s.heads(i)
		default:
		}
	}
	return false
}

// heads says that the refusal at i has nothing to refuse before it in its clause.
func (s *scan) heads(i int) bool {
	for j := i - 1; j >= max(0, i-nearby) && s.cues.clause[j] == s.cues.clause[i]; j-- {
		if s.used[j] {
			return false
		}
	}
	return true
}

// moved finds the old time of a visit that is moved: "с 10 перенесите на 12".
func (s *scan) moved() {
	for i := range s.items {
		it := &s.items[i]
		if it.role != wanted || it.bound != since || !s.text(it.first, "с", "со", "from") || !s.cues.moving && !s.ontoNext(i) {
			continue
		}
		for j := i + 1; j < len(s.items); j++ {
			later := &s.items[j]
			if later.timed() && it.timed() || later.dated() && it.dated() {
				it.role = left
				for k := i + 1; k < j && s.items[k].first == s.items[k-1].last; k++ {
					s.items[k].role = left
				}
				break
			}
		}
	}
}

// ontoNext says that the item after item i begins with "на".
func (s *scan) ontoNext(i int) bool {
	return i+1 < len(s.items) && s.text(s.items[i+1].first, "на") && s.items[i+1].first <= s.items[i].last+1
}

// regimen sets hours aside that are joined by "и" and wished for by nobody: "утром и вечером", "в 6 и в 10".
func (s *scan) regimen() {
	for i := 1; i < len(s.items); i++ {
		a, b := &s.items[i-1], &s.items[i]
		if !a.timed() || !b.timed() || a.dated() || b.dated() || a.role != wanted || b.role != wanted || b.first-a.last > 2 {
			continue
		}
		joined := s.text(a.last, "и", "and")
		if joined && s.governing(a) != wish && s.governing(a) != moves {
			a.role, b.role = foreign, foreign
		}
	}
}

// carry gives "двадцать шестое тоже" the role of what was said before it.
func (s *scan) carry() {
	for i := 1; i < len(s.items); i++ {
		it := &s.items[i]
		if s.items[i-1].role == refused && it.role == wanted && s.text(it.last, "тоже", "также", "too", "either") {
			it.role = refused
		}
	}
}

// recall takes what was set aside where nothing better was said: days, and hours from or until which the person is busy.
func (s *scan) recall() {
	days, hours := false, false
	for i := range s.items {
		it := &s.items[i]
		days = days || it.role == wanted && it.dated()
		hours = hours || it.role == wanted && it.timed()
	}
	for i := range s.items {
		it := &s.items[i]
		if it.role != aside {
			continue
		}
		free := s.governing(it) == frees
		if free {
			it.free(s)
		} else {
			it.busy(s)
		}
		if !free && !s.cues.wished && !days && !hours || it.dated() && days || it.timed() && (hours || it.clock.moment) {
			it.role = foreign
			continue
		}
		it.role = wanted
	}
}

// free turns "освобожусь в шесть" into hours from then on.
func (it *item) free(s *scan) {
	switch {
	case it.clock != nil && (it.clock.moment || it.bound == till):
		from := it.clock.from
		if it.bound == till {
			from = it.clock.to
		}
		it.clock = &clock{from: from, to: max(dayCloses, from+60)}
	case it.dated() && s.timedNear(it):
	case it.days != nil && it.days.grain == dialog.Day && it.bound == "":
		it.days = s.openFrom(it.days.from)
	case it.weekday > 0:
		it.days, it.weekday = s.openFrom(s.place(*it).from), 0
	}
}

// timedNear says that hours stand in the clause of a day.
func (s *scan) timedNear(it *item) bool {
	for i := range s.items {
		if s.items[i].timed() && s.cues.clause[s.items[i].first] == s.cues.clause[it.first] {
			return true
		}
	}
	return false
}

// busy turns "работаю до шести", "уехала до 20-го" into the time after.
func (it *item) busy(s *scan) {
	switch {
	case it.bound == till && it.clock != nil:
		it.clock = &clock{from: it.clock.to, to: max(dayCloses, it.clock.to+60)}
	case it.bound == till && it.days != nil:
		it.days = s.openFrom(it.days.to)
	}
}
