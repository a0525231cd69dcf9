package cabinet_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// linked is a patient with a birth date and a chat of theirs, and the address of their page.
func (o *office) linked() (patient, chat uuid.UUID, page string) {
	o.t.Helper()
	patient = o.some("SELECT p.id FROM patient p JOIN visit v ON v.patient_id = p.id WHERE p.birth_date IS NOT NULL ORDER BY v.starts_at, p.id LIMIT 1")
	chat = uuid.New()
	o.exec("INSERT INTO conversation (id, channel, account, external_id, created_at, last_inbound_at) VALUES ($1, 'telegram', 'telegram:main', $2, $3, $3)", chat, chat.String(), monday())
	o.exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $2, 'self', $3)", chat, patient, monday())
	return patient, chat, "/cabinet/patients/" + patient.String() + "/identity"
}

func TestIdentityIsVerifiedByTheDeskThatHasSeenADocument(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	patient, chat, path := o.linked()
	b := o.as("admin")
	answer, page := b.get(path)
	require.Equal(t, http.StatusOK, answer.StatusCode, page)
	for _, words := range []string{"Дата рождения в карте есть", "Telegram", "сам пациент", "Личность не подтверждена"} {
		assert.Contains(t, page, words)
	}
	answer, _ = b.post(path+"/verify", "chat", uuid.NewString())
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "a chat of nobody")
	answer, _ = b.post(path+"/verify", "chat", chat.String())
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	assert.Equal(t, path, answer.Header.Get("Location"))
	_, page = b.get(path)
	assert.Contains(t, page, "Документ сверен 23.11.2026")
	var noted int
	o.one("SELECT count(*) FROM audit WHERE action = 'patient.verify' AND patient_id = $1", &noted, patient)
	assert.Equal(t, 1, noted)
}

func TestIdentityCodeIsShownOnce(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	patient, _, path := o.linked()
	b := o.as("admin")
	code := regexp.MustCompile(`<code>(\d{6})</code>`)
	for _, how := range []struct{ paper, lasts, minutes string }{{"", "5 минут", "5"}, {"1", "сутки", "1440"}} {
		answer, page := b.post(path+"/code", "paper", how.paper)
		require.Equal(t, http.StatusOK, answer.StatusCode, page)
		assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
		shown := code.FindStringSubmatch(page)
		require.NotNil(t, shown, page)
		assert.Contains(t, page, "Действует "+how.lasts)
		var standing int
		o.one("SELECT count(*) FROM patient_code WHERE patient_id = $1 AND used_at IS NULL AND expires_at = $2::timestamptz + $3::text::int * interval '1 minute'", &standing, patient, monday(), how.minutes)
		assert.Equal(t, 1, standing)
		_, page = b.get(path)
		assert.NotRegexp(t, code, page)
	}
	o.exec("UPDATE patient SET birth_date = NULL WHERE id = $1", patient)
	answer, page := b.post(path + "/code")
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "Даты рождения в карте нет")
	assert.NotRegexp(t, code, page)

	answer, page = b.post(path+"/born", "born", "2999-01-01")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, page)
	answer, page = b.post(path+"/born", "born", "1985-03-25")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode, page)
	answer, page = b.post(path + "/code")
	require.Equal(t, http.StatusOK, answer.StatusCode, page)
	assert.Regexp(t, code, page, "a card that has its birth date gets a code")
}

func TestIdentityOfAPatientIsNotThereForOthers(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	patient, chat, path := o.linked()
	nowhere := strings.ReplaceAll(path, patient.String(), uuid.NewString())
	nonce := regexp.MustCompile(`nonce="[^"]*"`)
	for _, login := range []string{"doctor", "cashier", "head", "marketing", "director", "security"} {
		b := o.enter(login)
		answer, page := b.get(path)
		_, missing := b.get(nowhere)
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, login)
		assert.Equal(t, nonce.ReplaceAllString(missing, ""), nonce.ReplaceAllString(page, ""), "%s: what one may not see is what does not exist", login)
		answer, _ = b.post(path+"/verify", "chat", chat.String())
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, login)
		answer, page = b.post(path + "/code")
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, login)
		assert.NotRegexp(t, `<code>\d`, page, login)
	}
	var changed int
	o.one("SELECT (SELECT count(*) FROM patient_link WHERE patient_id = $1 AND verified_at IS NOT NULL) + (SELECT count(*) FROM patient_code WHERE patient_id = $1)", &changed, patient)
	assert.Zero(t, changed)
	answer, _ := o.browser().get(path)
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
}
