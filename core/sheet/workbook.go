package sheet

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// MaxRows are how many rows of a table are written at most: what is longer is cut, and whoever writes it says so.
const MaxRows = 10_000

// Number is a cell that a spreadsheet counts with, with so many digits after the mark.
type Number struct {
	Value  float64
	Digits int
}

// rounded is the number as a page writes it, to the last digit.
func (n Number) rounded() float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(n.Value, 'f', n.Digits, 64), 64)
	if err != nil {
		return n.Value
	}
	return rounded
}

// format is how a spreadsheet shows the number.
func (n Number) format() string {
	if n.Digits == 0 {
		return "#,##0"
	}
	return "#,##0." + strings.Repeat("0", n.Digits)
}

// Book writes an XLSX of several sheets, in memory. Its texts are texts, and go through Cell too: some save such a book as CSV.
type Book struct {
	file   *excelize.File
	bold   int
	styles map[string]int
	sheets int
}

// NewBook begins a book. Close it.
func NewBook() (*Book, error) {
	f := excelize.NewFile()
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "Zapis"}); err != nil { // the library's author otherwise
		return nil, fmt.Errorf("begin a book: %w", err)
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return nil, fmt.Errorf("begin a book: %w", err)
	}
	return &Book{file: f, bold: bold, styles: map[string]int{}}, nil
}

// Close frees what the book holds.
func (b *Book) Close() error { return b.file.Close() }

// Sheet adds a sheet: a row of headings that stays in sight, and rows of texts and numbers beneath.
func (b *Book) Sheet(name string, head []string, rows [][]any) error {
	name = b.title(name)
	if b.sheets++; b.sheets == 1 {
		if err := b.file.SetSheetName("Sheet1", name); err != nil {
			return fmt.Errorf("name a sheet: %w", err)
		}
	} else if _, err := b.file.NewSheet(name); err != nil {
		return fmt.Errorf("add a sheet: %w", err)
	}
	to, err := b.file.NewStreamWriter(name)
	if err == nil {
		err = b.write(to, head, rows)
	}
	if err != nil {
		return fmt.Errorf("write a sheet: %w", err)
	}
	return nil
}

func (b *Book) write(to *excelize.StreamWriter, head []string, rows [][]any) error {
	if err := to.SetColWidth(1, 1, 36); err != nil {
		return err
	}
	if len(head) > 1 {
		if err := to.SetColWidth(2, len(head), 18); err != nil {
			return err
		}
	}
	if err := to.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	first := make([]any, len(head))
	for i, text := range head {
		first[i] = excelize.Cell{StyleID: b.bold, Value: Cell(text)}
	}
	if err := to.SetRow("A1", first); err != nil {
		return err
	}
	for i, row := range rows[:min(len(rows), MaxRows)] {
		cells, err := b.cells(row)
		if err != nil {
			return err
		}
		if err := to.SetRow(fmt.Sprint("A", i+2), cells); err != nil {
			return err
		}
	}
	return to.Flush()
}

// cells are a row of texts and numbers; a value of another type is written as nothing.
func (b *Book) cells(row []any) ([]any, error) {
	out := make([]any, len(row))
	for i, cell := range row {
		switch v := cell.(type) {
		case string:
			out[i] = Cell(v)
		case Number:
			style, err := b.style(v.format())
			if err != nil {
				return nil, err
			}
			out[i] = excelize.Cell{StyleID: style, Value: v.rounded()}
		}
	}
	return out, nil
}

func (b *Book) style(format string) (int, error) {
	if id, ok := b.styles[format]; ok {
		return id, nil
	}
	id, err := b.file.NewStyle(&excelize.Style{CustomNumFmt: &format})
	b.styles[format] = id
	return id, err
}

// title is a name that a sheet may have: 31 characters at most, and none of those that mean something in a reference.
func (b *Book) title(name string) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r < ' ' {
			return ' '
		}
		return r
	}, name), " ")
	letters := []rune(name)
	if len(letters) > 31 {
		letters = letters[:31]
	}
	if len(letters) == 0 {
		return strconv.Itoa(b.sheets + 1)
	}
	return string(letters)
}

// WriteTo writes the book.
func (b *Book) WriteTo(w io.Writer) (int64, error) { return b.file.WriteTo(w) }
