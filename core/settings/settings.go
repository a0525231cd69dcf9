// Package settings decides how schedule and prices change: one asks, another decides, Zapis carries it out.
package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// The kinds of change, as settings_request has them.
const (
	Availability = "availability" // a doctor's own time
	Schedule     = "schedule"     // a branch's
	Price        = "price"
	House        = "house" // how the clinic is set up
)

// Change is what is asked for. A time is taken away, or given where Extra; a price is of the subject, the refund limit of the clinic.
type Change struct {
	From        *time.Time `json:"from,omitempty"`
	To          *time.Time `json:"to,omitempty"`
	Extra       bool       `json:"extra,omitempty"`
	Price       *int64     `json:"price,omitempty"`        // kopecks
	RefundLimit *int64     `json:"refund_limit,omitempty"` // kopecks

	Plan *schedule.Plan `json:"plan,omitempty"` // working time by rules

	Since string `json:"since,omitempty"` // the day from which a price holds, 2006-01-02 by the clock of the clinic's first branch

	Service   *Service   `json:"service,omitempty"`
	Word      *Word      `json:"word,omitempty"`
	Branch    *Branch    `json:"branch,omitempty"`
	Room      *Room      `json:"room,omitempty"`
	Specialty *Specialty `json:"specialty,omitempty"`
	Doctor    *Doctor    `json:"doctor,omitempty"`
	Rhythm    *Rhythm    `json:"rhythm,omitempty"`
	Article   *Article   `json:"article,omitempty"`
	Consent   *Consent   `json:"consent,omitempty"`
}

// Ask is a change of kind on a subject: a practitioner, a branch, a service. Of kind Schedule it may be one practitioner's in Branch.
type Ask struct {
	Kind            string
	Subject, Branch uuid.UUID
	Change          Change
	Seen            string // the Mark of what stood there when it was written; "" does not say
}

// Office keeps requests. Whoever calls has asked the rules.
type Office struct {
	Clock core.Clock
	IDs   core.IDs
	Book  *clinic.Book
}

// Request puts a change up for decision.
func (o Office) Request(ctx context.Context, tx *store.Tx, a Ask) (uuid.UUID, error) {
	change, err := json.Marshal(a.Change)
	if err != nil {
		return uuid.Nil, err
	}
	due, err := o.due(a.Change)
	if err != nil {
		return uuid.Nil, err
	}
	if err := o.unseen(ctx, tx, a); err != nil {
		return uuid.Nil, err
	}
	if c := a.Change.Consent; c != nil {
		if err := c.newer(ctx, tx); err != nil {
			return uuid.Nil, err
		}
	}
	id := o.IDs()
	_, err = tx.SettingsAsk(ctx, db.SettingsAskParams{
		ID: id, Kind: a.Kind, SubjectID: a.Subject, BranchID: store.Ref(a.Branch), Item: a.Change.item(), Change: change, AskedBy: tx.Actor.ID, At: o.Clock(),
		Due: due,
	})
	if err != nil {
		return id, fmt.Errorf("ask for a change: %w", store.Translate(err))
	}
	return id, o.note(ctx, tx, "settings.asked", id)
}

// Decide says yes or no. Nobody decides their own. What was approved for a later day may still be refused.
func (o Office) Decide(ctx context.Context, tx *store.Tx, r db.SettingsRequest, yes bool) error {
	if r.AskedBy == tx.Actor.ID {
		return core.Refuse(core.Conflict, "settings_own")
	}
	state := "refused"
	if yes {
		state = "approved"
	}
	_, err := tx.SettingsDecide(ctx, db.SettingsDecideParams{ID: r.ID, State: state, Who: store.Ref(tx.Actor.ID), Now: o.Clock()})
	if errors.Is(err, pgx.ErrNoRows) {
		err = core.Refuse(core.Conflict, "settings_decided")
	}
	if err != nil {
		return fmt.Errorf("decide on a change: %w", err)
	}
	return o.note(ctx, tx, "settings."+state, r.ID)
}

// Apply carries out what was approved and says how much it was: Zapis' own work. One that cannot be carried out has failed, and the others
// go on; where the database fails, all wait for the next time.
func (o Office) Apply(ctx context.Context, tx *store.Tx) (int, error) {
	list, err := tx.SettingsApproved(ctx, o.Clock())
	if err != nil {
		return 0, fmt.Errorf("approved changes: %w", err)
	}
	for _, r := range list {
		state, before, err := o.carryOut(ctx, tx, r)
		if err != nil {
			return 0, fmt.Errorf("change %s: %w", r.ID, err)
		}
		if err := tx.SettingsDone(ctx, db.SettingsDoneParams{ID: r.ID, State: state, Before: before, Now: o.Clock()}); err != nil {
			return 0, err
		}
		if err := o.note(ctx, tx, "settings."+state, r.ID); err != nil {
			return 0, err
		}
	}
	if len(list) == 0 {
		return 0, nil
	}
	return len(list), tx.ClinicTouch(ctx)
}

// failed is the state of a change that could not be made.
const failed = "failed"

// carryOut does one change and says what stood there. What the clinic has outgrown since, a refusal says, or the schema, or that it cannot be
// read any more: such a change has failed.
func (o Office) carryOut(ctx context.Context, tx *store.Tx, r db.SettingsRequest) (state string, before []byte, err error) {
	var c Change
	if json.Unmarshal(r.Change, &c) != nil {
		return failed, nil, nil //nolint:nilerr // that is what has failed
	}
	if before, err = o.standing(ctx, tx, r.SubjectID, c); err != nil {
		return "", nil, err
	}
	err = tx.InTx(ctx, tx.Actor, func(tx *store.Tx) error { return o.apply(ctx, tx, r, c) })
	state = "done"
	if core.Refusal(err) != nil || outgrown(err) {
		state, err = failed, nil
	}
	return state, before, err
}

// outgrown says that the data or the schema speak against a change, which no later time would mend.
func outgrown(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "23"))
}

func (o Office) apply(ctx context.Context, tx *store.Tx, r db.SettingsRequest, c Change) error {
	switch {
	case c.RefundLimit != nil:
		return tx.RefundLimitSet(ctx, *c.RefundLimit)
	case c.Price != nil:
		_, err := tx.ServicePrice(ctx, db.ServicePriceParams{ID: r.SubjectID, Price: *c.Price})
		return store.NoRows(err, "service_unknown")
	case c.Doctor != nil: // who works again has days to lay out
		if err := c.Doctor.put(ctx, tx, r.SubjectID); err != nil {
			return err
		}
		return o.days(tx).Ahead(ctx, tx.Actor, r.SubjectID)
	case c.Article != nil:
		return c.Article.publish(ctx, tx, o.Clock())
	case c.Consent != nil:
		return c.Consent.publish(ctx, tx, o)
	case c.setting() != nil:
		return c.setting().put(ctx, tx, r.SubjectID)
	case c.Plan != nil:
		return o.days(tx).Adopt(ctx, tx.Actor, *c.Plan)
	case c.From == nil || c.To == nil:
		return nil
	}
	branch := store.ID(r.BranchID)
	span := schedule.Closure{Branch: branch, From: *c.From, To: *c.To, Reason: r.Kind}
	if r.SubjectID != branch {
		span.Practitioner = r.SubjectID
	}
	if r.Kind == Availability && !c.Extra {
		span.Branch = uuid.Nil
	}
	return o.except(ctx, tx, span, c.Extra)
}

func (o Office) except(ctx context.Context, tx *store.Tx, span schedule.Closure, extra bool) error {
	var err error
	if extra {
		_, err = o.days(tx).Open(ctx, tx.Actor, span)
	} else {
		_, err = o.days(tx).Close(ctx, tx.Actor, span)
	}
	return err
}

func (o Office) days(in store.Opener) schedule.Days {
	return schedule.Days{In: in, Book: o.Book, Clock: o.Clock, IDs: o.IDs}
}

func (o Office) note(ctx context.Context, tx *store.Tx, action string, id uuid.UUID) error {
	return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: action, Class: core.Settings, Object: "settings_request", Subject: id})
}
