package understand

import (
	_ "embed" // the days off
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/dialog"
)

//go:embed holidays.txt
var holidayTable string

// holidays are the days off that differ from the ordinary week.
type holidays struct {
	off   map[string]bool
	work  map[string]bool
	years map[string]bool // whose decree is known
}

func newHolidays() *holidays {
	h := &holidays{off: map[string]bool{}, work: map[string]bool{}, years: map[string]bool{}}
	for line := range strings.Lines(holidayTable) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		table := map[string]map[string]bool{"off": h.off, "work": h.work, "year": h.years}[fields[0]]
		for _, date := range fields[1:] {
			if table != nil {
				table[date] = true
			}
		}
	}
	return h
}

// dayOff says that a day is no working day in Russia.
func (s *scan) dayOff(d time.Time) bool {
	weekend := isoWeekday(d) > 5
	if s.holidays == nil {
		return weekend
	}
	date := d.Format(time.DateOnly)
	switch {
	case s.holidays.off[date]:
		return true
	case s.holidays.work[date]:
		return false
	case weekend || s.holidays.years[date[:4]]:
		return weekend
	}
	return byArticle(d)
}

// publicHoliday says that article 112 names a day.
func publicHoliday(d time.Time) bool {
	switch n := d.Day(); d.Month() {
	case time.January:
		return n <= 8
	case time.February:
		return n == 23
	case time.March:
		return n == 8
	case time.May:
		return n == 1 || n == 9
	case time.June:
		return n == 12
	case time.November:
		return n == 4
	default:
		return false
	}
}

// byArticle says that article 112 alone gives a weekday off: a holiday, or the working day after one that fell on a weekend.
func byArticle(d time.Time) bool {
	if publicHoliday(d) {
		return true
	}
	for back := 1; back <= 2 && d.Month() != time.January; back++ {
		before := d.AddDate(0, 0, -back)
		if isoWeekday(before) < 6 {
			return false
		}
		if publicHoliday(before) {
			return true
		}
	}
	return false
}

// holiday reads "на майских", "на праздниках", "новый год", "рождество" at i.
func (s *scan) holiday(i int) (item, int) {
	t := s.at(i)
	switch t.sense.kind {
	case kindBreak:
		d := s.breakOf(t.sense.n)
		width := t.sense.width
		if s.is(i+width, kindBreak) {
			if d == nil || t.sense.n == 0 {
				d = s.breakOf(s.at(i + width).sense.n)
			}
			width += s.at(i + width).sense.width
		}
		return item{days: d}, width
	case kindHoliday:
		month, n := t.sense.n/100, t.sense.n%100
		return s.date(0, month, n), t.sense.width
	}
	return item{}, 0
}

// breakOf is the nearest run of days off with a public holiday in it, of the month given or of any (0); in May from the first to the
// last such run. Nil where none is near.
func (s *scan) breakOf(month int) *days {
	for n := range 366 {
		d := s.today.AddDate(0, 0, n)
		if !publicHoliday(d) || month != 0 && int(d.Month()) != month {
			continue
		}
		from, to := d, d.AddDate(0, 0, 1)
		for s.dayOff(from.AddDate(0, 0, -1)) && from.After(s.today) && (d.Month() != time.January || from.Day() > 1) {
			from = from.AddDate(0, 0, -1)
		}
		if d.Month() == time.May && d.Day() == 1 && month == int(time.May) {
			to = time.Date(d.Year(), time.May, 10, 0, 0, 0, 0, d.Location())
		}
		for s.dayOff(to) {
			to = to.AddDate(0, 0, 1)
		}
		return &days{from: from, to: to, grain: dialog.Day}
	}
	return nil
}
