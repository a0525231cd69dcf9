package cabinet_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
)

const security = "/cabinet/security"

func TestEachRoleSeesItsPartOfPersonalData(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	for login, parts := range map[string]string{
		"security": "incidents requests retention registry channels", "admin": "requests consents", "head": "incidents requests consents retention",
		"director": "incidents retention", "doctor": "", "cashier": "", "marketing": "",
	} {
		answer, page := o.enter(login).get(security)
		if parts == "" {
			assert.Equal(t, http.StatusForbidden, answer.StatusCode, login)
			continue
		}
		require.Equal(t, http.StatusOK, answer.StatusCode, login)
		for _, part := range []string{"incidents", "requests", "consents", "retention", "registry", "channels"} {
			assert.Equal(t, strings.Contains(parts, part), strings.Contains(page, `id="`+part+`"`), "%s: %s", login, part)
		}
	}
}

func TestAnIncidentIsOpenedAndItsDataLeaveWithASecondFactorOnly(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.enter("security")
	answer, _ := b.post(security+"/incidents", "kind", "device", "about", "Потерян ноутбук", "since", "2026-11-22T10:00")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page := b.get(security)
	assert.Contains(t, page, "Потерян ноутбук")
	assert.Contains(t, page, "осталось 24 ч 0 мин")
	id := between(t, page, "/incidents/", "/told")
	answer, _ = b.post(security + "/incidents/" + id + "/export")
	assert.Contains(t, answer.Header.Get("Location"), "/cabinet/step-up")
	b.shows()
	answer, table := b.post(security + "/incidents/" + id + "/export")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, answer.Header.Get("Content-Disposition"), "incident.csv")
	assert.Contains(t, table, "Пациент")
	answer, _ = b.post(security + "/incidents/" + id + "/told")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = b.get(security)
	assert.Contains(t, page, "сделано")
	answer, _ = b.post(security+"/incidents", "kind", "device", "about", "", "since", "")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
}

func TestAChannelIsOpenedForResultsBySecurityAlone(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	form := []string{"channel", "telegram", "class", "results", "rule", "allow"}
	for _, login := range []string{"director", "admin", "head"} {
		b := o.enter(login)
		b.shows()
		answer, _ := b.post(security+"/channels", form...)
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, login)
	}
	b := o.enter("security")
	answer, _ := b.post(security+"/channels", form...)
	assert.Contains(t, answer.Header.Get("Location"), "step-up", "a rule is changed with a second factor")
	b.shows()
	answer, _ = b.post(security+"/channels", form...)
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
}

func TestTheDeskFindsConsentsByPhoneAndEntersAPaper(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.enter("admin")
	_, page := b.post(security+"/consents", "phone", "+7 900 000-00-99")
	assert.Contains(t, page, "с таким телефоном нет")
	answer, _ := b.post(security+"/consents/sign", "patient", core.NewIDs(nil)().String(), "purpose", "advertising", "document", "С-1")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "of nobody one sees")
	patient := uuid.New()
	o.exec("INSERT INTO patient (id, given, created_at) VALUES ($1, 'Ольга', now())", patient)
	answer, _ = b.post(security+"/consents/sign", "patient", patient.String(), "purpose", "advertising", "document", "С-1")
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, _ = o.enter("head").post(security+"/consents/sign", "patient", patient.String(), "purpose", "advertising", "document", "С-1")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}

// between is what stands in a page between two texts.
func between(t *testing.T, page, from, to string) string {
	t.Helper()
	end := strings.Index(page, to)
	require.Positive(t, end)
	start := strings.LastIndex(page[:end], from)
	require.Positive(t, start)
	return page[start+len(from) : end]
}
