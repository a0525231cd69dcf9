package visit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// unmarkedDays is how far back visits without a mark are looked for: what is older, nobody remembers.
const unmarkedDays = 30

// Unmarked lists a branch's visits whose time is over and of which nobody has said what became of them, the newest first, as far as the
// actor may mark them. Nobody is ever marked as not come by the clock.
func (d Desk) Unmarked(ctx context.Context, actor core.Actor, branch uuid.UUID) ([]Planned, error) {
	return d.planned(ctx, actor, branch, d.Clock().AddDate(0, 0, -unmarkedDays), func(tx *store.Tx, from time.Time) ([]db.VisitsOfBranchRow, error) {
		rows, err := tx.VisitsUnmarked(ctx, db.VisitsUnmarkedParams{Branch: branch, FromAt: from, Now: d.Clock()})
		out := make([]db.VisitsOfBranchRow, 0, len(rows))
		for _, r := range rows {
			out = append(out, db.VisitsOfBranchRow(r))
		}
		return out, err
	})
}

// Stranded lists a branch's visits ahead that lie outside their doctor's working time: rules or leave came after them. They stand until
// somebody moves or cancels them.
func (d Desk) Stranded(ctx context.Context, actor core.Actor, branch uuid.UUID) ([]Planned, error) {
	return d.planned(ctx, actor, branch, d.Clock(), func(tx *store.Tx, from time.Time) ([]db.VisitsOfBranchRow, error) {
		rows, err := tx.VisitsStranded(ctx, db.VisitsStrandedParams{Branch: branch, Now: from})
		out := make([]db.VisitsOfBranchRow, 0, len(rows))
		for _, r := range rows {
			out = append(out, db.VisitsOfBranchRow(r))
		}
		return out, err
	})
}

func (d Desk) planned(ctx context.Context, actor core.Actor, branch uuid.UUID, from time.Time, list func(*store.Tx, time.Time) ([]db.VisitsOfBranchRow, error)) ([]Planned, error) {
	var out []Planned
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := list(tx, from)
		for _, r := range rows {
			ask := core.Ask{Action: core.Update, Class: core.Appointments, Facts: d.facts(actor, db.Visit{BranchID: r.BranchID, PractitionerID: r.PractitionerID, During: r.During})}
			if v, no := access.Object(actor, ask); no != nil || v.View != access.Full {
				continue
			}
			if p := d.shown(tx.Actor, r); p.ID != uuid.Nil {
				out = append(out, p)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("visits of branch %s: %w", branch, err)
	}
	return out, nil
}
