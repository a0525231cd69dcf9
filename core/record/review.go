package record

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// The head's verdicts on a record.
const (
	Good      = "good"
	ToCorrect = "to_correct"
)

// Review is what the head said of a record.
type Review struct {
	By      uuid.UUID
	Verdict string
	Note    string
	At      time.Time
}

const reviewTable = "record_review"

// Review puts the head's verdict on a signed record. Nobody reviews what they wrote as a doctor.
func (b Book) Review(ctx context.Context, actor core.Actor, id uuid.UUID, verdict, note string) error {
	if verdict != Good && verdict != ToCorrect {
		return core.Refuse(core.Invalid, "verdict_unknown")
	}
	return b.Work(ctx, actor, "review a record", func(tx *store.Tx) error {
		_, h, err := b.row(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := b.May(ctx, tx, core.Approve, thing(h)); err != nil {
			return err
		}
		switch {
		case !h.Signed:
			return core.Refuse(core.Conflict, "record_unsigned")
		case h.Author == tx.Actor.Doctor:
			return core.Refuse(core.Denied, "review_own")
		}
		text, err := chart.Words(note, maxText)
		if err != nil {
			return err
		}
		review := b.IDs()
		sealed, err := b.Seal(reviewTable, "note_sealed", review, text)
		if err != nil {
			return err
		}
		err = tx.RecordReviewAdd(ctx, db.RecordReviewAddParams{
			ID: review, RecordID: id, PatientID: h.Patient, ByID: tx.Actor.ID, Verdict: verdict, NoteSealed: sealed, At: b.Clock(),
		})
		if err != nil {
			return err
		}
		return b.Note(ctx, tx, thing(h), "approve", "verdict", "note")
	})
}

// Reviews is what the head said of a record: for the head and its author; nobody else sees any.
func (b Book) Reviews(ctx context.Context, actor core.Actor, id uuid.UUID) ([]Review, error) {
	var out []Review
	err := b.Work(ctx, actor, "reviews of a record", func(tx *store.Tx) error {
		_, h, err := b.row(ctx, tx, id)
		if err != nil {
			return err
		}
		l, err := b.May(ctx, tx, core.Read, thing(h))
		if err != nil {
			return err
		}
		rows, err := tx.RecordReviews(ctx, id)
		if err != nil {
			return err
		}
		out = nil
		for _, r := range rows {
			note, err := b.Open(reviewTable, "note_sealed", r.ID, r.NoteSealed)
			if err != nil {
				return err
			}
			out = append(out, Review{By: r.ByID, Verdict: r.Verdict, Note: string(note), At: r.At})
		}
		if len(out) == 0 {
			return nil
		}
		return b.Seen(ctx, tx, l)
	})
	return out, err
}
