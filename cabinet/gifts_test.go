package cabinet_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

func TestALinkToResultsOpensForTheChatThatMayReadThem(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	of := o.some("SELECT p.id FROM patient p WHERE EXISTS (SELECT FROM patient_contact c WHERE c.patient_id = p.id) ORDER BY p.id LIMIT 1")
	chat, report, value := uuid.New(), uuid.New(), uuid.New()
	sealed, err := vaulttest.Vault(t).Seal(vault.Place{Table: "lab_value", Column: "value_sealed", Row: value}, []byte("140 г/л"))
	require.NoError(t, err)
	o.exec("INSERT INTO conversation (id, channel, account, external_id, created_at, last_inbound_at) VALUES ($1, 'telegram', 'telegram:main', $2, $3, $3)", chat.String(), chat.String(), monday())
	o.exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at, verified_at) VALUES ($1, $2, 'self', $3, $3)", chat.String(), of.String(), monday())
	o.exec(`INSERT INTO lab_report (id, patient_id, branch_id, kind, status, released_at, created_at)
		VALUES ($1, $2, (SELECT id FROM branch ORDER BY id LIMIT 1), 'routine', 'final', $3, $3)`, report.String(), of.String(), monday())
	o.exec("INSERT INTO lab_value (id, report_id, patient_id, code, value_sealed, at) VALUES ($1, $2, $3, 'гемоглобин', $4, $5)", value.String(), report.String(), of.String(), sealed, monday())

	cards := patient.Cards{In: o.db, Vault: vaulttest.Vault(t), Clock: monday, IDs: core.NewIDs(nil)}
	known, err := cards.Contacts(t.Context(), core.Sys("test"), of)
	require.NoError(t, err)
	last := known[0].Value[len(known[0].Value)-2:]
	give := func() (int, string) {
		token, err := patient.Tickets{Cards: cards, Random: rand.Reader}.Offer(t.Context(), core.Sys("test"), patient.Ticket{Patient: of, Purpose: "results", Object: chat, Lasts: time.Hour})
		require.NoError(t, err)
		answer, body := o.browser().do(http.MethodPost, "/p/"+token, url.Values{"digits": {last}})
		return answer.StatusCode, body
	}
	status, body := give()
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, "гемоглобин: 140 г/л")
	o.exec("UPDATE patient_link SET verified_at = NULL WHERE conversation_id = $1", chat.String())
	status, body = give()
	assert.Equal(t, http.StatusNotFound, status)
	assert.NotContains(t, body, "140")
}
