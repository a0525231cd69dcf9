package acts_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/store"
)

// written is a draft of the demo's marketing.
func (h *house) written(claims string) uuid.UUID {
	h.t.Helper()
	in := acts.Input{Fields: fields("name", "Осень", "text", "Проверьте сердце", "claims", claims)}
	id, _ := h.do(h.as("marketing"), core.Create, core.Campaigns, in).Rows[0]["id"].(uuid.UUID)
	return id
}

func TestACampaignTakesTwoPeople(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := acts.Input{ID: h.written("false")}
	start := acts.Input{ID: id.ID, Fields: fields("do", "start")}
	h.refuse("campaign_state", h.as("marketing"), core.Update, core.Campaigns, start)
	h.refuse("not_found", h.as("marketing"), core.Approve, core.Campaigns, id)
	h.refuse("not_found", h.as("head"), core.Approve, core.Campaigns, id)
	for _, role := range []string{"admin", "doctor", "cashier", "director", "security"} {
		h.refuse("not_found", h.as(role), core.Approve, core.Campaigns, id)
		h.refuse("not_found", h.as(role), core.Update, core.Campaigns, start)
	}
	second := h.another("marketing")
	h.do(second, core.Approve, core.Campaigns, id)
	h.refuse("campaign_state", h.as("marketing"), core.Update, core.Campaigns, acts.Input{ID: id.ID, Fields: fields("name", "x", "text", "другой текст")})
	h.do(h.as("marketing"), core.Update, core.Campaigns, start)
	h.do(second, core.Update, core.Campaigns, acts.Input{ID: id.ID, Fields: fields("do", "stop")})
	h.refuse("campaign_state", h.as("marketing"), core.Update, core.Campaigns, start)
}

func TestMedicalClaimsAreTheHeads(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := acts.Input{ID: h.written("true")}
	h.refuse("campaign_needs_head", h.another("marketing"), core.Approve, core.Campaigns, id)
	h.do(h.as("head"), core.Approve, core.Campaigns, id)
}

func TestMarketingSeesCountsAndNeverLists(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.written("false")
	h.exec("INSERT INTO campaign_recipient (campaign_id, patient_id, at) SELECT $1, id, now() FROM patient", id.String())
	out, err := json.Marshal(h.do(h.as("marketing"), core.Read, core.Campaigns, acts.Input{ID: id}))
	require.NoError(t, err)
	assert.NotContains(t, string(out), h.id("SELECT id FROM patient LIMIT 1").String())
	for _, role := range []string{"marketing", "director", "head"} {
		require.NoError(t, h.db.InTx(t.Context(), h.as(role), func(tx *store.Tx) error {
			rows, err := tx.Query(t.Context(), "SELECT patient_id FROM campaign_recipient")
			require.NoError(t, err)
			assert.False(t, rows.Next(), role)
			rows.Close()
			return nil
		}))
	}
}

func TestPricesAndTimesChangeByTwoPeople(t *testing.T) {
	t.Parallel()
	h := open(t)
	service := h.id("SELECT id FROM service ORDER BY id LIMIT 1").String()
	ask := acts.Input{Kind: "prices", Fields: fields("service", service, "price", "777700")}
	id, _ := h.do(h.as("cashier"), core.Update, core.Settings, ask).Rows[0]["id"].(uuid.UUID)
	yes := acts.Input{ID: id, Fields: fields("decision", "approved")}
	h.refuse("not_found", h.as("cashier"), core.Approve, core.Settings, yes)
	h.refuse("not_found", h.as("admin"), core.Approve, core.Settings, yes)
	h.refuse("not_allowed", h.as("admin"), core.Update, core.Settings, ask)
	h.do(h.as("director"), core.Approve, core.Settings, yes)
	h.refuse("settings_decided", h.as("director"), core.Approve, core.Settings, yes)
	assert.Equal(t, 0, h.count("SELECT count(*) FROM service WHERE price = 777700"), "Zapis carries it out")

	away := acts.Input{Kind: "schedule", Fields: fields("from", "2026-12-01T06:00:00Z", "to", "2026-12-02T06:00:00Z")}
	id, _ = h.do(h.as("doctor"), core.Create, core.Settings, away).Rows[0]["id"].(uuid.UUID)
	h.refuse("not_allowed", h.as("cashier"), core.Create, core.Settings, away)
	h.do(h.as("head"), core.Approve, core.Settings, acts.Input{ID: id, Fields: fields("decision", "approved")})

	branch := h.id("SELECT id FROM branch ORDER BY id LIMIT 1")
	shut := acts.Input{Kind: "schedule", Fields: fields("branch", branch.String(), "from", "2026-12-31T06:00:00Z", "to", "2027-01-01T06:00:00Z")}
	there := h.as("admin")
	there.Branches = []uuid.UUID{h.id("SELECT id FROM branch WHERE id <> $1 LIMIT 1", branch.String())}
	h.refuse("not_allowed", there, core.Update, core.Settings, shut)
	h.do(h.as("admin"), core.Update, core.Settings, shut)
}

func TestPoliciesGoTheWayOfTheirBook(t *testing.T) {
	t.Parallel()
	h := open(t)
	made := h.do(h.as("security"), core.Create, core.Policies, acts.Input{Fields: fields("version", "0")}).Rows[0]
	require.EqualValues(t, 1, made["version"])
	version := acts.Input{Fields: fields("version", "1")}
	h.refuse("not_allowed", h.as("security"), core.Approve, core.Policies, version)
	h.refuse("not_allowed", h.as("admin"), core.Approve, core.Policies, version)
	h.do(h.as("security"), core.Update, core.Policies, version)
	h.do(h.as("director"), core.Approve, core.Policies, version)
	assert.NotEmpty(t, h.do(h.as("head"), core.Read, core.Policies, acts.Input{}).Rows)
}

func TestWhatIsRefusedStandsOnRecord(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.refuse("not_found", h.as("doctor"), core.Update, core.Payments, acts.Input{ID: uuid.New()})
	assert.Equal(t, 1, h.count("SELECT count(*) FROM audit WHERE decision = 'deny' AND class = 'payments' AND action = 'payments.update' AND role = 'doctor'"))
	_, err := h.book.Do(t.Context(), h.as("doctor"), "Петров Иван", "видеть", acts.Input{})
	require.Error(t, err)
	assert.Equal(t, 1, h.count("SELECT count(*) FROM audit WHERE decision = 'deny' AND action = 'unknown.act'"))
}
