package sheet_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/zapis-clinic/zapis/core/sheet"
)

func written(t *testing.T, fill func(*sheet.Book)) *excelize.File {
	t.Helper()
	b, err := sheet.NewBook()
	require.NoError(t, err)
	fill(b)
	var out bytes.Buffer
	_, err = b.WriteTo(&out)
	require.NoError(t, err)
	require.NoError(t, b.Close())
	f, err := excelize.OpenReader(&out)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestV15NoCellOfABookIsAFormula(t *testing.T) {
	t.Parallel()
	texts := append(attacks(), `"><svg onload=alert(1)>`, "_x0041_", "]]>", "\u202eотцереп", "a\x01b")
	var rows [][]any
	for _, text := range texts {
		rows = append(rows, []any{text, sheet.Number{Value: -5}, struct{ A string }{text}})
	}
	f := written(t, func(b *sheet.Book) { require.NoError(t, b.Sheet("=1+1", []string{"=SUM(A1)", "n"}, rows)) })
	name := f.GetSheetList()[0]
	for i, text := range texts {
		place, err := excelize.CoordinatesToCellName(1, i+2)
		require.NoError(t, err)
		formula, err := f.GetCellFormula(name, place)
		require.NoError(t, err)
		assert.Empty(t, formula, "%q", text)
		got, err := f.GetCellValue(name, place)
		require.NoError(t, err)
		if i < len(attacks()) {
			assert.True(t, strings.HasPrefix(got, "'"), "%q became %q", text, got)
		}
	}
	svg, err := f.GetCellValue(name, "A"+"21")
	require.NoError(t, err)
	assert.Equal(t, texts[19], svg)
	head, err := f.GetCellValue(name, "A1")
	require.NoError(t, err)
	assert.Equal(t, "'=SUM(A1)", head)
}

func TestNumbersOfATableAreCountedWith(t *testing.T) {
	t.Parallel()
	f := written(t, func(b *sheet.Book) {
		require.NoError(t, b.Sheet("По врачам: всё/часть [2026] и ещё много слов", []string{"Врач", "Доля"}, [][]any{{"Иванова", sheet.Number{Value: 66.6666, Digits: 1}}}))
		require.NoError(t, b.Sheet("", []string{"Филиал"}, nil))
	})
	assert.Equal(t, []string{"По врачам  всё часть  2026  и е", "2"}, f.GetSheetList())
	raw, err := f.GetCellValue(f.GetSheetList()[0], "B2", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	assert.Equal(t, "66.7", raw)
	kind, err := f.GetCellType(f.GetSheetList()[0], "B2")
	require.NoError(t, err)
	assert.NotEqual(t, excelize.CellTypeInlineString, kind, "a number and no text")

	var out bytes.Buffer
	table, err := sheet.NewCSV(&out)
	require.NoError(t, err)
	table = table.Marked(",")
	require.NoError(t, table.Row("Иванова", sheet.Number{Value: -1234.25, Digits: 1}, sheet.Number{Value: 7}))
	require.NoError(t, table.Flush())
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff")))
	r.Comma = ';'
	row, err := r.Read()
	require.NoError(t, err)
	assert.Equal(t, []string{"Иванова", "-1234,2", "7"}, row)
}
