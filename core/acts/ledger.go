package acts

import (
	"context"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
)

// ledger does the acts with the record of who did what.
type ledger struct{ Means }

func ledgerActs(m Means) []Act {
	l := ledger{m}
	return []Act{
		{core.AuditLog, core.Read, "", l.read},
		{core.AuditLog, core.Export, "", l.export},
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

// read tells a patient (Patient, or oneself) who looked at their data; staff, the newest lines of what their role may read, by "who",
// "action" and Patient.
func (l ledger) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	verdict, err := l.asker(tx, core.AuditLog, core.Read, in).might()
	if err != nil {
		return Output{}, err
	}
	out := Output{View: verdict.View, Rows: []Row{}}
	if tx.Actor.Kind == core.Patient {
		list, _, err := audit.Looks(ctx, tx, tx.Actor, audit.Looking{Patient: in.Patient, Zone: time.UTC})
		for _, x := range list {
			out.Rows = append(out.Rows, Row{
				"day": x.Day.Format(time.DateOnly), "role": x.Role, "surname": x.Surname, "given": x.Given, "patronymic": x.Patronymic, "class": x.Class, "glass": x.Glass,
				"looks": x.Looks, "changes": x.Changes,
			})
		}
		return out, err
	}
	list, _, err := l.desk(tx).Search(ctx, tx.Actor, filter(in))
	for _, x := range list {
		out.Rows = append(out.Rows, line(x))
	}
	return out, err
}

// export is all of it that "who", "action" and Patient match, up to the most that one answer holds.
func (l ledger) export(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	verdict, err := l.asker(tx, core.AuditLog, core.Export, in).might()
	if err != nil {
		return Output{}, err
	}
	out := Output{View: verdict.View, Rows: []Row{}}
	_, err = l.desk(tx).Export(ctx, tx.Actor, filter(in), func(x audit.Line) error {
		if len(out.Rows) < maxLines {
			out.Rows = append(out.Rows, line(x))
		}
		return nil
	})
	return out, err
}

// maxLines bounds an answer; the cabinet's page writes longer ones as a file.
const maxLines = 10_000

func (l ledger) desk(tx *store.Tx) audit.Desk { return audit.Desk{In: tx, Clock: l.Clock, IDs: l.IDs} }

func filter(in Input) audit.Filter {
	return audit.Filter{Who: in.Fields["who"], Action: in.Fields["action"], Patient: in.Patient}
}

func line(x audit.Line) Row {
	return Row{
		keyID: x.ID, keyAt: shown(x.At), "kind": x.Kind, "actor": shownID(&x.Actor), "role": x.Role, "channel": x.Channel, "action": x.Action, "class": x.Class,
		"object": shownID(&x.Subject), keyPatient: shownID(&x.Patient), "denied": x.Denied, "glass": x.Glass, "policy": x.PolicyVersion,
	}
}
