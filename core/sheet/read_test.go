package sheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	utf "golang.org/x/text/encoding/unicode"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/sheet"
)

const people = "Фамилия;Имя;Телефон\r\nПетров;Иван;8 916 000-00-01\r\n\r\n\"Ким; мл.\";Ирина;\r\n"

func read(t *testing.T, data []byte) sheet.Table {
	t.Helper()
	table, err := sheet.Read(t.Context(), data)
	require.NoError(t, err)
	return table
}

func refused(t *testing.T, data []byte, key string) {
	t.Helper()
	_, err := sheet.Read(t.Context(), data)
	require.NotNil(t, core.Refusal(err), "%v", err)
	assert.Equal(t, key, core.Refusal(err).Key)
}

func TestATableIsReadInWhateverEncodingAndPartingItComes(t *testing.T) {
	t.Parallel()
	cp1251, err := charmap.Windows1251.NewEncoder().String(people)
	require.NoError(t, err)
	utf16, err := utf.UTF16(utf.LittleEndian, utf.UseBOM).NewEncoder().String(strings.ReplaceAll(people, ";", "\t"))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"UTF-8": people, "with a mark": "\ufeff" + people, "windows-1251": cp1251, "UTF-16 by tabs": strings.ReplaceAll(utf16, "Ким\t", "Ким;"),
		"commas": strings.ReplaceAll(people, ";", ","), "under a title": "Пациенты на 1 ноября\n\n" + people,
	} {
		table := read(t, []byte(text))
		assert.Equal(t, []string{"Фамилия", "Имя", "Телефон"}, table.Head, name)
		require.Len(t, table.Lines, 2, name)
		assert.Equal(t, []string{"Петров", "Иван", "8 916 000-00-01"}, table.Lines[0].Cells, name)
		assert.Contains(t, table.Lines[1].Cells[0], "Ким", name)
	}
	assert.Equal(t, 4, read(t, []byte(people)).Lines[1].Number, "the number of the line in the file, empty ones counted")
}

func workbook(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		require.NoError(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	require.NoError(t, f.SetCellFormula("Sheet1", "D2", `=CMD|'/c calc'!A1`))
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	return out.Bytes()
}

func TestAWorkbookIsReadAndNothingInItIsWorkedOut(t *testing.T) {
	t.Parallel()
	table := read(t, workbook(t, []any{"Имя", "Телефон", "Дата рождения", "?"}, []any{"Иван", 79160000001, 31120}))
	require.Len(t, table.Lines, 1)
	assert.Equal(t, []string{"Иван", "79160000001", "31120"}, table.Lines[0].Cells)
	assert.True(t, table.Serial)
}

func TestWhatIsNoTableIsRefusedInWords(t *testing.T) {
	t.Parallel()
	wide := "a;b\n" + strings.Repeat(";", 1_000_000) + "x\n"
	many := "a;b\n" + strings.Repeat("1;2\n", sheet.MaxLines+1)
	var bomb bytes.Buffer
	w := zip.NewWriter(&bomb)
	part, err := w.Create("xl/workbook.xml")
	require.NoError(t, err)
	for range 100 {
		_, err = part.Write(make([]byte, 1<<20))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	for key, data := range map[string][]byte{
		"table_wide": []byte(wide), "table_empty": []byte("just words\n"), "table_kind": bomb.Bytes(), "table_letters": []byte("Имя;Телефон\nИв\xd0н;1\nПётр;2\n"),
		"table_cell": []byte("a;b\n\"" + strings.Repeat("не закрыто\n", 200)),
	} {
		refused(t, data, key)
	}
	refused(t, []byte(many), "table_large")
	refused(t, []byte("a;b\n1;\x002\n"), "table_letters")
	refused(t, make([]byte, sheet.MaxBytes+1), "table_large")
	refused(t, nil, "table_kind")
}
