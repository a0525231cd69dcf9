package report

import "time"

// Periods are the spans of days that have a name. Own is any other.
func Periods() []string { return []string{"today", "week", "month", "last_month", "quarter", "own"} }

// Span is the days of a period that today belongs to; days are midnights UTC. A period of no such name is the month.
func Span(period string, today time.Time) (from, to time.Time) {
	month := today.AddDate(0, 0, 1-today.Day())
	switch period {
	case "today":
		return today, today.AddDate(0, 0, 1)
	case "week":
		monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
		return monday, monday.AddDate(0, 0, 7)
	case "last_month":
		return month.AddDate(0, -1, 0), month
	case "quarter":
		first := month.AddDate(0, -(int(month.Month())-1)%3, 0)
		return first, first.AddDate(0, 3, 0)
	default:
		return month, month.AddDate(0, 1, 0)
	}
}

// Before is the span before one of the same length: whole months before whole months.
func Before(from, to time.Time) (time.Time, time.Time) {
	if from.Day() == 1 && to.Day() == 1 {
		months := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
		return from.AddDate(0, -months, 0), from
	}
	return from.Add(from.Sub(to)), from
}

// Months widens a span to the whole months it touches.
func Months(from, to time.Time) (time.Time, time.Time) {
	from = from.AddDate(0, 0, 1-from.Day())
	if to.Day() != 1 {
		to = to.AddDate(0, 0, 1-to.Day()).AddDate(0, 1, 0)
	}
	return from, to
}

// Sourced lists where bookings come from, as visits have it.
func Sourced() []string {
	return []string{"telegram", "whatsapp", "max", "webchat", "cabinet", "phone", "api"}
}
