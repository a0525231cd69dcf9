package acts

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// counts is the act that counts a class by branch and key from "from" to "to": never fewer than ten people, and no rows.
func (m Means) counts(class core.Class, action core.Action) Act {
	return Act{class, action, "", func(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
		verdict, err := m.asker(tx, class, action, in).might()
		if err != nil {
			return Output{}, err
		}
		from, to, err := in.span(m.Clock())
		if err != nil {
			return Output{}, err
		}
		list, err := tx.Aggregates(ctx, db.AggregatesParams{Class: string(class), FromAt: from, ToAt: to})
		if err != nil {
			return Output{}, err
		}
		out := Output{View: verdict.View, Rows: []Row{}}
		for _, r := range list {
			row := Row{"key": r.Key, "count": r.N, "total": r.Total}
			if r.BranchID != uuid.Nil {
				row[keyBranch] = r.BranchID
			}
			out.Rows = append(out.Rows, row)
		}
		if action != core.Export {
			return out, nil
		}
		return out, audit.Add(ctx, tx, audit.Entry{ID: m.IDs(), At: m.Clock(), Action: string(class) + ".export", Object: string(class)})
	}}
}

// numbers are the counts of every class that somebody who sees no rows may count.
func numbers(m Means) []Act {
	var out []Act
	for _, class := range []core.Class{
		core.Records, core.Prescriptions, core.Results,
	} {
		out = append(out, m.counts(class, core.Aggregate))
	}
	return out
}
