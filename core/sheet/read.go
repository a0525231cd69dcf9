package sheet

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zapis-clinic/zapis/core"
)

// Line is a line of a table that somebody brought: its number in the file, from 1, and its cells as text.
type Line struct {
	Number int
	Cells  []string
}

// Table is a table as it was read: its headings, and the lines under them that are not empty.
type Table struct {
	Head   []string
	Lines  []Line
	Serial bool // days may stand as numbers, as spreadsheets keep them
	Early  bool // which count from 1904, and not from 1900
}

// Bounds of a table that is read. A clinic that has more patients brings them in several files.
const (
	MaxBytes   = 10 << 20
	MaxLines   = 20_000
	MaxColumns = 64
	maxCell    = 1000 // characters
	maxBlank   = 200  // lines between the first and where the headings stand
)

// Refusals of a table.
var (
	errFile    = core.Refuse(core.Invalid, "table_kind")
	errLarge   = core.Refuse(core.Invalid, "table_large")
	errWide    = core.Refuse(core.Invalid, "table_wide")
	errLetters = core.Refuse(core.Invalid, "table_letters")
	errEmpty   = core.Refuse(core.Invalid, "table_empty")
)

// Read reads a table out of a file: CSV in UTF-8, UTF-16 or windows-1251, parted by semicolons, commas or tabs, or the first sheet of an XLSX.
// What a file is, is told by its bytes. The file of an XLSX has been looked at by core/upload before.
func Read(ctx context.Context, data []byte) (Table, error) {
	if len(data) > MaxBytes {
		return Table{}, errLarge
	}
	if Packed(data) {
		return book(ctx, data)
	}
	text, err := letters(data)
	if err != nil {
		return Table{}, err
	}
	return plain(ctx, text)
}

// Packed says that a file is packed, as an XLSX is.
func Packed(data []byte) bool { return len(data) > 1 && data[0] == 'P' && data[1] == 'K' }

// gathering puts lines into a table and keeps its bounds.
type gathering struct {
	Table
	found int // lines looked at before the headings
}

// add takes the next line. The first that has at least two words is the headings'; what stands before it is a title.
func (g *gathering) add(number int, cells []string) error {
	for i, c := range cells {
		c = strings.TrimFunc(strings.ReplaceAll(c, "\u00a0", " "), func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' })
		if utf8.RuneCountInString(c) > maxCell {
			return core.Refuse(core.Invalid, "table_cell", "Line", number)
		}
		cells[i] = c
	}
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	switch {
	case len(cells) > MaxColumns:
		return errWide
	case g.Head == nil:
		return g.head(cells)
	case len(cells) == 0:
		return nil
	case len(g.Lines) == MaxLines:
		return errLarge
	}
	g.Lines = append(g.Lines, Line{number, cells})
	return nil
}

func (g *gathering) head(cells []string) error {
	words := 0
	for _, c := range cells {
		if c != "" {
			words++
		}
	}
	if words >= 2 {
		g.Head = cells
	}
	if g.found++; g.found > maxBlank {
		return errEmpty
	}
	return nil
}

func (g *gathering) table() (Table, error) {
	if g.Head == nil || len(g.Lines) == 0 {
		return Table{}, errEmpty
	}
	return g.Table, nil
}

// plain reads a CSV.
func plain(ctx context.Context, text string) (Table, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = parting(text), -1, true, false
	var g gathering
	for ctx.Err() == nil {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return g.table()
		}
		if err != nil {
			return Table{}, errFile
		}
		number, _ := r.FieldPos(0)
		if err := g.add(number, cells); err != nil {
			return Table{}, err
		}
	}
	return Table{}, ctx.Err()
}

// parting is the sign between cells: the one that stands most in the first lines, outside of quotes.
func parting(text string) rune {
	counts, quoted, lines := map[rune]int{}, false, 0
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == ';' || r == ',' || r == '\t':
			counts[r]++
		case r == '\n':
			lines++
		}
		if lines == 5 { // the rest looks alike
			return most(counts)
		}
	}
	return most(counts)
}

func most(counts map[rune]int) rune {
	best := ';'
	for _, r := range []rune{'\t', ','} {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}
