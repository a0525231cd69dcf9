package understand

import "strings"

// cardinal reads a number in digits or words up to 59: "12", "двенадцати", "двадцать пять".
func (s *scan) cardinal(i int) (n, width int) {
	t := s.at(i)
	switch {
	case t.digits && t.num >= 0:
		return t.num, 1
	case t.sense.kind != kindNumber:
		return 0, 0
	}
	n = t.sense.n
	if next := s.at(i + 1); n >= 20 && next.sense.kind == kindNumber && next.sense.n > 0 && next.sense.n < 10 {
		return n + next.sense.n, 2
	}
	return n, 1
}

// decimal says that the digits at i are a part of a number with a point or a comma in it: "10.1".
func (s *scan) decimal(i int) bool {
	if !s.at(i).digits {
		return false
	}
	after := s.text(i+1, ".", ",") && s.at(i+1).glued && s.at(i+2).digits && s.at(i+2).glued
	before := s.at(i).glued && s.text(i-1, ".", ",") && s.at(i-1).glued && s.at(i-2).digits
	return after || before
}

// count reads how many: a number, "пару", "несколько", or nothing before a unit, which is one.
func (s *scan) count(i int) (n, width int) {
	if s.is(i, kindFew) {
		return s.at(i).sense.n, 1
	}
	if s.text(i, "a", "an") {
		if n, width := s.count(i + 1); width > 0 && s.is(i+1, kindFew) {
			return n, width + 1 + s.of(i+1+width)
		}
		return 1, 1
	}
	return s.cardinal(i)
}

func (s *scan) of(i int) int {
	if s.text(i, "of") {
		return 1
	}
	return 0
}

// ordinal reads "пятого", "двадцать пятое", "25-го", "25 числа", "26th".
func (s *scan) ordinal(i int) (n, width int) {
	t := s.at(i)
	if t.sense.kind == kindOrdinal {
		return t.sense.n, 1
	}
	if t.sense.kind == kindNumber && t.sense.n >= 20 && s.is(i+1, kindOrdinal) && s.at(i+1).sense.n < 10 {
		return t.sense.n + s.at(i+1).sense.n, 2
	}
	if !t.digits || t.num < 1 {
		return 0, 0
	}
	j := i + 1
	if s.text(j, "-") && s.at(j).glued {
		j++
	}
	if s.is(j, kindDaymark) && !s.text(j, "е", "ое", "му") || s.is(j, kindDaymark) && s.at(j).glued {
		return t.num, j + 1 - i
	}
	return 0, 0
}

// written says that a number of exactly n digits stands at i.
func (s *scan) written(i, n int) bool {
	t := s.at(i)
	return t.digits && len(t.text) == n
}

// neuter says that an ordinal is in the form of a date: "на первое", "на двадцать пятое".
func neuter(word string) bool {
	return strings.HasSuffix(word, "ое") || word == "третье"
}
