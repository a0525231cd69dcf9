package cabinet_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/staff"
)

// worker is somebody who has set a password and an authenticator up in their browser.
type worker struct {
	*browser
	login  string
	secret string
	codes  []string
}

func (o *office) code(secret string) string {
	o.t.Helper()
	code, err := totp.GenerateCode(secret, *o.now.Load())
	require.NoError(o.t, err)
	return code
}

// enrol takes somebody from the invitation link to the schedule, the way the pages lead.
func (o *office) enrol(login string, roles ...string) *worker {
	o.t.Helper()
	b := o.browser()
	token, err := o.roster.Add(o.t.Context(), core.Sys("cli"), staff.Newcomer{Login: login, Role: roles[0], Roles: roles[1:]})
	require.NoError(o.t, err)
	answer, _ := b.post("/cabinet/invite/"+token, "password", password, "again", password)
	require.Equal(o.t, "/cabinet/enrol", answer.Header.Get("Location"))
	require.False(o.t, b.in(), "a password alone opens nothing")
	answer, _ = b.post("/cabinet/totp/begin")
	require.Equal(o.t, "/cabinet/totp", answer.Header.Get("Location"))
	_, page := b.get("/cabinet/totp")
	secret := regexp.MustCompile(`<code class="secret">([A-Z2-7]{32})</code>`).FindStringSubmatch(page)
	require.Len(o.t, secret, 2, page)
	answer, page = b.post("/cabinet/totp", "code", o.code(secret[1]))
	require.Equal(o.t, http.StatusOK, answer.StatusCode, page)
	codes := regexp.MustCompile(`[a-z2-7]{4}(-[a-z2-7]{4}){3}`).FindAllString(page, -1)
	require.Len(o.t, codes, 10)
	require.True(o.t, b.in())
	return &worker{b, login, secret[1], codes}
}

// later moves the clock on, so that the next code is another one.
func (o *office) later(d time.Duration) { o.set(o.now.Load().Add(d)) }

func TestANewcomerSetsAPasswordThenASecondFactorAndSignsInWithBoth(t *testing.T) {
	t.Parallel()
	o := openWith(t, false, "required")
	w := o.enrol("petrova", "admin")
	o.later(time.Hour)

	b := o.browser()
	assert.Equal(t, "/cabinet/second", b.signIn("petrova", password).Header.Get("Location"))
	for _, path := range []string{"/cabinet/schedule", "/cabinet/me", "/cabinet/enrol", "/cabinet/totp", "/cabinet/step-up"} {
		answer, _ := b.get(path)
		assert.Equal(t, http.StatusSeeOther, answer.StatusCode, path)
	}
	answer, _ := b.post("/cabinet/totp/begin")
	assert.Equal(t, "/cabinet/second", answer.Header.Get("Location"), "whoever has a second factor does not set up another by the password alone")
	answer, page := b.post("/cabinet/second", "code", "000000")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	assert.Contains(t, page, "Код не подошёл")
	assert.False(t, b.in())
	answer, _ = b.post("/cabinet/second", "code", o.code(w.secret))
	assert.Equal(t, "/cabinet", answer.Header.Get("Location"))
	assert.True(t, b.in())

	b = o.browser()
	b.signIn("petrova", password)
	answer, _ = b.post("/cabinet/second", "code", o.code(w.secret))
	assert.Equal(t, http.StatusForbidden, answer.StatusCode, "a code is good once")
	answer, _ = b.post("/cabinet/second", "code", w.codes[3])
	assert.Equal(t, "/cabinet", answer.Header.Get("Location"), "a code of the paper")
}

func TestHalfwayInEndsAfterTenMinutesAndWithThePassword(t *testing.T) {
	t.Parallel()
	o := openWith(t, false, "required")
	w := o.enrol("petrova", "admin")
	o.later(time.Hour)
	b := o.browser()
	b.signIn("petrova", password)
	o.later(11 * time.Minute)
	answer, _ := b.post("/cabinet/second", "code", o.code(w.secret))
	assert.Equal(t, "/cabinet", answer.Header.Get("Location"))
	assert.False(t, b.in())

	b.signIn("petrova", password)
	token, err := o.roster.Invite(t.Context(), core.Sys("cli"), "petrova")
	require.NoError(t, err)
	reset := o.browser()
	answer, _ = reset.post("/cabinet/invite/"+token, "password", password+"!", "again", password+"!")
	assert.Equal(t, "/cabinet/second", answer.Header.Get("Location"), "a new password does not pass over the second factor")
	answer, _ = b.post("/cabinet/second", "code", o.code(w.secret))
	assert.Equal(t, "/cabinet", answer.Header.Get("Location"))
}

func TestV4NobodySetsASecondFactorForSomebodyElseByAnOlderSession(t *testing.T) {
	t.Parallel()
	o := openWith(t, false, "required")
	thief := o.browser()
	token, err := o.roster.Add(t.Context(), core.Sys("cli"), staff.Newcomer{Login: "petrova", Role: "admin"})
	require.NoError(t, err)
	_, err = o.roster.SetPassword(t.Context(), token, password)
	require.NoError(t, err)
	assert.Equal(t, "/cabinet/enrol", thief.signIn("petrova", password).Header.Get("Location"))
	thief.post("/cabinet/totp/begin")

	owner := o.browser()
	owner.signIn("petrova", password)
	owner.post("/cabinet/totp/begin")
	_, page := owner.get("/cabinet/totp")
	secret := regexp.MustCompile(`[A-Z2-7]{32}`).FindString(page)
	answer, _ := owner.post("/cabinet/totp", "code", o.code(secret))
	require.Equal(t, http.StatusOK, answer.StatusCode)
	for _, path := range []string{"/cabinet/totp/begin", "/cabinet/totp", "/cabinet/second"} {
		answer, _ = thief.post(path, "code", "123456")
		assert.Equal(t, "/cabinet", answer.Header.Get("Location"), path)
	}
}

func TestStepUpIsAskedForAndHoldsFiveMinutes(t *testing.T) {
	t.Parallel()
	o := openWith(t, false, "required")
	w := o.enrol("petrova", "admin")
	answer, _ := w.post("/cabinet/recovery")
	assert.Equal(t, http.StatusOK, answer.StatusCode, "whoever has just signed in with it is fresh")
	o.later(5*time.Minute + time.Second)
	answer, _ = w.do(http.MethodPost, "/cabinet/recovery", nil, "Referer", w.url+"/cabinet/me")
	assert.Equal(t, "/cabinet/step-up?next=%2Fcabinet%2Fme", answer.Header.Get("Location"))
	answer, _ = w.post("/cabinet/step-up", "code", "000000", "next", "/cabinet/me")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	answer, _ = w.post("/cabinet/recovery")
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, _ = w.post("/cabinet/step-up", "code", o.code(w.secret), "next", "/cabinet/me")
	assert.Equal(t, "/cabinet/me", answer.Header.Get("Location"))
	answer, _ = w.post("/cabinet/recovery")
	assert.Equal(t, http.StatusOK, answer.StatusCode)
}

func TestStepUpLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	for next, want := range map[string]string{
		"/cabinet/schedule?date=2026-11-24": "/cabinet/schedule?date=2026-11-24",
		"https://evil.example/cabinet/":     "/cabinet",
		"//evil.example/cabinet/":           "/cabinet",
		"/\\evil.example":                   "/cabinet",
		"/cabinet/../demo/new":              "/cabinet",
		"/cabinet//evil":                    "/cabinet",
		"/cabinet/%2e%2e/x":                 "/cabinet",
		"javascript:alert(1)":               "/cabinet",
		"/cabinet/me\r\nSet-Cookie: a=b":    "/cabinet",
		"":                                  "/cabinet",
	} {
		answer, _ := b.post("/cabinet/step-up", "password", demo.Password, "next", next)
		assert.Equal(t, want, answer.Header.Get("Location"), next)
	}
	answer, _ := b.post("/cabinet/step-up", "password", "wrong", "next", "/cabinet/me")
	assert.Equal(t, http.StatusUnauthorized, answer.StatusCode)
}

func TestADemosLoginNeedsItsPasswordAloneAndIsNotChanged(t *testing.T) {
	t.Parallel()
	o := openWith(t, true, "required")
	b := o.as("doctor")
	for _, path := range []string{"/cabinet/totp/begin", "/cabinet/totp", "/cabinet/recovery", "/cabinet/totp/remove"} {
		b.post("/cabinet/step-up", "password", demo.Password, "next", "/cabinet/me")
		answer, _ := b.post(path, "code", "123456")
		assert.NotEqual(t, http.StatusOK, answer.StatusCode, path)
	}
	_, page := b.get("/cabinet/me")
	assert.Contains(t, page, "демонстрационный")
	assert.True(t, o.as("doctor").in())
}

func TestOneRoleHoldsAtATimeAndASwitchIsShownForAndOnRecord(t *testing.T) {
	t.Parallel()
	o := openWith(t, false, "required")
	o.exec("UPDATE staff SET demo = false")
	w := o.enrol("petrova", "admin", "cashier", "marketing")
	_, day := w.get("/cabinet/schedule/data")
	assert.Contains(t, day, `"patient":"`)

	answer, _ := w.post("/cabinet/role", "role", "security")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode, "not theirs")
	var before string
	o.one("SELECT token FROM session WHERE ended_at IS NULL", &before)
	answer, _ = w.post("/cabinet/role", "role", "marketing")
	assert.Equal(t, "/cabinet", answer.Header.Get("Location"))
	var ended bool
	o.one("SELECT ended_at IS NOT NULL FROM session WHERE token = $1", &ended, before)
	assert.True(t, ended, "the session has a new token")
	answer, _ = w.get("/cabinet/schedule/data")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode, "what the administrator sees, marketing does not")
	var acts string
	o.one("SELECT string_agg(action || ':' || role, ' ' ORDER BY id) FROM audit WHERE action LIKE 'staff.role%'", &acts)
	assert.Equal(t, "staff.role_leave:admin staff.role_take:marketing", acts)

	o.later(6 * time.Minute)
	answer, _ = w.post("/cabinet/role", "role", "admin")
	assert.True(t, strings.HasPrefix(answer.Header.Get("Location"), "/cabinet/step-up?next="), "another privilege needs a second factor")
	w.post("/cabinet/step-up", "code", o.code(w.secret), "next", "/cabinet/me")
	w.post("/cabinet/role", "role", "admin")
	assert.True(t, w.in())
	o.exec("UPDATE staff SET roles = '{}' WHERE login = 'petrova'")
	w.post("/cabinet/role", "role", "marketing")
	answer, _ = w.get("/cabinet/schedule/data")
	assert.Equal(t, http.StatusOK, answer.StatusCode, "a role that was taken away cannot be switched to")
}

func TestASwitchDoesNotMakeTheDayLonger(t *testing.T) {
	t.Parallel()
	o := openWith(t, false, "required")
	w := o.enrol("ivanova", "admin", "cashier")
	o.later(11 * time.Hour)
	w.post("/cabinet/step-up", "code", o.code(w.secret), "next", "/cabinet/me")
	w.post("/cabinet/role", "role", "cashier")
	require.True(t, w.in())
	o.later(time.Hour + time.Minute)
	assert.False(t, w.in())
}
