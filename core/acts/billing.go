package acts

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/billing"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// till does the acts with invoices and payments.
type till struct {
	Means
	billing.Till
}

func payments(m Means) []Act {
	t := till{m, billing.Till{Clock: m.Clock, IDs: m.IDs}}
	return []Act{
		{core.Payments, core.Read, "", t.read},
		{core.Payments, core.Create, "", t.create},
		{core.Payments, core.Update, "", t.charge},
		{core.Payments, core.Void, "", t.void},
		{core.Payments, core.Approve, "", t.approve},
		m.counts(core.Payments, core.Aggregate),
		m.counts(core.Payments, core.Export),
	}
}

// read shows the invoice ID, or the newest of Patient, of Visit, of all. A doctor asks by Visit, and learns whether it is paid.
func (t till) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := t.asker(tx, core.Payments, core.Read, in)
	best, err := a.might()
	if err != nil {
		return Output{}, err
	}
	if best.View == access.Flag {
		return t.flag(ctx, a)
	}
	var list []billing.Invoice
	if in.ID != uuid.Nil {
		one, err := t.Find(ctx, tx, in.ID)
		if err != nil {
			return Output{}, err
		}
		list = append(list, one)
	} else if list, err = t.List(ctx, tx, in.Patient, in.Visit); err != nil {
		return Output{}, err
	}
	out := Output{View: best.View, Rows: []Row{}}
	for _, i := range list {
		v, ok, err := t.seen(ctx, a, i)
		if err != nil {
			return Output{}, err
		}
		if ok {
			out.Rows = append(out.Rows, t.row(i, v.View))
		}
	}
	if in.ID != uuid.Nil && len(out.Rows) == 0 {
		return Output{}, core.Refuse(core.NotFound, "not_found")
	}
	return out, t.withPayments(ctx, tx, out)
}

// seen judges one invoice.
func (t till) seen(ctx context.Context, a *asker, i billing.Invoice) (core.Verdict, bool, error) {
	f, err := t.facts(ctx, a, i)
	if err != nil {
		return core.Verdict{}, false, err
	}
	v, ok := a.allows(f)
	return v, ok, nil
}

// facts about an invoice: whose it is follows from the patient, where it is from its own branch.
func (t till) facts(ctx context.Context, a *asker, i billing.Invoice) (core.Facts, error) {
	f := a.base("")
	if a.tx.Actor.Kind == core.Patient {
		var err error
		if f, err = a.of(ctx, i.Patient); err != nil {
			return f, err
		}
	}
	f.Branch, f.Payer = a.inBranch(i.Branch), true
	return f, nil
}

func (t till) row(i billing.Invoice, view string) Row {
	row := Row{keyID: i.ID, keyVisit: shownID(&i.Visit), "due": i.Due(), keyCurrency: i.Currency, keyState: i.State}
	if view != access.Full {
		return row
	}
	row[keyPatient], row[keyBranch], row["total"], row["paid"], row["refunded"], row[keyAt] = i.Patient, i.Branch, i.Total, i.Paid, i.Refunded, shown(i.At)
	return row
}

// withPayments adds what came and went, where everything may be seen.
func (t till) withPayments(ctx context.Context, tx *store.Tx, out Output) error {
	byID := map[uuid.UUID]Row{}
	var ids []uuid.UUID
	for _, row := range out.Rows {
		if id, ok := row[keyID].(uuid.UUID); ok && row["total"] != nil {
			row["payments"] = []Row{}
			byID[id], ids = row, append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	list, err := tx.PaymentsOf(ctx, ids)
	for _, p := range list {
		row := byID[p.InvoiceID]
		one := Row{keyID: p.ID, keyKind: p.Kind, "method": p.Method, "amount": p.Amount, keyState: p.State, keyAt: shown(p.At)}
		if tx.Actor.Kind == core.Staff {
			one["medical"], one["asked_by"], one["approved_by"] = p.Medical, shownID(p.AskedBy), shownID(p.ApprovedBy)
		}
		if rows, ok := row["payments"].([]Row); ok {
			row["payments"] = append(rows, one)
		}
	}
	return err
}

// flag answers a doctor about a visit of theirs: paid or not, and no sums.
func (t till) flag(ctx context.Context, a *asker) (Output, error) {
	id := a.in.Visit
	if id == uuid.Nil {
		id = a.in.ID
	}
	v, err := t.visit(ctx, a.tx, id)
	if err != nil {
		return Output{}, err
	}
	f := a.base("")
	f.Schedule = a.mine(v.PractitionerID)
	verdict, err := a.object(f)
	if err != nil {
		return Output{}, err
	}
	paid, err := t.IsPaid(ctx, a.tx, v.ID)
	return One(verdict.View, Row{keyVisit: v.ID, "paid": paid}), err
}

func (t till) visit(ctx context.Context, tx *store.Tx, id uuid.UUID) (db.Visit, error) {
	v, err := tx.Visit(ctx, id)
	return v, store.NoRows(err, "not_found")
}

// create issues the invoice of Visit; or, with ID, asks for a refund on an invoice (field "amount"), pays one's own, and keeps what a payment
// service says of one.
func (t till) create(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := t.asker(tx, core.Payments, core.Create, in)
	if tx.Actor.Kind == core.Service {
		return t.event(ctx, a)
	}
	if in.ID == uuid.Nil && tx.Actor.Kind != core.Patient {
		return t.issue(ctx, a)
	}
	if tx.Actor.Kind == core.Patient {
		return t.move(ctx, a, t.Charge)
	}
	return t.move(ctx, a, t.Refund)
}

// charge takes money on the invoice ID: fields "amount", "method", "key".
func (t till) charge(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	return t.move(ctx, t.asker(tx, core.Payments, core.Update, in), t.Charge)
}

func (t till) issue(ctx context.Context, a *asker) (Output, error) {
	if a.in.Visit == uuid.Nil {
		if _, err := a.might(); err != nil {
			return Output{}, err
		}
		return Output{}, wrong("visit")
	}
	v, err := t.visit(ctx, a.tx, a.in.Visit)
	if err != nil {
		return Output{}, err
	}
	f := a.base("")
	f.Branch = a.inBranch(v.BranchID)
	verdict, err := a.object(f)
	if err != nil {
		return Output{}, err
	}
	id, err := t.Issue(ctx, a.tx, v)
	if err != nil {
		return Output{}, err
	}
	return One(verdict.View, Row{keyID: id, "total": v.Price, keyCurrency: v.Currency, keyState: "issued"}), nil
}

// move is a charge or a refund on the invoice ID.
func (t till) move(ctx context.Context, a *asker, how func(context.Context, *store.Tx, billing.Invoice, billing.Money) (uuid.UUID, error)) (Output, error) {
	i, err := t.Find(ctx, a.tx, a.in.ID)
	if err != nil {
		return Output{}, err
	}
	f, err := t.facts(ctx, a, i)
	if err != nil {
		return Output{}, err
	}
	verdict, err := a.object(f)
	if err != nil {
		return Output{}, err
	}
	m := billing.Money{Medical: a.in.Fields["medical"] == "true"}
	if m.Amount, err = a.in.sum("amount"); err != nil {
		return Output{}, err
	}
	if m.Key, err = a.in.text("key", 100, false); err != nil {
		return Output{}, err
	}
	if m.Method = "online"; a.tx.Actor.Kind != core.Patient {
		if m.Method, err = a.in.word("method", "cash", "card", "online", "transfer"); err != nil {
			return Output{}, err
		}
	}
	id, err := how(ctx, a.tx, i, m)
	if err != nil {
		return Output{}, err
	}
	p, err := a.tx.Payment(ctx, id)
	if err != nil {
		return Output{}, err
	}
	return One(verdict.View, Row{keyID: p.ID, keyState: p.State}), nil
}

// event keeps what a payment service says of the invoice ID: fields "external" (its own number of the event) and "status".
func (t till) event(ctx context.Context, a *asker) (Output, error) {
	verdict, err := a.might()
	if err != nil {
		return Output{}, err
	}
	s := billing.Said{Invoice: a.in.ID, Service: a.tx.Actor.ID.String()}
	if s.External, err = a.in.text("external", 100, false); err != nil {
		return Output{}, err
	}
	if s.Status, err = a.in.word("status", "pending", "succeeded", "cancelled", "refunded", "failed"); err != nil {
		return Output{}, err
	}
	return One(verdict.View, Row{"received": true}), t.Hear(ctx, a.tx, s)
}

// void ends the invoice ID, or what was asked for and not done.
func (t till) void(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := t.asker(tx, core.Payments, core.Void, in)
	verdict, err := a.object(a.base(""))
	if err != nil {
		return Output{}, err
	}
	done := One(verdict.View, Row{keyID: in.ID, keyState: "void"})
	if p, err := tx.Payment(ctx, in.ID); err == nil {
		return done, t.Drop(ctx, tx, p)
	}
	i, err := t.Find(ctx, tx, in.ID)
	if err != nil {
		return Output{}, err
	}
	return done, t.Void(ctx, tx, i)
}

// approve does the refund ID that another person asked for.
func (t till) approve(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := t.asker(tx, core.Payments, core.Approve, in)
	p, err := tx.Payment(ctx, in.ID)
	if err != nil {
		return Output{}, store.NoRows(err, "not_found")
	}
	f := a.base("")
	f.Author = a.self(store.ID(p.AskedBy))
	f.Second = p.AskedBy != nil && !f.Author
	verdict, err := a.object(f)
	if err != nil {
		return Output{}, err
	}
	return One(verdict.View, Row{keyID: p.ID, keyState: "done"}), t.Approve(ctx, tx, p)
}
