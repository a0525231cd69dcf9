package vault

import (
	"bytes"
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
)

// unused is nil where nothing is sealed, or found, under a key that is not the current one.
func (k *Keeper) unused(ctx context.Context, keys Keys, p Purpose, id uint32) error {
	r, err := newRing(keys)
	if err != nil {
		return err
	}
	for _, c := range k.Columns {
		n, err := k.under(ctx, r, c, p, id)
		if err != nil {
			return fmt.Errorf("look for values under key %d: %w", id, err)
		}
		if n > 0 {
			return fmt.Errorf("%d values of %s.%s still need key %d: run `zapis keys reencrypt` and wait until it is done", n, c.Table, c.Column, id)
		}
	}
	return nil
}

// under counts a column's values under a key. A blind index does not tell its key: each value is opened and compared.
func (k *Keeper) under(ctx context.Context, r *ring, c Column, p Purpose, id uint32) (n int64, err error) {
	if p == Data {
		sums, err := k.sealedUnder(ctx, c)
		return sums[id], err
	}
	if c.Index == "" {
		return 0, nil
	}
	for after, end := uuid.Nil, false; !end && err == nil; {
		err = k.In.InTx(ctx, core.Sys("keys"), func(tx *store.Tx) error {
			rows, err := c.read(ctx, tx, after)
			for _, row := range rows {
				after = row.ID
				if fresh, err := r.anew(c, row); err != nil || !bytes.Equal(fresh.Index, row.Index) {
					n++
				}
			}
			end = len(rows) < c.batch()
			return err
		})
	}
	return n, err
}

// sealedUnder counts a column's values by key.
func (k *Keeper) sealedUnder(ctx context.Context, c Column) (map[uint32]int64, error) {
	out := map[uint32]int64{}
	err := k.In.InTx(ctx, core.Sys("keys"), func(tx *store.Tx) error {
		rows, err := tx.Query(ctx, "SELECT substring("+c.sealed()+" FROM 1 FOR 5), count(*) FROM "+c.table()+" WHERE "+c.sealed()+" IS NOT NULL GROUP BY 1")
		if err != nil {
			return err
		}
		var head []byte
		var n int64
		_, err = pgx.ForEachRow(rows, []any{&head, &n}, func() error {
			id, _ := KeyOf(head)
			out[id] += n
			return nil
		})
		return err
	})
	return out, err
}
