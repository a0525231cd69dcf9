package cabinet_test

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// goes sends a browser to the provider by a form and returns what it comes back with.
func (b *browser) goes(p *provider, path, subject string) (code, state string) {
	b.t.Helper()
	answer, body := b.post(path)
	require.Equal(b.t, http.StatusOK, answer.StatusCode, body)
	to, ok := strings.CutPrefix(answer.Header.Get("Refresh"), "0; url=")
	require.True(b.t, ok)
	require.True(b.t, strings.HasPrefix(to, p.URL+"/authorize?"), to)
	return p.authorize(to, subject)
}

// returns comes back from the provider.
func (b *browser) returns(code, state string) (reply, string) {
	b.t.Helper()
	_, page := b.get("/cabinet/sso/callback?code=" + code + "&state=" + state)
	require.Contains(b.t, page, code, "the page posts what it was told")
	return b.post("/cabinet/sso/callback", "code", code, "state", state)
}

// signOnOffice is a clinic with a sign-on of its own.
func signOnOffice(t *testing.T) (*office, *provider) {
	t.Helper()
	var o *office
	p := newProvider(t, func() time.Time { return *o.now.Load() })
	o = openSignOn(t, p.URL)
	return o, p
}

func TestTheClinicsSignOnIsBoundByItsOwnerAndThenSignsIn(t *testing.T) {
	t.Parallel()
	o, p := signOnOffice(t)
	w := o.enrol("petrova", "admin")
	stranger := o.browser()
	answer, page := stranger.returns(stranger.goes(p, "/cabinet/sso", "p-17"))
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	assert.Contains(t, page, "ни с кем не связан")

	answer, _ = w.returns(w.goes(p, "/cabinet/me/sso", "p-17"))
	assert.Equal(t, "/cabinet/me", answer.Header.Get("Location"))
	b := o.browser()
	o.later(time.Minute)
	answer, _ = b.returns(b.goes(p, "/cabinet/sso", "p-17"))
	assert.Equal(t, "/cabinet/second", answer.Header.Get("Location"), "it stands in the place of the password")
	answer, _ = b.post("/cabinet/second", "code", o.code(w.secret))
	assert.Equal(t, "/cabinet", answer.Header.Get("Location"))

	p.claims = func(c map[string]any) { c["amr"] = []string{"pwd", "mfa"} }
	b = o.browser()
	answer, _ = b.returns(b.goes(p, "/cabinet/sso", "p-17"))
	assert.Equal(t, "/cabinet", answer.Header.Get("Location"), "where the provider saw more than a password")
	assert.True(t, b.in())

	w.post("/cabinet/step-up", "code", w.codes[0], "next", "/cabinet/me")
	w.returns(w.goes(p, "/cabinet/sso", "p-17")) // signs the same person in anew
	answer, _ = w.post("/cabinet/me/sso/end")
	assert.Equal(t, "/cabinet/me", answer.Header.Get("Location"))
	answer, _ = o.browser().returns(stranger.goes(p, "/cabinet/sso", "p-17"))
	assert.Equal(t, http.StatusForbidden, answer.StatusCode, "what one browser asked, another cannot answer")
	answer, _ = b.returns(b.goes(p, "/cabinet/sso", "p-17"))
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
}

func TestANewcomerMayUseTheClinicsSignOnInThePlaceOfAPassword(t *testing.T) {
	t.Parallel()
	o, p := signOnOffice(t)
	token, err := o.roster.Add(t.Context(), core.Sys("cli"), staff.Newcomer{Login: "petrova", Role: "admin"})
	require.NoError(t, err)
	b := o.browser()
	answer, _ := b.returns(b.goes(p, "/cabinet/invite/"+token+"/sso", "p-17"))
	assert.Equal(t, "/cabinet/enrol", answer.Header.Get("Location"))
	answer, _ = b.get("/cabinet/invite/" + token)
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "the link is used up")
	again := o.browser()
	answer, _ = again.returns(again.goes(p, "/cabinet/invite/"+token+"/sso", "p-18"))
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
}

// V4: an identity is never merged by e-mail, nor taken from whom it belongs to.
func TestV4ASignOnIsNobodysByEMailAndStaysItsOwners(t *testing.T) {
	t.Parallel()
	o, p := signOnOffice(t)
	victim := o.enrol("petrova@clinic.example", "admin")
	victim.returns(victim.goes(p, "/cabinet/me/sso", "p-17"))
	thief := o.browser()
	answer, _ := thief.returns(thief.goes(p, "/cabinet/sso", "p-66")) // the same e-mail, another subject
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	assert.False(t, thief.in())

	other := o.enrol("ivanova", "admin")
	answer, _ = other.returns(other.goes(p, "/cabinet/me/sso", "p-17"))
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "somebody else's sign-on")
	answer, _ = victim.returns(victim.goes(p, "/cabinet/me/sso", "p-99"))
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "a second one is not added by a stolen session")
	token, err := o.roster.Invite(t.Context(), core.Sys("cli"), "ivanova")
	require.NoError(t, err)
	answer, _ = thief.returns(thief.goes(p, "/cabinet/invite/"+token+"/sso", "p-17"))
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	var linked string
	o.one("SELECT string_agg(s.login || '=' || o.subject, ' ') FROM staff_oidc o JOIN staff s ON s.id = o.staff_id", &linked)
	assert.Equal(t, "petrova@clinic.example=p-17", linked)
}

func TestASignOnThatIsNotWhatWasAskedForIsRefused(t *testing.T) {
	t.Parallel()
	o, p := signOnOffice(t)
	w := o.enrol("petrova", "admin")
	w.returns(w.goes(p, "/cabinet/me/sso", "p-17"))
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	for name, unkind := range map[string]func(){
		"another nonce":    func() { p.claims = func(c map[string]any) { c["nonce"] = "replayed" } },
		"no nonce":         func() { p.claims = func(c map[string]any) { delete(c, "nonce") } },
		"another audience": func() { p.claims = func(c map[string]any) { c["aud"] = "somebody-else" } },
		"another issuer":   func() { p.claims = func(c map[string]any) { c["iss"] = "https://evil.example" } },
		"run out":          func() { p.claims = func(c map[string]any) { c["exp"] = o.now.Load().Add(-time.Minute).Unix() } },
		"nobody":           func() { p.claims = func(c map[string]any) { c["sub"] = "" } },
		"another key":      func() { p.signer = stranger },
		"no signature":     func() { p.header = map[string]any{"alg": "none"} },
		"a shared secret":  func() { p.header = map[string]any{"alg": "HS256", "kid": "one"} },
	} {
		p.claims, p.signer, p.header = nil, nil, nil
		unkind()
		b := o.browser()
		answer, _ := b.returns(b.goes(p, "/cabinet/sso", "p-17"))
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, name)
		assert.False(t, b.in(), name)
		answer, _ = b.get("/cabinet/second")
		assert.Equal(t, "/cabinet", answer.Header.Get("Location"), name)
	}
	p.claims, p.signer, p.header = nil, nil, nil
	b := o.browser()
	code, state := b.goes(p, "/cabinet/sso", "p-17")
	for name, back := range map[string][2]string{"another state": {code, "made-up"}, "no state": {code, ""}} {
		answer, _ := o.browser().post("/cabinet/sso/callback", "code", back[0], "state", back[1])
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, name)
	}
	attacker := o.browser()
	stolen, _ := attacker.goes(p, "/cabinet/sso", "p-66")
	answer, _ := b.post("/cabinet/sso/callback", "code", stolen, "state", state)
	assert.Equal(t, http.StatusForbidden, answer.StatusCode, "a code of another's asking does not fit our proof (PKCE)")
	code, state = b.goes(p, "/cabinet/sso", "p-17")
	o.later(11 * time.Minute)
	answer, _ = b.post("/cabinet/sso/callback", "code", code, "state", state)
	assert.Equal(t, http.StatusForbidden, answer.StatusCode, "too late")
	answer, _ = b.get("/cabinet/sso/callback?error=access_denied")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}
