package report

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Filter is a question that somebody keeps under a name: what is asked, as the page's address has it. Whoever asks it is told by their own rights.
type Filter struct {
	ID          uuid.UUID
	Name, Query string
}

// Limits of what one member keeps, in characters and filters.
const (
	longestName  = 60
	longestQuery = 500
	mostFilters  = 30
)

// Filters are the member's own, by name.
func (o Office) Filters(ctx context.Context, actor core.Actor) ([]Filter, error) {
	var out []Filter
	err := o.filters(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.ReportFilters(ctx)
		out = nil
		for _, r := range rows {
			out = append(out, Filter{r.ID, r.Name, r.Query})
		}
		return err
	})
	return out, err
}

// Keep keeps a question under a name; one of the same name is replaced. Refusals: "filter_name", "filters_many".
func (o Office) Keep(ctx context.Context, actor core.Actor, name, query string) error {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || len([]rune(name)) > longestName || len(query) > longestQuery {
		return core.Refuse(core.Invalid, "filter_name", "Most", longestName)
	}
	return o.filters(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.ReportFilterKeep(ctx, db.ReportFilterKeepParams{ID: o.IDs(), StaffID: actor.ID, Name: name, Query: query, At: o.Clock(), Most: mostFilters})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return core.Refuse(core.Invalid, "filters_many", "Most", mostFilters)
		}
		return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: "report.filter_kept", Object: "report_filter", Subject: rows[0]})
	})
}

// Drop drops one of the member's own; of anybody else's they know nothing.
func (o Office) Drop(ctx context.Context, actor core.Actor, id uuid.UUID) error {
	return o.filters(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.ReportFilterDrop(ctx, id)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return core.Refuse(core.NotFound, "not_found")
		}
		return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: "report.filter_dropped", Object: "report_filter", Subject: id})
	})
}

// filters is for those who see any report.
func (o Office) filters(ctx context.Context, actor core.Actor, do func(*store.Tx) error) error {
	if len(Seen(actor)) == 0 {
		return core.Refuse(core.Denied, "no_report")
	}
	if err := o.In.InTx(ctx, actor, do); err != nil {
		return fmt.Errorf("filters of reports: %w", err)
	}
	return nil
}
