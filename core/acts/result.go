package acts

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/lab"
	"github.com/zapis-clinic/zapis/core/store"
)

// laboratory does the acts with results.
type laboratory struct{ Means }

func results(m Means) []Act {
	l := laboratory{m}
	return []Act{
		{core.Results, core.Read, "", l.read},
		{core.Results, core.Create, "", l.receive},
		{core.Results, core.Create, "sample", l.sample},
		{core.Results, core.Sign, "", l.release},
	}
}

func (l laboratory) bench(tx *store.Tx, in Input) lab.Bench {
	return lab.Bench{Chart: l.chartOf(tx, in)}
}

// read opens the report ID, or lists Patient's.
func (l laboratory) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	b := l.bench(tx, in)
	if in.ID == uuid.Nil {
		list, err := b.List(ctx, tx.Actor, in.Patient)
		out := Output{View: access.Full, Rows: []Row{}}
		for _, r := range list {
			if r.Kind == "" {
				out.View = access.Status
			}
			out.Rows = append(out.Rows, reportRow(r))
		}
		return out, err
	}
	r, err := b.Read(ctx, tx.Actor, in.ID)
	if err != nil {
		return Output{}, err
	}
	row := reportRow(r.Report)
	if r.View == access.Full {
		values := []Row{}
		for _, v := range r.Values {
			values = append(values, Row{"code": v.Code, "value": v.Text, keyAt: shown(v.At)})
		}
		row["values"] = values
	}
	return One(r.View, row), nil
}

// reportRow has a kind, a label and a doctor only where the report has: whoever learns that it is ready learns no more.
func reportRow(r lab.Report) Row {
	row := Row{keyID: r.ID, keyPatient: r.Patient, keyBranch: r.Branch, "status": r.Status, "ready": r.Ready, keyAt: shown(r.At)}
	if r.Kind != "" {
		row[keyKind], row["label"], row["doctor"] = r.Kind, r.Label, shownID(&r.Doctor)
	}
	return row
}

// receive takes in a laboratory's answer to the order ID of whoever was "born" then: "status", "code", "value".
func (l laboratory) receive(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	born, err := time.Parse(time.DateOnly, in.Fields["born"])
	if err != nil {
		born = time.Time{} // nobody's
	}
	a := lab.Answer{Order: in.ID, Born: born, Status: in.Fields["status"]}
	if in.Fields["code"] != "" {
		a.Values = []lab.Value{{Code: in.Fields["code"], Text: in.Fields["value"]}}
	}
	return made(in.ID), l.bench(tx, in).Receive(ctx, tx.Actor, a)
}

// sample says that the sample of the order ID was taken, or registers one of Patient ("test", "branch") that nobody ordered in writing.
func (l laboratory) sample(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	b := l.bench(tx, in)
	if in.ID != uuid.Nil {
		return made(in.ID), b.Sample(ctx, tx.Actor, in.ID)
	}
	kind := lab.Kind(in.Fields["test"])
	if kind == "" {
		kind = lab.Routine
	}
	id, err := b.SampleNew(ctx, tx.Actor, lab.Order{Patient: in.Patient, Visit: in.Visit, Branch: in.of("branch"), Kind: kind})
	return made(id), err
}

// release lets the patient see the report ID.
func (l laboratory) release(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	return made(in.ID), l.bench(tx, in).Release(ctx, tx.Actor, in.ID)
}
