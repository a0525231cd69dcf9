// Package billing decides what is to be paid, what was, and who may give it back. Sums come from the price list; money comes in up to what
// is due and goes out up to what came in, and the database sees to both.
package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Till keeps invoices and payments. Whoever calls has asked the rules.
type Till struct {
	Clock core.Clock
	IDs   core.IDs
}

// Invoice is what somebody owes and has paid, in the smallest unit of its currency.
type Invoice struct {
	ID, Patient, Visit, Branch uuid.UUID
	Total, Paid, Refunded      int64
	Currency, State            string // issued, paid, void
	At                         time.Time
}

// Due is what is still to be paid.
func (i Invoice) Due() int64 {
	if i.State == "void" {
		return 0
	}
	return max(i.Total-i.Paid+i.Refunded, 0)
}

// Issue makes the invoice of a visit, at the price it was booked for. A visit has one.
func (t Till) Issue(ctx context.Context, tx *store.Tx, v db.Visit) (uuid.UUID, error) {
	if v.PatientID == nil || v.Status == "held" || v.Status == "cancelled" {
		return uuid.Nil, core.Refuse(core.Conflict, "visit_state_"+v.Status)
	}
	id := t.IDs()
	err := tx.InvoiceAdd(ctx, db.InvoiceAddParams{
		ID: id, PatientID: *v.PatientID, VisitID: &v.ID, BranchID: v.BranchID, Total: v.Price, Currency: v.Currency,
		MadeBy: store.Ref(tx.Actor.ID), CreatedAt: t.Clock(),
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("issue an invoice: %w", err)
	}
	return id, t.note(ctx, tx, "invoice.issued", Invoice{ID: id, Patient: *v.PatientID})
}

// Find returns one invoice that the actor may see.
func (t Till) Find(ctx context.Context, tx *store.Tx, id uuid.UUID) (Invoice, error) {
	r, err := tx.Invoice(ctx, id)
	if err != nil {
		return Invoice{}, store.NoRows(err, "not_found")
	}
	return invoiceOf(db.InvoicesRow(r)), nil
}

// List finds the newest invoices that the actor may see, at most a hundred: of a patient, of a visit, of all where both are nil.
func (t Till) List(ctx context.Context, tx *store.Tx, patient, visit uuid.UUID) ([]Invoice, error) {
	rows, err := tx.Invoices(ctx, db.InvoicesParams{Patient: store.Ref(patient), Visit: store.Ref(visit)})
	if err != nil {
		return nil, fmt.Errorf("invoices: %w", err)
	}
	out := make([]Invoice, 0, len(rows))
	for _, r := range rows {
		out = append(out, invoiceOf(r))
	}
	return out, nil
}

func invoiceOf(r db.InvoicesRow) Invoice {
	return Invoice{
		ID: r.ID, Patient: r.PatientID, Visit: store.ID(r.VisitID), Branch: r.BranchID, Total: r.Total, Paid: r.Paid, Refunded: r.Refunded,
		Currency: r.Currency, State: r.State, At: r.CreatedAt,
	}
}

// Void ends an invoice that nobody has paid.
func (t Till) Void(ctx context.Context, tx *store.Tx, i Invoice) error {
	_, err := tx.InvoiceVoid(ctx, i.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		err = core.Refuse(core.Conflict, "invoice_over")
	}
	if err != nil {
		return fmt.Errorf("void an invoice: %w", err)
	}
	return t.note(ctx, tx, "invoice.void", i)
}

// Said is one word of a payment service about an invoice. What it says counts once it was asked again, which is not done here.
type Said struct {
	Invoice                   uuid.UUID
	Service, External, Status string
}

// Hear keeps what a payment service said.
func (t Till) Hear(ctx context.Context, tx *store.Tx, s Said) error {
	err := tx.PaymentEventAdd(ctx, db.PaymentEventAddParams{ID: t.IDs(), InvoiceID: s.Invoice, Service: s.Service, External: s.External, Status: s.Status, At: t.Clock()})
	if err != nil {
		return fmt.Errorf("keep a payment event: %w", err)
	}
	return t.note(ctx, tx, "payment.event", Invoice{ID: s.Invoice})
}

// IsPaid answers the doctor whose visit it is.
func (t Till) IsPaid(ctx context.Context, tx *store.Tx, visit uuid.UUID) (bool, error) {
	yes, err := tx.VisitPaid(ctx, visit)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return yes, err
}

func (t Till) note(ctx context.Context, tx *store.Tx, action string, i Invoice) error {
	return audit.Add(ctx, tx, audit.Entry{ID: t.IDs(), At: t.Clock(), Action: action, Object: "invoice", Subject: i.ID, Patient: i.Patient})
}
