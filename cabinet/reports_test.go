package cabinet_test

import (
	"encoding/csv"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

func TestReportsAreShownWithTheirDefinitions(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	head := o.as("head")
	for _, kind := range []string{"load", "attendance", "sources", "leads", "repeats", "talks", "answers", "money", "satisfaction"} {
		answer, page := head.get("/cabinet/reports?period=quarter&kind=" + kind)
		assert.Equal(t, http.StatusOK, answer.StatusCode, kind)
		assert.NotContains(t, page, "report.", "a key without words in %s", kind)
	}
	_, page := head.get("/cabinet/reports?period=quarter&sort=fill&up=1")
	assert.Contains(t, page, "Записано ÷ по графику")
	assert.Contains(t, page, `aria-sort="ascending"`)
	assert.Regexp(t, `<svg class="chart"[^>]* role="img" aria-labelledby`, page)
	assert.Contains(t, page, "<desc id=")
	_, page = head.get("/cabinet/reports?kind=money&period=quarter")
	assert.Contains(t, page, "За эти дни данных нет")
	answer, page := head.get("/cabinet/reports?period=own&from=2026-11-20&to=2026-11-01")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "конец не раньше начала")
	answer, _ = head.get("/cabinet/reports?kind=%22%3E%3Csvg")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
}

func TestReportsAreForThoseWhoseFiguresTheyAre(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	for role, kinds := range map[string]map[string]int{
		"doctor":    {"load": http.StatusOK, "money": http.StatusForbidden},
		"cashier":   {"money": http.StatusOK, "load": http.StatusForbidden},
		"marketing": {"sources": http.StatusOK, "load": http.StatusForbidden, "money": http.StatusForbidden},
		"director":  {"load": http.StatusOK, "money": http.StatusOK},
		"security":  {"load": http.StatusForbidden},
	} {
		b := o.as(role)
		for kind, want := range kinds {
			answer, _ := b.get("/cabinet/reports?kind=" + kind)
			assert.Equal(t, want, answer.StatusCode, "%s of %s", kind, role)
		}
	}
	_, page := o.as("director").get("/cabinet/reports?kind=load&period=week")
	assert.Contains(t, page, "Показаны целые месяцы")
	assert.NotContains(t, page, `value="week"`)
	_, page = o.as("doctor").get("/cabinet/reports?kind=load")
	assert.NotContains(t, page, "Петров", "a doctor's own figures alone")
}

// table is an exported CSV, by row and column.
func (b *browser) table(path string) [][]string {
	b.t.Helper()
	answer, text := b.do(http.MethodPost, path, nil)
	require.Equal(b.t, http.StatusOK, answer.StatusCode, text)
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.Comma = ';'
	rows, err := r.ReadAll()
	require.NoError(b.t, err)
	return rows
}

func TestEveryReportIsHadAsATable(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	o.exec(`UPDATE resource SET name = '=cmd|'' /C calc''!A0'`)
	head := o.as("head")
	for _, kind := range []string{"load", "attendance", "sources", "leads", "repeats", "talks", "answers", "money", "satisfaction"} {
		answer, text := head.do(http.MethodPost, "/cabinet/reports/export?period=quarter&which=all&kind="+kind, nil)
		require.Equal(t, http.StatusOK, answer.StatusCode, kind)
		assert.Contains(t, answer.Header.Get("Content-Disposition"), "attachment; filename=\"otchet-"+kind+"-2026-11-23.xlsx\"")
		book, err := excelize.OpenReader(strings.NewReader(text))
		require.NoError(t, err, kind)
		last := book.GetSheetList()[len(book.GetSheetList())-1]
		assert.Equal(t, "Определения", last)
		for _, name := range book.GetSheetList() {
			rows, err := book.GetRows(name)
			require.NoError(t, err)
			assert.NotContains(t, fmt.Sprint(rows), "report.", "a key without words in %s, %s", kind, name)
			assert.NotContains(t, fmt.Sprint(rows), "[=", "a formula in %s, %s", kind, name)
		}
		require.NoError(t, book.Close())
		table := head.table("/cabinet/reports/export?period=quarter&which=0&kind=" + kind)
		assert.Greater(t, len(table[0]), 1, kind)
	}
	_, page := head.get("/cabinet/reports?period=quarter&sort=booked&kind=load")
	table := head.table("/cabinet/reports/export?period=quarter&sort=booked&kind=load&which=0")
	assert.Equal(t, "Врач", table[0][0])
	assert.Equal(t, "Записано, мин", table[0][2])
	assert.Regexp(t, `^\d+,\d$`, table[1][4], "a share is in per cent, with the comma of a Russian spreadsheet")
	assert.Equal(t, "Всего", table[len(table)-1][0])
	assert.Less(t, strings.Index(page, table[1][0]), strings.Index(page, table[2][0]), "in the order of the page")
	assert.Len(t, head.table("/cabinet/reports/export?period=quarter&kind=sources&which=heat"), 25)
	var recorded int
	o.one("SELECT count(*) FROM audit WHERE action = 'report.export' AND 'load' = ANY (fields)", &recorded)
	assert.Equal(t, 3, recorded)
	for _, none := range []string{"9", "-1", "heat", "x"} {
		answer, _ := head.do(http.MethodPost, "/cabinet/reports/export?kind=load&which="+none, nil)
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, none)
	}
}

func TestATableTellsNoMoreThanThePage(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	doctor := o.as("doctor")
	assert.NotContains(t, fmt.Sprint(doctor.table("/cabinet/reports/export?kind=load&period=quarter&which=0")), "Петров", "a doctor's own figures alone")
	for role, kind := range map[string]string{"doctor": "money", "marketing": "load", "cashier": "attendance", "security": "load"} {
		answer, _ := o.as(role).do(http.MethodPost, "/cabinet/reports/export?which=all&kind="+kind, nil)
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, role)
	}
	answer, _ := o.as("director").do(http.MethodPost, "/cabinet/reports/export?which=0&kind=load&source=telegram", nil)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, "a filter that would cut the small groups up")
	for _, row := range o.as("director").table("/cabinet/reports/export?which=0&kind=attendance&period=quarter")[1:] {
		if n, err := strconv.Atoi(row[1]); err == nil && n != 0 {
			assert.GreaterOrEqual(t, n, 10, "%v", row)
		}
	}
	answer, _ = o.browser().do(http.MethodPost, "/cabinet/reports/export?which=all&kind=load", nil)
	assert.NotEqual(t, http.StatusOK, answer.StatusCode)
}

func TestAReportIsKeptUnderANameOfOnesOwn(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	head := o.as("head")
	name := `"><svg onload=alert(1)>`
	answer, _ := head.post("/cabinet/reports/filters?kind=attendance&period=quarter&specialty=cardiologist", "name", name)
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page := head.get(answer.Header.Get("Location"))
	assert.Contains(t, page, "Отчёт сохранён")
	assert.NotContains(t, page, "<svg onload")
	link := regexp.MustCompile(`<li><a href="(/cabinet/reports\?[^"]+)"`).FindStringSubmatch(page)
	require.NotEmpty(t, link)
	answer, page = head.get(html.UnescapeString(link[1]))
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, page, `value="cardiologist" selected`)
	answer, page = head.post("/cabinet/reports/filters?kind=load", "name", " ")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Назовите отчёт")
	_, page = o.as("director").get("/cabinet/reports")
	assert.NotContains(t, page, "onload=alert", "nobody else's")
	answer, _ = o.as("cashier").get(html.UnescapeString(link[1]))
	assert.Equal(t, http.StatusForbidden, answer.StatusCode, "a link gives nobody a right")
	_, page = head.get("/cabinet/reports")
	drop := regexp.MustCompile(`action="(/cabinet/reports/filters/[^"]+)"`).FindStringSubmatch(page)
	require.NotEmpty(t, drop)
	answer, _ = o.as("director").post(html.UnescapeString(drop[1]))
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	answer, _ = head.post(html.UnescapeString(drop[1]))
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = head.get("/cabinet/reports")
	assert.NotContains(t, page, "onload=alert")
}
