package cabinet_test

import (
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

func TestAPatientsLinkGivesOnceToWhoKnowsTheLastDigits(t *testing.T) {
	t.Parallel()
	o := open(t, false)
	cards := patient.Cards{In: o.db, Vault: vaulttest.Vault(t), Clock: o.roster.Clock, IDs: o.roster.IDs}
	who := uuid.New()
	o.exec("INSERT INTO patient (id, given, created_at) VALUES ($1, 'Иван', now())", who)
	require.NoError(t, cards.SetPhone(t.Context(), core.Sys("test"), who, "+79161234567", true))
	offer := func(purpose string) string {
		token, err := patient.Tickets{Cards: cards, Random: rand.Reader}.Offer(t.Context(), core.Sys("worker"),
			patient.Ticket{Patient: who, Purpose: purpose, Lasts: 24 * time.Hour})
		require.NoError(t, err)
		return "/p/" + token
	}
	b := o.browser()
	path := offer("greeting")
	answer, body := b.get(path)
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.NotContains(t, body, "Иван")
	assert.Equal(t, "no-referrer", answer.Header.Get("Referrer-Policy"))
	assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	answer, body = b.post(path, "digits", "00")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	assert.Contains(t, body, "Цифры не подошли")
	answer, body = b.post(path, "digits", "67")
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, "gift of "+who.String(), body)

	used, usedBody := b.get(path)
	madeUp, madeUpBody := b.get("/p/AAAAAAAAAAAAAAAAAAAAAA")
	assert.Equal(t, http.StatusNotFound, used.StatusCode)
	assert.Equal(t, used.StatusCode, madeUp.StatusCode)
	assert.Equal(t, usedBody, madeUpBody, "what is used up and what never was look alike")
	answer, _ = b.get(offer("nobody gives this"))
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	again, _ := b.post(path, "digits", "67")
	assert.Equal(t, http.StatusNotFound, again.StatusCode)
}
