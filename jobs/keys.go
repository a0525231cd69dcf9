package jobs

import (
	"context"
	"time"

	"github.com/zapis-clinic/zapis/core/vault"
)

// keysFor bounds one round of sealing anew; the next one goes on where it ended.
const keysFor = 20 * time.Second

// SweepKeys seals encrypted columns anew after a change of keys, where `zapis keys reencrypt` asked for it.
func (h *House) SweepKeys(ctx context.Context) error {
	w := vault.Walker{In: h.DB, Vault: h.Vault, Columns: vault.Columns(), Clock: h.Clock}
	until := h.Clock().Add(keysFor)
	for {
		more, err := w.Step(ctx)
		if err != nil || !more || ctx.Err() != nil || h.Clock().After(until) {
			return err
		}
		h.crash("sweep_keys")
	}
}

// CatchUpKeys goes on at once, in a process that just began, with what a crash broke off.
func (h *House) CatchUpKeys(ctx context.Context) {
	if err := h.SweepKeys(ctx); err != nil && ctx.Err() == nil {
		h.Log.WarnContext(ctx, "sealing anew", "error", err)
	}
}
