package jobs

import (
	"context"
	"fmt"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
)

// SweepSeals seals what has come to stand on record, until nothing waits. Where several replicas are at it, one seals and the others
// find nothing to do.
func (h *House) SweepSeals(ctx context.Context) error {
	for {
		s, err := audit.Seal(ctx, h.DB, h.Clock)
		if err != nil {
			return err
		}
		if s.Backwards {
			h.Log.WarnContext(ctx, "the clock runs backwards", "seal", s.Seq)
		}
		if s.Rows > 0 {
			h.crash("sweep_seals")
		}
		if !s.Full || ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// Anchor remembers the newest seal outside the database, where it is not remembered yet: in the file of the settings and in the log,
// which a clinic may collect elsewhere.
func (h *House) Anchor(ctx context.Context) error {
	if h.Anchors == "" {
		return nil
	}
	head, err := audit.Newest(ctx, h.DB, core.Sys("worker"))
	if err != nil || head.Seq == 0 {
		return err
	}
	known, _, err := audit.AnchorFile(h.Anchors)
	if err != nil {
		return err
	}
	a := audit.AnchorOf(head)
	if len(known) > 0 && known[len(known)-1] == a {
		return nil
	}
	if err := a.Keep(h.Anchors); err != nil {
		return fmt.Errorf("anchor the audit: %w", err)
	}
	h.Log.InfoContext(ctx, "audit anchored", "seal", a.Seq, "root", a.Root, "rows", a.Rows)
	return nil
}
