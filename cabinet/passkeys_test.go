package cabinet_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// keyed is somebody whose only second factor is a passkey.
func (o *office) keyed(login string) (*browser, *authenticator) {
	o.t.Helper()
	b, a := o.browser(), newAuthenticator(o.t)
	token, err := o.roster.Add(o.t.Context(), core.Sys("cli"), staff.Newcomer{Login: login, Role: "admin"})
	require.NoError(o.t, err)
	b.post("/cabinet/invite/"+token, "password", password, "again", password)
	answer, page := b.post("/cabinet/passkeys", "credential", a.create(b.asks("/cabinet/passkeys/begin")), "name", "Ключ на связке")
	require.Equal(o.t, http.StatusOK, answer.StatusCode, page)
	require.Len(o.t, regexp.MustCompile(`[a-z2-7]{4}(-[a-z2-7]{4}){3}`).FindAllString(page, -1), 10, "recovery codes come with the first second factor")
	require.True(o.t, b.in())
	return b, a
}

func TestAPasskeySignsInWithoutAPasswordAndAsTheSecondFactor(t *testing.T) {
	t.Parallel()
	o := openWith(t, false, "required")
	_, a := o.keyed("petrova")
	b := o.browser()
	asked := b.asks("/cabinet/passkey/begin")
	assert.Empty(t, asked.PublicKey.Allow, "whose passkeys there are is told to nobody")
	assert.Equal(t, "required", asked.PublicKey.UserVerification)
	answer, _ := b.post("/cabinet/passkey", "credential", a.get(asked))
	assert.Equal(t, "/cabinet", answer.Header.Get("Location"))
	assert.True(t, b.in())
	answer, _ = b.post("/cabinet/recovery")
	assert.Equal(t, http.StatusOK, answer.StatusCode, "and is a second factor just shown")

	b = o.browser()
	assert.Equal(t, "/cabinet/second", b.signIn("petrova", password).Header.Get("Location"))
	asked = b.asks("/cabinet/second/passkey/begin")
	assert.Len(t, asked.PublicKey.Allow, 1)
	answer, _ = b.post("/cabinet/second/passkey", "credential", a.get(asked))
	assert.Equal(t, "/cabinet", answer.Header.Get("Location"))

	o.later(6 * time.Minute)
	answer, _ = b.post("/cabinet/step-up/passkey", "credential", a.get(b.asks("/cabinet/step-up/passkey/begin")), "next", "/cabinet/me")
	assert.Equal(t, "/cabinet/me", answer.Header.Get("Location"))
	answer, _ = b.post("/cabinet/recovery")
	assert.Equal(t, http.StatusOK, answer.StatusCode)
}

func TestAPasskeysAnswerIsGoodForItsQuestionItsSiteAndItsOwner(t *testing.T) {
	t.Parallel()
	o := openWith(t, false, "required")
	_, a := o.keyed("petrova")
	_, other := o.keyed("ivanova")
	wrong := func(name, path string, b *browser, credential string) {
		t.Helper()
		answer, _ := b.post(path, "credential", credential)
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, name)
		assert.False(t, b.in(), name)
	}
	b := o.browser()
	said := a.get(b.asks("/cabinet/passkey/begin"))
	wrong("another browser's question", "/cabinet/passkey", o.browser(), said)
	wrong("an older question", "/cabinet/passkey", b, func() string { b.asks("/cabinet/passkey/begin"); return said }())
	wrong("a question answered twice", "/cabinet/passkey", b, said)
	wrong("nonsense", "/cabinet/passkey", b, "{}")
	late := a.get(b.asks("/cabinet/passkey/begin"))
	o.later(11 * time.Minute)
	wrong("too late", "/cabinet/passkey", b, late)
	a.site = "https://evil.example"
	wrong("another site", "/cabinet/passkey", b, a.get(b.asks("/cabinet/passkey/begin")))
	a.site, a.rp = "http://localhost", "evil.example"
	wrong("another relying party", "/cabinet/passkey", b, a.get(b.asks("/cabinet/passkey/begin")))
	a.rp, a.unseen = "localhost", true
	wrong("nobody was verified", "/cabinet/passkey", b, a.get(b.asks("/cabinet/passkey/begin")))
	a.unseen = false
	half := o.browser()
	half.signIn("petrova", password)
	wrong("somebody else's passkey", "/cabinet/second/passkey", half, other.get(half.asks("/cabinet/second/passkey/begin")))
	owner := a.user
	a.user = other.user
	wrong("somebody else's name on one's own key", "/cabinet/passkey", b, a.get(b.asks("/cabinet/passkey/begin")))
	a.user = owner
	answer, _ := b.post("/cabinet/passkey", "credential", a.get(b.asks("/cabinet/passkey/begin")))
	assert.Equal(t, "/cabinet", answer.Header.Get("Location"), "and the right one still opens")
}

func TestACopyOfAPasskeyIsFoundOutByItsCounter(t *testing.T) {
	t.Parallel()
	o := openWith(t, false, "required")
	home, a := o.keyed("petrova")
	clone := *a
	b := o.browser()
	for range 3 {
		b.post("/cabinet/passkey", "credential", a.get(b.asks("/cabinet/passkey/begin")))
	}
	require.True(t, b.in())
	thief := o.browser()
	answer, page := thief.post("/cabinet/passkey", "credential", clone.get(thief.asks("/cabinet/passkey/begin")))
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	assert.Contains(t, page, "копия")
	assert.False(t, thief.in())
	assert.False(t, home.in(), "sessions end: nobody knows whose they were")
	assert.False(t, b.in())
	answer, _ = b.post("/cabinet/passkey", "credential", a.get(b.asks("/cabinet/passkey/begin")))
	assert.Equal(t, http.StatusForbidden, answer.StatusCode, "the key opens nothing any more")
	var acts int
	o.one("SELECT count(*) FROM audit WHERE action = 'staff.passkey_doubted'", &acts)
	assert.Equal(t, 1, acts)
}

func TestPasskeysAreListedRenamedAndRemovedByTheirOwner(t *testing.T) {
	t.Parallel()
	o := openWith(t, false, "required")
	b, a := o.keyed("petrova")
	thief, _ := o.keyed("ivanova")
	_, page := b.get("/cabinet/me")
	assert.Contains(t, page, "Ключ на связке")
	path := "/cabinet/passkeys/" + b64(a.id)
	for _, act := range []string{"/name", "/remove"} {
		answer, _ := thief.post(path+act, "name", "моё")
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, act)
	}
	b.post(path+"/name", "name", "Новое   имя")
	_, page = b.get("/cabinet/me")
	assert.Contains(t, page, "Новое имя")
	answer, _ := b.post(path + "/remove")
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "the last second factor stays")

	second := newAuthenticator(t)
	elsewhere := o.browser()
	elsewhere.post("/cabinet/passkey", "credential", a.get(elsewhere.asks("/cabinet/passkey/begin")))
	answer, _ = b.post("/cabinet/passkeys", "credential", second.create(b.asks("/cabinet/passkeys/begin")))
	assert.Equal(t, "/cabinet/me", answer.Header.Get("Location"))
	assert.True(t, b.in())
	assert.False(t, elsewhere.in(), "a new device ends other sessions")
	answer, _ = b.post(path + "/remove")
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	gone := o.browser()
	answer, _ = gone.post("/cabinet/passkey", "credential", a.get(gone.asks("/cabinet/passkey/begin")))
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}

func TestAPasskeyIsAddedAfterASecondFactorOnly(t *testing.T) {
	t.Parallel()
	o := openWith(t, true, "required")
	w := o.enrol("petrova", "admin")
	o.later(6 * time.Minute)
	answer, _ := w.post("/cabinet/passkeys/begin")
	assert.Contains(t, answer.Header.Get("Location"), "/cabinet/step-up")
	half := o.browser()
	half.signIn("petrova", password)
	answer, _ = half.post("/cabinet/passkeys/begin")
	assert.Equal(t, "/cabinet/second", answer.Header.Get("Location"))
	guest := o.as("admin")
	answer, _ = guest.post("/cabinet/passkeys/begin")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode, "a demo's login is everybody's")
}
