package cabinet_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (o *office) count(sql string) (n int) {
	o.t.Helper()
	o.one("SELECT count(*) FROM "+sql, &n)
	return n
}

func TestTheDeskAsksForAnotherPlanAndTheHeadApproves(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	desk, head := o.as("admin"), o.as("head")
	_, page := desk.get("/cabinet/hours")
	assert.Contains(t, page, "понедельник")
	assert.Contains(t, page, "09:00", "the form begins with what holds")
	plan := []string{"shape", "week", "since", "2026-12-01", "w1a", "9:00", "w1b", "13:00", "w1c", "14:00", "w1d", "18:00"}
	answer, page := desk.post("/cabinet/hours/plan", append(plan, "do", "preview")...)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, page, "09:00–13:00, 14:00–18:00")
	assert.Contains(t, page, "нет приёма")
	assert.Equal(t, 0, o.count("settings_request"), "a preview changes nothing")

	answer, page = desk.post("/cabinet/hours/plan", append(plan, "w2a", "10:00", "w2b", "10:00", "do", "ask")...)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Проверьте часы: 10:00–10:00")
	assert.Contains(t, page, `value="9:00"`, "what was typed stays")

	answer, _ = desk.post("/cabinet/hours/plan", append(plan, "do", "ask")...)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = desk.get("/cabinet/hours")
	assert.Contains(t, page, "Решит главный врач")
	request := o.some("SELECT id FROM settings_request").String()
	answer, _ = desk.post("/cabinet/hours/requests/"+request, "decision", "approved")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "nobody approves their own")
	_, page = head.get("/cabinet/hours")
	assert.Contains(t, page, "Согласовать")
	assert.NotContains(t, page, "Отправить на согласование")
	answer, _ = head.post("/cabinet/hours/requests/"+request, "decision", "approved")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, _ = head.post("/cabinet/hours/requests/"+request, "decision", "refused")
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "decided once")
}

func TestTheDeskClosesHoursAtOnceAndTakesThemBack(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	desk := o.as("admin")
	answer, _ := desk.post("/cabinet/hours/time", "what", "closed", "from", "2026-12-01T10:00", "to", "2026-12-01T12:00", "reason", "собрание <i>")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page := desk.get("/cabinet/hours")
	assert.Contains(t, page, "01.12.2026 10:00 – 01.12.2026 12:00")
	id := o.some("SELECT id FROM schedule_exception WHERE reason LIKE 'собрание%'").String()
	assert.Equal(t, 0, o.count("working_day w, schedule_exception e WHERE e.id = '"+id+"' AND w.practitioner_id = e.practitioner_id AND w.branch_id = e.branch_id AND w.free && e.during"))
	answer, page = desk.post("/cabinet/hours/time", "what", "closed", "from", "2026-12-01T10:00", "to", "2026-12-01T09:00")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "2026-12-01T10:00", "what was typed stays")
	answer, _ = desk.post("/cabinet/hours/back", "id", id)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, _ = desk.post("/cabinet/hours/back", "id", id)
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)

	answer, _ = desk.post("/cabinet/hours/time", "what", "closed", "from", "2026-12-01T00:00", "to", "2026-12-15T00:00")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	assert.Equal(t, 1, o.count("settings_request WHERE state = 'asked'"), "leave is asked for")
}

func TestADoctorAsksForLeaveOfTheirOwn(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	doctor := o.as("doctor")
	_, page := doctor.get("/cabinet/hours")
	assert.NotContains(t, page, "Новый график")
	answer, _ := doctor.post("/cabinet/hours/time", "what", "closed", "from", "2026-12-01T00:00", "to", "2026-12-15T00:00")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, _ = doctor.post("/cabinet/hours/plan", "shape", "week", "since", "2026-12-01", "do", "ask")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	_, page = o.as("head").get("/cabinet/hours")
	assert.Contains(t, page, "01.12.2026 00:00 – 15.12.2026 00:00")
	answer, _ = o.as("cashier").get("/cabinet/hours")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}
