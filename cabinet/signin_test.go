package cabinet_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/staff"
)

const password = "верный конь, батарейка"

// hire adds somebody who has set their password, and returns their browser.
func (o *office) hire(login, role string) *browser {
	o.t.Helper()
	b := o.browser()
	token, err := o.roster.Add(o.t.Context(), core.Sys("cli"), staff.Newcomer{Login: login, Role: role})
	require.NoError(o.t, err)
	answer, _ := b.do(http.MethodPost, "/cabinet/invite/"+token, url.Values{"password": {password}, "again": {password}})
	require.Equal(o.t, http.StatusSeeOther, answer.StatusCode)
	return b
}

func TestTheDoorLeadsToTheScheduleOnlyWithTheKey(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.browser()
	answer, body := b.get("/cabinet")
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, body, demo.Password)
	answer, _ = b.get("/cabinet/schedule")
	assert.Equal(t, "/cabinet", answer.Header.Get("Location"))
	for _, path := range []string{"/cabinet/schedule/data", "/cabinet/events"} {
		answer, _ = b.get(path)
		assert.Equal(t, http.StatusUnauthorized, answer.StatusCode, path)
	}
	assert.Equal(t, http.StatusUnauthorized, b.signIn("admin", "wrong").StatusCode)
	assert.Equal(t, http.StatusSeeOther, b.signIn(" Admin ", demo.Password).StatusCode)
	answer, _ = b.get("/cabinet")
	assert.Equal(t, "/cabinet/schedule", answer.Header.Get("Location"))
	answer, _ = b.do(http.MethodPost, "/cabinet/logout", url.Values{})
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, _ = b.get("/cabinet/schedule/data")
	assert.Equal(t, http.StatusUnauthorized, answer.StatusCode)
}

func TestWithoutTheDemoItsLoginsAreNeitherToldNorTaken(t *testing.T) {
	t.Parallel()
	o := open(t, false)
	b := o.browser()
	_, body := b.get("/cabinet")
	assert.NotContains(t, body, demo.Password)
	assert.Equal(t, http.StatusUnauthorized, b.signIn("admin", demo.Password).StatusCode)
	answer, _ := b.get("/demo")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
}

func TestAOneTimeLinkSetsThePassword(t *testing.T) {
	t.Parallel()
	o := open(t, false)
	token, err := o.roster.Add(t.Context(), core.Sys("cli"), staff.Newcomer{Login: "petrova", Role: "admin"})
	require.NoError(t, err)
	b := o.browser()
	path := "/cabinet/invite/" + token
	for range 2 { // looking does not use it up
		answer, body := b.get(path)
		assert.Equal(t, http.StatusOK, answer.StatusCode)
		assert.Contains(t, body, "petrova")
	}
	answer, _ := b.do(http.MethodPost, path, url.Values{"password": {password}, "again": {"other"}})
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	answer, _ = b.do(http.MethodPost, path, url.Values{"password": {"короткий"}, "again": {"короткий"}})
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	answer, _ = b.do(http.MethodPost, path, url.Values{"password": {password}, "again": {password}})
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, _ = b.get(path)
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	answer, _ = b.get("/cabinet/schedule")
	assert.Equal(t, http.StatusOK, answer.StatusCode, "and signs in")
}

func TestASessionEndsWithWhatItRestsOn(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(o *office){
		"a new password": func(o *office) {
			token, err := o.roster.Invite(t.Context(), core.Sys("cli"), "petrova")
			require.NoError(t, err)
			_, err = o.roster.SetPassword(t.Context(), token, password+"!")
			require.NoError(t, err)
		},
		"leaving the clinic": func(o *office) { o.exec("UPDATE staff SET active = false WHERE login = 'petrova'") },
		"another role": func(o *office) {
			o.exec("UPDATE staff SET role = 'marketing', generation = generation + 1 WHERE login = 'petrova'")
		},
		"the session's end": func(o *office) { o.set(monday().Add(12*time.Hour + time.Minute)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, false)
			o.exec("UPDATE staff SET demo = false")
			b := o.hire("petrova", "admin")
			answer, _ := b.get("/cabinet/schedule/data")
			require.Equal(t, http.StatusOK, answer.StatusCode)
			end(o)
			answer, _ = b.get("/cabinet/schedule/data")
			assert.Equal(t, http.StatusUnauthorized, answer.StatusCode)
		})
	}
}

func TestADoctorsIdleScreenSignsOutAndAPageThatRefreshesItselfIsIdle(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("doctor")
	o.set(monday().Add(14 * time.Minute))
	b.day("") // the page by itself
	o.set(monday().Add(16 * time.Minute))
	answer, _ := b.get("/cabinet/schedule/data")
	assert.Equal(t, http.StatusUnauthorized, answer.StatusCode)

	o.set(monday())
	b = o.as("doctor")
	for i := range 4 { // somebody is at it
		o.set(monday().Add(time.Duration(i*10) * time.Minute))
		answer, _ = b.do(http.MethodPost, "/cabinet/active", url.Values{})
		assert.Equal(t, http.StatusNoContent, answer.StatusCode, i)
	}
}

func TestGuessingIsSlowedDownWhateverTheClientSaysOfItself(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	last := 0
	for i := range 6 {
		answer, _ := o.browser().do(http.MethodPost, "/cabinet/login", url.Values{"login": {"admin"}, "password": {"wrong"}},
			"X-Forwarded-For", "10.0.0."+string(rune('1'+i)), "True-Client-IP", "10.0.1."+string(rune('1'+i)))
		last = answer.StatusCode
	}
	assert.Equal(t, http.StatusTooManyRequests, last)
	assert.Equal(t, http.StatusSeeOther, o.browser().signIn("head", demo.Password).StatusCode, "another login is not held up")
}

func TestAnotherSiteCanNeitherActNorFrame(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	for _, path := range []string{"/cabinet/login", "/cabinet/logout", "/cabinet/active", "/demo/new"} {
		answer, _ := b.do(http.MethodPost, path, url.Values{}, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, path)
	}
	assert.False(t, o.guest.left)
	for _, path := range []string{"/cabinet", "/cabinet/schedule", "/cabinet/schedule/data", "/demo", "/demo/state"} {
		answer, _ := b.get(path)
		policy := answer.Header.Get("Content-Security-Policy")
		assert.Contains(t, policy, "frame-ancestors 'none'", path)
		assert.Contains(t, policy, "script-src 'self' 'nonce-", path)
		assert.NotContains(t, policy, "unsafe", path)
		assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"), path)
		assert.Equal(t, "DENY", answer.Header.Get("X-Frame-Options"), path)
	}
}

func TestTheSessionCookieIsTheServersAlone(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	answer := o.browser().signIn("admin", demo.Password)
	cookie := answer.Header.Get("Set-Cookie")
	assert.Contains(t, cookie, "HttpOnly")
	assert.Contains(t, cookie, "SameSite=Lax")
	value, _, _ := strings.Cut(strings.TrimPrefix(cookie, "zapis_cabinet="), ";")
	var kept int
	require.NoError(t, o.db.Pool().QueryRow(t.Context(), "SELECT count(*) FROM session").Scan(&kept))
	assert.Zero(t, kept, "nobody reads sessions without saying who acts")
	o.exec("DELETE FROM session WHERE token = $1", value)
	b := o.browser()
	again, _ := b.get("/cabinet/schedule", "Cookie", "zapis_cabinet="+value)
	assert.Equal(t, http.StatusOK, again.StatusCode, "the token in the database is a hash")
}

func TestEachRoleBeginsWhereItsWorkIs(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	for role, want := range map[string]string{
		"admin": "/cabinet/schedule", "doctor": "/cabinet/schedule", "security": "/cabinet/security", "marketing": "/cabinet/me",
	} {
		b := o.as(role)
		answer, _ := b.get("/cabinet")
		assert.Equal(t, want, answer.Header.Get("Location"), role)
		answer, _ = b.get(want)
		assert.Equal(t, http.StatusOK, answer.StatusCode, role)
	}
}
