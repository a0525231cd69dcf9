package vault

import (
	"context"
	"errors"
	"fmt"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
)

// Desk is the keys as whoever keeps security sees and changes them: by the rules, with a second factor shown just now, on record in their
// name. What a step wants is what Keeper wants of it.
type Desk struct {
	In    store.Opener
	Fresh func(core.Actor) bool      // has just shown a second factor
	Open  func(store.Opener) *Keeper // over what it is given: a step is put on record as somebody's
}

// The steps of a change of keys, in their order.
const (
	StepAdd       = "add"       // a key that seals, not used yet
	StepAddIndex  = "add_index" // a key of the blind index, not used yet
	StepPromote   = "promote"
	StepReencrypt = "reencrypt"
	StepRetire    = "retire"
)

// Standing is what there is, for whoever may read policies.
func (d Desk) Standing(ctx context.Context, actor core.Actor) (Standing, error) {
	if _, err := access.Require(actor, core.Ask{Action: core.Read, Class: core.Policies}); err != nil {
		return Standing{}, err
	}
	return d.Open(d.In).Standing(ctx)
}

// Step does one, of a key where it is about one. What the keys are not ready for is refused as "keys_not_now", with the reason inside.
func (d Desk) Step(ctx context.Context, actor core.Actor, step string, id uint32) error {
	fresh := d.Fresh(actor)
	if _, err := access.Require(actor, core.Ask{Action: core.Update, Class: core.Policies, Facts: core.Facts{Fresh: fresh}}); err != nil {
		return err
	}
	if !fresh {
		return core.Refuse(core.Denied, "step_up")
	}
	k := d.Open(recorded{d.In, actor})
	var err error
	switch step {
	case StepAdd:
		_, err = k.Add(ctx, actor, Data)
	case StepAddIndex:
		_, err = k.Add(ctx, actor, Index)
	case StepPromote:
		err = k.Promote(ctx, actor, id)
	case StepReencrypt:
		err = k.Reencrypt(ctx, actor)
	case StepRetire:
		err = k.Retire(ctx, actor, id)
	default:
		return core.Refuse(core.NotFound, "not_found")
	}
	if err != nil && core.Refusal(err) == nil {
		return errors.Join(core.Refuse(core.Conflict, "keys_not_now"), fmt.Errorf("keys, %s: %w", step, err))
	}
	return err
}

// recorded opens transactions as Zapis itself, whose the keys' rows are, and puts what is done in them on record as somebody's.
type recorded struct {
	in  store.Opener
	who core.Actor
}

// InTx implements store.Opener.
func (r recorded) InTx(ctx context.Context, _ core.Actor, fn func(*store.Tx) error) error {
	return r.in.InTx(ctx, core.Sys(r.who.Channel), func(tx *store.Tx) error {
		own := tx.Actor
		tx.Actor = r.who
		defer func() { tx.Actor = own }()
		return fn(tx)
	})
}
