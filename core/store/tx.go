package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Tx is a running transaction. Exec only queues its statement: it travels with the next Query, or with COMMIT, in one round
// trip, and its error arrives there. A statement whose failure must be answered on the spot is a Query with RETURNING.
type Tx struct {
	Actor core.Actor
	*db.Queries

	conn  *pgx.Conn
	queue []statement
	open  bool       // BEGIN has reached the server
	told  core.Actor // whom the row-level policies know
	after []func()
	depth int
}

type statement struct {
	sql  string
	args []any
	read func(pgx.Rows) error // takes the rows when they come; nil where there are none to take
}

func begin(conn *pgx.Conn, actor core.Actor, clock core.Clock) *Tx {
	tx := &Tx{Actor: actor, conn: conn, told: actor}
	tx.Queries = db.New(tx)
	tx.queue = append(tx.queue, statement{sql: "BEGIN"}, introduction(actor))
	if clock != nil {
		tx.queue = append(tx.queue, statement{sql: "SELECT set_config('zapis.now', $1, true)", args: []any{clock().UTC().Format(time.RFC3339Nano)}})
	}
	return tx
}

// introduction tells the row-level policies who acts. Only staff and machines have more to say than who they are.
func introduction(a core.Actor) statement {
	if a.Kind == core.Staff || a.Kind == core.Service {
		return whole(a)
	}
	return statement{
		sql:  "SELECT set_config('zapis.actor_kind', $1, true), set_config('zapis.actor_id', $2, true)",
		args: []any{string(a.Kind), id(a.ID)},
	}
}

func id(u uuid.UUID) string {
	if u == uuid.Nil {
		return ""
	}
	return u.String()
}

func branches(ids []uuid.UUID) string {
	list := make([]string, len(ids))
	for i, u := range ids {
		list[i] = u.String()
	}
	return "{" + strings.Join(list, ",") + "}"
}

// After runs f once the transaction has committed: to wake somebody, never to do what must not be lost.
func (t *Tx) After(f func()) { t.after = append(t.after, f) }

// Exec queues a statement; see Tx. The tag is always empty.
func (t *Tx) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	t.queue = append(t.queue, statement{sql: sql, args: args})
	return pgconn.CommandTag{}, nil
}

// Later queues a statement that returns rows: read takes them when they come, before the next Query is answered.
func (t *Tx) Later(read func(pgx.Rows) error, sql string, args ...any) {
	t.queue = append(t.queue, statement{sql: sql, args: args, read: read})
}

// Query sends what is queued and this statement together.
func (t *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	br, err := t.send(ctx, statement{sql: sql, args: args})
	if err != nil {
		return nil, err
	}
	rows, err := br.Query()
	if err != nil {
		return nil, errors.Join(err, ignoreSame(br.Close(), err))
	}
	return &batchRows{Rows: rows, br: br}, nil
}

// QueryRow is Query for one row; its error comes from Scan.
func (t *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	br, err := t.send(ctx, statement{sql: sql, args: args})
	if err != nil {
		return failedRow{err}
	}
	return &batchRow{row: br.QueryRow(), br: br}
}

// Flush sends what is queued and waits for its outcome.
func (t *Tx) Flush(ctx context.Context) error {
	if len(t.queue) == 0 {
		return nil
	}
	br, err := t.send(ctx)
	if err != nil {
		return err
	}
	return br.Close()
}

// send puts the queue and last on the wire and reads the queue's outcomes; those of last are left in the result.
func (t *Tx) send(ctx context.Context, last ...statement) (pgx.BatchResults, error) {
	batch := &pgx.Batch{}
	queue := t.queue
	for _, s := range append(queue, last...) {
		batch.Queue(s.sql, s.args...)
	}
	t.queue = nil
	t.open = true
	br := t.conn.SendBatch(ctx, batch)
	for _, s := range queue {
		if err := s.outcome(br); err != nil {
			return nil, errors.Join(err, ignoreSame(br.Close(), err))
		}
	}
	return br, nil
}

// outcome reads what became of one queued statement.
func (s statement) outcome(br pgx.BatchResults) error {
	if s.read == nil {
		_, err := br.Exec()
		return err
	}
	rows, err := br.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := s.read(rows); err != nil {
		return err
	}
	return rows.Err()
}

func ignoreSame(err, same error) error {
	if err == nil || err.Error() == same.Error() {
		return nil
	}
	return err
}

// InTx runs fn as a part of this transaction that is taken back alone where fn refuses or fails.
func (t *Tx) InTx(ctx context.Context, _ core.Actor, fn func(*Tx) error) error {
	t.depth++
	name := fmt.Sprintf("part_%d", t.depth)
	afters := len(t.after)
	defer func() { t.depth-- }()

	t.queue = append(t.queue, statement{sql: "SAVEPOINT " + name})
	err := fn(t)
	if err == nil {
		t.queue = append(t.queue, statement{sql: "RELEASE SAVEPOINT " + name})
		return nil
	}
	t.after = t.after[:afters]
	if lost := t.takeBack(ctx, name); lost != nil { // not a refusal any more: the whole transaction is lost
		return fmt.Errorf("take a part back: %w", lost)
	}
	return Translate(err)
}

// Reading is this transaction for work that only reads: no savepoint is set, for there is nothing to take back.
func (t *Tx) Reading() Opener { return reading{t} }

type reading struct{ tx *Tx }

// InTx runs fn in the transaction as it is.
func (r reading) InTx(_ context.Context, _ core.Actor, fn func(*Tx) error) error { return fn(r.tx) }

// takeBack drops what is queued since the savepoint, or has the server do it where the savepoint was sent already.
func (t *Tx) takeBack(ctx context.Context, name string) error {
	for i := len(t.queue) - 1; i >= 0; i-- {
		if t.queue[i].sql == "SAVEPOINT "+name {
			t.queue = t.queue[:i]
			return nil
		}
	}
	t.queue = append(t.queue[:0], statement{sql: "ROLLBACK TO SAVEPOINT " + name})
	if t.conn.PgConn().TxStatus() != 'E' {
		return nil
	}
	// A statement that is new to the connection is prepared before its batch is sent, which a transaction that has failed does not allow.
	t.queue = t.queue[:0]
	_, err := t.conn.Exec(ctx, "ROLLBACK TO SAVEPOINT "+name)
	return err
}

// quiet says that nothing but the introductions is queued.
func (t *Tx) quiet() bool {
	for _, s := range t.queue {
		if s.sql != "BEGIN" && !strings.HasPrefix(s.sql, "SELECT set_config(") {
			return false
		}
	}
	return true
}

func (t *Tx) commit(ctx context.Context) error {
	if !t.open && t.quiet() { // nothing was asked of the database
		return nil
	}
	t.queue = append(t.queue, statement{sql: "COMMIT"})
	return t.Flush(ctx)
}

func (t *Tx) rollback(ctx context.Context) {
	if !t.open || t.conn.IsClosed() {
		return
	}
	// Even where the caller has given up, the connection must go back clean; if it cannot, the pool drops it.
	_, _ = t.conn.Exec(context.WithoutCancel(ctx), "ROLLBACK")
}

// batchRows closes the batch with its rows.
type batchRows struct {
	pgx.Rows
	br  pgx.BatchResults
	err error
}

func (r *batchRows) Close() {
	r.Rows.Close()
	if err := r.br.Close(); err != nil && r.err == nil {
		r.err = err
	}
}

func (r *batchRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *batchRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.err
}

type batchRow struct {
	row pgx.Row
	br  pgx.BatchResults
}

func (r *batchRow) Scan(dest ...any) error {
	err := r.row.Scan(dest...)
	if cerr := r.br.Close(); err == nil {
		err = cerr
	}
	return err
}

type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }
