package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Walker seals every encrypted column anew under the current keys, a batch of rows a transaction. Where it is, stands in the database:
// whoever comes next goes on there. A row that was changed meanwhile, or is done already, is left alone.
type Walker struct {
	In      store.Opener
	Vault   *Vault
	Columns []Column
	Clock   core.Clock
}

// walkBatch is how many rows a transaction of a walk reads.
const walkBatch = 500

// sealedRow is a row of an encrypted column.
type sealedRow struct {
	ID     uuid.UUID
	Sealed []byte
	Index  []byte
	Tail   []byte
	Kind   string
}

// Step does one batch and says whether there may be more to do. It does nothing where no walk was begun, another program is at it, or
// this program has not got the keys it is for.
func (w Walker) Step(ctx context.Context) (more bool, err error) {
	r := w.Vault.keys()
	if r == nil {
		return false, ErrNoKeys
	}
	err = w.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		at, err := tx.VaultWalkNext(ctx, db.VaultWalkNextParams{DataKey: int64(r.dataPrimary), IndexKey: int64(r.indexPrimary)})
		if errors.Is(err, pgx.ErrNoRows) {
			more = false
			return nil
		}
		if err != nil {
			return err
		}
		more = true
		// What is signed never changes but for this.
		if _, err := tx.Exec(ctx, "SELECT set_config('zapis.reseal', 'on', true)"); err != nil {
			return err
		}
		step := db.VaultWalkStepParams{TableName: at.TableName, ColumnName: at.ColumnName, At: at.At}
		if err := w.batch(ctx, tx, r, &step); err != nil {
			return err
		}
		return tx.VaultWalkStep(ctx, step)
	})
	if err != nil {
		return false, fmt.Errorf("seal anew: %w", err)
	}
	return more, nil
}

// batch seals the rows after step.At anew and notes in step what it did.
func (w Walker) batch(ctx context.Context, tx *store.Tx, r *ring, step *db.VaultWalkStepParams) error {
	now := w.Clock()
	c, ok := find(w.Columns, step.TableName, step.ColumnName)
	if !ok { // a column that is no more
		step.DoneAt = &now
		return nil
	}
	rows, err := c.read(ctx, tx, step.At)
	if err != nil {
		return err
	}
	step.Seen = int64(len(rows))
	if len(rows) < c.batch() {
		step.DoneAt = &now
	}
	if len(rows) == 0 {
		return nil
	}
	step.At = rows[len(rows)-1].ID
	var was, is []sealedRow
	for _, row := range rows {
		fresh, err := r.anew(c, row)
		if err != nil {
			step.Broken++
			continue
		}
		if !bytes.Equal(fresh.Sealed, row.Sealed) || !bytes.Equal(fresh.Index, row.Index) || !bytes.Equal(fresh.Tail, row.Tail) {
			was, is = append(was, row), append(is, fresh)
		}
	}
	step.Changed, err = c.change(ctx, tx, was, is)
	return err
}

// anew is a row under the ring's current keys; the same where it is under them already.
func (r *ring) anew(c Column, row sealedRow) (sealedRow, error) {
	plain, err := r.data.Decrypt(row.Sealed, c.place(row.ID).bytes())
	if err != nil {
		return row, ErrSealed
	}
	if id, _ := KeyOf(row.Sealed); id != r.dataPrimary {
		if row.Sealed, err = r.data.Encrypt(plain, c.place(row.ID).bytes()); err != nil {
			return row, err
		}
	}
	if c.Index != "" {
		row.Index = r.index(r.indexPrimary, row.Kind, string(plain))
	}
	if c.Tail != "" {
		row.Tail = r.tail(r.indexPrimary, row.Kind, string(plain))
	}
	return row, nil
}

func find(list []Column, table, column string) (Column, bool) {
	for _, c := range list {
		if c.Table == table && c.Column == column {
			return c, true
		}
	}
	return Column{}, false
}

// batch is how many rows a transaction reads.
func (c Column) batch() int {
	if c.Batch > 0 {
		return c.Batch
	}
	return walkBatch
}

// read is the batch of rows after an id; rows of one id are read together.
func (c Column) read(ctx context.Context, tx *store.Tx, after uuid.UUID) ([]sealedRow, error) {
	index, tail, kind := "NULL::bytea", "NULL::bytea", "''"
	if c.Index != "" {
		index, kind = quoted(c.Index), c.Kind
	}
	if c.Tail != "" {
		tail = quoted(c.Tail)
	}
	rows, err := tx.Query(ctx, "SELECT "+c.id()+", "+c.sealed()+", "+index+", "+tail+", "+kind+" FROM "+c.table()+
		" WHERE "+c.sealed()+" IS NOT NULL AND "+c.id()+" > $1 ORDER BY "+c.id()+" FETCH FIRST $2 ROWS WITH TIES", after, c.batch())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[sealedRow])
}

// change writes rows that are still as they were, and says how many.
func (c Column) change(ctx context.Context, tx *store.Tx, was, is []sealedRow) (int64, error) {
	if len(is) == 0 {
		return 0, nil
	}
	var n int64
	err := tx.InTx(ctx, tx.Actor, func(tx *store.Tx) error {
		var err error
		n, err = c.write(ctx, tx, was, is)
		return err
	})
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != uniqueViolation {
		return n, err
	}
	if len(is) == 1 && !c.Twins { // it stays as it is, and keeps its key from being retired
		return 0, nil
	}
	if len(is) == 1 {
		_, err := tx.Exec(ctx, "DELETE FROM "+c.table()+" WHERE "+c.id()+" = $1 AND "+c.sealed()+" = $2", was[0].ID, was[0].Sealed)
		return 1, err
	}
	for i := range is {
		one, err := c.change(ctx, tx, was[i:i+1], is[i:i+1])
		if err != nil {
			return n, err
		}
		n += one
	}
	return n, nil
}

const uniqueViolation = "23505"

func (c Column) write(ctx context.Context, tx *store.Tx, was, is []sealedRow) (int64, error) {
	ids, old := make([]uuid.UUID, len(is)), make([][]byte, len(is))
	sealed, index, tail := make([][]byte, len(is)), make([][]byte, len(is)), make([][]byte, len(is))
	for i := range is {
		ids[i], old[i], sealed[i], index[i], tail[i] = is[i].ID, was[i].Sealed, is[i].Sealed, is[i].Index, is[i].Tail
	}
	set := ""
	if c.Index != "" {
		set = ", " + quoted(c.Index) + " = n.index"
	}
	if c.Tail != "" {
		set += ", " + quoted(c.Tail) + " = n.tail"
	}
	var n int64
	err := tx.QueryRow(ctx, "WITH changed AS (UPDATE "+c.table()+" t SET "+c.sealed()+" = n.sealed"+set+
		" FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[]) n (id, was, sealed, index, tail)"+
		" WHERE t."+c.id()+" = n.id AND t."+c.sealed()+" = n.was RETURNING 1) SELECT count(*) FROM changed", ids, old, sealed, index, tail).Scan(&n)
	return n, err
}
