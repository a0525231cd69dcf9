package lab

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Order is a test to be made.
type Order struct {
	Patient uuid.UUID
	Visit   uuid.UUID
	Branch  uuid.UUID
	Kind    Kind
	Label   string // beside the one that the kind brings with it
}

// Order puts a test down. To order one is to prescribe: the rules are asked for that.
func (b Bench) Order(ctx context.Context, actor core.Actor, o Order) (uuid.UUID, error) {
	return b.register(ctx, actor, o, func(r Report, p *db.LabReportAddParams) (core.Action, chart.Thing) {
		p.OrderedBy = store.Ref(actor.Doctor)
		t := r.thing(actor)
		t.Class = core.Prescriptions
		return core.Create, t
	})
}

// SampleNew takes a sample for which nobody has put an order down: a nurse's, on a doctor's word.
func (b Bench) SampleNew(ctx context.Context, actor core.Actor, o Order) (uuid.UUID, error) {
	return b.register(ctx, actor, o, func(r Report, p *db.LabReportAddParams) (core.Action, chart.Thing) {
		now := b.Clock()
		p.SampledBy, p.SampledAt = store.Ref(actor.ID), &now
		t := r.thing(actor)
		t.Facts.Kind, t.Facts.Author = sample, true
		return core.Create, t
	})
}

func (b Bench) register(
	ctx context.Context, actor core.Actor, o Order, by func(Report, *db.LabReportAddParams) (core.Action, chart.Thing),
) (uuid.UUID, error) {
	id := b.IDs()
	err := b.Work(ctx, actor, "register a test", func(tx *store.Tx) error {
		label, err := o.label()
		if err != nil {
			return err
		}
		r := Report{ID: id, Patient: o.Patient, Doctor: chart.Author(tx.Actor), Label: store.Str(label)}
		p := db.LabReportAddParams{
			ID: id, PatientID: o.Patient, VisitID: store.Ref(o.Visit), BranchID: o.Branch, Kind: string(o.Kind), Label: label, CreatedAt: b.Clock(),
		}
		action, t := by(r, &p)
		if _, err := b.May(ctx, tx, action, t); err != nil {
			return err
		}
		if o.Visit != uuid.Nil || o.Branch == uuid.Nil {
			if p.BranchID, err = tx.VisitForRecord(ctx, db.VisitForRecordParams{ID: store.Ref(o.Visit), Patient: o.Patient}); err != nil {
				return store.NoRows(err, "not_found")
			}
		}
		if err := tx.LabReportAdd(ctx, p); err != nil {
			return err
		}
		t.Class = core.Results
		return b.Note(ctx, tx, t, "create", "kind", "label")
	})
	return id, err
}

func (o Order) label() (*string, error) {
	if !known(o.Kind) {
		return nil, core.Refuse(core.Invalid, "test_unknown")
	}
	if own := labelOf(o.Kind); own != "" {
		return &own, nil
	}
	return chart.Label(o.Label)
}

// Sample says that a nurse took the sample of an ordered test, now.
func (b Bench) Sample(ctx context.Context, actor core.Actor, id uuid.UUID) error {
	return b.Work(ctx, actor, "take a sample", func(tx *store.Tx) error {
		row, err := tx.LabReport(ctx, id)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		t := report(row).thing(tx.Actor)
		t.Facts.Kind = sample
		if _, err := b.May(ctx, tx, core.Create, t); err != nil {
			return err
		}
		taken, err := tx.LabSample(ctx, db.LabSampleParams{ID: id, At: b.Clock()})
		if err != nil {
			return err
		}
		if !taken {
			return core.Refuse(core.Conflict, "sample_taken")
		}
		return b.Note(ctx, tx, t, "sample", "sampled_at")
	})
}

// Answer is what a laboratory sends: the order's number and the birth date say whose it is.
type Answer struct {
	Order  uuid.UUID
	Born   time.Time
	Status string // partial, final, corrected, cancelled
	Values []Value
}

const (
	maxValues = 200
	maxValue  = 4000 // characters
	maxCode   = 64
)

// Receive takes an answer in as the integration that brings it. Where the two identifiers do not meet, it is refused with
// "result_unmatched", and which of them was wrong is not told.
func (b Bench) Receive(ctx context.Context, actor core.Actor, a Answer) error {
	return b.Work(ctx, actor, "receive a result", func(tx *store.Tx) error {
		t := chart.Thing{Class: core.Results, Object: object, ID: a.Order}
		if _, err := b.May(ctx, tx, core.Create, t); err != nil {
			return err
		}
		if len(a.Values) > maxValues {
			return core.Refuse(core.Invalid, "result_long")
		}
		whose, err := tx.LabReceive(ctx, db.LabReceiveParams{ID: a.Order, Born: a.Born, Status: a.Status, At: b.Clock()})
		if err != nil {
			return err
		}
		if t.Patient = whose; whose == uuid.Nil {
			return core.Refuse(core.Invalid, "result_unmatched")
		}
		for _, v := range a.Values {
			if err := b.put(ctx, tx, t, v); err != nil {
				return err
			}
		}
		return b.Note(ctx, tx, t, "receive", "status", "values")
	})
}

func (b Bench) put(ctx context.Context, tx *store.Tx, t chart.Thing, v Value) error {
	if v.Code == "" || len(v.Code) > maxCode {
		return core.Refuse(core.Invalid, "result_code")
	}
	text, err := chart.Words(v.Text, maxValue)
	if err != nil {
		return err
	}
	id := b.IDs()
	sealed, err := b.Seal(values, "value_sealed", id, text)
	if err != nil {
		return err
	}
	at := v.At
	if at.IsZero() {
		at = b.Clock()
	}
	return tx.LabValueAdd(ctx, db.LabValueAddParams{ID: id, ReportID: t.ID, PatientID: t.Patient, Code: v.Code, ValueSealed: sealed, At: at})
}
