package cabinet_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHealthIsReadByThoseWhoAnswerForIt(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	_, page := o.enter("security").get("/cabinet/admin/health")
	assert.Contains(t, page, "PostgreSQL")
	assert.Contains(t, page, "Место на диске")
	assert.Contains(t, page, "не работает", "a bad check is said")
	assert.Contains(t, page, `href="/cabinet/security/audit"`)
	for login, status := range map[string]int{"director": 200, "head": 200, "admin": 403, "doctor": 403, "cashier": 403, "marketing": 403} {
		answer, _ := o.enter(login).get("/cabinet/admin/health")
		assert.Equal(t, status, answer.StatusCode, login)
		answer, _ = o.enter(login).get("/cabinet/admin/keys")
		assert.Equal(t, status, answer.StatusCode, login)
	}
}

func TestAKeyIsAddedTakenIntoUseAndTheOldRetiredOnThePage(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	const keys = "/cabinet/admin/keys"
	s := o.enter("security")
	answer, _ := s.post(keys + "/add")
	assert.Contains(t, answer.Header.Get("Location"), "step-up")
	d := o.enter("director")
	d.shows()
	answer, _ = d.post(keys + "/add")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode, "the director reads and changes no key")
	s.shows()
	answer, _ = s.post(keys + "/add")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page := s.get(keys)
	fresh := regexp.MustCompile(`/promote">\s*<input type="hidden" name="key" value="(\d+)"`).FindStringSubmatch(page)
	require.Len(t, fresh, 2, page)
	answer, _ = s.post(keys+"/promote", "key", fresh[1])
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, page = s.post(keys+"/retire", "key", fresh[1])
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "the one in use stays")
	assert.Contains(t, page, "Этот шаг пока невозможен")
	answer, _ = s.post(keys + "/reencrypt")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = s.get(keys)
	assert.Contains(t, page, "идёт")
	var who string
	o.one("SELECT string_agg(DISTINCT s.login, ' ') FROM audit a JOIN staff s ON s.id = a.actor_id WHERE a.action LIKE 'keys.%'", &who)
	assert.Equal(t, "security", who, "on record in their name")
	answer, _ = s.post(keys + "/burn")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
}
