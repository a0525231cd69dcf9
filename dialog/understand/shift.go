package understand

import (
	"fmt"
	"time"
)

// shift is how far from the visit's own time the new one is to be: "на час позже".
type shift struct{ minutes, days int }

// value is the shift as the slot "when" takes it: "visit+60m", "visit-7d".
func (t shift) value() string {
	switch {
	case t.minutes != 0:
		return fmt.Sprintf("visit%+dm", t.minutes)
	case t.days != 0:
		return fmt.Sprintf("visit%+dd", t.days)
	}
	return ""
}

// of is the moment that the shift leads to from another.
func (t shift) of(from time.Time) time.Time {
	return time.Date(from.Year(), from.Month(), from.Day()+t.days, from.Hour(), from.Minute()+t.minutes, 0, 0, from.Location())
}

// readShift reads "на час позже", "позже на полчаса", "на 30 минут раньше", "an hour later", and "в то же время".
func (s *scan) readShift(i int) int {
	if s.is(i, kindSame) {
		s.same = true
		return s.at(i).sense.width
	}
	sign, j := s.sooner(i), i
	if sign != 0 {
		j += s.at(i).sense.width
	}
	if s.text(j, "на", "by", "for") {
		j++
	} else if sign != 0 || !s.at(j).latin && !s.text(j, "чуть") {
		return 0
	}
	t, width := s.stretch(j)
	if width == 0 {
		return 0
	}
	j += width
	if sign == 0 {
		if sign = s.sooner(j); sign == 0 {
			return 0
		}
		j += s.at(j).sense.width
	}
	if s.link(j, "at") > 0 && s.at(j).sense.width == 1 && !s.text(j, "на") && s.at(j+1).digits { // "an hour before at 10"
		return 0
	}
	s.shift = shift{minutes: sign * t.minutes, days: sign * t.days}
	return j - i
}

// sooner is 1 for "позже", -1 for "раньше", else 0.
func (s *scan) sooner(i int) int {
	switch {
	case s.text(i, "позже", "позднее", "попозже", "later", "вперед"):
		return 1
	case s.text(i, "раньше", "пораньше", "ранее", "earlier"):
		return -1
	}
	return 0
}

// stretch reads how long: "час", "полчаса", "30 минут", "2 дня", "неделю".
func (s *scan) stretch(i int) (shift, int) {
	if s.text(i, "полчаса", "полчасика", "полчасика") {
		return shift{minutes: 30}, 1
	}
	n, width := s.count(i)
	if width == 0 {
		n = 1
	}
	if s.text(i, "полтора") {
		return shift{minutes: 90}, 2
	}
	if n > 1000 {
		return shift{}, 0
	}
	switch unit := s.at(i + width); unit.sense.kind {
	case kindMinute:
		return shift{minutes: n}, width + 1
	case kindHour:
		return shift{minutes: 60 * n}, width + 1
	case kindUnitDay:
		return shift{days: n}, width + 1
	case kindWeek:
		return shift{days: 7 * n}, width + 1
	}
	return shift{}, 0
}
