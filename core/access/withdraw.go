package access

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
)

// Withdraw ends a set that is not in force yet: its author takes it back, or whoever could approve it says no. The text stays in the
// history. What is in force goes only by another set coming in its place.
func (b Book) Withdraw(ctx context.Context, actor core.Actor, version int32) error {
	err := b.In.InTx(ctx, actor, func(tx *store.Tx) error {
		action := "policy.withdraw"
		set, err := tx.PolicySet(ctx, version)
		if err != nil || set.Author != actor.ID {
			action = "policy.refuse"
			if _, err := b.mayApprove(ctx, tx, version); err != nil {
				return err
			}
		} else if _, err := Require(actor, core.Ask{Action: core.Create, Class: core.Policies, Facts: core.Facts{Author: true, Fresh: b.fresh(actor)}}); err != nil {
			return err
		}
		id, err := tx.PolicyWithdraw(ctx, version)
		if err != nil {
			return notInState(err)
		}
		if err := tx.PolicyNotify(ctx); err != nil {
			return err
		}
		return b.note(ctx, tx, action, id, "state")
	})
	if err != nil {
		return fmt.Errorf("withdraw policies %d: %w", version, err)
	}
	return nil
}

// names says by what login each of these people signs in; whoever reads policies may know who wrote them.
func (b Book) names(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	out := map[uuid.UUID]string{}
	err := b.In.InTx(ctx, core.Sys("policies"), func(tx *store.Tx) error {
		rows, err := tx.PolicyNames(ctx, ids)
		for _, r := range rows {
			out[r.ID] = r.Login
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("who wrote policies: %w", err)
	}
	return out, nil
}
