package acts

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/visit"
)

// porch does the acts with what people come for.
type porch struct{ Means }

func reasons(m Means) []Act {
	p := porch{m}
	return []Act{
		{core.VisitReason, core.Read, "", p.read},
		{core.VisitReason, core.Create, "", p.create},
		{core.VisitReason, core.Update, "", p.update},
	}
}

func (p porch) desk(tx *store.Tx, in Input) visit.Desk {
	return visit.Desk{In: tx, Book: p.Catalog, Clock: p.Clock, IDs: p.IDs, Vault: p.Vault, Button: in.Button}
}

// visitOf is the visit that was named, as the object or beside it.
func (in Input) visitOf() uuid.UUID {
	if in.Visit != uuid.Nil {
		return in.Visit
	}
	return in.ID
}

// read opens what was said of Visit.
func (p porch) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	r, err := p.desk(tx, in).Reason(ctx, tx.Actor, in.visitOf())
	if err != nil {
		return Output{}, err
	}
	row := Row{keyID: r.Visit, "category": r.Category}
	if r.View == access.Full {
		row["complaint"], row["cancellation"] = r.Complaint, r.Cancellation
	}
	return One(r.View, row), nil
}

func (in Input) told() visit.Told {
	return visit.Told{Words: in.Fields["text"], Category: in.Fields["category"]}
}

// create keeps what Visit is for: "text", "category".
func (p porch) create(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	return made(in.visitOf()), p.desk(tx, in).Complain(ctx, tx.Actor, in.visitOf(), in.told())
}

func (p porch) update(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	return made(in.visitOf()), p.desk(tx, in).Correct(ctx, tx.Actor, in.visitOf(), in.told())
}
