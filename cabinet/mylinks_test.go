package cabinet_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/staff"
)

func TestOneLinksAMessengerAfterASecondFactorAndUnlinksIt(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("doctor")
	answer, _ := b.post("/cabinet/me/link")
	assert.Contains(t, answer.Header.Get("Location"), "/cabinet/step-up")
	b.post("/cabinet/step-up", "password", demo.Password, "next", "/cabinet/me")
	answer, page := b.post("/cabinet/me/link")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	token := regexp.MustCompile(`https://t\.me/bot\?start=staff_([A-Za-z0-9_-]{22})`).FindStringSubmatch(page)
	require.Len(t, token, 2, page)
	assert.Contains(t, page, `<svg class="qr"`)

	chat := uuid.New()
	o.exec("INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES ($1, 'telegram', 'telegram:main', '7', now())", chat)
	links := staff.Links{In: o.db, Clock: o.roster.Clock, IDs: o.roster.IDs}
	who := core.Actor{Kind: core.Patient, ID: chat, Channel: "telegram"}
	ref, login, err := links.Open(t.Context(), who, token[1])
	require.NoError(t, err)
	assert.Equal(t, "doctor", login)
	require.NoError(t, links.Take(t.Context(), who, ref))
	_, page = b.get("/cabinet/me")
	assert.Contains(t, page, "Telegram")

	other := o.as("head")
	other.post("/cabinet/step-up", "password", demo.Password, "next", "/cabinet/me")
	answer, _ = other.post("/cabinet/me/link/" + chat.String() + "/end")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	answer, _ = b.post("/cabinet/me/link/" + chat.String() + "/end")
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = b.get("/cabinet/me")
	assert.NotContains(t, page, "Telegram")
}
