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
	"github.com/zapis-clinic/zapis/core/personal"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// copyLink is a copy that somebody with a birth date asked for.
func (o *office) copyLink() string {
	o.t.Helper()
	patient, chat := uuid.New(), core.Actor{Kind: core.Patient, ID: uuid.New(), Channel: "telegram"}
	o.exec("INSERT INTO patient (id, given, birth_date, created_at) VALUES ($1, 'Ольга', '1985-03-25', now())", patient)
	o.exec("INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES ($1, 'telegram', 'telegram:main', $2, now())", chat.ID, chat.ID.String())
	o.exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $2, 'self', now())", chat.ID, patient)
	data := personal.Office{
		In: o.db, Clock: func() time.Time { return *o.now.Load() }, IDs: core.NewIDs(nil), Random: rand.Reader, Vault: vaulttest.Vault(o.t),
	}
	require.NoError(o.t, data.Ask(o.t.Context(), chat, personal.Access))
	o.set(o.now.Load().Add(time.Minute))
	open, err := data.Open(o.t.Context(), personal.Access)
	require.NoError(o.t, err)
	var token string
	speech := personal.Speech{Lang: "ru", Zone: time.UTC, Say: func(key string) string { return key }}
	require.NoError(o.t, data.Copy(o.t.Context(), open[0], speech, func(_ *store.Tx, x string) error { token = x; return nil }))
	return "/p/data/" + token
}

func TestACopyIsTakenOnceByWhoeverKnowsTheBirthDate(t *testing.T) {
	t.Parallel()
	o := open(t, false)
	link, b := o.copyLink(), o.browser()
	for range 2 { // a messenger looks at links before people do
		answer, page := b.get(link)
		require.Equal(t, http.StatusOK, answer.StatusCode)
		assert.Contains(t, page, "дата рождения", "Russian without a word from the browser")
		assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	}
	answer, page := b.post(link, "born", "1985-03-26")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	assert.Contains(t, page, "не совпадает")
	answer, body := b.post(link, "born", "1985-03-25")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, answer.Header.Get("Content-Disposition"), "attachment")
	assert.Equal(t, "PK", body[:2])
	answer, _ = b.post(link, "born", "1985-03-25")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	answer, _ = b.get("/p/data/AAAAAAAAAAAAAAAAAAAAAA")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
}
