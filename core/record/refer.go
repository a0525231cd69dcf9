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

// referredFor is how long a referral puts a patient into another doctor's care: as far as the calendar of visits reaches ahead.
const referredFor = 365 * 24 * time.Hour

// Sent is a referral to be made.
type Sent struct {
	Patient uuid.UUID
	Visit   uuid.UUID
	Branch  uuid.UUID
	To      uuid.UUID // the practitioner
	Text    string
}

// Refer writes and signs a referral, and puts the patient into the other doctor's care from now on.
func (b Book) Refer(ctx context.Context, actor core.Actor, s Sent) (uuid.UUID, error) {
	var id uuid.UUID
	err := b.Work(ctx, actor, "refer a patient", func(tx *store.Tx) error {
		h := b.wish(tx, New{Patient: s.Patient, Visit: s.Visit, Branch: s.Branch, Kind: Referral})
		for _, action := range []core.Action{core.Create, core.Sign} {
			if _, err := b.May(ctx, tx, action, thing(h)); err != nil {
				return err
			}
		}
		if s.To == uuid.Nil || s.To == tx.Actor.Doctor {
			return core.Refuse(core.Invalid, "referral_to_whom")
		}
		text, err := chart.Words(s.Text, maxText)
		if err != nil {
			return err
		}
		if err := b.begin(ctx, tx, h, s.Text); err != nil {
			return err
		}
		if err := b.sign(ctx, tx, h, text); err != nil {
			return err
		}
		id = h.ID
		return b.care(ctx, tx, s)
	})
	return id, err
}

func (b Book) care(ctx context.Context, tx *store.Tx, s Sent) error {
	now, by := b.Clock(), tx.Actor.ID
	until := now.Add(referredFor)
	id := b.IDs()
	err := tx.CareAdd(ctx, db.CareAddParams{ID: id, PatientID: s.Patient, PractitionerID: &s.To, Since: now, Until: &until, MadeBy: &by})
	if err != nil {
		return err
	}
	return b.Note(ctx, tx, chart.Thing{Class: core.Records, Object: "care_team", ID: id, Patient: s.Patient}, "refer", "practitioner_id")
}
