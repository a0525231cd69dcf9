package report

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
)

// Unit says what a column's figures are of.
type Unit string

// The units of figures.
const (
	Count   Unit = "count"
	Minutes Unit = "minutes"
	Share   Unit = "share" // 1 is the whole
	Points  Unit = "points"
	Kopecks Unit = "kopecks"
)

// Figure is a number, or why there is none.
type Figure struct {
	Value float64
	Known bool // false: there is nothing to count ("нет данных")
	Few   bool // of fewer than ten people, or told together with such
}

// number is a figure that is there.
func number(n int64) Figure { return Figure{Value: float64(n), Known: true} }

// ratio is a part of a whole; of an empty whole there is no figure.
func ratio(part, whole int64) Figure {
	if whole == 0 {
		return Figure{}
	}
	return Figure{Value: float64(part) / float64(whole), Known: true}
}

// Column is a figure's name, of its words and its definition, and its unit.
type Column struct {
	Key  string
	Unit Unit
}

// Side is from where a table looks.
type Side string

// The sides of tables.
const (
	ByBranch    Side = "branch"
	ByDoctor    Side = "doctor"
	ByRoom      Side = "room"
	BySpecialty Side = "specialty"
	BySource    Side = "source"
	ByChannel   Side = "channel"
	ByOutcome   Side = "outcome"
	ByWeekday   Side = "weekday" // the code is 1 for Monday
)

// Row is a line of a table. Pool is the line of everything that is too small to be told by itself.
type Row struct {
	Branch, Doctor, Room uuid.UUID
	Code                 string // of a speciality, source, channel, outcome or weekday
	Pool                 bool
	Figures              []Figure
}

// Table is some figures from one side, with their sum or whole.
type Table struct {
	Side    Side
	Columns []Column
	Main    int // the column that a picture shows
	Rows    []Row
	Total   Row
}

// Sort puts the rows in the order of a column, the greatest first or last; what has no figure stands at the end.
func (t Table) Sort(column string, up bool) {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Key == column })
	if i < 0 {
		return
	}
	slices.SortStableFunc(t.Rows, func(a, b Row) int {
		x, y := a.Figures[i], b.Figures[i]
		if a.Pool != b.Pool || x.Known != y.Known {
			return cmp.Compare(last(a, x), last(b, y))
		}
		if up {
			return cmp.Compare(x.Value, y.Value)
		}
		return cmp.Compare(y.Value, x.Value)
	})
}

func last(r Row, f Figure) int {
	switch {
	case r.Pool:
		return 2
	case !f.Known:
		return 1
	}
	return 0
}
