// Package sheet decides what may stand in a cell of a table that somebody opens in Excel: text is text there, and never a formula.
package sheet

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Cell is a person's text as a cell of a table. What a spreadsheet would take for a formula gets an apostrophe before it
// (owasp.org/www-community/attacks/CSV_Injection); NUL and broken UTF-8, which spreadsheets read in ways of their own, go.
func Cell(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, " \u00a0\ufeff"))
	if strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", first) {
		return "'" + text
	}
	return text
}

// CSV writes a table. Every way to write a cell goes through Cell, but for numbers and times, which are written as such.
type CSV struct {
	to   *csv.Writer
	mark string // between whole and parts; empty is a point
}

// Marked is the table with another mark between a number's whole and its parts: a Russian spreadsheet takes "0.5" for a text.
func (c CSV) Marked(mark string) CSV { return CSV{to: c.to, mark: mark} }

// NewCSV begins a table: UTF-8 with the mark by which Excel knows it, and semicolons, which a Russian Excel expects.
func NewCSV(w io.Writer) (CSV, error) {
	_, err := io.WriteString(w, "\ufeff")
	to := csv.NewWriter(w)
	to.Comma, to.UseCRLF = ';', true
	return CSV{to: to}, err
}

// Row writes a row of texts, numbers and times; a value of another type is written as nothing.
func (c CSV) Row(cells ...any) error {
	row := make([]string, len(cells))
	for i, cell := range cells {
		switch v := cell.(type) {
		case string:
			row[i] = Cell(v)
		case int64:
			row[i] = strconv.FormatInt(v, 10)
		case int:
			row[i] = strconv.Itoa(v)
		case Number:
			row[i] = c.number(v)
		case time.Time:
			row[i] = v.Format(time.RFC3339)
		}
	}
	return c.to.Write(row)
}

func (c CSV) number(n Number) string {
	text := strconv.FormatFloat(n.rounded(), 'f', n.Digits, 64)
	if c.mark != "" {
		text = strings.Replace(text, ".", c.mark, 1)
	}
	return text
}

// Flush ends the table.
func (c CSV) Flush() error {
	c.to.Flush()
	return c.to.Error()
}
