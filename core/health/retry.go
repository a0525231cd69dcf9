package health

import (
	"context"
	"fmt"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
)

// Desk is where somebody lends the machinery a hand.
type Desk struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
}

// Retrying puts on record that so many failed jobs are to be tried again, by whoever may change policies.
func (d Desk) Retrying(ctx context.Context, who core.Actor, jobs int) error {
	if _, err := access.Require(who, core.Ask{Action: core.Update, Class: core.Policies}); err != nil {
		return err
	}
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		return audit.Add(ctx, tx, audit.Entry{
			ID: d.IDs(), At: d.Clock(), Action: "queues.retry", Class: core.Policies, Object: "job", Count: int32(min(max(jobs, 1), 10_000)),
		})
	})
	if err != nil {
		return fmt.Errorf("record a retry: %w", err)
	}
	return nil
}
