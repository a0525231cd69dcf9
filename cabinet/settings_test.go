package cabinet_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/core/store"
)

// carryOut does what was decided, as the worker does every few seconds, and reads the clinic again.
func (o *office) carryOut() {
	o.t.Helper()
	work := settings.Office{Clock: func() time.Time { return *o.now.Load() }, IDs: core.NewIDs(nil), Book: o.book}
	require.NoError(o.t, o.db.InTx(o.t.Context(), core.Sys("worker"), func(tx *store.Tx) error {
		_, err := work.Apply(o.t.Context(), tx)
		return err
	}))
	require.NoError(o.t, o.book.Refresh(o.t.Context()))
}

// decided is what the head or the director says to the only open proposal.
func (b *browser) decided(decision string) reply {
	b.t.Helper()
	id := b.some("SELECT id FROM settings_request WHERE state IN ('asked', 'approved') ORDER BY at DESC LIMIT 1").String()
	answer, _ := b.post("/cabinet/settings/proposals/" + id + "/" + decision)
	return answer
}

func TestAPricePlannedByTheCashierHoldsFromItsDay(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	service := o.some("SELECT id FROM service WHERE active ORDER BY id LIMIT 1").String()
	cashier, director := o.as("cashier"), o.as("director")
	path := "/cabinet/settings/services/" + service
	_, page := cashier.get(path)
	assert.NotContains(t, page, "Длительность", "what is the desk's is not the cashier's to change")

	answer, page := cashier.post(path+"/price", "price", "много", "since", "2026-12-01")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Напишите цену в рублях")
	assert.Contains(t, page, `value="много"`, "what was typed stays")
	answer, page = cashier.post(path+"/price", "price", "7 777", "since", "2026-11-23")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "не раньше завтрашнего")

	answer, _ = cashier.post(path+"/price", "price", "7 777,50", "since", "2026-12-01")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	assert.Equal(t, http.StatusNotFound, cashier.decided("approved").StatusCode, "nobody approves their own")
	_, page = director.get("/cabinet/settings/proposals")
	assert.Contains(t, page, "7\u00a0777,50\u00a0₽")
	require.Equal(t, http.StatusSeeOther, director.decided("approved").StatusCode)
	o.carryOut()
	assert.Equal(t, 0, o.count("service WHERE price = 777750"), "its day has not come")
	_, page = cashier.get(path)
	assert.Contains(t, page, "согласовано, с 01.12.2026")

	o.set(time.Date(2026, 11, 30, 21, 0, 1, 0, time.UTC)) // midnight in Moscow
	o.carryOut()
	assert.Equal(t, 1, o.count("service WHERE price = 777750"))
	o.set(monday()) // the session's own time
	_, page = cashier.get(path)
	assert.Contains(t, page, "действует с 01.12.2026 00:00")
	assert.Contains(t, page, "<del>", "the history says what the price was")
	assert.Equal(t, 0, o.count("visit WHERE price = 777750"), "visits keep what was agreed")
}

func TestAPlannedPriceMayBeCalledOffUntilItsDay(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	service := o.some("SELECT id FROM service WHERE active ORDER BY id LIMIT 1").String()
	cashier, head := o.as("cashier"), o.as("head")
	answer, _ := cashier.post("/cabinet/settings/services/"+service+"/price", "price", "7777", "since", "2026-12-01")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.Equal(t, http.StatusSeeOther, head.decided("approved").StatusCode)
	require.Equal(t, http.StatusSeeOther, head.decided("refused").StatusCode)
	o.set(time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC))
	o.carryOut()
	assert.Equal(t, 0, o.count("service WHERE price = 777700"))
}

func TestTheDeskProposesAServiceAndSomebodyElseDecides(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	service := o.some("SELECT id FROM service WHERE active ORDER BY id LIMIT 1").String()
	desk, head := o.as("admin"), o.as("head")
	path := "/cabinet/settings/services/" + service
	form := []string{"name_ru", `Приём "><svg onload=alert(1)>`, "name_en", "Visit", "specialty", "cardiologist", "kind", "initial", "minutes", "45", "before", "0", "after", "10", "code", "B01.015.001", "active", "1"}
	answer, page := desk.post(path, form...)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, page)
	answer, page = desk.post(path, form...)
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "one proposal at a time")
	assert.Contains(t, page, "уже есть предложение")
	require.Equal(t, http.StatusSeeOther, desk.decided("withdrawn").StatusCode)

	answer, page = desk.post(path, "name_ru", "А", "name_en", "A", "specialty", "cardiologist", "kind", "initial", "minutes", "3")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "от 5 минут")
	answer, _ = desk.post(path, append(form, "seen", "0000000000000000")...)
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "somebody else was there first")
	answer, _ = desk.post(path, form...)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = head.get("/cabinet/settings/proposals")
	assert.Contains(t, page, "&lt;svg onload")
	assert.NotContains(t, page, "<svg onload")
	require.Equal(t, http.StatusSeeOther, head.decided("approved").StatusCode)
	o.carryOut()
	assert.Equal(t, 1, o.count("service WHERE minutes = 45 AND buffer_after = 10 AND code = 'B01.015.001' AND id = '"+service+"'"))
	assert.Equal(t, http.StatusConflict, desk.decidedOn(service, "approved"), "decided once")
}

// decidedOn says what became of a decision about something that was decided.
func (b *browser) decidedOn(subject, decision string) int {
	b.t.Helper()
	id := b.some("SELECT id FROM settings_request WHERE state = 'done' AND subject_id = '" + subject + "' LIMIT 1").String()
	answer, _ := b.as("head").post("/cabinet/settings/proposals/" + id + "/" + decision)
	return answer.StatusCode
}

func TestSettingsAreForThoseWhoChangeThemOrDecide(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	for login, want := range map[string]int{"admin": http.StatusOK, "cashier": http.StatusOK, "head": http.StatusOK, "director": http.StatusOK, "doctor": http.StatusForbidden, "marketing": http.StatusForbidden, "security": http.StatusForbidden} {
		for _, path := range []string{"/cabinet/settings/services", "/cabinet/settings/proposals"} {
			answer, _ := o.as(login).get(path)
			assert.Equal(t, want, answer.StatusCode, "%s %s", login, path)
		}
	}
	service := o.some("SELECT id FROM service WHERE active ORDER BY id LIMIT 1").String()
	for _, login := range []string{"admin", "head", "director", "doctor"} {
		answer, _ := o.as(login).post("/cabinet/settings/services/"+service+"/price", "price", "1")
		assert.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, answer.StatusCode, login)
	}
	assert.Equal(t, 0, o.count("settings_request"))
}
