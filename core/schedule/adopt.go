package schedule

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Adopt puts a plan into force and lays the days out by it, as far as they are laid out. Visits stand; those that it leaves outside are on
// the desk's list. Of a plan whose last day is over nothing is left to adopt (plan_over).
func (d Days) Adopt(ctx context.Context, actor core.Actor, p Plan) error {
	if !p.Until.IsZero() && p.Until.Before(d.today()) {
		return core.Refuse(core.Conflict, "plan_over")
	}
	if p.Since.Before(d.today()) { // approved late: what is past is past
		p.Since = d.today()
	}
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := Lock(ctx, tx, p.Practitioner); err != nil {
			return err
		}
		rules, err := tx.Templates(ctx, []uuid.UUID{p.Practitioner})
		if err != nil {
			return err
		}
		c := p.over(rules, d.IDs)
		if err := keep(ctx, tx, c); err != nil {
			return err
		}
		if err := audit.Add(ctx, tx, audit.Entry{ID: d.IDs(), At: d.Clock(), Action: "schedule.plan", Class: core.Settings, Object: "practitioner", Subject: p.Practitioner}); err != nil {
			return err
		}
		return d.rebuild(ctx, tx, Closure{Practitioner: p.Practitioner}, p.Since, d.horizon())
	})
	if err != nil {
		return fmt.Errorf("adopt a plan: %w", err)
	}
	return nil
}

func keep(ctx context.Context, tx *store.Tx, c change) error {
	for _, id := range c.gone {
		if err := tx.TemplateDrop(ctx, id); err != nil {
			return err
		}
	}
	for _, t := range c.ended {
		if err := tx.TemplateEnd(ctx, db.TemplateEndParams{ID: t.ID, ValidTo: t.ValidTo}); err != nil {
			return err
		}
	}
	for _, t := range c.joined {
		if err := tx.TemplateAdd(ctx, db.TemplateAddParams(t)); err != nil {
			return err
		}
	}
	return nil
}

// Ahead lays out a practitioner's days from today on, as far as days are laid out.
func (d Days) Ahead(ctx context.Context, actor core.Actor, practitioner uuid.UUID) error {
	return d.Rebuild(ctx, actor, practitioner, d.today(), d.horizon())
}

// horizon is the day up to which days are laid out.
func (d Days) horizon() time.Time {
	most := 0
	for _, b := range d.Book.Current().Branches {
		most = max(most, b.Horizon)
	}
	return d.today().AddDate(0, 0, most+margin)
}

// foreseen is how many days a forecast shows: four weeks hold any cycle that people can keep in mind.
const foreseen = 28

// Window is a stretch of work.
type Window struct{ From, To time.Time }

// Foreseen is one day as it is and as a plan would have it, in the branch of the plan.
type Foreseen struct {
	Day           time.Time
	Before, After []Window
}

// Stray is a visit that a plan would leave outside working time.
type Stray struct {
	Visit      uuid.UUID
	Start, End time.Time
}

// Forecast is what a plan would do. Strays are all up to the horizon, two hundred at most.
type Forecast struct {
	Days   []Foreseen
	Strays []Stray
}

// Foresee tells what a plan would do, and does nothing.
func (d Days) Foresee(ctx context.Context, actor core.Actor, p Plan) (Forecast, error) {
	var f Forecast
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		f = Forecast{}
		rules, err := tx.Templates(ctx, []uuid.UUID{p.Practitioner})
		if err != nil {
			return err
		}
		to := d.horizon()
		exceptions, err := d.exceptions(ctx, tx, p.Practitioner, p.Since, to)
		if err != nil {
			return err
		}
		zones := d.zones()
		next := p.over(rules, d.IDs).next
		before := layOut(rules, exceptions, zones, p.Since, p.Since.AddDate(0, 0, foreseen))
		after := layOut(next, exceptions, zones, p.Since.AddDate(0, 0, -1), to)
		for day := range foreseen {
			at := p.Since.AddDate(0, 0, day)
			f.Days = append(f.Days, Foreseen{Day: at, Before: of(before, p.Branch, at), After: of(after, p.Branch, at)})
		}
		visits, err := tx.VisitsAhead(ctx, db.VisitsAheadParams{Practitioner: p.Practitioner, Branch: p.Branch, FromAt: later(p.Since, d.Clock()), ToAt: to})
		for _, v := range visits {
			if !covered(after, p.Branch, window{v.During.Lower.Time, v.During.Upper.Time}) {
				f.Strays = append(f.Strays, Stray{v.ID, v.During.Lower.Time, v.During.Upper.Time})
			}
		}
		return err
	})
	if err != nil {
		return Forecast{}, fmt.Errorf("foresee a plan: %w", err)
	}
	return f, nil
}

// of are the windows of one day in a branch.
func of(days []workday, branch uuid.UUID, at time.Time) []Window {
	var out []Window
	for _, w := range days {
		if w.branch == branch && w.day.Equal(at) {
			for _, x := range w.windows {
				out = append(out, Window{x.from, x.to})
			}
		}
	}
	return out
}

func covered(days []workday, branch uuid.UUID, v window) bool {
	return slices.ContainsFunc(days, func(w workday) bool {
		return w.branch == branch && slices.ContainsFunc(w.windows, func(x window) bool { return !v.from.Before(x.from) && !v.to.After(x.to) })
	})
}

// Hours are the rules of a practitioner in a branch from today on, in the order in which they hold.
func (d Days) Hours(ctx context.Context, tx *store.Tx, practitioner, branch uuid.UUID) ([]Hours, error) {
	rules, err := tx.Templates(ctx, []uuid.UUID{practitioner})
	if err != nil {
		return nil, fmt.Errorf("rules of %s: %w", practitioner, err)
	}
	return hoursOf(rules, branch, d.Clock().UTC().Truncate(24*time.Hour)), nil
}
