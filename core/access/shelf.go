package access

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
)

// Sets lists the versions there have been, the newest first, at most two hundred.
func (b Book) Sets(ctx context.Context, actor core.Actor) ([]Set, error) {
	if err := mayRead(actor); err != nil {
		return nil, err
	}
	var out []Set
	var people []uuid.UUID
	err := b.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.PolicySets(ctx)
		for _, r := range rows {
			people = append(people, r.Author, store.ID(r.Approver))
			out = append(out, Set{
				Version: r.Version, SHA256: r.Sha256, Author: r.Author, Approver: store.ID(r.Approver), State: r.State, Shadow: r.Shadow,
				Restores: r.Restores, Created: r.CreatedAt, Approved: r.ApprovedAt, Activated: r.ActivatedAt,
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list policies: %w", err)
	}
	names, err := b.names(ctx, people)
	for i := range out {
		out[i].By, out[i].With = names[out[i].Author], names[out[i].Approver]
	}
	return out, err
}

// Text is a version's policies and matrix as their author wrote them.
func (b Book) Text(ctx context.Context, actor core.Actor, version int32) (text, matrix string, err error) {
	if err := mayRead(actor); err != nil {
		return "", "", err
	}
	if version == 0 {
		return defaultText, matrixText, nil
	}
	err = b.In.InTx(ctx, actor, func(tx *store.Tx) error {
		set, err := tx.PolicySet(ctx, version)
		text, matrix = set.Text, set.Matrix
		return store.NoRows(err, "policy_unknown")
	})
	if err != nil {
		return "", "", fmt.Errorf("read policies %d: %w", version, err)
	}
	return text, matrix, nil
}

// Shadow has a proposed or approved set weighed beside the live one, in every replica; 0 ends it.
func (b Book) Shadow(ctx context.Context, actor core.Actor, version int32) error {
	if _, err := Require(actor, core.Ask{Action: core.Update, Class: core.Policies, Facts: core.Facts{Fresh: b.fresh(actor)}}); err != nil {
		return err
	}
	err := b.In.InTx(ctx, actor, func(tx *store.Tx) error {
		over, err := tx.PolicyUnshadow(ctx, version)
		if err != nil {
			return err
		}
		for _, id := range over {
			if err := b.note(ctx, tx, "policy.unshadow", id, "shadow"); err != nil {
				return err
			}
		}
		if err := tx.PolicyNotify(ctx); err != nil || version == 0 {
			return err
		}
		id, err := tx.PolicyShadow(ctx, version)
		if err != nil {
			return store.NoRows(err, "policy_unknown")
		}
		return b.note(ctx, tx, "policy.shadow", id, "shadow")
	})
	if err != nil {
		return fmt.Errorf("weigh policies %d in the shadow: %w", version, err)
	}
	return nil
}

// Difference is a question that a candidate answers otherwise than the live set did, and how often it was asked.
type Difference struct {
	Candidate, Live int32
	Role            string
	Class           core.Class
	Action          core.Action
	Kind            string
	Facts           string // names of those that held
	Said            string // by the live set: a view, or "no"
	Would           string // by the candidate
	Times           int64
	Last            time.Time
}

// Differences lists what a candidate would have answered otherwise on the questions it was weighed on, the most frequent first.
func (b Book) Differences(ctx context.Context, actor core.Actor, version int32) ([]Difference, error) {
	if err := mayRead(actor); err != nil {
		return nil, err
	}
	var out []Difference
	err := b.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.PolicyDifferences(ctx, version)
		for _, r := range rows {
			out = append(out, Difference{
				Candidate: r.Candidate, Live: r.Live, Role: r.Role, Class: core.Class(r.Class), Action: core.Action(r.Action), Kind: r.Kind,
				Facts: r.Facts, Said: r.Said, Would: r.Would, Times: r.Times, Last: r.LastAt,
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what policies %d would change: %w", version, err)
	}
	return out, nil
}

func mayRead(actor core.Actor) error {
	_, err := Require(actor, core.Ask{Action: core.Read, Class: core.Policies})
	return err
}
