package understand

import (
	"slices"

	"github.com/zapis-clinic/zapis/dialog"
)

// How sure a reading of a time is.
const (
	sureOfTime = 0 // plain: nothing is said of it
	lessSure   = 0.8
	eitherWay  = 0.6 // two readings are as good as each other
)

// describe adds where a window is said, what else it may mean and how sure that is.
func (s *scan) describe(w *dialog.Window, list []option) {
	w.Confidence = sureOfTime
	first, last := -1, -1
	for i := range s.items {
		it := &s.items[i]
		if it.role != wanted || it.asap {
			continue
		}
		if first < 0 {
			first = it.first
		}
		last = it.last
		if it.timed() && it.clock.loose && it.clock.from/60 >= 7 && it.clock.from/60 <= 8 {
			w.Confidence = lessSure
		}
	}
	if first >= 0 && last <= len(s.tokens) && last > first {
		w.Words = []int{s.tokens[first].start, s.tokens[last-1].end}
	}
	if len(w.Also) == 0 && len(list) == 1 {
		s.ambiguous(w, list[0])
	}
}

// ambiguous adds the other reading of a single day: "следующая среда" is the nearest one or that of the next week, "в пятницу" said
// on a Friday may be today.
func (s *scan) ambiguous(w *dialog.Window, o option) {
	for i := range s.items {
		it := &s.items[i]
		if it.role != wanted || it.other == nil && it.weekday == 0 {
			continue
		}
		other := it.other
		if other == nil {
			other = s.otherDay(it)
		}
		if other == nil || o.days == nil || other.from.Equal(o.days.from) || !s.stands(it, o) {
			continue
		}
		o.days = other
		if span := s.spanOf(o); span != nil && !slices.Contains(w.Readings, *span) && !span.From.Equal(w.From) {
			w.Readings = append(w.Readings, *span)
			w.Confidence = eitherWay
		}
		return
	}
}

// stands says that an option's days are still those of an item.
func (s *scan) stands(it *item, o option) bool {
	d := s.place(*it)
	return d != nil && d.from.Equal(o.days.from)
}

// otherDay is the other day that a weekday may mean, nil where it is plain.
func (s *scan) otherDay(it *item) *days {
	ahead := (it.weekday - isoWeekday(s.today) + 7) % 7
	switch {
	case it.skip > 0 || it.nearest:
		return nil
	case it.next && ahead > 0 && it.weekday > isoWeekday(s.today):
		return day(s.today.AddDate(0, 0, ahead))
	case !it.next && ahead == 0 && at(s.today, dayCloses).Sub(s.now) >= worthwhile:
		return day(s.today)
	}
	return nil
}
