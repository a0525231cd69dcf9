package understand

// hour reads a time of day at i. open says that a preposition before it makes a bare hour likely.
func (s *scan) hour(i int, open bool) (hm, int) {
	for _, read := range []func(int) (hm, int){s.halfPast, s.minutesTo, s.minutesOf, s.beginning, s.noon, s.digital, s.compact} {
		if t, width := read(i); width > 0 {
			return s.meridiem(t, i+width, width)
		}
	}
	if s.is(i, kindHour) && (s.text(i, "час") || open && s.text(i, "часу", "часа", "часом") && s.leads(i-1)) { // "в час", "час дня"
		t, width := s.meridiem(hm{minute: 60}, i+1, 1)
		if open || t.fixed {
			return t, width
		}
		return hm{}, 0
	}
	n, width := s.cardinal(i)
	if width == 0 || n > 23 || s.at(i).digits && len(s.at(i).text) > 2 {
		return hm{}, 0
	}
	if s.decimal(i) {
		return hm{}, 0
	}
	t := hm{minute: n * 60, fixed: n > 12 || n == 0 || s.at(i).digits && s.at(i).text[0] == '0'}
	if s.text(i+width, "ноль", "oh") && !s.at(i).digits { // девять ноль ноль
		if minute, w := s.cardinal(i + width + 1); w > 0 && minute < 10 {
			t.minute, t.exact = t.minute+minute, true
			return s.meridiem(t, i+width+1+w, width+1+w)
		}
	}
	if minute, w := s.cardinal(i + width); w > 0 && !s.at(i).digits && !s.at(i+width).digits && minute >= 10 && minute < 60 {
		t.minute, t.exact = t.minute+minute, true // десять тридцать
		return s.meridiem(t, i+width+w, width+w)
	}
	return s.withUnit(t, i, width)
}

// leads says that a preposition before "часа", "часу" makes it one o'clock: "до часу", "не раньше часа".
func (s *scan) leads(i int) bool {
	return s.link(i, "to", till, after, since, "before", "between", "about") > 0 || s.is(i, kindInside) || s.text(i, "и")
}

// withUnit goes on after a bare hour: "17ч10", "17 часов 30 минут", "5 часов вечера".
func (s *scan) withUnit(t hm, i, width int) (hm, int) {
	j := i + width
	if s.text(j, "с", "and") && s.is(j+1, kindHalf) { // в 9 с половиной
		t.minute, t.exact = t.minute+30, true
		return s.meridiem(t, j+2, width+2)
	}
	if s.is(j, kindHour) && !s.text(j+1, "в", "к") {
		j++
		j += s.dot(j - 1)
		if minute, w := s.cardinal(j); w > 0 && minute < 60 && (s.is(j+w, kindMinute) || s.at(j).digits && s.at(j).glued) {
			t.minute += minute
			t.exact = true
			j += w
			if s.is(j, kindMinute) {
				j++
			}
		}
		width = j - i
	}
	return s.meridiem(t, j, width)
}

// meridiem reads the part of the day after an hour: "10 утра", "час дня", "5 pm", "4 p.m.".
func (s *scan) meridiem(t hm, i, width int) (hm, int) {
	if s.is(i, kindHour) && s.text(i, "oclock", "часов", "часа", "час") && !s.at(i-1).mark {
		i++
		width++
	}
	hour := t.minute / 60
	switch {
	case s.text(i, "утра", "am"):
	case s.text(i, "дня") && hour <= 12:
		if hour < 7 {
			t.minute += 12 * 60
		}
	case s.text(i, "вечера", "pm"):
		if hour < 12 {
			t.minute += 12 * 60
		}
	case s.text(i, "ночи"):
	case s.text(i, "p", "a") && s.text(i+1, ".") && s.text(i+2, "m"):
		if s.text(i, "p") && hour < 12 {
			t.minute += 12 * 60
		}
		t.exact, t.fixed = true, true
		return t, width + 3
	case s.text(i, "in") && s.text(i+1, "the") && s.is(i+2, kindPart):
		if hour < 12 && !s.text(i+2, "morning") {
			t.minute += 12 * 60
		}
		t.exact, t.fixed = true, true
		return t, width + 3
	default:
		return t, width
	}
	t.exact, t.fixed = true, true
	return t, width + 1
}

// digital reads "10:30", "18.30", "10-30", "14 00".
func (s *scan) digital(i int) (hm, int) {
	a := s.at(i)
	if !a.digits || len(a.text) > 2 || a.num > 23 {
		return hm{}, 0
	}
	t := hm{minute: a.num * 60, exact: true, fixed: a.num > 12 || a.num == 0 || a.text[0] == '0'}
	sep, b := s.at(i+1), s.at(i+2)
	if s.written(i+1, 2) && !sep.glued && minutes(sep.num) && !s.at(i+2).digits && !s.is(i+2, kindMonth, kindUnitDay, kindYear, kindMinute) {
		t.minute += sep.num
		return t, 2
	}
	if !sep.mark || !sep.glued || !s.written(i+2, 2) || !b.glued || b.num > 59 {
		return hm{}, 0
	}
	switch sep.text {
	case ":":
	case ".":
		if s.at(i+3).text == "." && s.at(i+4).digits {
			return hm{}, 0
		}
	case "-":
		if !s.dashedMinutes(i) {
			return hm{}, 0
		}
	default:
		return hm{}, 0
	}
	t.minute += b.num
	if s.text(i+3, ":") && s.at(i+3).glued && s.written(i+4, 2) && s.at(i+4).glued && sep.text == ":" { // with seconds
		return t, 5
	}
	return t, 3
}

// minutes says that a number looks like the minutes people name.
func minutes(n int) bool { return n < 60 && n%5 == 0 }

// dashedMinutes tells "в 10-30" from "10-12": minutes are no hours, or "в" stands before.
func (s *scan) dashedMinutes(i int) bool {
	b := s.at(i + 2)
	if b.num%5 != 0 {
		return false
	}
	return b.num > 23 || b.text[0] == '0' || s.text(i-1, "в") && b.num != 20
}

// halfPast reads "половина одиннадцатого", "пол третьего", "полдевятого", "half past nine".
func (s *scan) halfPast(i int) (hm, int) {
	if t := s.at(i); t.sense.kind == kindHalfHour {
		return hm{minute: t.sense.n*60 - 30, exact: true}, 1
	}
	if !s.is(i, kindHalf) {
		return hm{}, 0
	}
	j := i + 1
	if s.text(j, "-") {
		j++
	}
	if s.text(j, "past") {
		n, width := s.cardinal(j + 1)
		if width == 0 || n > 12 {
			return hm{}, 0
		}
		return hm{minute: n*60 + 30, exact: true}, j + 1 + width - i
	}
	if n := s.at(j).sense.n; s.is(j, kindOrdinal) && n <= 12 {
		return hm{minute: n*60 - 30, exact: true}, j + 1 - i
	}
	if n := s.at(j).sense.n; s.at(i).latin && s.is(j, kindNumber) && n <= 12 && n > 0 { // half nine
		return hm{minute: n*60 + 30, exact: true}, j + 1 - i
	}
	return hm{}, 0
}

// minutesTo reads "без четверти девять", "без десяти десять", "без 15 минут час", "quarter to ten".
func (s *scan) minutesTo(i int) (hm, int) {
	j := i
	switch {
	case s.link(i, "without") > 0:
		j++
	case s.is(i, kindQuarter) && s.text(i+1, "to"):
	default:
		return hm{}, 0
	}
	minute, width := s.cardinal(j)
	if s.is(j, kindQuarter) {
		minute, width = 15, 1
	}
	if width == 0 || minute >= 60 {
		return hm{}, 0
	}
	if width == 2 && s.at(j+2).sense.kind != kindNumber && !s.is(j+2, kindMinute) && !s.at(j+2).digits { // без двадцати четыре
		minute, width = s.at(j).sense.n, 1
	}
	j += width
	if s.is(j, kindMinute) || s.text(j, "to") {
		j++
	}
	n, width := s.cardinal(j)
	if s.text(j, "час") {
		n, width = 13, 1
	}
	if width == 0 || n > 24 || n < 1 {
		return hm{}, 0
	}
	return hm{minute: n*60 - minute, exact: true, fixed: n > 12}, j + width - i
}

// minutesOf reads "двадцать минут четвертого", "четверть одиннадцатого", "quarter past ten".
func (s *scan) minutesOf(i int) (hm, int) {
	minute, width := s.cardinal(i)
	if s.is(i, kindQuarter) {
		minute, width = 15, 1
	}
	if width == 0 || minute >= 60 {
		return hm{}, 0
	}
	j := i + width
	if s.text(j, "past") {
		if n, w := s.cardinal(j + 1); w > 0 && n <= 12 {
			return hm{minute: n*60 + minute, exact: true}, j + 1 + w - i
		}
		return hm{}, 0
	}
	if s.is(j, kindMinute) {
		j++
	} else if !s.is(i, kindQuarter) {
		return hm{}, 0
	}
	if n := s.at(j).sense.n; s.is(j, kindOrdinal) && n <= 12 {
		return hm{minute: (n-1)*60 + minute, exact: true}, j + 1 - i
	}
	return hm{}, 0
}

// beginning reads "в начале шестого", "в конце пятого": some minutes past five.
func (s *scan) beginning(i int) (hm, int) {
	n := s.at(i + 1).sense.n
	if !s.is(i, kindEdge) || !s.is(i+1, kindOrdinal) || n > 12 || s.is(i+2, kindMonth, kindUnit, kindWeek, kindUnitMonth, kindDaymark) {
		return hm{}, 0
	}
	return hm{minute: (n-1)*60 + []int{0, 30, 45}[s.at(i).sense.n-1], exact: true}, 2
}

// compact reads "0830" after a day or a preposition; later ones could be years.
func (s *scan) compact(i int) (hm, int) {
	n := s.at(i).num
	if !s.written(i, 4) || n < 700 || n >= 1900 || n%100 > 55 || n%5 != 0 || s.link(i-1, "at", "to") == 0 && (i == 0 || !s.used[i-1]) || s.unit(i+1) {
		return hm{}, 0
	}
	return hm{minute: n/100*60 + n%100, exact: true, fixed: true}, 1
}

func (s *scan) noon(i int) (hm, int) {
	if s.is(i, kindNoon) {
		return hm{minute: 12 * 60, exact: true, fixed: true}, 1
	}
	return hm{}, 0
}
