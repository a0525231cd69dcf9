// Package store decides how the database is reached: always in a transaction, always as somebody.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	pgxuuid "github.com/vgarvardt/pgx-google-uuid/v5"

	"github.com/zapis-clinic/zapis/core"
)

// Opener begins a piece of work that commits as a whole. DB begins a transaction; Tx begins a part of itself that can be taken
// back alone (a savepoint), so the same function serves a caller of either kind.
type Opener interface {
	InTx(ctx context.Context, actor core.Actor, fn func(*Tx) error) error
}

// DB is the database as role zapis_app. Clock, where set, tells the policies the time by which rights begin and end; without it they
// look at the server's. It is set before the first transaction.
type DB struct {
	Clock core.Clock
	pool  *pgxpool.Pool
}

// Open connects to url with at most conns connections (0: the driver's default). It does not wait for the server.
func Open(ctx context.Context, url string, conns int32) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", redact(err))
	}
	if conns > 0 {
		cfg.MaxConns = conns
	}
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.RuntimeParams["application_name"] = "zapis"
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	// Every statement is prepared and finds its rows by key: planning it anew for each value costs more than running it.
	cfg.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	// Every statement here is short; one that is not has lost its index and must not hold the clinic up.
	cfg.ConnConfig.RuntimeParams["statement_timeout"] = "60000"
	cfg.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "60000"
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		pgxuuid.Register(conn.TypeMap()) // ids go as sixteen bytes; by way of text they cost a tenth of a turn
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", redact(err))
	}
	return &DB{pool: pool}, nil
}

// redact keeps a password in a bad address out of the message.
func redact(err error) error {
	var bad *pgconn.ParseConfigError
	if errors.As(err, &bad) {
		return errors.New("not a valid address; expected postgres://user:password@host:port/name")
	}
	return err
}

// Close waits for running transactions.
func (d *DB) Close() { d.pool.Close() }

// Pool is for what brings its own statements (River, health checks), never for the clinic's data.
func (d *DB) Pool() *pgxpool.Pool { return d.pool }

// maxTries bounds how often a transaction that PostgreSQL broke off (deadlock, serialisation) is begun anew.
const maxTries = 3

// InTx runs fn in one transaction as actor. An error from fn rolls everything back and is returned. A deadlock or a
// serialisation failure runs fn again, so fn must not reach outside the transaction; see Tx.After.
func (d *DB) InTx(ctx context.Context, actor core.Actor, fn func(*Tx) error) error {
	var err error
	for range maxTries {
		if err = d.once(ctx, actor, fn); !broken(err) {
			return err
		}
	}
	return err
}

func (d *DB) once(ctx context.Context, actor core.Actor, fn func(*Tx) error) error {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("a database connection: %w", err)
	}
	defer conn.Release()

	tx := begin(conn.Conn(), actor, d.Clock)
	if err := fn(tx); err != nil {
		tx.rollback(ctx)
		return Translate(err)
	}
	if err := tx.commit(ctx); err != nil {
		tx.rollback(ctx)
		return Translate(err)
	}
	for _, f := range tx.after {
		f()
	}
	return nil
}

// broken says that PostgreSQL gave the transaction up through no fault of its own.
func broken(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

// ReadOnlyServer says that err came from a server that no longer takes writes: a primary that was replaced.
func ReadOnlyServer(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "25006"
}

// NoRows makes "no rows" a refusal of not found; other errors pass.
func NoRows(err error, key string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return core.Refuse(core.NotFound, key)
	}
	return err
}
