package visit

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Plan is where, when and for how long the desk puts a visit. The grid and the notice that patients are held to are not the desk's.
type Plan struct {
	Doctor, Branch uuid.UUID
	Start          time.Time
	Length         time.Duration // 0: the service's, with this doctor
	Over           string        // why it is booked over what stands there; empty: free time only
	Note           string        // of a new visit
}

// The bounds of what the desk decides: a visit's length, as service_minutes has it; the words beside it, in characters.
const (
	leastLength = 5 * time.Minute
	mostLength  = 12 * time.Hour
	maxOver     = 200
)

func (p Plan) slot(room uuid.UUID) schedule.Slot {
	return schedule.Slot{Doctor: p.Doctor, Branch: p.Branch, Room: room, Start: p.Start}
}

func (p Plan) check() error {
	if p.Length != 0 && (p.Length < leastLength || p.Length > mostLength || p.Length%time.Minute != 0) {
		return core.Refuse(core.Invalid, "length_wrong")
	}
	if p.Over != "" && (strings.TrimSpace(p.Over) == "" || utf8.RuneCountInString(p.Over) > maxOver) {
		return core.Refuse(core.Invalid, "overbook_reason")
	}
	return nil
}

// Place makes a visit as the desk plans it. Where the time is not free, the refusal is "time_taken"; Over says why it is to be all the same.
func (d Desk) Place(ctx context.Context, actor core.Actor, w Wish, p Plan) (Visit, error) {
	return d.do(ctx, actor, "book", func(tx *store.Tx) (db.Visit, error) {
		w.Slot, w.Length, w.Begun = p.slot(uuid.Nil), p.Length, true
		if err := errors.Join(p.check(), d.mayTake(ctx, tx, w)); err != nil {
			return db.Visit{}, err
		}
		var err error
		if w.Slot.Room, err = d.room(ctx, tx, p); err != nil {
			return db.Visit{}, err
		}
		take := d.take
		if p.Over != "" {
			take = d.takeOver(p)
		}
		v, err := take(ctx, tx, w, Booked, nil)
		if err != nil {
			return v, err
		}
		if err := d.booked(ctx, tx, v); err != nil {
			return v, err
		}
		return v, d.write(ctx, tx, v, p.Note)
	})
}

// takeOver takes a time over what stands there, up to the branch's cap. It takes no room: the doctor is in it already.
func (d Desk) takeOver(p Plan) func(context.Context, *store.Tx, Wish, Status, *time.Time) (db.Visit, error) {
	return func(ctx context.Context, tx *store.Tx, w Wish, status Status, _ *time.Time) (db.Visit, error) {
		t, err := d.params(w, status, nil)
		if err != nil {
			return db.Visit{}, err
		}
		if err := schedule.Lock(ctx, tx, w.Slot.Doctor); err != nil {
			return db.Visit{}, err
		}
		if err := d.capped(ctx, tx, t, uuid.Nil); err != nil {
			return db.Visit{}, err
		}
		v, err := tx.VisitOverbook(ctx, db.VisitOverbookParams{
			ID: t.ID, BranchID: t.BranchID, PractitionerID: t.PractitionerID, ServiceID: t.ServiceID, Specialty: t.Specialty, RoomID: t.RoomID,
			PatientID: t.PatientID, HolderID: t.HolderID, Status: t.Status, During: t.During, Blocked: t.Blocked, LocalStart: t.LocalStart, Tz: t.Tz,
			Source: t.Source, ServiceName: t.ServiceName, Price: t.Price, Currency: t.Currency, CreatedAt: t.CreatedAt, OverbookReason: &p.Over,
		})
		if err != nil {
			return v, err
		}
		return v, refresh(ctx, tx, v)
	}
}

// capped refuses one more visit over others than a doctor's day may have.
func (d Desk) capped(ctx context.Context, tx *store.Tx, t db.VisitTakeParams, but uuid.UUID) error {
	o, err := tx.Overbooked(ctx, db.OverbookedParams{
		Practitioner: t.PractitionerID, Branch: t.BranchID, But: but, StartsAt: t.During.Lower.Time, Day: t.Day,
	})
	if err != nil {
		return err
	}
	if o.Booked >= o.OverbookLimit {
		return core.Refuse(core.Conflict, "overbook_full", "Most", int(o.OverbookLimit))
	}
	return nil
}

// Rearrange moves and stretches a visit as the desk plans it: the calendar is arranged by the desk and the head, and by no doctor. A zero
// Length keeps the visit's own.
func (d Desk) Rearrange(ctx context.Context, actor core.Actor, id uuid.UUID, p Plan) (Visit, error) {
	return d.do(ctx, actor, "rearrange", func(tx *store.Tx) (db.Visit, error) {
		v, err := d.lock(ctx, tx, id, core.Update)
		if err == nil {
			err = errors.Join(p.check(), d.mayRearrange(tx.Actor, v.BranchID), d.mayRearrange(tx.Actor, p.Branch))
		}
		if err != nil {
			return v, err
		}
		return d.rearrange(ctx, tx, v, p)
	})
}

func (d Desk) rearrange(ctx context.Context, tx *store.Tx, v db.Visit, p Plan) (db.Visit, error) {
	length := v.During.Upper.Time.Sub(v.During.Lower.Time)
	p.Length = cmp.Or(p.Length, length)
	if v.During.Lower.Time.Equal(p.Start) && v.PractitionerID == p.Doctor && v.BranchID == p.Branch && p.Length == length {
		return v, nil
	}
	room, err := d.room(ctx, tx, p)
	if err != nil {
		return v, err
	}
	w := Wish{Slot: p.slot(room), Service: v.ServiceID, Length: p.Length, Begun: true}
	if p.Over == "" {
		return d.movable(ctx, tx, v, w, d.move)
	}
	return d.movable(ctx, tx, v, w, func(ctx context.Context, tx *store.Tx, old db.Visit, w Wish) (db.Visit, error) {
		return d.moveOver(ctx, tx, old, w, p.Over)
	})
}

func (d Desk) moveOver(ctx context.Context, tx *store.Tx, old db.Visit, w Wish, why string) (db.Visit, error) {
	t, err := d.params(w, Booked, nil)
	if err != nil {
		return old, err
	}
	if err := d.capped(ctx, tx, t, old.ID); err != nil {
		return old, err
	}
	v, err := tx.VisitPlace(ctx, db.VisitPlaceParams{
		ID: old.ID, BranchID: t.BranchID, PractitionerID: t.PractitionerID, RoomID: t.RoomID, During: t.During, Blocked: t.Blocked,
		LocalStart: t.LocalStart, Tz: t.Tz, Reason: why,
	})
	if err != nil {
		return old, err
	}
	if err := tx.VisitResourceFree(ctx, v.ID); err != nil {
		return old, err
	}
	return v, d.moved(ctx, tx, old, v)
}

// mayRearrange asks for a branch's calendar as such: that a visit is the doctor's own does not speak for them here.
func (d Desk) mayRearrange(who core.Actor, branch uuid.UUID) error {
	f := d.facts(who, db.Visit{BranchID: branch})
	f.Schedule, f.Today = false, false
	verdict, err := access.Require(who, core.Ask{Action: core.Update, Class: core.Appointments, Facts: f})
	if err == nil && verdict.View != access.Full {
		err = core.Refuse(core.Denied, "not_allowed")
	}
	return err
}

// room is where the doctor works at the planned time; none outside working time. Whoever does not practise there cannot be booked there.
func (d Desk) room(ctx context.Context, tx *store.Tx, p Plan) (uuid.UUID, error) {
	c := d.Book.Current()
	branch, ok := c.Branch(p.Branch)
	doctor, known := c.Doctor(p.Doctor)
	if !ok || !known || branch.Closed || doctor.Closed {
		return uuid.Nil, core.Refuse(core.Invalid, "doctor_unknown")
	}
	if !contains(doctor.Branches, branch.ID) {
		return uuid.Nil, core.Refuse(core.Conflict, "doctor_elsewhere")
	}
	list, err := tx.WorkAround(ctx, db.WorkAroundParams{Practitioner: p.Doctor, Day: dayOf(p.Start.In(branch.Zone))})
	if err != nil {
		return uuid.Nil, err
	}
	for _, w := range list {
		for _, part := range w.Working {
			if w.BranchID == p.Branch && !p.Start.Before(part.Lower.Time) && p.Start.Before(part.Upper.Time) {
				return store.ID(w.RoomID), nil
			}
		}
	}
	return uuid.Nil, nil
}

func contains(list []uuid.UUID, id uuid.UUID) bool {
	for _, x := range list {
		if x == id {
			return true
		}
	}
	return false
}

// dayOf is the date of a local moment, as working_day has it.
func dayOf(local time.Time) time.Time {
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}
