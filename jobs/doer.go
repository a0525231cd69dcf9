package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// word is a name out of a list of the program's own.
type word string

// actArgs is an act that a member of staff told the worker to do for them. What they typed stands sealed under Order.
type actArgs struct {
	Class   core.Class  `json:"class"`
	Action  core.Action `json:"action"`
	Of      word        `json:"of"` // the class's kind
	ID      uuid.UUID   `json:"id"`
	Patient uuid.UUID   `json:"patient"`
	Visit   uuid.UUID   `json:"visit"`
	Staff   uuid.UUID   `json:"staff"`
	Role    word        `json:"role"`
	Order   uuid.UUID   `json:"order"`
}

// Kind implements river.JobArgs.
func (actArgs) Kind() string { return "act" }

func orderPlace(id uuid.UUID) vault.Place {
	return vault.Place{Table: "act_order", Column: "fields_sealed", Row: id}
}

// Order has the worker do an act for a member of staff, with the rights that they have by then.
func (h *House) Order(ctx context.Context, queue *river.Client[pgx.Tx], who core.Actor, class core.Class, action core.Action, in acts.Input) error { //nolint:revive // as acts.Book.Do, and the queue
	text, err := json.Marshal(in.Fields)
	if err != nil {
		return err
	}
	id := h.IDs()
	sealed, err := h.Vault.Seal(orderPlace(id), text)
	if err != nil {
		return err
	}
	err = h.DB.InTx(ctx, who, func(tx *store.Tx) error {
		return tx.OrderAdd(ctx, db.OrderAddParams{ID: id, StaffID: who.ID, FieldsSealed: sealed, At: h.Clock()})
	})
	if err != nil {
		return fmt.Errorf("order an act: %w", err)
	}
	_, err = queue.Insert(ctx, actArgs{
		Class: class, Action: action, Of: word(in.Kind), ID: in.ID, Patient: in.Patient, Visit: in.Visit, Staff: who.ID, Role: word(who.Role), Order: id,
	}, &river.InsertOpts{Queue: queueBulk, MaxAttempts: 5})
	if err != nil {
		return fmt.Errorf("order an act: %w", err)
	}
	return nil
}

// doer does ordered acts.
type doer struct {
	river.WorkerDefaults[actArgs]
	house *House
}

// Work implements river.Worker. A refusal ends the job: trying again changes no right.
func (d *doer) Work(ctx context.Context, job *river.Job[actArgs]) error {
	err := d.house.carryOut(ctx, job.Args)
	if why := core.Refusal(err); why != nil {
		d.house.Log.WarnContext(ctx, "an ordered act was refused", "class", job.Args.Class, "action", job.Args.Action, "refusal", why.Key)
		return river.JobCancel(errors.New(why.Key))
	}
	return err
}

// carryOut does an ordered act as who ordered it, in the role they ordered it in, if that is still theirs. The order goes with the act: a job
// that runs again finds nothing to do.
func (h *House) carryOut(ctx context.Context, a actArgs) error {
	who, err := h.member(ctx, a)
	if err != nil {
		return err
	}
	who = h.Guard.Admit(who).During(ctx)
	var refused error
	err = h.DB.InTx(ctx, who, func(tx *store.Tx) error {
		sealed, err := tx.OrderTake(ctx, a.Order)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("take an order: %w", err)
		}
		in := acts.Input{ID: a.ID, Patient: a.Patient, Visit: a.Visit, Kind: string(a.Of)}
		text, err := h.Vault.Open(orderPlace(a.Order), sealed)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, &in.Fields); err != nil {
			return errors.New("an order cannot be read")
		}
		if _, err = h.Acts.Within(ctx, tx, a.Class, a.Action, in); core.Refusal(err) != nil {
			refused, err = err, nil // the order is over, and that it was refused stands on record
		}
		return err
	})
	return errors.Join(err, refused)
}

// member is who ordered an act, as they are on the staff now. Whoever has left, or lost the role meanwhile, does nothing any more, and that
// stands on record.
func (h *House) member(ctx context.Context, a actArgs) (core.Actor, error) {
	var row db.Staff
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		row, err = tx.Staff(ctx, a.Staff)
		return err
	})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return core.Actor{}, fmt.Errorf("who ordered an act: %w", err)
	}
	who := core.Actor{Kind: core.Staff, ID: a.Staff, Role: string(a.Role), Doctor: store.ID(row.PractitionerID), Branches: row.Branches, Channel: "worker"}
	if err != nil || (row.Role != who.Role && !slices.Contains(row.Roles, who.Role)) {
		e := audit.Entry{ID: h.IDs(), At: h.Clock(), Action: "order.refused", Class: a.Class, Object: "act_order", Subject: a.Order, Patient: a.Patient}
		if err := audit.Denied(ctx, h.DB, core.Actor{Kind: core.Staff, ID: a.Staff, Channel: "worker"}, e); err != nil {
			return who, err
		}
		return who, core.Refuse(core.Denied, "not_allowed")
	}
	return who, nil
}
