package report_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"github.com/zapis-clinic/zapis/core/chart/charttest"
	"github.com/zapis-clinic/zapis/core/report"
)

func TestWhoComesAgainIsCountedByHand(t *testing.T) {
	t.Parallel()
	w := open(t)
	day := func(year int, month time.Month, day, hour int) time.Time {
		return time.Date(year, month, day, hour, 0, 0, 0, time.UTC)
	}
	person := func() func(doctor uuid.UUID, at time.Time) {
		id := ""
		return func(doctor uuid.UUID, at time.Time) {
			if id == "" {
				w.visit(doctor, at, "done", "")
				id = fmt.Sprintf("patient_id = (SELECT id FROM patient WHERE surname = 'П%d')", w.n)
				return
			}
			w.visit(doctor, at, "done", id)
		}
	}
	again, other, late, known, back, twice, fresh := person(), person(), person(), person(), person(), person(), person()
	again(charttest.Ivanova(), day(2026, 7, 3, 8))
	again(charttest.Ivanova(), day(2026, 7, 20, 8))
	other(charttest.Ivanova(), day(2026, 7, 6, 8))
	other(charttest.Petrov(), day(2026, 9, 1, 8))
	late(charttest.Ivanova(), day(2026, 7, 7, 8))
	late(charttest.Ivanova(), day(2026, 10, 30, 8)) // after more than 90 days
	known(charttest.Petrov(), day(2026, 2, 1, 8))
	known(charttest.Ivanova(), day(2026, 7, 8, 8))
	back(charttest.Ivanova(), day(2025, 5, 1, 8)) // more than a year before
	back(charttest.Ivanova(), day(2026, 7, 9, 8))
	twice(charttest.Ivanova(), day(2026, 7, 10, 8))
	twice(charttest.Ivanova(), day(2026, 7, 10, 14)) // the same day is one coming
	w.visit(charttest.Ivanova(), day(2026, 7, 13, 8), "no_show", "")
	fresh(charttest.Ivanova(), day(2026, 10, 12, 8))

	ask := report.Ask{Kind: report.Repeats, From: day(2026, 7, 1, 0), To: day(2026, 8, 1, 0)}
	july := w.ask(w.Staff("head"), ask)
	want := map[string]float64{"repeat": 2. / 5, "firsts": 5, "first_share": 5. / 8, "settled": 5, "returned": 2, "same_doctor": 0.5}
	assert.Equal(t, want, figures(july.Tables[0], july.Tables[0].Total))
	assert.Equal(t, want, rows(july.Tables[0])["therapist"])
	assert.Equal(t, want, figures(july.Tables[1], july.Tables[1].Rows[0]), "Ivanova's: who came to somebody else came again too")
	assert.Equal(t, want, figures(w.ask(w.Staff("ivanova"), ask).Tables[0], w.ask(w.Staff("ivanova"), ask).Tables[0].Total))

	october := w.ask(w.Staff("head"), report.Ask{Kind: report.Repeats, From: october(1), To: october(32)})
	assert.Equal(t, map[string]float64{"firsts": 1, "first_share": 0.5, "settled": 0, "returned": 0}, figures(october.Tables[0], october.Tables[0].Total),
		"whose ninety days are not over is not counted either way")
	assert.Empty(t, w.ask(w.Staff("director"), ask).Tables[0].Rows, "five people are too few")
}
