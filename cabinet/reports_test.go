package cabinet_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestReportsAreShownWithTheirDefinitions(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	head := o.as("head")
	for _, kind := range []string{"load", "attendance", "sources", "leads", "money", "satisfaction"} {
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
