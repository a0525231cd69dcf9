package visit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// HoldFor is how long a chosen time is kept for somebody who has not said yes yet.
const HoldFor = 10 * time.Minute

// Desk makes and changes visits. Changed, where set, is told the branch after each commit that changes its day.
type Desk struct {
	In      store.Opener
	Book    *clinic.Book
	Clock   core.Clock
	IDs     core.IDs
	Vault   *vault.Vault // of what patients say in their own words
	Button  bool         // the person pressed a button for exactly this; a model may not do it without
	Seen    int32        // the version that whoever changes a visit looked at; 0 does not ask
	Changed func(branch uuid.UUID)
}

// Wish is what somebody wants: a service with a doctor at a time. Source is the channel it came through.
type Wish struct {
	Slot    schedule.Slot
	Service uuid.UUID
	Patient uuid.UUID // nil: not known yet (a hold)
	Holder  uuid.UUID // the conversation, where it came from one
	Source  string
	Length  time.Duration // 0: the service's, with this doctor
	Begun   bool          // the time may have begun already today: somebody stands at the desk
}

// Hold keeps a time for HoldFor. What the same chat held before is let go: a person looks at one time at a time, however many they ask
// for at once.
func (d Desk) Hold(ctx context.Context, actor core.Actor, w Wish) (Visit, error) {
	return d.do(ctx, actor, "hold", func(tx *store.Tx) (db.Visit, error) {
		if err := d.mayTake(ctx, tx, w); err != nil {
			return db.Visit{}, err
		}
		if err := schedule.Lock(ctx, tx, w.Holder); err != nil {
			return db.Visit{}, err
		}
		if err := d.releaseAll(ctx, tx, w.Holder, w.Slot.Doctor, w.Slot.Room); err != nil {
			return db.Visit{}, err
		}
		expires := d.Clock().Add(HoldFor)
		v, err := d.take(ctx, tx, w, Held, &expires)
		if err != nil {
			return v, err
		}
		return v, d.note(ctx, tx, v, change{action: "held"})
	})
}

// Make books a time at once, without a hold: the desk's way.
func (d Desk) Make(ctx context.Context, actor core.Actor, w Wish) (Visit, error) {
	return d.do(ctx, actor, "book", func(tx *store.Tx) (db.Visit, error) {
		if err := d.mayTake(ctx, tx, w); err != nil {
			return db.Visit{}, err
		}
		v, err := d.take(ctx, tx, w, Booked, nil)
		if err != nil {
			return v, err
		}
		return v, d.booked(ctx, tx, v)
	})
}

// Confirm turns a hold into a visit of patient. A hold that ran out meanwhile is refused.
func (d Desk) Confirm(ctx context.Context, actor core.Actor, hold, patient uuid.UUID) (Visit, error) {
	return d.do(ctx, actor, "book a hold", func(tx *store.Tx) (db.Visit, error) { return d.confirm(ctx, tx, hold, patient) })
}

func (d Desk) confirm(ctx context.Context, tx *store.Tx, hold, patient uuid.UUID) (db.Visit, error) {
	v, err := tx.VisitBook(ctx, db.VisitBookParams{ID: hold, PatientID: &patient, Now: d.Clock()})
	if errors.Is(err, pgx.ErrNoRows) {
		return d.already(ctx, tx, hold)
	}
	if err == nil {
		_, err = d.may(tx.Actor, core.Create, v)
	}
	if err != nil {
		return v, err
	}
	return v, d.booked(ctx, tx, v)
}

// already answers a second "yes": the visit stands, or the hold is gone.
func (d Desk) already(ctx context.Context, tx *store.Tx, id uuid.UUID) (db.Visit, error) {
	v, err := tx.Visit(ctx, id)
	if err == nil && Status(v.Status) == Booked {
		return v, nil
	}
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return v, err
	}
	return v, core.Refuse(core.Conflict, "hold_expired")
}

func (d Desk) booked(ctx context.Context, tx *store.Tx, v db.Visit) error {
	if err := d.remind(ctx, tx, v); err != nil {
		return err
	}
	return d.note(ctx, tx, v, change{action: "booked"})
}

// take puts a row into the calendar if its time is free: lock, look and insert travel together.
func (d Desk) take(ctx context.Context, tx *store.Tx, w Wish, status Status, expires *time.Time) (db.Visit, error) {
	params, err := d.params(w, status, expires)
	if err != nil {
		return db.Visit{}, err
	}
	if err := schedule.Lock(ctx, tx, w.Slot.Doctor, w.Slot.Room); err != nil {
		return db.Visit{}, err
	}
	v, err := tx.VisitTake(ctx, params)
	if errors.Is(err, pgx.ErrNoRows) {
		if err = d.clear(ctx, tx, params.PractitionerID, params.Blocked); err == nil {
			v, err = tx.VisitTake(ctx, params)
		}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return v, core.Refuse(core.Conflict, "time_taken")
	}
	if err != nil {
		return v, err
	}
	if w.Slot.Room != uuid.Nil {
		if err := tx.VisitRoomTake(ctx, v.ID); err != nil {
			return v, err
		}
	}
	return v, refresh(ctx, tx, v)
}

// clear lets go of holds that ran out over the wanted time, for a constraint cannot know what time it is. Where there are none,
// trying once more is of no use: pgx.ErrNoRows.
func (d Desk) clear(ctx context.Context, tx *store.Tx, practitioner uuid.UUID, blocked store.Span) error {
	gone, err := tx.VisitExpiringOf(ctx, db.VisitExpiringOfParams{Practitioner: practitioner, Blocked: blocked, Now: d.Clock()})
	if err != nil {
		return err
	}
	if len(gone) == 0 {
		return pgx.ErrNoRows
	}
	for _, g := range gone {
		if err := refresh(ctx, tx, g); err != nil {
			return err
		}
		if err := d.note(ctx, tx, g, change{action: "expired"}); err != nil {
			return err
		}
	}
	return nil
}

func (d Desk) params(w Wish, status Status, expires *time.Time) (db.VisitTakeParams, error) {
	c := d.Book.Current()
	service, ok := c.Service(w.Service)
	branch, here := c.Branch(w.Slot.Branch)
	if !ok || !here || service.Closed || branch.Closed {
		return db.VisitTakeParams{}, core.Refuse(core.NotFound, "service_unknown")
	}
	if d, _ := c.Doctor(w.Slot.Doctor); d.Closed {
		return db.VisitTakeParams{}, core.Refuse(core.Invalid, "doctor_unknown")
	}
	start := w.Slot.Start.In(branch.Zone)
	if d.gone(start, w.Begun) {
		return db.VisitTakeParams{}, core.Refuse(core.Invalid, "time_past")
	}
	terms := c.Terms(w.Slot.Doctor, w.Service)
	end := start.Add(cmp.Or(w.Length, terms.Duration))
	wall := time.Date(start.Year(), start.Month(), start.Day(), start.Hour(), start.Minute(), 0, 0, time.UTC)
	return db.VisitTakeParams{
		ID: d.IDs(), BranchID: branch.ID, PractitionerID: w.Slot.Doctor, ServiceID: service.ID, Specialty: service.Specialty,
		RoomID: store.Ref(w.Slot.Room), PatientID: store.Ref(w.Patient), HolderID: store.Ref(w.Holder), Status: string(status),
		During:  store.Between(start, end),
		Blocked: store.Between(start.Add(-service.BufferBefore), end.Add(service.BufferAfter)),
		// The wall clock stands beside the instant: a law that changes the zone moves the instant, not the appointment.
		LocalStart: wall, Tz: branch.Zone.String(), Day: wall.Truncate(24 * time.Hour),
		Source: w.Source, HoldExpiresAt: expires, ServiceName: service.Name.RU, Price: terms.Price, Currency: service.Currency, CreatedAt: d.Clock(),
	}, nil
}

// gone says that a time has passed: at the desk, only once its day has.
func (d Desk) gone(start time.Time, begun bool) bool {
	now := d.Clock()
	if begun {
		local := now.In(start.Location())
		now = time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, start.Location())
	}
	return start.Before(now)
}

// refresh brings the free time around a visit up to date.
func refresh(ctx context.Context, tx *store.Tx, v db.Visit) error {
	return tx.RefreshFree(ctx, db.RefreshFreeParams{Practitioner: v.PractitionerID, Room: v.RoomID, Around: v.Blocked})
}

// releaseAll lets go of what a chat holds. It claims those calendars together with the others that the caller is about to need:
// one after another, two who swap their times would wait for each other.
func (d Desk) releaseAll(ctx context.Context, tx *store.Tx, holder uuid.UUID, others ...uuid.UUID) error {
	if holder == uuid.Nil {
		return nil
	}
	held, err := tx.VisitHolds(ctx, &holder)
	if err != nil || len(held) == 0 {
		return err
	}
	for _, v := range held {
		others = append(others, v.PractitionerID, store.ID(v.RoomID))
	}
	if err := schedule.Lock(ctx, tx, others...); err != nil {
		return err
	}
	for _, v := range held {
		if err := d.release(ctx, tx, v.ID, "released"); err != nil {
			return err
		}
	}
	return nil
}

// Release lets go of whatever a chat holds.
func (d Desk) Release(ctx context.Context, actor core.Actor, holder uuid.UUID) error {
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error { return d.releaseAll(ctx, tx, holder) })
	if err != nil {
		return fmt.Errorf("release holds: %w", err)
	}
	return nil
}

func (d Desk) release(ctx context.Context, tx *store.Tx, id uuid.UUID, action string) error {
	v, err := tx.VisitRelease(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := refresh(ctx, tx, v); err != nil {
		return err
	}
	return d.note(ctx, tx, v, change{action: action})
}

// Expire lets go of every hold that ran out and says how many. The sweeper's; a hold lives at most its time and one round.
func (d Desk) Expire(ctx context.Context, actor core.Actor) (int, error) {
	var list []db.Visit
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		now := d.Clock()
		var err error
		list, err = tx.VisitExpiring(ctx, &now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("holds that ran out: %w", err)
	}
	for _, v := range list {
		err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
			if err := schedule.Lock(ctx, tx, v.PractitionerID, store.ID(v.RoomID)); err != nil {
				return err
			}
			return d.release(ctx, tx, v.ID, "expired")
		})
		if err != nil {
			return 0, fmt.Errorf("expire hold %s: %w", v.ID, err)
		}
	}
	return len(list), nil
}

// change is what the history and the audit say of one step. was, where set, is the visit before it.
type change struct {
	action string
	before store.Span
	reason string
	fields []string
	was    *db.Visit
}

// note writes one row of history and one of audit, and tells who watches the branch.
func (d Desk) note(ctx context.Context, tx *store.Tx, v db.Visit, c change) error {
	a := tx.Actor
	event := db.VisitEventAddParams{
		VisitID: v.ID, At: d.Clock(), Action: c.action, Version: v.Version, ActorKind: string(a.Kind), ActorID: store.Ref(a.ID),
		Channel: a.Channel, During: v.During, Before: c.before, Reason: store.Text(c.reason),
	}
	if was := c.was; was != nil {
		event.BeforePractitioner, event.BeforeBranch, event.BeforeStatus, event.BeforeOverbook = &was.PractitionerID, &was.BranchID, &was.Status, was.OverbookReason
	}
	if err := tx.VisitEventAdd(ctx, event); err != nil {
		return err
	}
	if d.Changed != nil {
		tx.After(func() { d.Changed(v.BranchID) })
	}
	return audit.Add(ctx, tx, audit.Entry{
		ID: d.IDs(), At: d.Clock(), Action: "visit." + c.action, Class: core.Appointments, Object: "visit", Subject: v.ID,
		Patient: store.ID(v.PatientID), Fields: c.fields,
	})
}

func (d Desk) do(ctx context.Context, actor core.Actor, what string, fn func(*store.Tx) (db.Visit, error)) (Visit, error) {
	var row db.Visit
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		var err error
		row, err = fn(tx)
		return err
	})
	if err != nil {
		return Visit{}, fmt.Errorf("%s: %w", what, err)
	}
	return read(row, d.Book.Current()), nil
}
