package cabinet_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const people = "/cabinet/admin/staff"

// link is the one-time link that a page shows.
func link(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`<code class="secret">http://localhost(/cabinet/invite/[\w-]+)</code>`).FindStringSubmatch(page)
	require.Len(t, found, 2, page)
	return found[1]
}

// person is somebody's page with the row's generation, as the office sees them.
func (b *browser) person(login string) (path, generation string) {
	b.t.Helper()
	_, page := b.get(people + "?q=" + login)
	path = people + "/" + between(b.t, page, people+"/", `"><strong>`+login)
	_, page = b.get(path)
	return path, regexp.MustCompile(`name="generation" value="(\d+)"`).FindStringSubmatch(page)[1]
}

func TestSomebodyIsInvitedSetsAPasswordAndSignsIn(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	s := o.enter("security")
	answer, _ := s.get(people + "/new")
	assert.Contains(t, answer.Header.Get("Location"), "step-up")
	s.shows()
	answer, page := s.post(people, "login", "Петрова", "role", "admin", "roles", "cashier")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, `value="петрова"`, "what was typed stays")
	assert.Contains(t, page, `id="login-wrong"`)
	answer, page = s.post(people, "login", "petrova", "role", "security", "roles", "doctor", "doctor", uuid.NewString())
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "поручают разным людям")
	answer, page = s.post(people, "login", "petrova", "role", "doctor")
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "чей это календарь")
	answer, page = s.post(people, "login", "petrova", "role", "admin", "roles", "cashier")
	require.Equal(t, http.StatusOK, answer.StatusCode, page)
	path := link(t, page)
	_, page = s.get(people + "?q=petrova")
	assert.Contains(t, page, "ждёт первого входа")
	assert.NotContains(t, page, "/cabinet/invite/", "shown once")

	b := o.browser()
	answer, _ = b.post(path, "password", password, "again", password)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.True(t, b.in())
	answer, _ = o.browser().post(path, "password", password, "again", password)
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "good once")
	_, page = s.get(people + "?q=petrova")
	assert.Contains(t, page, "последний раз здесь: 23.11.2026")
	assert.Contains(t, page, "администратор, кассир")
	answer, page = s.post(people, "login", "petrova", "role", "admin")
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "Такой логин уже есть")
}

func TestRightsAreTakenAndTheSessionEndsAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	s := o.enter("security")
	s.shows()
	_, page := s.post(people, "login", "petrova", "role", "admin")
	b := o.browser()
	b.post(link(t, page), "password", password, "again", password)
	path, generation := s.person("petrova")
	answer, page := s.post(path+"/roles", "generation", "77", "role", "cashier")
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "Пока вы смотрели")
	for _, step := range []struct {
		do   string
		form []string
	}{{"roles", []string{"role", "cashier"}}, {"place", nil}, {"sessions", nil}, {"factors", nil}} {
		require.True(t, b.in(), step.do)
		answer, page = s.post(path+"/"+step.do, append(step.form, "generation", generation)...)
		require.Equal(t, http.StatusSeeOther, answer.StatusCode, "%s: %s", step.do, page)
		require.False(t, b.in(), step.do)
		b = o.browser()
		require.Equal(t, http.StatusSeeOther, b.signIn("petrova", password).StatusCode)
		_, generation = s.person("petrova")
	}
	answer, _ = s.post(path+"/block", "generation", generation)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.False(t, b.in())
	require.Equal(t, http.StatusUnauthorized, o.browser().signIn("petrova", password).StatusCode)
	_, page = s.get(people + "?blocked=1")
	assert.Contains(t, page, "petrova")
	_, page = s.get(path)
	generation = regexp.MustCompile(`name="generation" value="(\d+)"`).FindStringSubmatch(page)[1]
	s.post(path+"/unblock", "generation", generation)
	require.Equal(t, http.StatusSeeOther, o.browser().signIn("petrova", password).StatusCode)
}

func TestNobodyHelpsThemselvesAndNobodyElseRules(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	s := o.enter("security")
	s.shows()
	path := people + "/" + between(t, second(s.get(people+"?q=security")), people+"/", `"><strong>security`)
	for _, do := range []string{"roles", "place", "block", "sessions", "factors", "invite"} {
		answer, page := s.post(path+"/"+do, "generation", "0", "role", "security", "roles", "director")
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, do)
		assert.Contains(t, page, "меняет другой человек")
	}
	other, generation := s.person("director")
	answer, page := s.post(other+"/block", "generation", generation)
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "последний человек с такой ролью")
	answer, _ = s.get(people + "/" + uuid.NewString())
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	for login, reads := range map[string]bool{"director": true, "head": true, "admin": false, "doctor": false, "marketing": false, "cashier": false} {
		b := o.enter(login)
		b.shows()
		answer, _ := b.get(people)
		assert.Equal(t, map[bool]int{true: http.StatusOK, false: http.StatusForbidden}[reads], answer.StatusCode, login)
		answer, _ = b.post(people, "login", "friend", "role", "security")
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, login)
		answer, _ = b.post(other+"/roles", "generation", generation, "role", "security")
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, login)
	}
}

func second(_ reply, page string) string { return page }
