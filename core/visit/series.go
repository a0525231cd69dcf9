package visit

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// mostSeries is how many visits one series has: a year of weeks is nobody's plan.
const mostSeries = 20

// Occurrence is one visit of a series: booked, or why it is not.
type Occurrence struct {
	Plan  Plan
	Visit Visit
	Why   *core.Error
}

// Series books a visit on the same weekday at the same hour of the wall's clock for so many weeks. Each is looked at by itself: one that
// cannot be booked is reported and keeps none of the others.
func (d Desk) Series(ctx context.Context, actor core.Actor, w Wish, p Plan, weeks int) ([]Occurrence, error) {
	if weeks < 2 || weeks > mostSeries {
		return nil, core.Refuse(core.Invalid, "series_weeks", "Most", mostSeries)
	}
	id := d.IDs()
	out := make([]Occurrence, 0, weeks)
	for i := range weeks {
		one := Occurrence{Plan: p}
		one.Plan.Start = p.Start.AddDate(0, 0, 7*i)
		var err error
		one.Visit, err = d.Place(ctx, actor, w, one.Plan)
		if one.Why = core.Refusal(err); err != nil && one.Why == nil {
			return out, err
		}
		if err == nil {
			if err := d.join(ctx, actor, one.Visit.ID, id); err != nil {
				return out, err
			}
		}
		out = append(out, one)
	}
	for _, o := range out {
		if o.Why == nil {
			return out, nil
		}
	}
	return out, errors.Join(core.Refuse(out[0].Why.Code, out[0].Why.Key)) // none of them
}

// join says of which series a visit is.
func (d Desk) join(ctx context.Context, actor core.Actor, id, series uuid.UUID) error {
	return d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		return tx.VisitSeries(ctx, db.VisitSeriesParams{ID: id, Series: &series})
	})
}
