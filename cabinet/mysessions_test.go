package cabinet_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/demo"
)

// in says whether a browser is signed in.
func (b *browser) in() bool {
	b.t.Helper()
	answer, _ := b.get("/cabinet/schedule/data")
	return answer.StatusCode != http.StatusUnauthorized
}

func (b *browser) post(path string, pairs ...string) (reply, string) {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

func (o *office) one(sql string, into any, args ...any) {
	o.t.Helper()
	conn, err := pgx.Connect(o.t.Context(), o.address.OwnerURL)
	require.NoError(o.t, err)
	defer conn.Close(o.t.Context())
	require.NoError(o.t, conn.QueryRow(o.t.Context(), sql, args...).Scan(into))
}

func TestOneSeesOnesSessionsAndEndsThem(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	here, there, third, other := o.as("admin"), o.as("admin"), o.as("admin"), o.as("head")
	_, page := here.get("/cabinet/me", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0")
	ends := regexp.MustCompile(`/cabinet/me/sessions/([0-9a-f-]{36})/end`).FindAllString(page, -1)
	require.Len(t, ends, 2, "this one is left by signing out")

	answer, _ := other.post(ends[0])
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "nobody ends another's")
	answer, _ = here.post(ends[0])
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	assert.True(t, here.in())
	assert.NotEqual(t, there.in(), third.in(), "one of the two has ended")
	answer, _ = here.post("/cabinet/me/sessions/end")
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	assert.True(t, here.in())
	assert.False(t, there.in())
	assert.False(t, third.in())
	assert.True(t, other.in())
}

func TestV4ASessionNeverBecomesSomebodyElses(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("marketing")
	var before string
	o.one("SELECT token FROM session", &before)
	b.signIn("security", demo.Password)
	var staff, role string
	o.one("SELECT s.staff_id::text FROM session s WHERE s.ended_at IS NULL", &staff)
	o.one("SELECT role FROM staff WHERE id = $1", &role, staff)
	assert.Equal(t, "security", role)
	var ended bool
	o.one("SELECT ended_at IS NOT NULL FROM session WHERE token = $1", &ended, before)
	assert.True(t, ended, "the token of before is worth nothing")
}

func TestV23ANewPasswordARoleAndADeviceEndSessionsAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	require.True(t, b.in())
	o.exec("UPDATE staff SET generation = generation + 1 WHERE login = 'admin'")
	assert.False(t, b.in(), "at the next request, not within a second")
	b = o.as("head")
	o.exec("UPDATE staff SET role = 'nurse' WHERE login = 'head'")
	assert.False(t, b.in(), "a role that was taken away is not kept by those who have it open")
}

func TestTwelveHoursAreAllWhateverHappensMeanwhile(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	for h := range 11 {
		o.set(monday().Add(time.Duration(h+1) * time.Hour))
		b.post("/cabinet/active")
	}
	assert.True(t, b.in())
	o.set(monday().Add(12*time.Hour + time.Second))
	assert.False(t, b.in())
}

func TestV16LookingChangesNothing(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("doctor")
	var before, after string
	state := "SELECT coalesce(string_agg(s::text, ';' ORDER BY token), '') FROM session s"
	o.one(state, &before)
	o.set(monday().Add(10 * time.Minute))
	for _, path := range []string{"/cabinet", "/cabinet/schedule", "/cabinet/schedule/data", "/cabinet/me"} {
		b.get(path)
	}
	o.one(state, &after)
	assert.Equal(t, before, after)
	b.post("/cabinet/active")
	o.one(state, &after)
	assert.NotEqual(t, before, after, "the page says that somebody is there")
}

func TestGuessesAreCountedAcrossRestartsAndTellWhenToTryAgain(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	for range 5 {
		assert.Equal(t, http.StatusUnauthorized, o.browser().signIn("admin", "wrong").StatusCode)
	}
	answer, body := o.browser().post("/cabinet/login", "login", "admin", "password", demo.Password)
	assert.Equal(t, http.StatusTooManyRequests, answer.StatusCode, "the right one too")
	assert.Equal(t, "60", answer.Header.Get("Retry-After"))
	assert.Contains(t, body, "Попробуйте снова в 10:57, через 1 мин.")
	o.set(monday().Add(time.Minute))
	assert.Equal(t, http.StatusSeeOther, o.browser().signIn("admin", demo.Password).StatusCode)
	var locks int
	o.one("SELECT count(*) FROM audit WHERE action = 'throttle.lock' AND object_id = (SELECT id FROM staff WHERE login = 'admin')", &locks)
	assert.NotZero(t, locks)
}
