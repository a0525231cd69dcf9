package visit

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Kind says what stands in the way of a plan.
type Kind string

// What stands in the way: a visit of the doctor, a time that somebody is choosing, a visit of the same patient, somebody else in the room,
// no working time, or a visit that whoever asks may not know of.
const (
	Busy      Kind = "busy"
	Choosing  Kind = "choosing"
	Same      Kind = "same"
	RoomTaken Kind = "room"
	OffHours  Kind = "off_hours"
	Elsewhere Kind = "elsewhere"
)

// Conflict is one thing in the way. Other is the visit, with as much of it as whoever asks may know; By is who made it, where it is known.
type Conflict struct {
	Kind  Kind
	Other Planned
	By    Event
}

// Conflicts lists everything that stands in the way of a plan, for whoever would carry it out. but is the visit that is to be moved; nil
// where it is a new one.
func (d Desk) Conflicts(ctx context.Context, actor core.Actor, w Wish, p Plan, but uuid.UUID) ([]Conflict, error) {
	var out []Conflict
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := d.mayLook(ctx, tx, w, p, but); err != nil {
			return err
		}
		var err error
		if w.Slot.Room, err = d.room(ctx, tx, p); err != nil {
			return err
		}
		w.Slot = p.slot(w.Slot.Room)
		w.Length, w.Begun = p.Length, true
		t, err := d.params(w, Booked, nil)
		if err != nil {
			return err
		}
		out, err = d.conflicts(ctx, tx, t, but)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what is in the way: %w", err)
	}
	return out, nil
}

func (d Desk) mayLook(ctx context.Context, tx *store.Tx, w Wish, p Plan, but uuid.UUID) error {
	if but != uuid.Nil {
		return d.mayRearrange(tx.Actor, p.Branch)
	}
	w.Slot = p.slot(uuid.Nil)
	return d.mayTake(ctx, tx, w)
}

func (d Desk) conflicts(ctx context.Context, tx *store.Tx, t db.VisitTakeParams, but uuid.UUID) ([]Conflict, error) {
	var out []Conflict
	open, err := d.open(ctx, tx, t)
	if err != nil {
		return nil, err
	}
	if !open {
		out = append(out, Conflict{Kind: OffHours})
	}
	rows, err := tx.VisitsOver(ctx, db.VisitsOverParams{
		But: but, FromAt: t.Blocked.Lower.Time, ToAt: t.Blocked.Upper.Time, Practitioner: t.PractitionerID, Patient: t.PatientID, Room: t.RoomID,
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		c := Conflict{Kind: kindOf(r, t), Other: d.shown(tx.Actor, db.VisitsOfBranchRow(r))}
		if c.By, err = d.maker(ctx, tx, r.ID); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	if len(out) == 0 { // nothing to be seen, and yet it may be taken: in a branch that is not theirs
		free, err := d.free(ctx, tx, t)
		if err == nil && !free && but == uuid.Nil {
			out = append(out, Conflict{Kind: Elsewhere})
		}
		return out, err
	}
	return out, nil
}

func kindOf(r db.VisitsOverRow, t db.VisitTakeParams) Kind {
	switch {
	case t.PatientID != nil && r.PatientID != nil && *r.PatientID == *t.PatientID:
		return Same
	case r.PractitionerID != t.PractitionerID:
		return RoomTaken
	case Status(r.Status) == Held:
		return Choosing
	default:
		return Busy
	}
}

// open says that the doctor works there all through a planned visit.
func (d Desk) open(ctx context.Context, tx *store.Tx, t db.VisitTakeParams) (bool, error) {
	list, err := tx.WorkAround(ctx, db.WorkAroundParams{Practitioner: t.PractitionerID, Day: t.Day})
	for _, w := range list {
		if w.BranchID == t.BranchID && covers(w.Working, t.Blocked) {
			return true, nil
		}
	}
	return false, err
}

// free is open with what visits leave of it.
func (d Desk) free(ctx context.Context, tx *store.Tx, t db.VisitTakeParams) (bool, error) {
	list, err := tx.WorkAround(ctx, db.WorkAroundParams{Practitioner: t.PractitionerID, Day: t.Day})
	for _, w := range list {
		if w.BranchID == t.BranchID && covers(w.Free, t.Blocked) {
			return true, nil
		}
	}
	return false, err
}

func covers(spans store.Spans, s store.Span) bool {
	for _, part := range spans {
		if !s.Lower.Time.Before(part.Lower.Time) && !s.Upper.Time.After(part.Upper.Time) {
			return true
		}
	}
	return false
}
