package personal

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Proposal is what could go by the rules of retention: so many rows older than a moment. Nothing goes before people have approved it.
type Proposal struct {
	ID       uuid.UUID
	Class    string
	Basis    string
	Action   string // blank or delete
	Before   time.Time
	Count    int64
	Examples []uuid.UUID
	State    string // proposed, approved, refused, done
	First    bool   // one person has approved; what destroys waits for a second
	Done     int64
}

// retained are the rows of a class that a rule can reach: to count them, and to let a batch of them go. $1 is the moment, $2 how many.
func retained() map[string]struct{ count, examples, gone string } {
	return map[string]struct{ count, examples, gone string }{
		"raw": {
			"SELECT count(*) FROM inbound WHERE received_at < $1 AND state <> 'new' AND raw <> ''",
			"SELECT id FROM inbound WHERE received_at < $1 AND state <> 'new' AND raw <> '' ORDER BY received_at LIMIT 5",
			"WITH x AS (SELECT id, received_at FROM inbound WHERE received_at < $1 AND state <> 'new' AND raw <> '' LIMIT $2), " +
				"y AS (UPDATE inbound i SET raw = '' FROM x WHERE i.id = x.id AND i.received_at = x.received_at RETURNING 1) SELECT count(*) FROM y",
		},
		"messages": {
			"SELECT count(*) FROM inbound WHERE received_at < $1 AND state <> 'new' AND body <> '{}'",
			"SELECT id FROM inbound WHERE received_at < $1 AND state <> 'new' AND body <> '{}' ORDER BY received_at LIMIT 5",
			"WITH x AS (SELECT id, received_at FROM inbound WHERE received_at < $1 AND state <> 'new' AND body <> '{}' LIMIT $2), " +
				"o AS (SELECT id, created_at FROM outbox WHERE created_at < $1 AND state NOT IN ('queued', 'sending') AND body <> '{}' LIMIT $2), " +
				"z AS (UPDATE outbox t SET body = '{}' FROM o WHERE t.id = o.id AND t.created_at = o.created_at RETURNING 1), " +
				"y AS (UPDATE inbound i SET body = '{}', raw = '' FROM x WHERE i.id = x.id AND i.received_at = x.received_at RETURNING 1) " +
				"SELECT (SELECT count(*) FROM y) + (SELECT count(*) FROM z)",
		},
		"notes": {
			"SELECT count(*) FROM inbox_note WHERE at < $1",
			"SELECT id FROM inbox_note WHERE at < $1 ORDER BY at LIMIT 5",
			"WITH x AS (SELECT id FROM inbox_note WHERE at < $1 LIMIT $2), y AS (DELETE FROM inbox_note n USING x WHERE n.id = x.id RETURNING 1) SELECT count(*) FROM y",
		},
		"campaign": {
			"SELECT count(*) FROM campaign_recipient WHERE at < $1 AND state <> 'due'",
			"SELECT patient_id FROM campaign_recipient WHERE at < $1 AND state <> 'due' ORDER BY at LIMIT 5",
			"WITH x AS (SELECT campaign_id, patient_id FROM campaign_recipient WHERE at < $1 AND state <> 'due' LIMIT $2), " +
				"y AS (DELETE FROM campaign_recipient r USING x WHERE r.campaign_id = x.campaign_id AND r.patient_id = x.patient_id RETURNING 1) SELECT count(*) FROM y",
		},
		attached: {
			"SELECT count(*) FROM attachment WHERE at < $1 AND state <> 'waiting' AND document_id IS NULL",
			"SELECT id FROM attachment WHERE at < $1 AND state <> 'waiting' AND document_id IS NULL ORDER BY at LIMIT 5",
			"WITH x AS (SELECT id FROM attachment WHERE at < $1 AND state <> 'waiting' AND document_id IS NULL LIMIT $2), " +
				"y AS (DELETE FROM attachment a USING x WHERE a.id = x.id RETURNING 1) SELECT count(*) FROM y",
		},
		"question": {
			"SELECT count(*) FROM question WHERE at < $1",
			"SELECT id FROM question WHERE at < $1 ORDER BY at LIMIT 5",
			"WITH x AS (SELECT id FROM question WHERE at < $1 LIMIT $2), y AS (DELETE FROM question q USING x WHERE q.id = x.id RETURNING 1) SELECT count(*) FROM y",
		},
		"feedback": {
			"SELECT count(*) FROM feedback_text WHERE at < $1",
			"SELECT id FROM feedback_text WHERE at < $1 ORDER BY at LIMIT 5",
			"WITH x AS (SELECT id FROM feedback_text WHERE at < $1 LIMIT $2), " +
				"y AS (DELETE FROM feedback_text f USING x WHERE f.id = x.id RETURNING 1) SELECT count(*) FROM y",
		},
	}
}

// Propose looks what could go by now and puts it down for people to decide on. What is proposed already is counted anew.
func (o Office) Propose(ctx context.Context) error {
	return o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		rules, err := tx.Retentions(ctx)
		if err != nil {
			return err
		}
		for _, rule := range rules {
			statements, known := retained()[rule.Class]
			if !known || (rule.Action != "blank" && rule.Action != "delete") {
				continue
			}
			before := o.Clock().AddDate(0, 0, -int(rule.Days))
			p := db.ProposalPutParams{ID: o.IDs(), Class: rule.Class, Action: rule.Action, Before: before, MadeAt: o.Clock()}
			if err := tx.QueryRow(ctx, statements.count, before).Scan(&p.Count); err != nil {
				return fmt.Errorf("count %s: %w", rule.Class, err)
			}
			if p.Count == 0 {
				continue
			}
			if p.Examples, err = ids(ctx, tx, statements.examples, before); err != nil {
				return fmt.Errorf("examples of %s: %w", rule.Class, err)
			}
			if err := tx.ProposalPut(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

func ids(ctx context.Context, tx *store.Tx, sql string, args ...any) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []uuid.UUID{}
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// Proposals lists what was proposed, what is open first.
func (o Office) Proposals(ctx context.Context, actor core.Actor) ([]Proposal, error) {
	var out []Proposal
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.Proposals(ctx)
		for _, r := range rows {
			out = append(out, Proposal{
				ID: r.ID, Class: r.Class, Basis: r.Basis, Action: r.Action, Before: r.Before, Count: r.Count, Examples: r.Examples, State: r.State,
				First: r.ApprovedBy != nil, Done: r.DoneCount,
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("proposals of retention: %w", err)
	}
	return out, nil
}

// Approve is a person's yes. Security says it first; what destroys waits for the director or the head doctor, another person.
func (o Office) Approve(ctx context.Context, actor core.Actor, id uuid.UUID) error {
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		p, err := tx.Proposal(ctx, id)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		second := p.ApprovedBy != nil
		if err := mayApprove(actor, second); err != nil {
			return err
		}
		switch {
		case p.State != "proposed":
			return core.Refuse(core.Conflict, "retention_decided")
		case second && store.ID(p.ApprovedBy) == actor.ID:
			return core.Refuse(core.Denied, "retention_second")
		}
		x := db.ProposalApproveParams{ID: id, State: "proposed", At: o.moment(), ApprovedBy: p.ApprovedBy}
		if second {
			x.SecondBy, x.State = store.Ref(actor.ID), "approved"
		} else {
			x.ApprovedBy = store.Ref(actor.ID)
			if p.Action == "blank" {
				x.State = "approved"
			}
		}
		if _, err := tx.ProposalApprove(ctx, x); err != nil {
			return store.NoRows(err, "retention_decided")
		}
		return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: "personal.retention_approve", Object: "retention_proposal", Subject: id})
	})
	if err != nil {
		return fmt.Errorf("approve a proposal of retention: %w", err)
	}
	return nil
}

// mayApprove asks the rules: the first yes is that of whoever keeps the policies, the second that of whoever approves their changes or
// the clinic's settings, with a second factor just shown.
func mayApprove(actor core.Actor, second bool) error {
	ask := core.Ask{Action: core.Update, Class: core.Policies}
	if second {
		ask = core.Ask{Action: core.Approve, Class: core.Settings, Facts: core.Facts{Second: true}}
	}
	_, err := access.Require(actor, ask)
	return err
}

// let notes that n rows of a proposal went, which stands on record where any did.
func (o Office) let(ctx context.Context, tx *store.Tx, p db.RetentionProposal, n int64) error {
	if err := tx.ProposalProgress(ctx, db.ProposalProgressParams{ID: p.ID, N: n, Now: o.Clock()}); err != nil || n == 0 {
		return err
	}
	return audit.Add(ctx, tx, audit.Entry{
		ID: o.IDs(), At: o.Clock(), Action: "personal.retention_" + p.Action, Object: "retention_proposal", Subject: p.ID,
		Count: int32(n), Fields: []string{p.Class}, //nolint:gosec // a batch's rows
	})
}

// retainBatch is how many rows go in one transaction.
const retainBatch = 1000

// Retain lets go what was approved, in batches; a job that died goes on where it stopped.
func (o Office) Retain(ctx context.Context) error {
	var open []db.RetentionProposal
	err := o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		open, err = tx.ProposalsApproved(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("approved proposals: %w", err)
	}
	for _, p := range open {
		for n := int64(1); n > 0 && ctx.Err() == nil; {
			err := o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
				if err := tx.QueryRow(ctx, retained()[p.Class].gone, p.Before, retainBatch).Scan(&n); err != nil {
					return err
				}
				return o.let(ctx, tx, p, n)
			})
			if err != nil {
				return fmt.Errorf("retention of %s: %w", p.Class, err)
			}
		}
	}
	return nil
}
