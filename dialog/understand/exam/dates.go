package exam

import (
	"slices"
	"time"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

const clock = "15:04"

// judgeDate takes any of the readings offered for right: the person chooses.
func judgeDate(c *Case, m understand.Meaning) judged {
	e := c.Expect
	j := judged{class: e.class(), got: nothing, outcome: Abstained}
	var windows []*dialog.Window
	for _, command := range m.Commands {
		if command.When != nil {
			windows = append(windows, command.When)
		}
		for _, choice := range command.Choices {
			if choice.When != nil {
				windows = append(windows, choice.When)
			}
		}
	}
	if len(windows) > 0 {
		j.got, j.outcome = windows[0].From.Format("01-02 15:04")+" to "+windows[0].To.Format("01-02 15:04"), Wrong
	}
	if e.None == (len(windows) == 0) && e.None || slices.ContainsFunc(windows, func(w *dialog.Window) bool { return !e.None && e.fits(w) }) {
		j.outcome = Right
	}
	return j
}

// class names what a case is about.
func (e *Time) class() string {
	switch {
	case e.None:
		return "none"
	case e.Instant != nil:
		return e.Instant.Grain
	case e.Time != "":
		return "moment"
	case len(e.Window) > 0:
		return "window"
	case e.From != "":
		return "range"
	}
	return "day"
}

func (e *Time) fits(w *dialog.Window) bool {
	if e.Instant != nil {
		return e.Instant.fits(w)
	}
	first, last := w.From.Format(time.DateOnly), w.To.Add(-time.Second).Format(time.DateOnly)
	if len(e.Dates) > 0 && (first != last || !slices.Contains(append(e.Dates, e.AcceptDates...), first)) {
		return false
	}
	if e.From != "" && !e.ranges(first, last) {
		return false
	}
	from, to := w.From.Format(clock), w.To.Format(clock)
	if e.Time != "" {
		return from == e.Time || e.windows(from, to)
	}
	return len(e.Window) == 0 && len(e.AcceptWindows) == 0 || e.windows(from, to)
}

func (e *Time) ranges(first, last string) bool {
	if first == e.From && (e.To == "" || last == e.To) {
		return true
	}
	return slices.ContainsFunc(e.AcceptRanges, func(r []string) bool { return slices.Equal(r, []string{first, last}) })
}

func (e *Time) windows(from, to string) bool {
	said := []string{from, to}
	return slices.Equal(e.Window, said) || slices.ContainsFunc(e.AcceptWindows, func(w []string) bool { return slices.Equal(w, said) })
}

// fits compares at the grain.
func (d *ForeignDay) fits(w *dialog.Window) bool {
	at := d.Start.In(w.From.Location())
	switch d.Grain {
	case "day", "week":
		return w.From.Format(time.DateOnly) == at.Format(time.DateOnly)
	case "month":
		return w.From.Format("2006-01") == at.Format("2006-01")
	case "year":
		return w.From.Year() == at.Year()
	case "hour":
		return w.From.Format("2006-01-02 15") == at.Format("2006-01-02 15")
	}
	return w.From.Format("2006-01-02 15:04") == at.Format("2006-01-02 15:04")
}
