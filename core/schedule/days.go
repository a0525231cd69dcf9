package schedule

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Days keeps the laid-out days in step with the rules.
type Days struct {
	In    store.Opener
	Book  *clinic.Book
	Clock core.Clock
	IDs   core.IDs
}

// margin is how many days beyond the horizon are laid out, so that a late nightly run closes no calendar.
const margin = 7

// Extend lays out every practitioner's days up to the horizon, from the last day that everybody has. It is safe to run at any time;
// every night is enough.
func (d Days) Extend(ctx context.Context, actor core.Actor) error {
	horizon := 0
	for _, b := range d.Book.Current().Branches {
		horizon = max(horizon, b.Horizon)
	}
	from := d.today()
	to := from.AddDate(0, 0, horizon+margin)
	var last time.Time
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		var err error
		last, err = tx.WorkingUntil(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("how far days are laid out: %w", err)
	}
	if last.After(from) { // a day off at the end is looked at again: a week covers any
		from = last.AddDate(0, 0, -7)
	}
	if last.AddDate(0, 0, 2).After(to) { // Sundays are nobody's last day
		return nil
	}
	for _, doctor := range d.Book.Current().Doctors {
		if err := d.Rebuild(ctx, actor, doctor.ID, from, to); err != nil {
			return err
		}
	}
	return nil
}

func (d Days) today() time.Time {
	return d.Clock().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
}

// Rebuild lays out one practitioner's days in [from, to), dates as midnights UTC. Visits stand as they are; only free time follows.
func (d Days) Rebuild(ctx context.Context, actor core.Actor, practitioner uuid.UUID, from, to time.Time) error {
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error { return d.rebuild(ctx, tx, Closure{Practitioner: practitioner}, from, to) })
	if err != nil {
		return fmt.Errorf("lay out the days of %s: %w", practitioner, err)
	}
	return nil
}

// rebuild lays out the days of c's practitioner; those in c's branch alone, where there is one: another branch's are not its desk's to write.
func (d Days) rebuild(ctx context.Context, tx *store.Tx, c Closure, from, to time.Time) error {
	practitioner := c.Practitioner
	if err := Lock(ctx, tx, practitioner); err != nil {
		return err
	}
	rules, err := tx.Templates(ctx, []uuid.UUID{practitioner})
	if err != nil {
		return err
	}
	exceptions, err := d.exceptions(ctx, tx, practitioner, from, to)
	if err != nil {
		return err
	}
	if err := tx.WorkingDaysDrop(ctx, db.WorkingDaysDropParams{Practitioner: practitioner, Branch: store.Ref(c.Branch), FromDay: from, ToDay: to}); err != nil {
		return err
	}
	for _, w := range layOut(rules, exceptions, d.zones(), from, to) {
		if c.Branch != uuid.Nil && w.branch != c.Branch {
			continue
		}
		put := db.WorkingDayPutParams{PractitionerID: practitioner, BranchID: w.branch, Day: w.day, RoomID: w.room, Working: spans(w.windows)}
		if err := tx.WorkingDayPut(ctx, put); err != nil {
			return err
		}
	}
	return tx.RefreshFree(ctx, db.RefreshFreeParams{Practitioner: practitioner, Around: around(from, to)})
}

// around is a span of days with what reaches into it from both sides.
func around(from, to time.Time) store.Span {
	return store.Between(from.AddDate(0, 0, -1), to.AddDate(0, 0, 2))
}

// exceptions are those of a span of days that may concern a practitioner.
func (d Days) exceptions(ctx context.Context, tx *store.Tx, practitioner uuid.UUID, from, to time.Time) ([]db.ScheduleException, error) {
	all, err := tx.Exceptions(ctx, around(from, to))
	return slices.DeleteFunc(all, func(e db.ScheduleException) bool {
		return e.PractitionerID != nil && *e.PractitionerID != practitioner
	}), err
}

func (d Days) zones() map[uuid.UUID]*time.Location {
	zones := map[uuid.UUID]*time.Location{}
	for _, b := range d.Book.Current().Branches {
		zones[b.ID] = b.Zone
	}
	return zones
}

// Closure takes time away from a practitioner, a room or a branch. Visits in it stay and are listed for the desk to move.
type Closure struct {
	Practitioner uuid.UUID
	Resource     uuid.UUID
	Branch       uuid.UUID
	From, To     time.Time
	Reason       string
}

// Close puts a closure on record and lays the days out again for whom it concerns.
func (d Days) Close(ctx context.Context, actor core.Actor, c Closure) (uuid.UUID, error) {
	return d.except(ctx, actor, "closure", c)
}

// Open adds working time beyond the rules: an extra Saturday. Practitioner and Branch are needed.
func (d Days) Open(ctx context.Context, actor core.Actor, c Closure) (uuid.UUID, error) {
	if c.Practitioner == uuid.Nil || c.Branch == uuid.Nil {
		return uuid.Nil, core.Refuse(core.Invalid, "extra_time_whose")
	}
	return d.except(ctx, actor, "addition", c)
}

func (d Days) except(ctx context.Context, actor core.Actor, kind string, c Closure) (uuid.UUID, error) {
	if !c.From.Before(c.To) {
		return uuid.Nil, core.Refuse(core.Invalid, "ends_before_start")
	}
	id := d.IDs()
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		err := tx.ExceptionAdd(ctx, db.ExceptionAddParams{
			ID: id, PractitionerID: store.Ref(c.Practitioner), ResourceID: store.Ref(c.Resource), BranchID: store.Ref(c.Branch),
			Kind: kind, During: store.Between(c.From, c.To), Reason: c.Reason,
		})
		if err != nil {
			return err
		}
		if err := audit.Add(ctx, tx, audit.Entry{ID: d.IDs(), At: d.Clock(), Action: "schedule." + kind, Class: core.Settings, Object: "schedule_exception", Subject: id}); err != nil {
			return err
		}
		return d.concerned(ctx, tx, c)
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("%s: %w", kind, err)
	}
	return id, nil
}

// Reopen takes an exception back.
func (d Days) Reopen(ctx context.Context, actor core.Actor, id uuid.UUID) error {
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		e, err := tx.ExceptionDrop(ctx, id)
		if err != nil {
			return store.NoRows(err, "exception_unknown")
		}
		if err := audit.Add(ctx, tx, audit.Entry{ID: d.IDs(), At: d.Clock(), Action: "schedule.reopen", Class: core.Settings, Object: "schedule_exception", Subject: id}); err != nil {
			return err
		}
		return d.concerned(ctx, tx, Closure{
			Practitioner: store.ID(e.PractitionerID), Resource: store.ID(e.ResourceID), Branch: store.ID(e.BranchID),
			From: e.During.Lower.Time, To: e.During.Upper.Time,
		})
	})
	if err != nil {
		return fmt.Errorf("reopen %s: %w", id, err)
	}
	return nil
}

// concerned lays out again, in the order of their ids, everybody whose days an exception touches.
func (d Days) concerned(ctx context.Context, tx *store.Tx, c Closure) error {
	from := c.From.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
	to := c.To.UTC().Truncate(24*time.Hour).AddDate(0, 0, 2)
	if first := d.today(); from.Before(first) {
		from = first
	}
	doctors := slices.Clone(d.Book.Current().Doctors)
	slices.SortFunc(doctors, func(a, b clinic.Doctor) int { return slices.Compare(a.ID[:], b.ID[:]) })
	for _, doctor := range doctors {
		if c.Practitioner != uuid.Nil && doctor.ID != c.Practitioner {
			continue
		}
		if c.Practitioner == uuid.Nil && c.Branch != uuid.Nil && !slices.Contains(doctor.Branches, c.Branch) {
			continue
		}
		if err := d.rebuild(ctx, tx, Closure{Practitioner: doctor.ID, Branch: c.Branch}, from, to); err != nil {
			return err
		}
	}
	return nil
}

// Lock makes the transaction the only writer of some calendars (practitioners, rooms) until it ends. A bare exclusion constraint
// deadlocks when hundreds race for one time; behind this lock they queue.
func Lock(ctx context.Context, tx *store.Tx, calendars ...uuid.UUID) error {
	keys := make([]int64, 0, len(calendars))
	for _, id := range calendars {
		if id != uuid.Nil {
			keys = append(keys, int64(binary.BigEndian.Uint64(id[:8])^binary.BigEndian.Uint64(id[8:]))) //nolint:gosec // all 64 bits are the key
		}
	}
	slices.Sort(keys)
	return tx.LockCalendars(ctx, slices.Compact(keys))
}
