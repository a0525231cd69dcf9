package acts

import (
	"context"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
)

// ledger does the acts with the record of who did what.
type ledger struct{ Means }

func ledgerActs(m Means) []Act {
	l := ledger{m}
	return []Act{
		{core.AuditLog, core.Create, "", l.add},
		m.counts(core.AuditLog, core.Aggregate),
	}
}

// add puts on record what an integration did on its side: "what", one of a few, with the patient it was about.
func (l ledger) add(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	verdict, err := l.asker(tx, core.AuditLog, core.Create, in).might()
	if err != nil {
		return Output{}, err
	}
	what, err := in.word("what", "read", "created", "changed", "sent", "printed")
	if err != nil {
		return Output{}, err
	}
	e := audit.Entry{ID: l.IDs(), At: l.Clock(), Action: "external." + what, Class: core.AuditLog, Object: "external", Subject: in.ID, Patient: in.Patient}
	return One(verdict.View, Row{keyID: e.ID}), audit.Add(ctx, tx, e)
}
