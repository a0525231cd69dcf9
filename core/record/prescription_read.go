package record

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Read opens one prescription.
func (b Prescriptions) Read(ctx context.Context, actor core.Actor, id uuid.UUID) (Prescription, error) {
	var out Prescription
	err := b.Work(ctx, actor, "read a prescription", func(tx *store.Tx) error {
		row, o, err := b.row(ctx, tx, id)
		if err != nil {
			return err
		}
		l, err := b.May(ctx, tx, core.Read, o.thing(tx.Actor))
		if err != nil {
			return err
		}
		text, err := b.Open(prescription, "body_sealed", id, row.BodySealed)
		if err != nil {
			return err
		}
		out = Prescription{Ordered: o, Text: string(text)}
		marks, err := tx.PrescriptionMarks(ctx, id)
		for _, m := range marks {
			out.Marks = append(out.Marks, m.At)
		}
		if err != nil {
			return err
		}
		return b.Seen(ctx, tx, l)
	})
	return out, err
}

// List is what was prescribed to a patient and the actor may read, the newest first, unopened.
func (b Prescriptions) List(ctx context.Context, actor core.Actor, patient uuid.UUID) ([]Ordered, error) {
	var out []Ordered
	err := b.Work(ctx, actor, "list prescriptions", func(tx *store.Tx) error {
		rows, err := tx.PrescriptionsOfPatient(ctx, patient)
		if err != nil {
			return err
		}
		who := tx.Actor
		likely := Ordered{Patient: patient, Given: true}.thing(who)
		likely.Facts.Button = b.Button
		seen, err := chart.Sift(ctx, tx, likely, rows, func(r db.PrescriptionsOfPatientRow) chart.Thing { return ordered(r, who).thing(who) })
		if err != nil {
			return err
		}
		var looks []chart.Look
		out = nil
		for _, s := range seen {
			out = append(out, ordered(s.Row, who))
			looks = append(looks, s.Look)
		}
		return b.Seen(ctx, tx, looks...)
	})
	return out, err
}
