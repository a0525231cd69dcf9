package cabinet_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAConsentIsPublishedByTwoAndAVersionStandsForGood(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	desk, head := o.as("admin"), o.as("head")
	path := "/cabinet/settings/consents/processing.ru"
	_, page := desk.get("/cabinet/settings/consents")
	assert.Contains(t, page, "Обработка персональных данных")
	assert.Contains(t, page, "нет текста", "what there is no text for is said")
	_, page = desk.get(path)
	assert.Regexp(t, `name="version"[^>]*value="2"`, page, "the form begins with the next version")

	answer, page := desk.post(path, "seen", "", "wording", "  ", "version", "2")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Нужен текст до 3500 знаков")
	answer, page = desk.post(path, "seen", "", "wording", "Совсем другие слова", "version", "1")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Редакция 1 уже есть и не меняется")
	assert.Contains(t, page, "Совсем другие слова", "what was typed stays")
	assert.Equal(t, 0, o.count("settings_request"))

	answer, page = desk.post(path, "seen", "", "wording", "Я согласна на новое\n\nи на другое", "version", "2")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, page)
	assert.Equal(t, http.StatusNotFound, desk.decided("approved").StatusCode, "nobody approves their own")
	_, page = head.get("/cabinet/settings/proposals")
	assert.Contains(t, page, "Я согласна на новое\n\nи на другое", "who approves reads it whole")
	o.carryOut()
	assert.Equal(t, 0, o.count("consent_text WHERE version = 2"), "not before it is approved")
	require.Equal(t, http.StatusSeeOther, head.decided("approved").StatusCode)
	o.carryOut()
	assert.Equal(t, 1, o.count("consent_text WHERE purpose = 'processing' AND lang = 'ru' AND version = 2 AND body LIKE 'Я согласна на новое%'"))
	assert.Equal(t, 1, o.count("consent_text WHERE purpose = 'processing' AND lang = 'ru' AND version = 1"), "the old one stays")
	assert.Equal(t, 1, o.count("audit WHERE action = 'consent.publish'"))
	_, page = desk.get(path)
	assert.Contains(t, page, "Я согласна на новое")
}

func TestTwoWhoWriteTheSameVersionOfAConsentAreTold(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	desk, head := o.as("admin"), o.as("head")
	path := "/cabinet/settings/consents/advertising.ru"
	for i, words := range []string{"Первые слова", "Вторые слова"} {
		answer, page := desk.post(path, "seen", "", "wording", words, "version", "2")
		if i == 1 {
			require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
			assert.Contains(t, page, "уже есть предложение")
			assert.Contains(t, page, words)
		}
	}
	require.Equal(t, http.StatusSeeOther, head.decided("approved").StatusCode)
	o.exec("INSERT INTO consent_text (id, purpose, lang, version, body, sha256) VALUES (gen_random_uuid(), 'advertising', 'ru', 2, 'Раньше', 'x')")
	o.carryOut()
	assert.Equal(t, 1, o.count("settings_request WHERE state = 'failed'"), "what came first stands")
	assert.Equal(t, 1, o.count("consent_text WHERE purpose = 'advertising' AND lang = 'ru' AND version = 2 AND body = 'Раньше'"))
	answer, _ := desk.get("/cabinet/settings/consents/nothing.ru")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
}

func TestANewClinicIsToldWhatItLacks(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	for login, path := range map[string]string{"admin": "/cabinet/schedule", "security": "/cabinet/security"} {
		_, page := o.as(login).get(path)
		assert.NotContains(t, page, "start-card", "a clinic at work is told nothing")
	}
	_, page := o.as("director").get("/cabinet/start")
	assert.Contains(t, page, "Всё готово")

	o.exec("UPDATE branch SET hours_ru = ''")
	desk := o.as("admin")
	_, page = desk.get("/cabinet/schedule")
	assert.Contains(t, page, "Сделано 8 из 9")
	assert.Contains(t, page, "Филиал и часы работы")
	_, page = desk.get("/cabinet/start")
	assert.Contains(t, page, "часы работы не указаны")
	assert.Contains(t, page, `href="/cabinet/settings/branches"`)
	_, page = o.as("security").get("/cabinet/start")
	assert.Contains(t, page, "Предлагает администратор", "who cannot is told who can")
	assert.NotContains(t, page, `href="/cabinet/settings/branches"`)
	_, page = o.as("doctor").get("/cabinet/schedule")
	assert.NotContains(t, page, "start-card")
	answer, _ := o.as("doctor").get("/cabinet/start")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}

func TestWorkingTimeWithoutDoctorsSaysWhatToDo(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	o.exec("UPDATE practitioner SET active = false")
	o.exec("UPDATE clinic_version SET version = version + 1")
	require.NoError(t, o.book.Refresh(t.Context()))
	answer, page := o.as("admin").get("/cabinet/hours")
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, page, "Здесь ещё нет врачей")
	assert.Contains(t, page, `href="/cabinet/settings/doctors"`)
	answer, page = o.as("director").get("/cabinet/hours")
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.NotContains(t, page, `href="/cabinet/settings/doctors"`)
	answer, _ = o.as("cashier").get("/cabinet/hours")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}

func TestABranchsPhoneIsWrittenAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	desk := o.as("admin")
	id := o.some("SELECT id FROM branch ORDER BY position LIMIT 1").String()
	form := []string{"name_ru", "А", "name_en", "A", "city_ru", "А", "city_en", "A", "address_ru", "А", "address_en", "A", "hours_ru", "пн", "zone", "Europe/Moscow", "notice", "60", "horizon", "60", "cutoff", "60", "grid", "30", "position", "0", "open", "1"}
	answer, page := desk.post("/cabinet/settings/branches/"+id, append(form, "phone", "12")...)
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Такого номера нет")
	assert.Contains(t, page, `value="12"`)
	answer, page = desk.post("/cabinet/settings/branches/"+id, append(form, "phone", "8 (495) 000-00-01")...)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, page)
	assert.Equal(t, 1, o.count("settings_request WHERE change->'branch'->>'phone' = '+74950000001'"))
}
