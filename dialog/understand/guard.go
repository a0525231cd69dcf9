package understand

import "strings"

// guard steps over what holds numbers and is no time: phones, ages, temperatures, doses, sums, addresses, durations, the past.
// It returns how many tokens to step over, 0 for none.
func (s *scan) guard(i int) int {
	for _, step := range []func(int) int{s.phoneAt, s.thingNumber, s.likened, s.measured, s.lasted, s.past, s.address} {
		if width := step(i); width > 0 {
			return width
		}
	}
	return 0
}

// phoneAt takes digits in groups, ten to fifteen of them; seven only as 123-45-67.
func (s *scan) phoneAt(i int) int {
	if plus := s.text(i, "+") && s.at(i+1).digits; !plus && !s.at(i).digits {
		return 0
	}
	if s.written(i, 4) && s.text(i+1, "-") && s.written(i+2, 2) && s.text(i+3, "-") && s.written(i+4, 2) { // 2026-11-26
		return 0
	}
	var number strings.Builder
	groups, j := 0, i
	for ; j < len(s.tokens) && j-i < 24; j++ {
		t := s.at(j)
		if t.digits {
			number.WriteString(t.text)
			groups++
			continue
		}
		if !s.text(j, "+", "-", "(", ")") {
			break
		}
	}
	for j > i && !s.at(j-1).digits {
		j--
	}
	n := number.Len()
	if n >= 10 && n <= 15 {
		s.phone = number.String()
		if s.text(i, "+") {
			s.phone = "+" + s.phone
		}
		return j - i
	}
	if n == 7 && groups == 3 && s.written(i, 3) {
		return j - i
	}
	if n > 15 || n >= 7 && groups == 1 {
		return j - i
	}
	return 0
}

// measured takes a number with a unit that is no time, or one after a word that asks for no time.
func (s *scan) measured(i int) int {
	if s.is(i, kindSymptom) || s.text(i, "весит", "вес", "рост", "давление", "давлением", "температура", "пульс", "сахар", "t") {
		return s.reading(i)
	}
	n, width := s.cardinal(i)
	if width == 0 {
		return 0
	}
	j := i + width
	if s.text(j, ".", ",") && s.at(j).glued && s.at(j+1).digits && s.at(j+1).glued {
		if n >= 34 && n <= 42 && len(s.at(j+1).text) == 1 { // 38.5
			return 3
		}
		if s.unit(j + 2) {
			return 4
		}
	}
	if s.unit(j) {
		return width + 1
	}
	if s.text(i+1, "/") && s.text(i+2, "7") && n == 24 {
		return 3
	}
	if s.at(i).digits && s.at(i).glued && i > 0 && !s.at(i-1).mark && s.link(i-1, "at", "to", since, after, till) == 0 && !s.used[i-1] {
		return 1 // б12, covid19
	}
	return 0
}

// thingNumber takes the number of a thing: "версия 12.4", "зуб 36", "размер 42", "код 0510".
func (s *scan) thingNumber(i int) int {
	if s.cues.of[i] != measure {
		return 0
	}
	for j := i + 1; j < i+4 && j < len(s.tokens) && !s.at(j).mark; j++ {
		if !s.at(j).digits {
			continue
		}
		for s.at(j+1).mark && s.at(j+1).glued && s.at(j+2).digits && s.at(j+2).glued {
			j += 2
		}
		return j + 1 - i
	}
	return 0
}

// likened takes the day of a comparison: "как и сегодня", "что и вчера".
func (s *scan) likened(i int) int {
	if !s.text(i, "как", "что") || s.text(i, "как") && !s.text(i+1, "и", "в") && !s.is(i+1, kindPast) {
		return 0
	}
	j := i + 1
	for s.text(j, "и") || s.link(j, "at") > 0 {
		j++
	}
	if j > i+1 && s.is(j, kindDay, kindWeekday) {
		return j + 1 - i
	}
	return 0
}

// reading takes the numbers right after "температура", "давление": they are measurements.
func (s *scan) reading(i int) int {
	j := i + 1
	for s.text(j, "-", ":", "до", "около", "под", "была", "уже", "поднялась", "выше", "больше", "свыше", "стабильно", "держится") {
		j++
	}
	n, width := s.cardinal(j)
	if width == 0 || n < 30 {
		return 0
	}
	j += width
	for s.text(j, ".", ",", "на", "/", "и", "-") && s.at(j+1).digits && (s.at(j+1).num >= 30 || s.at(j).glued || s.text(j, "и")) {
		j += 2
	}
	return j - i
}

// unit says that a word at i makes the number before it no time.
func (s *scan) unit(i int) bool {
	t := s.at(i)
	if t.text == "" {
		return false
	}
	switch t.sense.kind {
	case kindYear, kindUnit:
		return true
	case kindInside, kindLink, kindMonth, kindHour, kindMinute, kindUnitDay, kindWeek, kindUnitMonth, kindDaymark:
		return false
	}
	for _, stem := range unitStems() {
		if strings.HasPrefix(t.text, stem) {
			return true
		}
	}
	return s.text(i, "р", "мг", "мл", "г", "гр", "кг", "см", "мм", "м", "%", "°", "₽", "раз", "раза", "лет", "т", "шт", "c", "с", "kg", "cm", "mg", "ml") &&
		!s.text(i, "с") || s.text(i, "с") && s.at(i).glued
}

// unitStems are beginnings of the nouns that people count.
func unitStems() []string {
	return []string{
		"руб", "тыс", "грамм", "миллиг", "таблет", "капл", "ампул", "процент", "градус", "килогр", "сантим", "человек", "людей", "зуб",
		"процедур", "сеанс", "анализ", "кабинет", "этаж", "корпус", "дом", "квартир", "подъезд", "палат", "летн", "болезн", "ребен", "дет",
		"dollar", "rub", "pill", "tablet", "people", "person", "degree", "percent", "times", "teeth", "kid", "child",
	}
}

// counted says that the number before i counts something, so that "в 2 кабинет" is no hour.
func (s *scan) counted(i int) bool {
	if s.text(i, "-") && s.at(i).glued && s.is(i+1, kindDaymark) && s.at(i+1).glued || s.is(i, kindDaymark) && (s.at(i).glued || s.at(i).sense.width > 1 || len(s.at(i).text) > 6) {
		return true
	}
	return s.unit(i) || s.is(i, kindUnitDay, kindWeek, kindUnitMonth, kindMinute) && !s.text(i, "дня") || s.text(i, "/") && s.at(i).glued
}

// lasted takes durations: "уже 3 дня", "на пять минут", "две недели назад", "12 недель", "неделю болит".
func (s *scan) lasted(i int) int {
	if s.link(i, "through") > 0 || s.is(i-1, kindWhich) || s.link(i-1, "through") > 0 {
		return 0
	}
	if (s.is(i, kindMinute) || s.text(i, "час", "часа", "часика")) && s.text(i+1, "на") { // минут на 20
		if _, width := s.cardinal(i + 2); width > 0 {
			return 2 + width
		}
	}
	n, width := s.count(i)
	if width == 0 {
		n = 1
	}
	j := i + width
	if width > 0 && s.text(j, "-") && s.at(j+1).digits {
		j += 2
	}
	units := []string{kindUnitDay, kindWeek, kindUnitMonth, kindYear, kindMinute, kindHour}
	if !s.is(j, units...) {
		return 0
	}
	if s.text(j+1, "назад", "ago") {
		return j + 2 - i
	}
	if s.text(j+1, "спустя", "later") {
		return 0
	}
	if width == 0 {
		return 0
	}
	return s.duration(i, j, n)
}

// duration decides whether the number at i with the unit at j lasts or tells a time: "5 часов вечера", "10 минут пятого", "25 дня".
func (s *scan) duration(i, j, n int) int {
	prepared := s.link(i-1, "at", "to", after, "before", till, since, "about", "without") > 0
	switch s.at(j).sense.kind {
	case kindHour:
		if prepared || s.text(j+1, "утра", "дня", "вечера", "ночи", "am", "pm") || s.at(j+1).digits || s.is(j+1, kindNumber) || s.asksWhen() || n > 12 {
			return 0
		}
		if s.text(j+1, "в") {
			return 0
		}
	case kindMinute:
		if s.is(j+1, kindOrdinal, kindNumber) || s.at(j+1).digits || s.link(i-1, "without") > 0 || s.is(i-1, kindHour) {
			return 0
		}
	case kindUnitDay:
		if s.text(j, "дня") && (s.link(i-1, "at", "to", after, "before", till) > 0) && n <= 12 {
			return 0 // в 3 дня
		}
	}
	return j + 1 - i
}

// past takes what is over: "вчера", "в прошлый вторник", "на прошлой неделе".
func (s *scan) past(i int) int {
	if !s.is(i, kindPast) {
		return 0
	}
	if s.is(i+1, kindWeekday, kindWeek, kindUnitMonth, kindMonth, kindPart, kindWeekend) {
		return 2
	}
	return 1
}

// address takes the number of a house, a flat, a room, a policy: "дом 12", "улица 8 Марта", "кабинет 305".
func (s *scan) address(i int) int {
	switch s.at(i).text {
	case "дом", "д", "корпус", "корп", "кв", "квартира", "подъезд", "этаж", "кабинет", "кабинете", "каб", "номер", "полис", "снилс", "офис", "школа", "палата",
		"room", "flat", "apartment", "building", "office", "number", "№", "covid", "ковид":
		j := i + 1
		for s.text(j, ".", "№", "-") {
			j++
		}
		if s.phoneAt(j) > 0 { // мой номер 8916…
			return j - i
		}
		if s.at(j).digits {
			return j + 1 - i
		}
	case "ул", "улица", "улице", "улицу", "проспект", "пр", "переулок", "шоссе", "площадь", "street":
		j := i + 1
		for s.text(j, ".") {
			j++
		}
		if s.at(j).digits {
			return j + 2 - i
		}
	}
	return 0
}
