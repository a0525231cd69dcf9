package cabinet

import (
	"fmt"
	"io"
	"strconv"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/report"
	"github.com/zapis-clinic/zapis/core/sheet"
)

// reportSheet is a table as cells.
type reportSheet struct {
	name string
	head []string
	rows [][]any
}

// reportSheets are the tables of a report as cells; the hours are the last.
func (v view) reportSheets(f reportFrame) []reportSheet {
	var out []reportSheet
	for _, t := range f.Report.Tables {
		out = append(out, v.reportCells(f, t))
	}
	if f.Report.Heat != nil {
		out = append(out, v.hourCells(f.Report.Heat))
	}
	for i, one := range out {
		if len(one.rows) > sheet.MaxRows {
			out[i].rows = one.rows[:sheet.MaxRows]
			out[i].rows[sheet.MaxRows-1] = []any{v.fill("report.cut", "most", strconv.Itoa(sheet.MaxRows-1))}
		}
	}
	return out
}

func (v view) reportCells(f reportFrame, t report.Table) reportSheet {
	out := reportSheet{name: v.Say("report.side_" + string(t.Side)), head: []string{v.Say("report.of_" + string(t.Side))}}
	for _, c := range t.Columns {
		out.head = append(out.head, v.headed(c))
	}
	for _, r := range t.Rows {
		out.rows = append(out.rows, v.cellsOf(v.rowName(f, t.Side, r), t, r))
	}
	if len(t.Total.Figures) > 0 {
		out.rows = append(out.rows, v.cellsOf(v.Say("report.total"), t, t.Total))
	}
	return out
}

func (v view) cellsOf(name string, t report.Table, r report.Row) []any {
	out := []any{name}
	for i, c := range t.Columns {
		out = append(out, v.cell(r.Figures[i], c.Unit))
	}
	return out
}

func (v view) hourCells(h *report.Heat) reportSheet {
	out := reportSheet{name: v.Say("report.heat"), head: []string{v.Say("report.hours")}}
	for d := range h.Hours {
		out.head = append(out.head, v.Say("report.weekday_"+strconv.Itoa(d)))
	}
	for hour := range 24 {
		row := []any{fmt.Sprintf("%02d:00", hour)}
		for d := range h.Hours {
			row = append(row, v.cell(h.Hours[d][hour], report.Count))
		}
		out.rows = append(out.rows, row)
	}
	return out
}

// headed is a column's name with the unit that its cells are in.
func (v view) headed(c report.Column) string {
	name := v.Say("report.column_" + c.Key)
	switch c.Unit {
	case report.Share:
		return name + ", %"
	case report.Minutes:
		return name + ", " + v.Say("report.unit_minutes")
	case report.Kopecks:
		return name + ", ₽"
	default:
		return name
	}
}

// cell is a figure that a spreadsheet counts with, or the words that the page has in its place.
func (v view) cell(f report.Figure, u report.Unit) any {
	switch {
	case f.Few || !f.Known:
		return v.said(f, u)
	case u == report.Share:
		return sheet.Number{Value: f.Value * 100, Digits: 1}
	case u == report.Kopecks:
		return sheet.Number{Value: f.Value / 100, Digits: 2}
	default:
		return sheet.Number{Value: f.Value}
	}
}

func (v view) reportCSV(to io.Writer, one reportSheet) error {
	table, err := sheet.NewCSV(to)
	if err != nil {
		return fmt.Errorf("begin a table: %w", err)
	}
	if v.Lang != english {
		table = table.Marked(",")
	}
	head := make([]any, len(one.head))
	for i, text := range one.head {
		head[i] = text
	}
	for _, row := range append([][]any{head}, one.rows...) {
		if err := table.Row(row...); err != nil {
			return fmt.Errorf("write a table: %w", err)
		}
	}
	return table.Flush()
}

// reportBook has a sheet for each table, and one that says of what they are.
func (v view) reportBook(to io.Writer, f reportFrame, now string) error {
	book, err := sheet.NewBook()
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }()
	for _, one := range append(v.reportSheets(f), v.reportAbout(f, now)) {
		if err := book.Sheet(one.name, one.head, one.rows); err != nil {
			return err
		}
	}
	_, err = book.WriteTo(to)
	return err
}

// reportAbout says what was asked for, when, and how each figure is counted.
func (v view) reportAbout(f reportFrame, now string) reportSheet {
	a := f.Report.Ask
	out := reportSheet{name: v.Say("report.definitions"), head: []string{v.Say("report.figure"), v.Say("report.definition")}}
	put := func(name, text string) { out.rows = append(out.rows, []any{name, text}) }
	put(v.Say("report.kind_"+string(a.Kind)), "")
	put(v.Say("report.period"), v.days(a.From, a.To))
	put(v.Say("report.made"), now)
	if a.Branch != uuid.Nil {
		put(v.Say("report.branch"), v.branchName(f.Catalog, a.Branch))
	}
	if d, ok := f.Catalog.Doctor(a.Doctor); ok {
		put(v.Say("report.doctor"), d.Short())
	}
	if a.Specialty != "" {
		put(v.Say("report.specialty"), v.specialtyName(f.Catalog, a.Specialty))
	}
	if a.Source != "" {
		put(v.Say("report.source"), orSelf(v, "report.source_", a.Source))
	}
	if f.Report.Scope.Few {
		put("", v.Say("report.about_few"))
	}
	said := map[string]bool{}
	for _, t := range f.Report.Tables {
		for _, c := range t.Columns {
			if !said[c.Key] {
				put(v.headed(c), v.Say("report.define_"+c.Key))
			}
			said[c.Key] = true
		}
	}
	if f.Report.Heat != nil {
		put(v.Say("report.heat"), v.Say("report.define_heat"))
	}
	return out
}
