package jobs

import (
	"context"

	"github.com/zapis-clinic/zapis/core/lab"
)

// SweepResults releases routine results by the rule: once they have lain for Results. Below nothing, doctors release everything.
func (h *House) SweepResults(ctx context.Context) error {
	if h.Results < 0 {
		return nil
	}
	n, err := lab.Bench{Chart: h.chart(h.DB)}.ReleaseDue(ctx, h.Results)
	if n > 0 {
		h.crash("sweep_results")
	}
	return err
}
