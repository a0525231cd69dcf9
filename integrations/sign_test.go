package integrations_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// signed is what a payment service's own program would make of the documentation.
func signed(key string, at time.Time, request, body string) string {
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = fmt.Fprintf(mac, "%d %s\n%s", at.Unix(), request, body)
	return fmt.Sprintf("t=%d,v1=%x", at.Unix(), mac.Sum(nil))
}

func TestV9WhatAPaymentServiceSaysIsSignedAndCountsOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	token := l.token("bank", "payments")
	key, other := l.keys[token], l.keys[l.token("shop", "payments")]
	require.NotEqual(t, key, other)
	invoice := l.invoice()
	path, body := "/api/v1/payments/"+invoice.String()+"/create", `{"external":"t-1","status":"succeeded"}`
	request, now := "POST "+path, monday()

	good := signed(key, now, request, body)
	dated, bare, _ := strings.Cut(good, ",")
	for name, wrong := range map[string]struct{ signature, path, body string }{
		"none":           {"", path, body},
		"nonsense":       {"sha256=00", path, body},
		"another's key":  {signed(other, now, request, body), path, body},
		"the token":      {signed(token, now, request, body), path, body},
		"another body":   {good, path, strings.Replace(body, "t-1", "t-2", 1)},
		"another path":   {good, strings.Replace(path, "/create", "/void", 1), body},
		"another time":   {dated + "1," + bare, path, body},
		"recorded":       {signed(key, now.Add(-6*time.Minute), request, body), path, body},
		"of tomorrow":    {signed(key, now.Add(24*time.Hour), request, body), path, body},
		"cut short":      {good[:len(good)-2], path, body},
		"without a time": {bare, path, body},
	} {
		status, text := l.send(token, wrong.signature, http.MethodPost, wrong.path, wrong.body)
		assert.Equal(t, http.StatusUnauthorized, status, "%s: %s", name, text)
	}
	assert.Zero(t, l.events(), "nothing forged is kept")

	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			status, text := l.send(token, good, http.MethodPost, path, body)
			assert.Equal(t, http.StatusOK, status, text)
		})
	}
	all.Wait()
	assert.Equal(t, 1, l.events())
	var paid int
	require.NoError(t, l.owner.QueryRow(t.Context(), "SELECT count(*) FROM payment").Scan(&paid))
	assert.Zero(t, paid, "a word makes nothing paid")

	status, text := l.send(token, good, http.MethodPost, path, strings.Repeat(" ", 70<<10))
	assert.Equal(t, http.StatusUnprocessableEntity, status, text)
}

func TestAKeyIsKeptSealedAndOnlyWhereItSigns(t *testing.T) {
	t.Parallel()
	l := open(t)
	require.Empty(t, l.keys[l.token("site", "contacts appointments")])
	key := l.keys[l.token("bank", "contacts payments")]
	require.NotEmpty(t, key)
	var sealed []byte
	require.NoError(t, l.owner.QueryRow(t.Context(), "SELECT key_sealed FROM api_token WHERE name = 'bank'").Scan(&sealed))
	assert.NotContains(t, string(sealed), key)
}

// invoice is one of the clinic's.
func (l *line) invoice() uuid.UUID {
	l.t.Helper()
	id := uuid.New()
	_, err := l.owner.Exec(l.t.Context(), `
INSERT INTO invoice (id, patient_id, visit_id, branch_id, total, currency, created_at)
SELECT $1, patient_id, id, branch_id, 100000, 'RUB', $2 FROM visit WHERE status = 'booked' AND patient_id IS NOT NULL LIMIT 1`, id, monday())
	require.NoError(l.t, err)
	return id
}

func (l *line) events() (n int) {
	l.t.Helper()
	require.NoError(l.t, l.owner.QueryRow(l.t.Context(), "SELECT count(*) FROM payment_event").Scan(&n))
	return n
}
