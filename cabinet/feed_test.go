package cabinet_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestADoctorsCalendarNamesNobodyAndEndsWhenRevoked(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	v := o.as("admin").made(o.slot(0), o.idle())
	var surname string
	o.one("SELECT surname FROM patient WHERE id = $1", &surname, v.Patient)
	doctor := o.as("doctor")
	address := func() string {
		_, page := doctor.post("/cabinet/schedule/feed/open")
		found := regexp.MustCompile(`/calendar/[A-Za-z0-9_-]{32}\.ics`).FindString(page)
		require.NotEmpty(t, found, page)
		return found
	}
	path := address()
	stranger := o.browser()
	answer, text := stranger.get(path)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.True(t, strings.HasPrefix(answer.Header.Get("Content-Type"), "text/calendar"))
	assert.Contains(t, text, v.ID.String())
	assert.Contains(t, strings.ReplaceAll(text, `\,`, ","), "SUMMARY:Приём, 30 мин")
	assert.NotContains(t, text, surname)
	again, _ := stranger.get(path, "If-None-Match", answer.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, again.StatusCode)

	o.exec("UPDATE branch SET feed_names = true")
	_, text = stranger.get(path)
	assert.Contains(t, strings.ReplaceAll(text, "\r\n ", ""), surname)

	next := address()
	answer, _ = stranger.get(path)
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "a new address ends the old")
	doctor.post("/cabinet/schedule/feed/close")
	answer, _ = stranger.get(next)
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	var kept int
	o.one("SELECT count(*) FROM calendar_feed WHERE octet_length(token_hash) = 32", &kept)
	assert.Equal(t, 2, kept)
	for _, login := range []string{"admin", "director"} {
		answer, _ = o.as(login).post("/cabinet/schedule/feed/open")
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, login)
	}
}
