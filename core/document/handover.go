package document

import (
	"context"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/store"
)

// Purpose is what a one-time link to a document is called.
const Purpose = "document"

// linkFor is how long such a link works.
const linkFor = 24 * time.Hour

// HandOver makes the token of a one-time link with which the patient takes a document themselves: whoever hands it over need not be able
// to open it.
func (f File) HandOver(ctx context.Context, actor core.Actor, id uuid.UUID, random io.Reader) (string, error) {
	var token string
	err := f.Work(ctx, actor, "hand a document over", func(tx *store.Tx) error {
		d, l, err := f.look(ctx, tx, id)
		if err != nil {
			return err
		}
		cards := patient.Cards{In: tx, Vault: f.Vault, Clock: f.Clock, IDs: f.IDs}
		token, err = patient.Tickets{Cards: cards, Random: random}.Offer(ctx, tx.Actor, patient.Ticket{
			Patient: d.Patient, Purpose: Purpose, Object: id, Lasts: linkFor,
		})
		if err != nil {
			return err
		}
		return f.Note(ctx, tx, l.Thing, "hand_over", "link")
	})
	return token, err
}

// Given is a document that its patient takes by a link: the link was the proof, and it is used up by now.
func (f File) Given(ctx context.Context, k patient.Ticket) (Document, []byte, error) {
	who := core.Sys("link")
	who.OnBehalfOf = k.Patient
	var out Document
	var data []byte
	err := f.Work(ctx, who, "give a document", func(tx *store.Tx) error {
		row, err := tx.Document(ctx, k.Object)
		if err == nil && row.PatientID != k.Patient {
			err = core.Refuse(core.NotFound, "not_found")
		}
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		c, err := tx.DocumentContent(ctx, k.Object)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		out = document(row, who)
		if out.Title, err = f.title(k.Object, c.TitleSealed); err != nil {
			return err
		}
		if data, err = f.Open(content, "bytes_sealed", k.Object, c.BytesSealed); err != nil {
			return err
		}
		return f.Seen(ctx, tx, chart.Look{Thing: out.thing()})
	})
	return out, data, err
}
