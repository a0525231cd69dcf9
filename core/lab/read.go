package lab

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Result is a report with what it says.
type Result struct {
	Report
	Values []Value
	View   string // access.Status: only that it is there
}

// Read opens a report: with its values for whom the rules let see them, and as "ready or not" for the desk.
func (b Bench) Read(ctx context.Context, actor core.Actor, id uuid.UUID) (Result, error) {
	var out Result
	err := b.Work(ctx, actor, "read a result", func(tx *store.Tx) error {
		row, err := tx.LabReport(ctx, id)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		r := report(row)
		l, err := b.May(ctx, tx, core.Read, r.thing(tx.Actor))
		if err != nil {
			return err
		}
		if out = (Result{Report: r.ready(), View: l.View}); l.View != access.Full {
			return b.Seen(ctx, tx, l)
		}
		out.Report = r
		if out.Values, err = b.opened(ctx, tx, id); err != nil {
			return err
		}
		return b.Seen(ctx, tx, l)
	})
	return out, err
}

func (b Bench) opened(ctx context.Context, tx *store.Tx, id uuid.UUID) ([]Value, error) {
	rows, err := tx.LabValues(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []Value
	for _, v := range rows {
		text, err := b.Open(values, "value_sealed", v.ID, v.ValueSealed)
		if err != nil {
			return nil, err
		}
		out = append(out, Value{Code: v.Code, Text: string(text), At: v.At})
	}
	return out, nil
}

// List is a patient's reports without their values, the newest first, each cut to what the actor may learn of it.
func (b Bench) List(ctx context.Context, actor core.Actor, patient uuid.UUID) ([]Report, error) {
	var out []Report
	err := b.Work(ctx, actor, "list results", func(tx *store.Tx) error {
		rows, err := tx.LabReportsOfPatient(ctx, patient)
		if err != nil {
			return err
		}
		who := tx.Actor
		likely := chart.Thing{Class: core.Results, Patient: patient, Facts: core.Facts{Signed: true, Button: b.Button}}
		seen, err := chart.Sift(ctx, tx, likely, rows, func(r db.LabReport) chart.Thing { return report(r).thing(who) })
		if err != nil {
			return err
		}
		var looks []chart.Look
		out = nil
		for _, s := range seen {
			r := report(s.Row)
			if s.Look.View != access.Full {
				r = r.ready()
			}
			out = append(out, r)
			looks = append(looks, s.Look)
		}
		return b.Seen(ctx, tx, looks...)
	})
	return out, err
}
