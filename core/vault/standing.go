package vault

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Standing is what `zapis keys` shows.
type Standing struct {
	Revision int64
	Changed  time.Time
	Keys     []KeyStanding
	Replicas []Replica
	Walks    []Walk
}

// KeyStanding is one key. Sealed counts the values under a key of Data; a blind index does not tell its key.
type KeyStanding struct {
	ID      uint32
	Purpose Purpose
	Primary bool
	Made    time.Time
	Sealed  int64
}

// Replica is a program that runs. Lacks are the keys it has not got; Old says that it seals under others than the current ones.
type Replica struct {
	ID      uuid.UUID
	Lacks   []uint32
	Old     bool
	Trouble string
	Seen    time.Time
}

// Walk is how far the sealing anew of one column is.
type Walk struct {
	Table, Column         string
	Seen, Changed, Broken int64
	Began                 time.Time
	Done                  *time.Time // nil: under way
}

// Standing looks at the keys, who has them, and what is sealed under them.
func (k *Keeper) Standing(ctx context.Context) (Standing, error) {
	keys, err := k.Provider.Load(ctx)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{Revision: keys.Revision, Changed: keys.Changed}
	var known []db.VaultKey
	err = k.In.InTx(ctx, core.Sys("keys"), func(tx *store.Tx) error {
		var err error
		if known, err = tx.VaultKeys(ctx); err != nil {
			return err
		}
		replicas, err := tx.VaultReplicas(ctx)
		if err != nil {
			return err
		}
		s.Replicas = replicasOf(keys, replicas)
		walks, err := tx.VaultWalks(ctx)
		s.Walks = walksOf(walks)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("look at the keys: %w", err)
	}
	sealed := map[uint32]int64{}
	for _, c := range k.Columns {
		sums, err := k.sealedUnder(ctx, c)
		if err != nil {
			return s, fmt.Errorf("count %s.%s: %w", c.Table, c.Column, err)
		}
		for id, n := range sums {
			sealed[id] += n
		}
	}
	for _, p := range Purposes() {
		for _, id := range ids(keys.of(p)) {
			one := KeyStanding{ID: id, Purpose: p, Primary: id == primary(keys.of(p)), Sealed: sealed[id]}
			if i := slices.IndexFunc(known, func(r db.VaultKey) bool { return r.KeyID == int64(id) }); i >= 0 {
				one.Made = known[i].MadeAt
			}
			s.Keys = append(s.Keys, one)
		}
	}
	return s, nil
}

func replicasOf(keys Keys, rows []db.VaultReplicasRow) []Replica {
	var out []Replica
	for _, row := range rows {
		r := Replica{ID: row.ID, Trouble: row.Trouble, Seen: row.SeenAt}
		for _, p := range Purposes() {
			for _, id := range ids(keys.of(p)) {
				if !slices.Contains(row.Keys, int64(id)) {
					r.Lacks = append(r.Lacks, id)
				}
			}
		}
		r.Old = number(row.DataPrimary) != primary(keys.Data) || number(row.IndexPrimary) != primary(keys.Index)
		out = append(out, r)
	}
	return out
}

func walksOf(rows []db.VaultWalk) []Walk {
	var out []Walk
	for _, r := range rows {
		out = append(out, Walk{
			Table: r.TableName, Column: r.ColumnName, Seen: r.Seen, Changed: r.Changed, Broken: r.Broken, Began: r.BeganAt, Done: r.DoneAt,
		})
	}
	return out
}

// Check sees that the keys are there and are the database's own, and changes nothing.
func (k *Keeper) Check(ctx context.Context) error {
	keys, err := k.Provider.Load(ctx)
	if err != nil {
		return err
	}
	r, err := newRing(keys)
	if err != nil {
		return err
	}
	err = k.In.InTx(ctx, core.Sys("check"), func(tx *store.Tx) error {
		known, err := tx.VaultKeys(ctx)
		if err != nil {
			return err
		}
		if len(known) > 0 {
			return r.answersTo(known)
		}
		return k.opens(ctx, tx, r)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", k.Provider, err)
	}
	return nil
}
