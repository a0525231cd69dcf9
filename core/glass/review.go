package glass

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// The verdicts on broken glass.
const (
	Justified   = "justified"
	Unjustified = "unjustified"
)

// Broken is glass that waits for a verdict. Why is there for the head alone: it may speak of the patient's health.
type Broken struct {
	ID      uuid.UUID
	Staff   uuid.UUID
	Role    string
	Patient uuid.UUID
	Reason  string
	Why     string
	At      time.Time
	Due     time.Time
	Late    bool // it has become an incident
}

// judges refuses whoever does not judge broken glass: it is the head's, and of whoever keeps security.
func judges(who core.Actor) error {
	_, err := access.Require(who, core.Ask{Action: core.Read, Class: core.AuditLog, Facts: core.Facts{Kind: "medical"}})
	if err != nil || who.Kind != core.Staff || (who.Role != "head" && who.Role != "security") || who.Agent != nil {
		return core.Refuse(core.Denied, "not_allowed")
	}
	return nil
}

// Waiting lists what is to be judged, the oldest first.
func (c Case) Waiting(ctx context.Context, actor core.Actor) ([]Broken, error) {
	var out []Broken
	err := c.Work(ctx, actor, "glass to be judged", func(tx *store.Tx) error {
		if err := judges(tx.Actor); err != nil {
			return err
		}
		rows, err := tx.GlassToReview(ctx)
		if err != nil {
			return err
		}
		out = nil
		for _, r := range rows {
			b := Broken{
				ID: r.ID, Staff: r.StaffID, Role: r.Role, Patient: r.PatientID, Reason: r.Reason, At: r.At, Due: r.At.Add(DueIn), Late: r.EscalatedAt != nil,
			}
			if tx.Actor.Role == "head" {
				why, err := c.Open(object, "about_sealed", r.ID, r.AboutSealed)
				if err != nil {
					return err
				}
				b.Why = string(why)
			}
			out = append(out, b)
		}
		return nil
	})
	return out, err
}

// Judge puts a verdict on somebody else's broken glass, once, and closes its task.
func (c Case) Judge(ctx context.Context, actor core.Actor, id uuid.UUID, verdict string) error {
	if verdict != Justified && verdict != Unjustified {
		return core.Refuse(core.Invalid, "verdict_unknown")
	}
	return c.Work(ctx, actor, "judge broken glass", func(tx *store.Tx) error {
		if err := judges(tx.Actor); err != nil {
			return err
		}
		now, by := c.Clock(), tx.Actor.ID
		patient, err := tx.GlassReview(ctx, db.GlassReviewParams{ID: id, By: &by, At: &now, Verdict: &verdict})
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		if err := tx.GlassTaskDone(ctx, db.GlassTaskDoneParams{Key: id.String(), At: &now}); err != nil {
			return err
		}
		return c.note(ctx, tx, Grant{ID: id, Patient: patient}, "judge", "verdict")
	})
}

// News is broken glass of which somebody is to be told. Late: nobody judged it in time.
type News struct {
	ID    uuid.UUID
	Staff uuid.UUID
	Late  bool
}

// News takes what nobody has been told of yet, in tx, as Zapis itself; what nobody judged in time becomes an incident. Who takes it tells
// it in the same transaction.
func (c Case) News(ctx context.Context, tx *store.Tx) ([]News, error) {
	now := c.Clock()
	fresh, err := tx.GlassToTell(ctx, &now)
	if err != nil {
		return nil, err
	}
	var out []News
	for _, r := range fresh {
		out = append(out, News{ID: r.ID, Staff: r.StaffID})
	}
	late, err := tx.GlassLate(ctx, db.GlassLateParams{Now: &now, Before: now.Add(-LateIn)})
	if err != nil {
		return nil, err
	}
	for _, r := range late {
		if err := c.task(ctx, tx, penalty, r.ID, r.PatientID); err != nil {
			return nil, err
		}
		if err := c.note(ctx, tx, Grant{ID: r.ID, Patient: r.PatientID}, "escalate", "escalated_at"); err != nil {
			return nil, err
		}
		out = append(out, News{ID: r.ID, Staff: r.StaffID, Late: true})
	}
	return out, nil
}
