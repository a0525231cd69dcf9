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

// Event is one step of a visit's history. From and Was are the time and the doctor before a move; nothing where it was none.
type Event struct {
	At      time.Time
	Action  string
	Kind    core.Kind // of whoever did it
	Who     uuid.UUID
	Channel string
	Start   time.Time
	End     time.Time
	From    time.Time
	Until   time.Time
	Was     uuid.UUID
	Reason  string
}

// History lists what became of a visit, the newest first.
func (d Desk) History(ctx context.Context, actor core.Actor, id uuid.UUID) ([]Event, error) {
	var out []Event
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		v, err := tx.Visit(ctx, id)
		if err == nil {
			err = d.mayHistory(tx.Actor, v)
		}
		if err != nil {
			return store.NoRows(err, "visit_unknown")
		}
		rows, err := tx.VisitEvents(ctx, id)
		for i := len(rows) - 1; i >= 0; i-- {
			out = append(out, event(rows[i], read(v, d.Book.Current()).Start.Location()))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("a visit's history: %w", err)
	}
	return out, nil
}

// mayHistory lets those read a visit's history who may read all of the visit.
func (d Desk) mayHistory(who core.Actor, v db.Visit) error {
	verdict, err := d.may(who, core.Read, v)
	if err == nil && verdict.View != access.Full {
		err = core.Refuse(core.Denied, "not_allowed")
	}
	return err
}

func event(r db.VisitEvent, zone *time.Location) Event {
	e := Event{
		At: r.At.In(zone), Action: r.Action, Kind: core.Kind(r.ActorKind), Who: store.ID(r.ActorID), Channel: r.Channel, Was: store.ID(r.BeforePractitioner),
		Reason: store.Str(r.Reason),
	}
	if r.During.Valid {
		e.Start, e.End = r.During.Lower.Time.In(zone), r.During.Upper.Time.In(zone)
	}
	if r.Before.Valid {
		e.From, e.Until = r.Before.Lower.Time.In(zone), r.Before.Upper.Time.In(zone)
	}
	return e
}

// maker is who made the newest change of a visit; nothing where none stands on record.
func (d Desk) maker(ctx context.Context, tx *store.Tx, id uuid.UUID) (Event, error) {
	r, err := tx.VisitLast(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Event{}, nil
	}
	return event(r, time.UTC), err
}

// undoFor is how long a step of one's own may be taken back: the page offers it for ten seconds, and the network has its time too.
const undoFor = 30 * time.Second

// Undo takes back the last step, a move or a mark, where it is one's own and just done: the visit stands again where it stood, as it stood,
// if that time is still free. Seen must be what the step made.
func (d Desk) Undo(ctx context.Context, actor core.Actor, id uuid.UUID) (Visit, error) {
	return d.do(ctx, actor, "undo", func(tx *store.Tx) (db.Visit, error) {
		v, err := d.lock(ctx, tx, id, core.Update)
		if err != nil {
			return v, err
		}
		last, err := tx.VisitLast(ctx, id)
		if err != nil {
			return v, store.NoRows(err, "undo_late")
		}
		own := last.ActorKind == string(actor.Kind) && store.ID(last.ActorID) == actor.ID
		if !own || last.Version != v.Version || d.Clock().Sub(last.At) > undoFor || last.BeforeStatus == nil {
			return v, core.Refuse(core.Conflict, "undo_late")
		}
		if last.Action == "moved" {
			return d.undoMove(ctx, tx, v, last)
		}
		return d.undoMark(ctx, tx, v, Status(*last.BeforeStatus))
	})
}

func (d Desk) undoMove(ctx context.Context, tx *store.Tx, v db.Visit, last db.VisitEvent) (db.Visit, error) {
	p := Plan{
		Doctor: store.ID(last.BeforePractitioner), Branch: store.ID(last.BeforeBranch), Start: last.Before.Lower.Time,
		Length: last.Before.Upper.Time.Sub(last.Before.Lower.Time), Over: store.Str(last.BeforeOverbook),
	}
	if err := d.mayRearrange(tx.Actor, p.Branch); err != nil {
		return v, err
	}
	v, err := d.rearrange(ctx, tx, v, p)
	if err != nil || *last.BeforeStatus == v.Status {
		return v, err
	}
	return tx.VisitBack(ctx, db.VisitBackParams{ID: v.ID, Status: *last.BeforeStatus})
}

func (d Desk) undoMark(ctx context.Context, tx *store.Tx, v db.Visit, to Status) (db.Visit, error) {
	if err := schedule.Lock(ctx, tx, v.PractitionerID, store.ID(v.RoomID)); err != nil {
		return v, err
	}
	old := v
	v, err := tx.VisitBack(ctx, db.VisitBackParams{ID: v.ID, Status: string(to)})
	if err != nil {
		return old, err
	}
	if Status(old.Status) == NoShow && v.RoomID != nil && !v.Overbook {
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
	return v, d.note(ctx, tx, v, change{action: "undone", fields: status()})
}
