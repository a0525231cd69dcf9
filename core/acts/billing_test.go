package acts_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
)

func TestTheDeskIssuesAnInvoiceAtTheBookedPriceAndTakesTheMoney(t *testing.T) {
	t.Parallel()
	h := open(t)
	visit := h.visit("price > 0")
	desk := h.as("admin")
	made := h.do(desk, core.Create, core.Payments, acts.Input{Visit: visit, Fields: fields("total", "1")}).Rows[0]
	require.EqualValues(t, h.count("SELECT price FROM visit WHERE id = $1", visit.String()), made["total"], "the price list's, whatever was typed")
	h.refuse("invoice_stands", desk, core.Create, core.Payments, acts.Input{Visit: visit})
	id, _ := made["id"].(uuid.UUID)
	seen := h.do(desk, core.Read, core.Payments, acts.Input{ID: id}).Rows[0]
	assert.Equal(t, made["total"], seen["due"])
	assert.NotContains(t, seen, "payments", "to take money one sees what is due")
	pay := acts.Input{ID: id, Fields: fields("amount", "100", "method", "cash", "key", "a")}
	first := h.do(desk, core.Update, core.Payments, pay).Rows[0]["id"]
	assert.Equal(t, first, h.do(desk, core.Update, core.Payments, pay).Rows[0]["id"], "said twice, paid once")
	assert.Equal(t, 1, h.count("SELECT count(*) FROM payment"))
	over := acts.Input{ID: id, Fields: fields("amount", "999999999", "method", "cash", "key", "b")}
	h.refuse("payment_more_than_due", desk, core.Update, core.Payments, over)
	h.refuse("not_found", h.as("marketing"), core.Update, core.Payments, pay)
	h.refuse("not_found", h.as("doctor"), core.Update, core.Payments, pay)
}

func TestARefundTakesTwoPeople(t *testing.T) {
	t.Parallel()
	h := open(t)
	invoice := h.paid()
	ask := acts.Input{ID: invoice, Fields: fields("amount", "100", "method", "cash", "key", "r")}
	refund, _ := h.do(h.as("cashier"), core.Create, core.Payments, ask).Rows[0]["id"].(uuid.UUID)
	assert.Equal(t, 1, h.count("SELECT count(*) FROM payment WHERE kind = 'refund' AND state = 'requested'"))
	h.refuse("not_found", h.as("cashier"), core.Approve, core.Payments, acts.Input{ID: refund})
	stale := h.another("cashier")
	stale.Fresh = stale.Fresh.Add(-600e9)
	h.refuse("not_found", stale, core.Approve, core.Payments, acts.Input{ID: refund})
	h.refuse("not_found", h.as("director"), core.Approve, core.Payments, acts.Input{ID: refund})
	h.do(h.another("cashier"), core.Approve, core.Payments, acts.Input{ID: refund})
	h.refuse("payment_over", h.another("cashier"), core.Approve, core.Payments, acts.Input{ID: refund})
	assert.Equal(t, 1, h.count("SELECT count(*) FROM invoice WHERE id = $1 AND state = 'issued'", invoice.String()), "something is due again")
	ask.Fields = fields("amount", "999999999", "method", "cash", "key", "r2")
	h.refuse("payment_more_than_paid", h.as("cashier"), core.Create, core.Payments, ask)
}

func TestAMedicalRefundIsTheHeads(t *testing.T) {
	t.Parallel()
	h := open(t)
	ask := acts.Input{ID: h.paid(), Fields: fields("amount", "100", "method", "cash", "key", "r", "medical", "true")}
	h.exec("UPDATE money_rule SET refund_limit = 1000000")
	refund, _ := h.do(h.as("admin"), core.Create, core.Payments, ask).Rows[0]["id"].(uuid.UUID)
	h.refuse("payment_over", h.another("cashier"), core.Approve, core.Payments, acts.Input{ID: refund})
	h.do(h.as("head"), core.Approve, core.Payments, acts.Input{ID: refund})
}

func TestUpToTheLimitOnePersonGivesBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	invoice := h.paid()
	h.exec("UPDATE money_rule SET refund_limit = 150")
	state := func(key string) any {
		return h.do(h.as("cashier"), core.Create, core.Payments, acts.Input{ID: invoice, Fields: fields("amount", "100", "method", "cash", "key", key)}).Rows[0]["state"]
	}
	assert.Equal(t, "done", state("one"))
	assert.Equal(t, "requested", state("two"), "in slices it is the same sum")
}

func TestADoctorLearnsWhetherAVisitIsPaidAndNothingMore(t *testing.T) {
	t.Parallel()
	h := open(t)
	doctor := h.as("doctor")
	own := h.visit("practitioner_id = '" + doctor.Doctor.String() + "' AND price > 0")
	out := h.do(doctor, core.Read, core.Payments, acts.Input{Visit: own})
	assert.Equal(t, acts.Output{View: "flag", Rows: []acts.Row{{"visit": own, "paid": false}}}, out)
	h.pay(own)
	assert.Equal(t, true, h.do(doctor, core.Read, core.Payments, acts.Input{Visit: own}).Rows[0]["paid"])
	h.refuse("not_found", doctor, core.Read, core.Payments, acts.Input{Visit: h.visit("practitioner_id <> '" + doctor.Doctor.String() + "'")})
}

func TestAPatientPaysTheirOwnInvoice(t *testing.T) {
	t.Parallel()
	h := open(t)
	visit := h.visit("price > 0")
	invoice, _ := h.do(h.as("admin"), core.Create, core.Payments, acts.Input{Visit: visit}).Rows[0]["id"].(uuid.UUID)
	mine := h.chat(h.id("SELECT patient_id FROM visit WHERE id = $1", visit.String()), false)
	other := h.chat(h.id("SELECT id FROM patient WHERE id <> (SELECT patient_id FROM visit WHERE id = $1) LIMIT 1", visit.String()), true)
	require.Len(t, h.do(mine, core.Read, core.Payments, acts.Input{}).Rows, 1)
	require.Empty(t, h.do(other, core.Read, core.Payments, acts.Input{}).Rows)
	pay := acts.Input{ID: invoice, Fields: fields("amount", "100", "key", "x")}
	h.refuse("not_found", other, core.Create, core.Payments, pay)
	assert.Equal(t, "requested", h.do(mine, core.Create, core.Payments, pay).Rows[0]["state"], "until the payment service says so")
	event := acts.Input{ID: invoice, Fields: fields("external", "e1", "status", "succeeded")}
	h.do(h.service("payments"), core.Create, core.Payments, event)
	assert.Equal(t, 1, h.count("SELECT count(*) FROM payment_event"))
	assert.Equal(t, 1, h.count("SELECT count(*) FROM invoice WHERE state = 'issued'"), "a call alone makes nothing paid")
	h.refuse("not_found", h.service("contacts"), core.Create, core.Payments, event)
}

func TestAnInvoiceWithMoneyOnItStands(t *testing.T) {
	t.Parallel()
	h := open(t)
	paid := h.paid()
	h.refuse("invoice_paid", h.as("cashier"), core.Void, core.Payments, acts.Input{ID: paid})
	h.refuse("not_found", h.as("admin"), core.Void, core.Payments, acts.Input{ID: paid})
	free, _ := h.do(h.as("cashier"), core.Create, core.Payments, acts.Input{Visit: h.visit("price > 0 AND NOT EXISTS (SELECT FROM invoice i WHERE i.visit_id = visit.id)")}).Rows[0]["id"].(uuid.UUID)
	h.do(h.as("cashier"), core.Void, core.Payments, acts.Input{ID: free})
}

// paid is an invoice that was paid in full.
func (h *house) paid() uuid.UUID { return h.pay(h.visit("price > 0")) }

func (h *house) pay(visit uuid.UUID) uuid.UUID {
	h.t.Helper()
	made := h.do(h.as("cashier"), core.Create, core.Payments, acts.Input{Visit: visit}).Rows[0]
	id, _ := made["id"].(uuid.UUID)
	due := h.id("SELECT id FROM invoice WHERE id = $1", id.String())
	var total string
	require.NoError(h.t, h.owner.QueryRow(h.t.Context(), "SELECT total::text FROM invoice WHERE id = $1", due.String()).Scan(&total))
	h.do(h.as("admin"), core.Update, core.Payments, acts.Input{ID: id, Fields: fields("amount", total, "method", "card", "key", "all")})
	return id
}
