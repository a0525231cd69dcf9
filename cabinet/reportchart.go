package cabinet

import (
	"strconv"
	"strings"

	"github.com/zapis-clinic/zapis/core/report"
)

// bars are at most how many rows a picture shows: the table beneath has them all.
const bars = 12

// The measures of a picture, in its own units: it is as wide as its place, and its letters stay legible on a phone.
const (
	chartWide = 360
	barStep   = 38
	cellWide  = 13
	cellHigh  = 16
	heatLeft  = 26
	heatTop   = 14
)

// bar is a line of a picture.
type bar struct {
	Name, Value string
	Width, Y    string
}

// barsOf are the rows of a table as a picture of its main column.
func barsOf(v view, f reportFrame, t report.Table) []bar {
	most := 0.0
	for _, r := range t.Rows {
		if !r.Pool { // which is not drawn
			most = max(most, r.Figures[t.Main].Value)
		}
	}
	var out []bar
	for _, r := range t.Rows {
		x := r.Figures[t.Main]
		if r.Pool || !x.Known || x.Few || len(out) == bars {
			continue
		}
		width := 0.0
		if most > 0 && x.Value > 0 {
			width = x.Value / most * chartWide
		}
		out = append(out, bar{
			Name: v.rowName(f, t.Side, r), Value: v.said(x, t.Columns[t.Main].Unit),
			Width: strconv.FormatFloat(width, 'f', 1, 64), Y: strconv.Itoa(len(out) * barStep),
		})
	}
	return out
}

// aloud is what a picture says to those who do not see it.
func aloud(list []bar) string {
	var out []string
	for _, b := range list {
		out = append(out, b.Name+": "+b.Value)
	}
	return strings.Join(out, "; ")
}

// box is the picture's own measure.
func box(wide, high int) string { return "0 0 " + strconv.Itoa(wide) + " " + strconv.Itoa(high) }

// below is a place in a picture, some units further.
func below(y string, by int) string {
	n, err := strconv.Atoi(y)
	if err != nil {
		return y
	}
	return strconv.Itoa(n + by)
}

// heatCell is a place of the picture of hours.
type heatCell struct{ X, Y, Shade, Name string }

func heatCells(v view, h *report.Heat) []heatCell {
	var out []heatCell
	for d, hours := range h.Hours {
		for hour, f := range hours {
			if !f.Known || f.Few || f.Value == 0 || h.Most == 0 {
				continue
			}
			out = append(out, heatCell{
				X: strconv.Itoa(heatLeft + hour*cellWide), Y: strconv.Itoa(heatTop + d*cellHigh),
				Shade: strconv.FormatFloat(0.12+0.88*f.Value/h.Most, 'f', 2, 64),
				Name:  v.Say("report.weekday_"+strconv.Itoa(d)) + " " + strconv.Itoa(hour) + ":00 – " + v.said(f, report.Count),
			})
		}
	}
	return out
}

// busiest says when most bookings are made.
func busiest(v view, h *report.Heat) string {
	for d, hours := range h.Hours {
		for hour, f := range hours {
			if f.Known && !f.Few && f.Value == h.Most && h.Most > 0 {
				return v.fill("report.busiest", "time", v.Say("report.weekday_"+strconv.Itoa(d))+" "+strconv.Itoa(hour)+":00")
			}
		}
	}
	return v.Say("report.none")
}
