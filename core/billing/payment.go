package billing

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Money is a sum that goes one way on an invoice. Key names the request: said again, it is the same payment.
type Money struct {
	Amount  int64
	Method  string // cash, card, online, transfer
	Medical bool   // a refund for what was done: the head's to approve
	Key     string
}

// Charge takes money. A patient's own is asked for, and done once the payment service says so.
func (t Till) Charge(ctx context.Context, tx *store.Tx, i Invoice, m Money) (uuid.UUID, error) {
	state := "done"
	if tx.Actor.Kind == core.Patient {
		state, m.Method = "requested", "online"
	}
	if m.Amount > i.Due() {
		return uuid.Nil, core.Refuse(core.Conflict, "payment_more_than_due")
	}
	return t.put(ctx, tx, i, m, db.PaymentAddParams{Kind: "charge", State: state})
}

// Refund gives money back where its sum is within the clinic's limit and nothing medical, else asks for it: another person approves.
func (t Till) Refund(ctx context.Context, tx *store.Tx, i Invoice, m Money) (uuid.UUID, error) {
	limit, err := tx.RefundLimit(ctx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("limit of refunds: %w", err)
	}
	state := "requested"
	if !m.Medical && i.Refunded+m.Amount <= limit {
		state = "done"
	}
	return t.put(ctx, tx, i, m, db.PaymentAddParams{Kind: "refund", State: state, Medical: m.Medical})
}

func (t Till) put(ctx context.Context, tx *store.Tx, i Invoice, m Money, p db.PaymentAddParams) (uuid.UUID, error) {
	p.ID, p.InvoiceID, p.PatientID, p.BranchID = t.IDs(), i.ID, i.Patient, i.Branch
	p.Method, p.Amount, p.AskedBy, p.At = m.Method, m.Amount, store.Ref(tx.Actor.ID), t.Clock()
	p.Key = i.ID.String() + ":" + p.Kind + ":" + m.Key
	before, err := tx.PaymentByKey(ctx, p.Key)
	if err == nil {
		if before.Amount != m.Amount || before.Method != m.Method {
			return uuid.Nil, core.Refuse(core.Conflict, "payment_key_used")
		}
		return before.ID, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, fmt.Errorf("a payment of before: %w", err)
	}
	if err := tx.PaymentAdd(ctx, p); err != nil {
		return uuid.Nil, fmt.Errorf("%s: %w", p.Kind, err)
	}
	return p.ID, t.note(ctx, tx, "payment."+p.Kind+"_"+p.State, i)
}

// Approve does a refund that another person asked for.
func (t Till) Approve(ctx context.Context, tx *store.Tx, p db.Payment) error {
	_, err := tx.PaymentApprove(ctx, db.PaymentApproveParams{ID: p.ID, Who: store.Ref(tx.Actor.ID)})
	if errors.Is(err, pgx.ErrNoRows) {
		err = core.Refuse(core.Conflict, "payment_over")
	}
	if err != nil {
		return fmt.Errorf("approve a refund: %w", err)
	}
	return t.note(ctx, tx, "payment.refund_approved", Invoice{ID: p.InvoiceID, Patient: p.PatientID})
}

// Drop ends what was asked for and not done.
func (t Till) Drop(ctx context.Context, tx *store.Tx, p db.Payment) error {
	_, err := tx.PaymentVoid(ctx, p.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		err = core.Refuse(core.Conflict, "payment_over")
	}
	if err != nil {
		return fmt.Errorf("drop a payment: %w", err)
	}
	return t.note(ctx, tx, "payment.void", Invoice{ID: p.InvoiceID, Patient: p.PatientID})
}
