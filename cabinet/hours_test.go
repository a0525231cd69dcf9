package cabinet_test

import (
	"net/http"
	"regexp"
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
	for state, words := range map[string]string{"withdrawn": "отозвано", "failed": "не удалось применить"} {
		o.exec("UPDATE settings_request SET state = $1", state)
		_, page = head.get("/cabinet/hours")
		assert.Contains(t, page, ">"+words+"<")
	}
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

func TestTheDeskOfOneBranchClosesHoursOfWhoWorksInTwo(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	desk := o.as("admin")
	_, page := desk.get("/cabinet/hours")
	doctor := regexp.MustCompile(`name="doctor" value="([0-9a-f-]{36})"`).FindStringSubmatch(page)[1]
	here := regexp.MustCompile(`name="branch" value="([0-9a-f-]{36})"`).FindStringSubmatch(page)[1]
	there := o.some("SELECT id FROM branch WHERE id <> '" + here + "' LIMIT 1").String()
	o.exec(`INSERT INTO working_day (practitioner_id, branch_id, day, working, free, longest)
SELECT practitioner_id, $2, day, working, free, longest FROM working_day WHERE practitioner_id = $1 AND day = '2026-12-01' AND branch_id <> $2 ON CONFLICT DO NOTHING`, doctor, there)
	elsewhere := o.count("working_day WHERE branch_id = '" + there + "' AND practitioner_id = '" + doctor + "'")
	o.exec("UPDATE staff SET branches = ARRAY[$1::uuid] WHERE login = 'admin'", here)

	desk = o.as("admin")
	answer, page := desk.post("/cabinet/hours/time", "doctor", doctor, "branch", here, "what", "closed", "from", "2026-12-01T10:00", "to", "2026-12-01T12:00", "reason", "собрание")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, page)
	assert.Equal(t, elsewhere, o.count("working_day WHERE branch_id = '"+there+"' AND practitioner_id = '"+doctor+"'"), "the other branch's days stand")
	id := o.some("SELECT id FROM schedule_exception WHERE reason = 'собрание'").String()
	answer, _ = desk.post("/cabinet/hours/back", "doctor", doctor, "branch", here, "id", id)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
}

func TestLeaveThatTwoDecidedIsNotTakenBackByOne(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	desk := o.as("admin")
	_, page := desk.get("/cabinet/hours")
	doctor := regexp.MustCompile(`name="doctor" value="([0-9a-f-]{36})"`).FindStringSubmatch(page)[1]
	for from, to := range map[string]string{"2026-12-01": "2026-12-15", "2026-12-20 10:00": "2026-12-20 14:00"} {
		o.exec("INSERT INTO schedule_exception (id, practitioner_id, kind, during, reason) VALUES (gen_random_uuid(), $1, 'closure', tstzrange($2::text::timestamptz, $3::text::timestamptz), 'availability')", doctor, from, to)
	}
	_, page = desk.get("/cabinet/hours")
	assert.Contains(t, page, "15.12.2026")
	assert.NotContains(t, page, `action="/cabinet/hours/back"`)
	rows := o.count("schedule_exception")
	answer, _ := desk.post("/cabinet/hours/back", "doctor", doctor, "id", o.some("SELECT id FROM schedule_exception WHERE reason = 'availability' ORDER BY during LIMIT 1").String())
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Equal(t, rows, o.count("schedule_exception"))
}

func TestARequestForLeaveIsNotLostAmongPrices(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	doctor := o.as("doctor")
	answer, _ := doctor.post("/cabinet/hours/time", "what", "closed", "from", "2026-12-01T00:00", "to", "2026-12-15T00:00")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	o.exec(`INSERT INTO settings_request (id, kind, subject_id, item, change, state, asked_by, decided_by, at)
SELECT gen_random_uuid(), k, s.id, 'service', '{}', 'refused', gen_random_uuid(), gen_random_uuid(), now() + interval '10 years'
FROM (SELECT id FROM service LIMIT 1) s, unnest(ARRAY['price', 'schedule']) k, generate_series(1, 120)`)
	_, page := o.as("head").get("/cabinet/hours")
	assert.Contains(t, page, "01.12.2026 00:00 – 15.12.2026 00:00")
}

func TestAChangeThatCannotBeMadeHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	service := o.some("SELECT id FROM service WHERE active ORDER BY id LIMIT 1")
	ask := `INSERT INTO settings_request (id, kind, subject_id, item, change, state, asked_by, decided_by, at)
VALUES (gen_random_uuid(), 'price', $1, 'price', $2, 'approved', gen_random_uuid(), gen_random_uuid(), now() - $3::int * interval '1 minute')`
	o.exec(ask, service, `[1]`, 9)
	o.exec(ask, service, `{"price": -5}`, 8)
	o.exec(ask, service, `{"price": 123400}`, 7)
	o.carryOut()
	assert.Equal(t, 2, o.count("settings_request WHERE state = 'failed'"))
	assert.Equal(t, 1, o.count("service WHERE price = 123400"))
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
