package acts

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/record"
	"github.com/zapis-clinic/zapis/core/store"
)

// chartOf is what the books of medical data work with, in tx.
func (m Means) chartOf(tx *store.Tx, in Input) chart.Chart {
	return chart.Chart{In: tx, Clock: m.Clock, IDs: m.IDs, Vault: m.Vault, Button: in.Button}
}

// clinical does the acts with records and prescriptions.
type clinical struct{ Means }

func records(m Means) []Act {
	c := clinical{m}
	return []Act{
		{core.Records, core.Read, "", c.read},
		{core.Records, core.Create, "", c.create},
		{core.Records, core.Update, "", c.update},
		{core.Records, core.Sign, "", c.sign},
		{core.Records, core.Approve, "", c.approve},
		{core.Prescriptions, core.Read, "", c.readPrescription},
		{core.Prescriptions, core.Create, "", c.prescribe},
		{core.Prescriptions, core.Create, "execution", c.carryOut},
		{core.Prescriptions, core.Sign, "", c.signPrescription},
		{core.Prescriptions, core.Void, "", c.voidPrescription},
	}
}

func (c clinical) records(tx *store.Tx, in Input) record.Book {
	return record.Book{Chart: c.chartOf(tx, in)}
}

func (c clinical) prescriptions(tx *store.Tx, in Input) record.Prescriptions {
	return record.Prescriptions{Chart: c.chartOf(tx, in)}
}

// of is a branch that was named, or nil.
func (in Input) of(field string) uuid.UUID {
	id, err := uuid.Parse(in.Fields[field])
	if err != nil {
		return uuid.Nil
	}
	return id
}

// read opens the record ID, or lists what there is of Patient.
func (c clinical) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	b := c.records(tx, in)
	if in.ID != uuid.Nil {
		r, err := b.Read(ctx, tx.Actor, in.ID)
		if err != nil {
			return Output{}, err
		}
		row := headRow(r.Head)
		row["text"] = r.Text
		return One(access.Full, row), nil
	}
	list, err := b.List(ctx, tx.Actor, in.Patient)
	out := Output{View: access.Full, Rows: []Row{}}
	for _, h := range list {
		out.Rows = append(out.Rows, headRow(h))
	}
	return out, err
}

func headRow(h record.Head) Row {
	return Row{
		keyID: h.ID, keyPatient: h.Patient, keyVisit: shownID(&h.Visit), keyBranch: h.Branch, "author": h.Author, keyKind: h.Kind, "label": h.Label,
		"signed": h.Signed, "version": h.Version, "replaces": shownID(&h.Replaces), "replaced": h.Replaced, keyAt: shown(h.At),
	}
}

// create drafts a record of Patient (keyKind, "label", "text", "branch"); of the kind referral it is signed at once and leads "to" a doctor.
func (c clinical) create(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	b := c.records(tx, in)
	kind := record.Kind(in.Fields[keyKind])
	if in.Kind == string(record.Vitals) {
		kind = record.Vitals
	}
	if kind == record.Referral {
		id, err := b.Refer(ctx, tx.Actor, record.Sent{Patient: in.Patient, Visit: in.Visit, Branch: in.of("branch"), To: in.of("to"), Text: in.Fields["text"]})
		return made(id), err
	}
	if kind == "" {
		kind = record.Conclusion
	}
	id, err := b.Draft(ctx, tx.Actor, record.New{
		Patient: in.Patient, Visit: in.Visit, Branch: in.of("branch"), Kind: kind, Label: in.Fields["label"], Text: in.Fields["text"],
	})
	return made(id), err
}

func made(id uuid.UUID) Output { return One(access.Full, Row{keyID: id}) }

// update gives the draft ID another "text" and "label"; of a signed record it drafts a correction.
func (c clinical) update(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	b := c.records(tx, in)
	err := b.Edit(ctx, tx.Actor, in.ID, in.Fields["text"], in.Fields["label"])
	if r := core.Refusal(err); r == nil || r.Key != "record_signed" {
		return made(in.ID), err
	}
	id, err := b.Replace(ctx, tx.Actor, in.ID, in.Fields["text"])
	return made(id), err
}

func (c clinical) sign(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	return made(in.ID), c.records(tx, in).Sign(ctx, tx.Actor, in.ID)
}

// approve puts the head's "verdict" and "note" on the record ID.
func (c clinical) approve(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	return made(in.ID), c.records(tx, in).Review(ctx, tx.Actor, in.ID, in.Fields["verdict"], in.Fields["note"])
}

// readPrescription opens the prescription ID, or lists Patient's.
func (c clinical) readPrescription(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	b := c.prescriptions(tx, in)
	if in.ID != uuid.Nil {
		p, err := b.Read(ctx, tx.Actor, in.ID)
		if err != nil {
			return Output{}, err
		}
		row, marks := orderedRow(p.Ordered), []string{}
		for _, at := range p.Marks {
			marks = append(marks, shown(at))
		}
		row["text"], row["marks"] = p.Text, marks
		return One(access.Full, row), nil
	}
	list, err := b.List(ctx, tx.Actor, in.Patient)
	out := Output{View: access.Full, Rows: []Row{}}
	for _, o := range list {
		out.Rows = append(out.Rows, orderedRow(o))
	}
	return out, err
}

func orderedRow(o record.Ordered) Row {
	return Row{
		keyID: o.ID, keyPatient: o.Patient, keyVisit: shownID(&o.Visit), "author": o.Author, "label": o.Label, keyState: o.State, keyAt: shown(o.At),
	}
}

// prescribe drafts a prescription for Patient ("text", "label").
func (c clinical) prescribe(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	id, err := c.prescriptions(tx, in).Draft(ctx, tx.Actor, record.NewPrescription{
		Patient: in.Patient, Visit: in.Visit, Label: in.Fields["label"], Text: in.Fields["text"],
	})
	return made(id), err
}

// carryOut marks the prescription ID as carried out, now.
func (c clinical) carryOut(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	return One(access.Status, Row{keyID: in.ID}), c.prescriptions(tx, in).Mark(ctx, tx.Actor, in.ID)
}

func (c clinical) signPrescription(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	return made(in.ID), c.prescriptions(tx, in).Sign(ctx, tx.Actor, in.ID)
}

func (c clinical) voidPrescription(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	return made(in.ID), c.prescriptions(tx, in).Void(ctx, tx.Actor, in.ID)
}
