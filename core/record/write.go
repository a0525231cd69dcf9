package record

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// New is a record to be written. Of Visit and Branch one is needed; the visit's branch wins.
type New struct {
	Patient uuid.UUID
	Visit   uuid.UUID
	Branch  uuid.UUID
	Kind    Kind // Conclusion, Note or Vitals; a referral is made by Refer
	Label   string
	Text    string
}

// Draft writes a record that nobody has signed yet. A nurse's vital signs stay as they are: they need no signature.
func (b Book) Draft(ctx context.Context, actor core.Actor, n New) (uuid.UUID, error) {
	if n.Kind != Conclusion && n.Kind != Note && n.Kind != Vitals {
		return uuid.Nil, core.Refuse(core.Invalid, "record_kind_unknown")
	}
	var id uuid.UUID
	err := b.Work(ctx, actor, "draft a record", func(tx *store.Tx) error {
		h := b.wish(tx, n)
		if _, err := b.May(ctx, tx, core.Create, thing(h)); err != nil {
			return err
		}
		id = h.ID
		return b.begin(ctx, tx, h, n.Text)
	})
	return id, err
}

// wish is the head of a record to be.
func (b Book) wish(tx *store.Tx, n New) Head {
	return Head{
		ID: b.IDs(), Patient: n.Patient, Visit: n.Visit, Branch: n.Branch, Author: chart.Author(tx.Actor), Kind: n.Kind, Label: n.Label, Version: 1,
		At: b.Clock(), Mine: true,
	}
}

// begin writes a record down where it belongs: to the branch of its visit, else to the one that was named, else to where the patient was last.
func (b Book) begin(ctx context.Context, tx *store.Tx, h Head, text string) error {
	if _, err := chart.Label(h.Label); err != nil {
		return err
	}
	if h.Visit != uuid.Nil || h.Branch == uuid.Nil {
		v, err := tx.VisitForRecord(ctx, db.VisitForRecordParams{ID: store.Ref(h.Visit), Patient: h.Patient})
		if errors.Is(err, pgx.ErrNoRows) && h.Visit == uuid.Nil {
			return core.Refuse(core.Invalid, "branch_unknown")
		}
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		h.Branch = v
	}
	return b.add(ctx, tx, h, text)
}

func (b Book) add(ctx context.Context, tx *store.Tx, h Head, text string) error {
	sealed, err := b.sealed(h.ID, text)
	if err != nil {
		return err
	}
	err = tx.RecordAdd(ctx, db.RecordAddParams{
		ID: h.ID, PatientID: h.Patient, VisitID: store.Ref(h.Visit), BranchID: h.Branch, AuthorID: h.Author, Kind: string(h.Kind),
		Label: store.Text(h.Label), BodySealed: sealed, Replaces: store.Ref(h.Replaces), Version: h.Version, CreatedAt: h.At,
	})
	if err != nil {
		return err
	}
	return b.Note(ctx, tx, thing(h), "create", "body", "label")
}

func (b Book) sealed(id uuid.UUID, text string) ([]byte, error) {
	plain, err := chart.Words(text, maxText)
	if err != nil {
		return nil, err
	}
	return b.Seal(object, "body_sealed", id, plain)
}

// Edit gives a draft another text and label. Only its author may.
func (b Book) Edit(ctx context.Context, actor core.Actor, id uuid.UUID, text, label string) error {
	return b.Work(ctx, actor, "edit a record", func(tx *store.Tx) error {
		_, h, err := b.mine(ctx, tx, id, core.Update)
		if err != nil {
			return err
		}
		if _, err := chart.Label(label); err != nil {
			return err
		}
		sealed, err := b.sealed(id, text)
		if err != nil {
			return err
		}
		_, err = tx.RecordEdit(ctx, db.RecordEditParams{ID: id, BodySealed: sealed, Label: store.Text(label)})
		if err != nil {
			return store.NoRows(err, "record_not_yours")
		}
		return b.Note(ctx, tx, thing(h), "update", "body", "label")
	})
}

// mine is a draft of the actor's own that may be changed. One that they see and did not write is refused with "record_not_yours", one
// that is signed with "record_signed".
func (b Book) mine(ctx context.Context, tx *store.Tx, id uuid.UUID, action core.Action) (db.RecordRow, Head, error) {
	row, h, err := b.row(ctx, tx, id)
	if err != nil {
		return row, h, err
	}
	if _, err := b.May(ctx, tx, action, thing(h)); err != nil {
		return row, h, err
	}
	switch {
	case h.Signed:
		return row, h, core.Refuse(core.Conflict, "record_signed")
	case !h.Mine:
		return row, h, core.Refuse(core.Denied, "record_not_yours")
	default:
		return row, h, nil
	}
}

func (b Book) row(ctx context.Context, tx *store.Tx, id uuid.UUID) (db.RecordRow, Head, error) {
	row, err := tx.Record(ctx, id)
	if err != nil {
		return row, Head{}, store.NoRows(err, "not_found")
	}
	return row, headOf(row, tx.Actor), nil
}

// Sign makes a draft of one's own a signed record: from then on nobody changes it, and its patient may read it.
func (b Book) Sign(ctx context.Context, actor core.Actor, id uuid.UUID) error {
	return b.Work(ctx, actor, "sign a record", func(tx *store.Tx) error {
		row, h, err := b.mine(ctx, tx, id, core.Sign)
		if err != nil {
			return err
		}
		text, err := b.Open(object, "body_sealed", id, row.BodySealed)
		if err != nil {
			return err
		}
		return b.sign(ctx, tx, h, text)
	})
}

func (b Book) sign(ctx context.Context, tx *store.Tx, h Head, text []byte) error {
	now, by := b.Clock(), tx.Actor.ID
	_, err := tx.RecordSign(ctx, db.RecordSignParams{ID: h.ID, Sum: sum(h.ID, text), At: &now, By: &by})
	if errors.Is(err, pgx.ErrNoRows) {
		return core.Refuse(core.Conflict, "record_signed")
	}
	if err != nil {
		return err
	}
	return b.Note(ctx, tx, thing(h), "sign", "state")
}

// sum binds a signature to the text and to its record: the same words in two records have two sums.
func sum(id uuid.UUID, text []byte) []byte {
	h := sha256.New()
	_, _ = h.Write(id[:])
	_, _ = h.Write(text)
	return h.Sum(nil)
}

// Replace drafts a correction of a signed record: a new version beside the old, which stays. It bears the old one's label.
func (b Book) Replace(ctx context.Context, actor core.Actor, old uuid.UUID, text string) (uuid.UUID, error) {
	id := b.IDs()
	err := b.Work(ctx, actor, "correct a record", func(tx *store.Tx) error {
		_, was, err := b.row(ctx, tx, old)
		if err != nil {
			return err
		}
		if _, err := b.May(ctx, tx, core.Update, thing(was)); err != nil {
			return err
		}
		switch {
		case !was.Signed:
			return core.Refuse(core.Conflict, "record_unsigned")
		case was.Replaced:
			return core.Refuse(core.Conflict, "record_replaced")
		}
		next := was
		next.ID, next.Author, next.Replaces, next.Version = id, chart.Author(tx.Actor), old, was.Version+1
		next.Signed, next.Mine, next.At = false, true, b.Clock()
		return b.add(ctx, tx, next, text)
	})
	return id, err
}
