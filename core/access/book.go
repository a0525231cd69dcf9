package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Book is how sets of policies come into force: somebody proposes, somebody else approves, and only what passed its matrix takes effect.
// Every step is on record. The rules by which a step is judged are those in force.
type Book struct {
	In    *store.DB // and no part of a transaction: the staff is read as Zapis itself
	Clock core.Clock
	IDs   core.IDs
}

// Set is one version, without its text.
type Set struct {
	Version   int32
	SHA256    string
	Author    uuid.UUID
	Approver  uuid.UUID
	By, With  string // the logins of both; With is empty until somebody has approved
	State     string
	Shadow    bool
	Restores  *int32 // the earlier version that this one brings back
	Created   time.Time
	Approved  *time.Time
	Activated *time.Time
}

// Withdrawn says that a set ended before it was ever in force.
func (s Set) Withdrawn() bool { return s.State == "retired" && s.Activated == nil }

// Waits says that a set waits for somebody else's approval.
func (s Set) Waits() bool { return s.State == "proposed" }

// Open says that a set may still come into force.
func (s Set) Open() bool { return s.Waits() || s.State == "approved" }

// stepUp is how fresh a second factor must be.
const stepUp = 5 * time.Minute

// Propose puts a set up for approval and returns its version. Matrix "" is the standard one. It is refused where the set is unsound
// ("policy_unsound" with the line), answers otherwise than the matrix ("policy_differs"), would be the last one ("policy_lock_out"), or
// gives the author's own role more than it has ("policy_self_grant").
func (b Book) Propose(ctx context.Context, actor core.Actor, text, matrix string) (int32, error) {
	return b.propose(ctx, actor, db.PolicyAddParams{Text: text, Matrix: matrix})
}

// Rollback proposes an earlier version's policies as a new version; 0 are those Zapis comes with. It takes two people like any other.
func (b Book) Rollback(ctx context.Context, actor core.Actor, version int32) (int32, error) {
	text, matrix, err := b.Text(ctx, actor, version)
	if err != nil {
		return 0, err
	}
	return b.propose(ctx, actor, db.PolicyAddParams{Text: text, Matrix: matrix, Restores: &version})
}

func (b Book) propose(ctx context.Context, actor core.Actor, p db.PolicyAddParams) (int32, error) {
	known := core.Facts{Author: true, Fresh: b.fresh(actor)}
	if _, err := Require(actor, core.Ask{Action: core.Create, Class: core.Policies, Facts: known}); err != nil {
		return 0, err
	}
	if p.Matrix == "" {
		p.Matrix = matrixText
	}
	rules, err := Vet(p.Text, p.Matrix)
	if err != nil {
		return 0, refusal(err)
	}
	m, err := Standard()
	if err != nil {
		return 0, err
	}
	if known.Self = gains(actor.Role, actor.Rules, rules, m); known.Self {
		if _, err := Require(actor, core.Ask{Action: core.Create, Class: core.Policies, Facts: known}); err != nil {
			return 0, core.Refuse(core.Denied, "policy_self_grant")
		}
	}
	p.ID, p.Author, p.CreatedAt, p.Sha256 = b.IDs(), actor.ID, b.Clock(), Sum(p.Text, p.Matrix)
	var version int32
	err = b.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := tx.PolicyLock(ctx); err != nil {
			return err
		}
		if version, err = tx.PolicyAdd(ctx, p); err != nil {
			return err
		}
		return b.note(ctx, tx, "policy.propose", p.ID, "text", "matrix")
	})
	if err != nil {
		return 0, fmt.Errorf("propose policies: %w", err)
	}
	return version, nil
}

// Approve signs a proposed set. Nobody signs their own.
func (b Book) Approve(ctx context.Context, actor core.Actor, version int32) error {
	err := b.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if _, err := b.mayApprove(ctx, tx, version); err != nil {
			return err
		}
		id, err := tx.PolicyApprove(ctx, db.PolicyApproveParams{Version: version, Approver: actor.ID, Now: b.Clock()})
		if err != nil {
			return notInState(err)
		}
		return b.note(ctx, tx, "policy.approve", id, "state", "approver")
	})
	if err != nil {
		return fmt.Errorf("approve policies %d: %w", version, err)
	}
	return nil
}

// Activate puts an approved set in force: replicas are told, and each tries it again for itself.
func (b Book) Activate(ctx context.Context, actor core.Actor, version int32) error {
	err := b.fit(ctx, actor, version)
	if err == nil {
		err = b.In.InTx(ctx, actor, func(tx *store.Tx) error { return b.activate(ctx, tx, version) })
	}
	if err != nil {
		return fmt.Errorf("put policies %d in force: %w", version, err)
	}
	return nil
}

func (b Book) activate(ctx context.Context, tx *store.Tx, version int32) error {
	if err := tx.PolicyLock(ctx); err != nil {
		return err
	}
	if err := tx.PolicyRetire(ctx); err != nil {
		return err
	}
	id, err := tx.PolicyActivate(ctx, db.PolicyActivateParams{Version: version, Now: b.Clock()})
	if err != nil {
		return notInState(err)
	}
	if err := tx.PolicyNotify(ctx); err != nil {
		return err
	}
	return b.note(ctx, tx, "policy.activate", id, "state")
}

// notInState is the refusal where a set has gone on, or not yet come so far.
func notInState(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return core.Refuse(core.Conflict, "policy_state")
	}
	return err
}

// mayApprove reads a set and asks whether the transaction's actor may say yes to it.
func (b Book) mayApprove(ctx context.Context, tx *store.Tx, version int32) (db.PolicySet, error) {
	who := tx.Actor
	set, err := tx.PolicySet(ctx, version)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return set, err
	}
	mine := err == nil && set.Author == who.ID
	known := core.Facts{Author: mine, Second: !mine, Fresh: b.fresh(who)}
	if _, denied := Require(who, core.Ask{Action: core.Approve, Class: core.Policies, Facts: known}); denied != nil {
		if mine {
			return set, core.Refuse(core.Denied, "policy_own")
		}
		return set, denied
	}
	return set, store.NoRows(err, "policy_unknown")
}

// fit says whether the actor may put a set in force, tries it once more, and sees that people are left to change it.
func (b Book) fit(ctx context.Context, actor core.Actor, version int32) error {
	var set db.PolicySet
	err := b.In.InTx(ctx, actor, func(tx *store.Tx) (err error) {
		set, err = b.mayApprove(ctx, tx, version)
		return err
	})
	if err != nil {
		return err
	}
	if set.State != "approved" {
		return core.Refuse(core.Conflict, "policy_state")
	}
	if set.Sha256 != Sum(set.Text, set.Matrix) {
		return core.Refuse(core.Invalid, "policy_tampered")
	}
	rules, err := Vet(set.Text, set.Matrix)
	if err != nil {
		return refusal(err)
	}
	return b.peopled(ctx, rules.proposers(), rules.approvers())
}

// peopled refuses where no two members of staff could propose the next set and approve it.
func (b Book) peopled(ctx context.Context, propose, approve []string) error {
	var people []db.PolicyPeopleRow
	err := b.In.InTx(ctx, core.Sys("policies"), func(tx *store.Tx) (err error) {
		people, err = tx.PolicyPeople(ctx, append(slices.Clone(propose), approve...))
		return err
	})
	if err != nil {
		return fmt.Errorf("who works here: %w", err)
	}
	for _, one := range people {
		if meet(one.Roles, propose) && slices.ContainsFunc(people, func(other db.PolicyPeopleRow) bool {
			return other.ID != one.ID && meet(other.Roles, approve)
		}) {
			return nil
		}
	}
	return core.Refuse(core.Invalid, "policy_lock_out")
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

func (b Book) fresh(who core.Actor) bool {
	return !who.Fresh.IsZero() && b.Clock().Sub(who.Fresh) <= stepUp
}

func (b Book) note(ctx context.Context, tx *store.Tx, action string, id uuid.UUID, fields ...string) error {
	return audit.Add(ctx, tx, audit.Entry{ID: b.IDs(), At: b.Clock(), Action: action, Object: "policy_set", Subject: id, Fields: fields})
}
