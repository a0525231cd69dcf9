package visit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Accept is a patient's "I will come". Said twice, it is said once.
func (d Desk) Accept(ctx context.Context, actor core.Actor, id uuid.UUID) (Visit, error) {
	return d.do(ctx, actor, "confirm", func(tx *store.Tx) (db.Visit, error) {
		v, err := d.lock(ctx, tx, id, core.Update)
		if err != nil || Status(v.Status) == Confirmed {
			return v, err
		}
		return d.state(ctx, tx, v, Confirmed, "confirmed")
	})
}

// Mark sets Arrived, InProgress, Done or NoShow: the desk's marks.
func (d Desk) Mark(ctx context.Context, actor core.Actor, id uuid.UUID, to Status) (Visit, error) {
	actions := map[Status]string{Arrived: "arrived", InProgress: "started", Done: "done", NoShow: "no_show"}
	action, ok := actions[to]
	if !ok {
		return Visit{}, core.Refuse(core.Invalid, "mark_unknown")
	}
	return d.do(ctx, actor, "mark "+action, func(tx *store.Tx) (db.Visit, error) {
		v, err := d.lock(ctx, tx, id, core.Update)
		if err == nil {
			err = d.mayMark(tx.Actor, v, to)
		}
		if err != nil || Status(v.Status) == to {
			return v, err
		}
		v, err = d.state(ctx, tx, v, to, action)
		if err != nil || to == Arrived || to == InProgress {
			return v, err
		}
		return v, tx.RemindersDrop(ctx, id)
	})
}

func (d Desk) state(ctx context.Context, tx *store.Tx, v db.Visit, to Status, action string) (db.Visit, error) {
	if err := check(v, to); err != nil {
		return v, err
	}
	if err := schedule.Lock(ctx, tx, v.PractitionerID, store.ID(v.RoomID)); err != nil {
		return v, err
	}
	old, was := v, Status(v.Status)
	v, err := tx.VisitState(ctx, db.VisitStateParams{ID: v.ID, Status: string(to)})
	if err != nil {
		return v, err
	}
	switch {
	case to == NoShow: // the room is free for somebody who did come
		err = tx.VisitResourceFree(ctx, v.ID)
	case was == NoShow && v.RoomID != nil: // who came late after all needs the room again; another may have it by now
		_, err = tx.VisitResourceTake(ctx, db.VisitResourceTakeParams{VisitID: v.ID, ResourceID: *v.RoomID})
	}
	if err != nil {
		return v, err
	}
	if err := refresh(ctx, tx, v); err != nil {
		return v, err
	}
	return v, d.note(ctx, tx, v, change{action: action, fields: status(), was: &old})
}

// Cancel ends a visit. A patient's comes through the bot until the branch's cut-off; staff may at any time. A reason is one of the codes
// (see known); what a patient says in their own words is sealed, and stands beside the visit as "other".
func (d Desk) Cancel(ctx context.Context, actor core.Actor, id uuid.UUID, reason string) (Visit, error) {
	return d.do(ctx, actor, "cancel", func(tx *store.Tx) (db.Visit, error) {
		v, err := d.lock(ctx, tx, id, core.Void)
		if err != nil || Status(v.Status) == Cancelled {
			return v, err
		}
		if err := errors.Join(check(v, Cancelled), d.cutoff(actor, v)); err != nil {
			return v, err
		}
		if err := schedule.Lock(ctx, tx, v.PractitionerID, store.ID(v.RoomID)); err != nil {
			return v, err
		}
		by, now := by(actor), d.Clock()
		code, words := coded(reason)
		if code == Asked {
			by = "patient"
		}
		v, err = tx.VisitCancel(ctx, db.VisitCancelParams{ID: id, At: &now, By: &by, Reason: store.Text(code)})
		if err != nil {
			return v, err
		}
		return v, errors.Join(d.keep(ctx, tx, v, cancellation, words), d.cancelled(ctx, tx, v, code))
	})
}

func (d Desk) cancelled(ctx context.Context, tx *store.Tx, v db.Visit, reason string) error {
	if err := tx.VisitResourceFree(ctx, v.ID); err != nil {
		return err
	}
	if err := refresh(ctx, tx, v); err != nil {
		return err
	}
	if err := d.forget(ctx, tx, v.ID); err != nil {
		return err
	}
	if err := errors.Join(d.tell(ctx, tx, v, UndoFor), d.leave(ctx, tx, v, reason)); err != nil {
		return err
	}
	return d.note(ctx, tx, v, change{action: "cancelled", reason: reason, fields: status()})
}

// unable says that a clinic's reason stands against anybody's visit at that time.
func unable(reason string) bool {
	switch reason {
	case "doctor ill", "doctor away", "leave", "branch closed", "equipment":
		return true
	default:
		return false
	}
}

// leave lets the waiting list know of a time that a visit gave up: at once where the patient did, and where the clinic did, once it
// can no longer be taken back. A time at which the clinic itself cannot is none.
func (d Desk) leave(ctx context.Context, tx *store.Tx, v db.Visit, reason string) error {
	if tx.Actor.Kind == core.Staff && unable(reason) {
		return nil
	}
	now := d.Clock()
	due := now
	if tx.Actor.Kind == core.Staff {
		due = now.Add(UndoFor)
	}
	if !v.During.Lower.Time.After(due) {
		return nil
	}
	return tx.OpeningAdd(ctx, db.OpeningAddParams{
		ID: d.IDs(), BranchID: v.BranchID, PractitionerID: v.PractitionerID, Specialty: v.Specialty,
		StartsAt: v.During.Lower.Time, EndsAt: v.During.Upper.Time, DueAt: due, CreatedAt: now,
	})
}

func by(a core.Actor) string {
	switch a.Kind {
	case core.Patient:
		return "patient"
	case core.Staff:
		return "clinic"
	default:
		return "system"
	}
}

// cutoff refuses a patient who changes a visit that is too near.
func (d Desk) cutoff(actor core.Actor, v db.Visit) error {
	b, _ := d.Book.Current().Branch(v.BranchID)
	if actor.Kind != core.Patient || d.Clock().Add(b.CancelCutoff).Before(v.During.Lower.Time) {
		return nil
	}
	if d.Clock().After(v.During.Lower.Time) {
		return core.Refuse(core.Conflict, "visit_past")
	}
	return core.Refuse(core.Conflict, "visit_too_near", "phone", b.Phone)
}

// Move gives a visit another time in one statement: where the new one is taken, the old one stands untouched.
func (d Desk) Move(ctx context.Context, actor core.Actor, id uuid.UUID, to schedule.Slot) (Visit, error) {
	return d.do(ctx, actor, "move", func(tx *store.Tx) (db.Visit, error) {
		v, err := d.lock(ctx, tx, id, core.Update)
		if err == nil {
			err = d.mayMove(tx.Actor, to)
		}
		if err != nil {
			return v, err
		}
		if v.During.Lower.Time.Equal(to.Start) && v.PractitionerID == to.Doctor {
			return v, nil
		}
		return d.movable(ctx, tx, v, Wish{Slot: to, Service: v.ServiceID}, d.move)
	})
}

// movable does a move where the visit's state and hour allow it, behind both calendars' locks.
func (d Desk) movable(ctx context.Context, tx *store.Tx, v db.Visit, w Wish, do func(context.Context, *store.Tx, db.Visit, Wish) (db.Visit, error)) (db.Visit, error) {
	if Status(v.Status) == Held { // a hold is let go and another taken
		return v, core.Refuse(core.Conflict, "visit_state_held")
	}
	if err := errors.Join(check(v, Booked), d.cutoff(tx.Actor, v)); err != nil {
		return v, err
	}
	if err := schedule.Lock(ctx, tx, v.PractitionerID, w.Slot.Doctor, store.ID(v.RoomID), w.Slot.Room); err != nil {
		return v, err
	}
	return do(ctx, tx, v, w)
}

func (d Desk) move(ctx context.Context, tx *store.Tx, old db.Visit, w Wish) (db.Visit, error) {
	p, err := d.params(w, Booked, nil)
	if err != nil {
		return old, err
	}
	there := db.VisitMoveParams{
		ID: old.ID, BranchID: p.BranchID, PractitionerID: p.PractitionerID, RoomID: p.RoomID, During: p.During, Blocked: p.Blocked,
		LocalStart: p.LocalStart, Tz: p.Tz, Day: p.Day,
	}
	v, err := tx.VisitMove(ctx, there)
	if errors.Is(err, pgx.ErrNoRows) {
		if err = d.clear(ctx, tx, p.PractitionerID, p.Blocked); err == nil {
			v, err = tx.VisitMove(ctx, there)
		}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return old, core.Refuse(core.Conflict, "time_taken")
	}
	if err != nil {
		return old, err
	}
	if err := moveRoom(ctx, tx, old, v); err != nil {
		return old, err
	}
	return v, d.moved(ctx, tx, old, v)
}

// moved does what follows from a move.
func (d Desk) moved(ctx context.Context, tx *store.Tx, old, v db.Visit) error {
	for _, f := range []func() error{
		func() error { return refresh(ctx, tx, old) },
		func() error { return refresh(ctx, tx, v) },
		func() error { return d.forget(ctx, tx, v.ID) },
		func() error { return d.remindAnew(ctx, tx, v) },
		func() error { return d.tell(ctx, tx, old, settleFor) },
		func() error { return d.leave(ctx, tx, old, "") },
		func() error {
			return d.note(ctx, tx, v, change{action: "moved", before: old.During, fields: []string{"during"}, was: &old})
		},
	} {
		if err := f(); err != nil {
			return err
		}
	}
	return tx.Flush(ctx)
}

// moveRoom takes the room of the new time and lets that of the old one go; either may have none.
func moveRoom(ctx context.Context, tx *store.Tx, old, v db.Visit) error {
	switch {
	case v.RoomID == nil && old.RoomID == nil:
		return nil
	case v.RoomID == nil:
		return tx.VisitResourceFree(ctx, v.ID)
	default:
		return tx.VisitResourceMove(ctx, db.VisitResourceMoveParams{VisitID: v.ID, ResourceID: *v.RoomID})
	}
}

// lock reads a visit that is about to be changed, for whoever may do that to it.
func (d Desk) lock(ctx context.Context, tx *store.Tx, id uuid.UUID, action core.Action) (db.Visit, error) {
	v, err := tx.VisitLock(ctx, id)
	if err == nil {
		_, err = d.may(tx.Actor, action, v)
	}
	if err == nil && d.Seen != 0 && d.Seen != v.Version {
		err = core.Refuse(core.Conflict, "visit_changed")
	}
	return v, store.NoRows(err, "visit_unknown")
}

// Upcoming lists what some patients have ahead, the nearest first.
func (d Desk) Upcoming(ctx context.Context, actor core.Actor, patients ...uuid.UUID) ([]Visit, error) {
	var out []Visit
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.VisitsUpcoming(ctx, db.VisitsUpcomingParams{Patients: patients, Now: d.Clock()})
		for _, r := range rows {
			if _, no := d.may(tx.Actor, core.Read, r); no == nil {
				out = append(out, read(r, d.Book.Current()))
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("visits ahead: %w", err)
	}
	return out, nil
}

// Find returns one visit that the actor may see.
func (d Desk) Find(ctx context.Context, actor core.Actor, id uuid.UUID) (Visit, error) {
	return d.do(ctx, actor, "find a visit", func(tx *store.Tx) (db.Visit, error) {
		v, err := tx.Visit(ctx, id)
		if err == nil {
			_, err = d.may(tx.Actor, core.Read, v)
		}
		return v, store.NoRows(err, "visit_unknown")
	})
}

// Planned is a visit on the schedule with the patient's name, which is empty for whoever may not know it.
type Planned struct {
	Visit
	Name string
	Over string // why it stands over others
}

// Day lists those of a branch's visits that touch [from, to) and that the actor may see.
func (d Desk) Day(ctx context.Context, actor core.Actor, branch uuid.UUID, from, to time.Time) ([]Planned, error) {
	var out []Planned
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.VisitsOfBranch(ctx, db.VisitsOfBranchParams{Branch: branch, FromAt: from, ToAt: to})
		for _, r := range rows {
			if p := d.shown(tx.Actor, r); p.ID != uuid.Nil {
				out = append(out, p)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the day of branch %s: %w", branch, err)
	}
	return out, nil
}

// shown is as much of a row as somebody may know; nothing where they may know nothing of it.
func (d Desk) shown(who core.Actor, r db.VisitsOfBranchRow) Planned {
	verdict, err := d.may(who, core.Read, db.Visit{BranchID: r.BranchID, PractitionerID: r.PractitionerID, During: r.During})
	if err != nil {
		return Planned{}
	}
	p := planned(r, d)
	if verdict.View != access.Full {
		p.Name = ""
	}
	return p
}

func planned(r db.VisitsOfBranchRow, d Desk) Planned {
	v := db.Visit{
		ID: r.ID, BranchID: r.BranchID, PractitionerID: r.PractitionerID, PatientID: r.PatientID, ServiceID: r.ServiceID, Specialty: r.Specialty,
		RoomID: r.RoomID, Status: r.Status, During: r.During, ServiceName: r.ServiceName, Price: r.Price, Currency: r.Currency,
		Version: r.Version, HoldExpiresAt: r.HoldExpiresAt,
	}
	name := r.Surname
	if r.Given != "" {
		name += " " + r.Given
	}
	if r.Patronymic != "" {
		name += " " + r.Patronymic
	}
	return Planned{Visit: read(v, d.Book.Current()), Name: name, Over: store.Str(r.OverbookReason)}
}
