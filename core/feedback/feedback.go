// Package feedback decides what becomes of what patients say of their visits: who hears the words, who only the score.
package feedback

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Box keeps feedback. Whoever calls has asked the rules.
type Box struct {
	Clock core.Clock
	IDs   core.IDs
	Vault *vault.Vault
}

// ID is that of a visit's feedback: it follows from the visit's.
func ID(visit uuid.UUID) uuid.UUID { return uuid.NewSHA1(visit, []byte("feedback")) }

// Late is how long after a visit something may be said of it.
const Late = 30 * 24 * time.Hour

// Score keeps a score from 0 to 10 of a visit that is over. Given once, it stands.
func (b Box) Score(ctx context.Context, tx *store.Tx, v db.Visit, score int16) error {
	if err := b.open(v); err != nil {
		return err
	}
	mood := "neutral"
	switch { // as NPS has it
	case score >= 9:
		mood = "good"
	case score <= 6:
		mood = "bad"
	}
	err := tx.FeedbackAdd(ctx, db.FeedbackAddParams{
		ID: ID(v.ID), VisitID: v.ID, PatientID: *v.PatientID, BranchID: v.BranchID, PractitionerID: v.PractitionerID, Score: &score,
		Sentiment: &mood, CreatedAt: b.Clock(),
	})
	if err != nil {
		return fmt.Errorf("keep a score: %w", err)
	}
	return b.note(ctx, tx, "feedback.given", ID(v.ID), *v.PatientID)
}

// Words adds what a patient says to the score they have given.
func (b Box) Words(ctx context.Context, tx *store.Tx, v db.Visit, text string) error {
	if err := b.open(v); err != nil {
		return err
	}
	err := b.say(ctx, tx, db.FeedbackTextAddParams{FeedbackID: ID(v.ID), PatientID: *v.PatientID, BranchID: v.BranchID, Side: "patient"}, text)
	if err != nil {
		return err
	}
	return b.note(ctx, tx, "feedback.words", ID(v.ID), *v.PatientID)
}

func (b Box) open(v db.Visit) error {
	switch {
	case v.PatientID == nil || v.Status != "done":
		return core.Refuse(core.Conflict, "feedback_not_yet")
	case b.Clock().Sub(v.EndsAt) > Late:
		return core.Refuse(core.Conflict, "feedback_late")
	default:
		return nil
	}
}

// Reply adds the clinic's answer; "" leaves the words as they are. Status is in_work or closed.
func (b Box) Reply(ctx context.Context, tx *store.Tx, f db.Feedback, text, status string) error {
	if text != "" {
		err := b.say(ctx, tx, db.FeedbackTextAddParams{FeedbackID: f.ID, PatientID: f.PatientID, BranchID: f.BranchID, Side: "clinic"}, text)
		if err != nil {
			return err
		}
	}
	p := db.FeedbackStatusParams{ID: f.ID, Status: status}
	if now := b.Clock(); status == "closed" {
		p.ClosedAt = &now
	}
	_, err := tx.FeedbackStatus(ctx, p)
	if errors.Is(err, pgx.ErrNoRows) {
		err = core.Refuse(core.NotFound, "not_found")
	}
	if err != nil {
		return fmt.Errorf("answer feedback: %w", err)
	}
	return b.note(ctx, tx, "feedback.answered", f.ID, f.PatientID)
}

func (b Box) say(ctx context.Context, tx *store.Tx, p db.FeedbackTextAddParams, text string) error {
	p.ID, p.At = b.IDs(), b.Clock()
	var err error
	if p.TextSealed, err = b.Vault.Seal(place(p.ID), []byte(text)); err != nil {
		return err
	}
	if err := tx.FeedbackTextAdd(ctx, p); err != nil {
		return fmt.Errorf("keep words: %w", err)
	}
	return nil
}

func place(row uuid.UUID) vault.Place {
	return vault.Place{Table: "feedback_text", Column: "text_sealed", Row: row}
}

// Said is one message of the patient or the clinic.
type Said struct {
	Side, Text string
	At         time.Time
}

// Talk opens what was said in several feedbacks, by their id: for those whom the database lets read it.
func (b Box) Talk(ctx context.Context, tx *store.Tx, ids []uuid.UUID) (map[uuid.UUID][]Said, error) {
	rows, err := tx.FeedbackTexts(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("words of feedback: %w", err)
	}
	out := map[uuid.UUID][]Said{}
	for _, r := range rows {
		text, err := b.Vault.Open(place(r.ID), r.TextSealed)
		if err != nil {
			return nil, err
		}
		out[r.FeedbackID] = append(out[r.FeedbackID], Said{Side: r.Side, Text: string(text), At: r.At})
	}
	return out, nil
}

func (b Box) note(ctx context.Context, tx *store.Tx, action string, id, patient uuid.UUID) error {
	return audit.Add(ctx, tx, audit.Entry{ID: b.IDs(), At: b.Clock(), Action: action, Object: "feedback", Subject: id, Patient: patient})
}
