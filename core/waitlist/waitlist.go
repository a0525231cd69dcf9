// Package waitlist decides who waits for a time, and what becomes of the times that come free.
package waitlist

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Wish is what somebody waits for. A nil Doctor or Branch is any; the visit is to begin in [From, To).
type Wish struct {
	Patient   uuid.UUID
	Specialty string
	Service   uuid.UUID
	Doctor    uuid.UUID
	Branch    uuid.UUID
	From, To  time.Time
}

// List is the clinic's waiting list.
type List struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
}

// Join puts the acting chat's patient on the list. One person waits once for a speciality in a chat: a newer wish takes the older one's place.
func (l List) Join(ctx context.Context, actor core.Actor, w Wish) error {
	err := l.In.InTx(ctx, actor, func(tx *store.Tx) error {
		id, now := l.IDs(), l.Clock()
		err := tx.WaitlistAdd(ctx, db.WaitlistAddParams{
			ID: id, ConversationID: actor.ID, PatientID: w.Patient, Specialty: w.Specialty, ServiceID: w.Service,
			PractitionerID: store.Ref(w.Doctor), BranchID: store.Ref(w.Branch), FromAt: w.From, UntilAt: w.To, CreatedAt: now,
		})
		if err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{ID: l.IDs(), At: now, Action: "waitlist.joined", Object: "waitlist", Subject: id, Patient: w.Patient})
	})
	if err != nil {
		return fmt.Errorf("join the waiting list: %w", err)
	}
	return nil
}

// Waiting says whether the acting chat waits for anything.
func (l List) Waiting(ctx context.Context, actor core.Actor) (bool, error) {
	var rows []db.Waitlist
	err := l.In.InTx(ctx, actor, func(tx *store.Tx) error {
		var err error
		rows, err = tx.WaitlistOf(ctx, db.WaitlistOfParams{ConversationID: actor.ID, Now: l.Clock()})
		return err
	})
	if err != nil {
		return false, fmt.Errorf("the waiting list of a chat: %w", err)
	}
	return len(rows) > 0, nil
}

// Leave takes the acting chat off the list. Who is not on it stays off.
func (l List) Leave(ctx context.Context, actor core.Actor) error {
	err := l.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := tx.WaitlistLeave(ctx, actor.ID); err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{ID: l.IDs(), At: l.Clock(), Action: "waitlist.left", Class: core.Appointments, Object: "conversation", Subject: actor.ID})
	})
	if err != nil {
		return fmt.Errorf("leave the waiting list: %w", err)
	}
	return nil
}
