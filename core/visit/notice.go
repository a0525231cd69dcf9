package visit

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// UndoFor is how long a clinic's own cancellation waits before the patient is told of it.
const UndoFor = 10 * time.Minute

const (
	settleFor = time.Minute // a visit that is dragged twice is told of once
	hurry     = time.Hour   // before the visit: whoever may be on the way is told at once
)

// tell plans the telling of a change that the clinic made: known is the visit before it. A patient's own change needs none, and ends
// what was to be told before.
func (d Desk) tell(ctx context.Context, tx *store.Tx, known db.Visit, wait time.Duration) error {
	switch tx.Actor.Kind {
	case core.Patient:
		return tx.NoticeDrop(ctx, known.ID)
	case core.Staff:
	default:
		return nil
	}
	due := d.Clock()
	if known.During.Lower.Time.Sub(due) > hurry {
		due = due.Add(wait)
	}
	return tx.NoticePut(ctx, db.NoticePutParams{
		VisitID: known.ID, DueAt: due, Known: known.During, Practitioner: known.PractitionerID, Branch: known.BranchID,
	})
}

// Restore takes the clinic's own cancellation back: the visit is booked again at its time, if that is still free. Only while the patient
// has not been told; refused with "visit_restore_late" after that, for then they have made other plans.
func (d Desk) Restore(ctx context.Context, actor core.Actor, id uuid.UUID) (Visit, error) {
	return d.do(ctx, actor, "restore", func(tx *store.Tx) (db.Visit, error) {
		v, err := d.lock(ctx, tx, id, core.Void)
		if err != nil || Status(v.Status) == Booked {
			return v, err
		}
		switch {
		case Status(v.Status) != Cancelled:
			return v, core.Refuse(core.Conflict, "visit_state_"+v.Status)
		case actor.Kind == core.Patient:
			return v, core.Refuse(core.Conflict, "visit_state_cancelled")
		case !v.During.Lower.Time.After(d.Clock()):
			return v, core.Refuse(core.Conflict, "visit_past")
		}
		if err := schedule.Lock(ctx, tx, v.PractitionerID, store.ID(v.RoomID)); err != nil {
			return v, err
		}
		_, err = tx.NoticeTake(ctx, db.NoticeTakeParams{VisitID: id, DueAt: d.Clock()})
		if errors.Is(err, pgx.ErrNoRows) {
			return v, core.Refuse(core.Conflict, "visit_restore_late")
		}
		if err != nil {
			return v, err
		}
		return d.restore(ctx, tx, v)
	})
}

func (d Desk) restore(ctx context.Context, tx *store.Tx, old db.Visit) (db.Visit, error) {
	v, err := tx.VisitRestore(ctx, old.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		if err = d.clear(ctx, tx, old.PractitionerID, old.Blocked); err == nil {
			v, err = tx.VisitRestore(ctx, old.ID)
		}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return old, core.Refuse(core.Conflict, "time_taken")
	}
	if err != nil {
		return old, err
	}
	if v.RoomID != nil {
		if _, err := tx.VisitResourceTake(ctx, db.VisitResourceTakeParams{VisitID: v.ID, ResourceID: *v.RoomID}); err != nil {
			return old, err
		}
	}
	if err := refresh(ctx, tx, v); err != nil {
		return old, err
	}
	if err := tx.RemindersRestore(ctx, v.ID); err != nil {
		return old, err
	}
	return v, d.note(ctx, tx, v, change{action: "restored", fields: status()})
}
