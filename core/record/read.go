package record

import (
	"bytes"
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// ErrAltered says that a signed record is not what was signed.
var ErrAltered = errors.New("a signed record was altered")

// Read opens one record. A draft is opened by those who treat the patient; the patient sees what is signed.
func (b Book) Read(ctx context.Context, actor core.Actor, id uuid.UUID) (Record, error) {
	var out Record
	err := b.Work(ctx, actor, "read a record", func(tx *store.Tx) error {
		row, h, err := b.row(ctx, tx, id)
		if err != nil {
			return err
		}
		l, err := b.May(ctx, tx, core.Read, thing(h))
		if err != nil {
			return err
		}
		text, err := b.Open(object, "body_sealed", id, row.BodySealed)
		if err != nil {
			return err
		}
		if h.Signed && !bytes.Equal(row.Sha256, sum(id, text)) {
			return ErrAltered
		}
		out = Record{Head: h, Text: string(text)}
		return b.Seen(ctx, tx, l)
	})
	return out, err
}

// List is what there is of a patient that the actor may read, the newest first, unopened.
func (b Book) List(ctx context.Context, actor core.Actor, patient uuid.UUID) ([]Head, error) {
	var out []Head
	err := b.Work(ctx, actor, "list records", func(tx *store.Tx) error {
		rows, err := tx.RecordsOfPatient(ctx, patient)
		if err != nil {
			return err
		}
		who := tx.Actor
		likely := chart.Thing{Class: core.Records, Patient: patient, Facts: core.Facts{Signed: true, Button: b.Button}}
		seen, err := chart.Sift(ctx, tx, likely, rows, func(r db.RecordsOfPatientRow) chart.Thing { return thing(head(r, who)) })
		if err != nil {
			return err
		}
		var looks []chart.Look
		out = nil
		for _, s := range seen {
			out = append(out, head(s.Row, who))
			looks = append(looks, s.Look)
		}
		return b.Seen(ctx, tx, looks...)
	})
	return out, err
}
