package document

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/upload"
)

// New is a document to be put into a patient's file.
type New struct {
	Patient uuid.UUID
	Branch  uuid.UUID // nil: of the whole clinic
	Class   string
	Kind    string
	Label   string
	Mime    string
	Title   string
	Data    []byte
}

// Put puts a document into the file, sealed.
func (f File) Put(ctx context.Context, actor core.Actor, n New) (uuid.UUID, error) {
	id := f.IDs()
	err := f.Work(ctx, actor, "put a document", func(tx *store.Tx) error {
		author := chart.Author(tx.Actor)
		d := Document{ID: id, Patient: n.Patient, Class: n.Class, Label: n.Label, Mine: true}
		if _, err := f.May(ctx, tx, core.Create, d.thing()); err != nil {
			return err
		}
		if err := check(n.Class, n.Kind, n.Mime, n.Data); err != nil {
			return err
		}
		label, err := chart.Label(n.Label)
		if err != nil {
			return err
		}
		err = tx.DocumentAdd(ctx, db.DocumentAddParams{
			ID: id, PatientID: n.Patient, BranchID: store.Ref(n.Branch), Class: n.Class, Kind: n.Kind, Label: label, Mime: n.Mime,
			Bytes: int32(min(len(n.Data), MaxBytes)), AuthorID: store.Ref(author), CreatedAt: f.Clock(),
		})
		if err != nil {
			return err
		}
		if err := f.put(ctx, tx, id, n); err != nil {
			return err
		}
		return f.Note(ctx, tx, d.thing(), "create", "title", "content", "label")
	})
	return id, err
}

func (f File) put(ctx context.Context, tx *store.Tx, id uuid.UUID, n New) error {
	title, err := chart.Words(n.Title, maxTitle)
	if err != nil {
		return err
	}
	p := db.DocumentContentAddParams{DocumentID: id}
	if p.TitleSealed, err = f.Seal(content, "title_sealed", id, title); err != nil {
		return err
	}
	if p.BytesSealed, err = f.Seal(content, "bytes_sealed", id, n.Data); err != nil {
		return err
	}
	return tx.DocumentContentAdd(ctx, p)
}

// look is a document that the actor may at least know of.
func (f File) look(ctx context.Context, tx *store.Tx, id uuid.UUID) (Document, chart.Look, error) {
	row, err := tx.Document(ctx, id)
	if err != nil {
		return Document{}, chart.Look{}, store.NoRows(err, "not_found")
	}
	d := document(row, tx.Actor)
	l, err := f.May(ctx, tx, core.Read, d.thing())
	d.View = l.View
	return d, l, err
}

// Read opens a document. Of a picture that a patient sent, others get what it shows and not where it was taken. Whoever may only hand it over is refused with "document_sealed".
func (f File) Read(ctx context.Context, actor core.Actor, id uuid.UUID) (Document, []byte, error) {
	var out Document
	var data []byte
	err := f.Work(ctx, actor, "open a document", func(tx *store.Tx) error {
		d, l, err := f.look(ctx, tx, id)
		if err != nil {
			return err
		}
		if l.View != access.Full {
			return core.Refuse(core.Denied, "document_sealed")
		}
		c, err := tx.DocumentContent(ctx, id)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		if d.Title, err = f.title(id, c.TitleSealed); err != nil {
			return err
		}
		if data, err = f.Open(content, "bytes_sealed", id, c.BytesSealed); err != nil {
			return err
		}
		if d.Kind == Upload && tx.Actor.Kind != core.Patient {
			if data, err = upload.Bare(upload.Kind(d.Mime), data); err != nil {
				return err
			}
		}
		out = d
		return f.Seen(ctx, tx, l)
	})
	return out, data, err
}

// Find is what is known of a document without opening it.
func (f File) Find(ctx context.Context, actor core.Actor, id uuid.UUID) (Document, error) {
	var out Document
	err := f.Work(ctx, actor, "find a document", func(tx *store.Tx) error {
		d, l, err := f.look(ctx, tx, id)
		if err != nil {
			return err
		}
		out = d
		return f.Seen(ctx, tx, l)
	})
	return out, err
}

func (f File) title(id uuid.UUID, sealed []byte) (string, error) {
	title, err := f.Open(content, "title_sealed", id, sealed)
	return string(title), err
}

// List is what there is in a patient's file, the newest first; without titles what the actor may only hand over.
func (f File) List(ctx context.Context, actor core.Actor, patient uuid.UUID) ([]Document, error) {
	var out []Document
	err := f.Work(ctx, actor, "list documents", func(tx *store.Tx) error {
		rows, err := tx.DocumentsOfPatient(ctx, patient)
		if err != nil {
			return err
		}
		who := tx.Actor
		likely := chart.Thing{Class: core.Documents, Patient: patient, Facts: core.Facts{Kind: likelyOf(who), Button: f.Button}}
		seen, err := chart.Sift(ctx, tx, likely, rows, func(r db.DocumentsOfPatientRow) chart.Thing { return head(r, who).thing() })
		if err != nil {
			return err
		}
		var looks []chart.Look
		out = nil
		for _, s := range seen {
			d := head(s.Row, who)
			if d.View = s.Look.View; d.View == access.Full && s.Row.TitleSealed != nil {
				if d.Title, err = f.title(d.ID, s.Row.TitleSealed); err != nil {
					return err
				}
			}
			out = append(out, d)
			looks = append(looks, s.Look)
		}
		return f.Seen(ctx, tx, looks...)
	})
	return out, err
}

// likelyOf is the class of document that a role is the likeliest to read.
func likelyOf(who core.Actor) string {
	switch {
	case who.Kind == core.Staff && who.Role == "cashier":
		return Financial
	case who.Kind == core.Staff && who.Role == "admin":
		return Administrative
	default:
		return Medical
	}
}

func head(r db.DocumentsOfPatientRow, who core.Actor) Document {
	return document(db.Document{
		ID: r.ID, PatientID: r.PatientID, BranchID: r.BranchID, Class: r.Class, Kind: r.Kind, Label: r.Label, Mime: r.Mime, Bytes: r.Bytes,
		AuthorID: r.AuthorID, CreatedAt: r.CreatedAt,
	}, who)
}
