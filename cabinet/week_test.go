package cabinet_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/visit"
)

func TestADoctorsWeekIsSevenDaysOfTheirs(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	var got struct {
		Doctor  string
		Doctors []struct{ ID string }
		Days    []shown
	}
	_, body := o.as("admin").get("/cabinet/schedule/week?date=2026-11-25&doctor=" + o.cardiologist().String())
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	require.Len(t, got.Days, 7)
	assert.Equal(t, "2026-11-23", got.Days[0].Date)
	assert.Len(t, got.Doctors, 12)
	for _, d := range got.Days {
		for _, v := range d.Visits {
			assert.Equal(t, o.cardiologist(), v.Doctor)
		}
	}
	_, body = o.as("doctor").get("/cabinet/schedule/week?date=2026-11-25&doctor=" + got.Doctors[0].ID)
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	assert.Equal(t, o.cardiologist().String(), got.Doctor, "a doctor sees their own week")
}

func TestTheDaySheetNamesWhomItsReaderMayKnow(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	v := o.as("admin").made(o.slot(0), o.idle())
	_, page := o.as("admin").get("/cabinet/schedule/sheet?date=2026-11-24")
	var name string
	o.one("SELECT surname FROM patient WHERE id = $1", &name, v.Patient)
	assert.Contains(t, page, name)
	assert.Contains(t, page, "Иванова А. П.")
	_, page = o.as("cashier").get("/cabinet/schedule/sheet?date=2026-11-24")
	assert.NotContains(t, page, name)
	answer, _ := o.as("director").get("/cabinet/schedule/sheet?date=2026-11-24")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}

func TestTheNearestFreeTimesLeadToABooking(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	_, page := b.get("/cabinet/schedule/free?specialty=cardiologist&part=evening")
	assert.Contains(t, page, "17:00")
	assert.NotContains(t, page, ", 09:")
	assert.Contains(t, page, "/cabinet/schedule/new?")
	_, page = b.get("/cabinet/schedule/free?specialty=cardiologist&from=2030-01-01")
	assert.Contains(t, page, "никто не принимает")
	answer, _ := o.as("cashier").get("/cabinet/schedule/free?specialty=cardiologist")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}

func TestAPastVisitIsMarkedFromTheList(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	v := b.made(o.slotOn(monday(), 0), o.idleOn("2026-11-23"))
	o.set(v.End.Add(time.Minute))
	b = o.as("admin")
	_, page := b.get("/cabinet/schedule/unmarked")
	assert.Contains(t, page, v.ID.String())
	form := versioned(v, "status", "no_show", "back", "/cabinet/schedule/unmarked")
	answer, _ := b.do(http.MethodPost, of(v, "mark"), form)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	assert.True(t, strings.HasPrefix(answer.Header.Get("Location"), "/cabinet/schedule/unmarked?"))
	_, page = b.get("/cabinet/schedule/unmarked")
	assert.NotContains(t, page, v.ID.String())
	assert.Equal(t, visit.NoShow, o.found(v.ID).Status)
	answer, _ = b.press(of(v, "undo"), versioned(o.found(v.ID)))
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, visit.Booked, o.found(v.ID).Status)
}

func TestASeriesReportsEachOfItsVisits(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b, s := o.as("admin"), o.slot(0)
	patient := o.idle()
	o.exec("UPDATE visit SET status = 'cancelled' WHERE active AND starts_at > $1", monday())
	o.exec("SELECT refresh_free(practitioner_id, NULL, span) FROM working_day WHERE practitioner_id = $1 AND day > '2026-11-20'", s.Doctor)
	taken := o.form(s, o.some("SELECT id FROM patient WHERE id <> $1 LIMIT 1", patient))
	taken.Set("date", s.Start.AddDate(0, 0, 7).Format(time.DateOnly))
	answer, page := b.press("/cabinet/schedule/visits", taken)
	require.Equal(t, http.StatusOK, answer.StatusCode, page)
	form := o.form(s, patient)
	form.Set("weeks", "3")
	answer, page = b.press("/cabinet/schedule/visits", form)
	require.Equal(t, http.StatusOK, answer.StatusCode, page)
	assert.Equal(t, 2, strings.Count(page, ">записан<"))
	assert.Equal(t, 1, strings.Count(page, ">не записан<"))
	assert.Contains(t, page, "Это время уже занято")
	var together int
	o.one("SELECT count(*) FROM visit WHERE patient_id = $1 AND series_id IS NOT NULL", &together, patient)
	assert.Equal(t, 2, together)
	form.Set("weeks", url.QueryEscape("сто"))
	answer, _ = b.press("/cabinet/schedule/visits", form)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
}
