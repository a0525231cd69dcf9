// Package demo decides what the demo clinic is, in three sizes, and puts it into an empty database. Nothing in it is by chance:
// the same size on the same day gives the same rows. Running it again restores what belongs to the clinic itself (branches,
// doctors, services, rules of working time, articles, logins), lays out the coming days and leaves every visit somebody made or
// changed as it is. Names come from lists of common ones; telephone numbers belong to nobody.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Size names one of the demo clinics.
type Size string

// The sizes. Small is for looking around and for tests, Medium for benchmarks, Large for drills by hand (it takes minutes).
const (
	Small  Size = "small"
	Medium Size = "medium"
	Large  Size = "large"
)

// Password is that of every demo login.
const Password = "demo-demo-demo" //nolint:gosec // known to everybody

// ErrOccupied says that the database holds another clinic, which stays untouched.
var ErrOccupied = errors.New("the database holds another clinic")

// ErrSize says that there is no such size.
var ErrSize = errors.New("no such size, choose small, medium or large")

// ErrNotMigrated says that the tables are missing.
var ErrNotMigrated = errors.New("the database has no tables yet: run zapis migrate first")

// Options say where to and which. OwnerURL is the database as role zapis_owner, migrated. Progress may be nil.
type Options struct {
	OwnerURL string
	Vault    *vault.Vault // whose keys the clinic will be served with
	Size     Size
	Now      time.Time
	Progress io.Writer
}

// Summary is what stands in the database afterwards. Added counts the visits this run made.
type Summary struct {
	Branches      int64
	Practitioners int64
	Patients      int64
	Visits        int64
	Added         int64
	Days          int64
	Logins        []string
}

// Load makes the demo clinic in one transaction: it stands whole or not at all. Where another clinic stands, the error is ErrOccupied.
func Load(ctx context.Context, o Options) (Summary, error) {
	s, err := shapeOf(o.Size)
	if err != nil {
		return Summary{}, err
	}
	return load(ctx, o, s)
}

func load(ctx context.Context, o Options, s shape) (Summary, error) {
	cfg, err := pgx.ParseConfig(o.OwnerURL)
	if err != nil { // its text may carry the password
		return Summary{}, errors.New("the owner's database address is not valid; expected postgres://user:password@host:port/name")
	}
	cfg.RuntimeParams["application_name"] = "zapis demo"
	cfg.RuntimeParams["timezone"] = "UTC"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return Summary{}, fmt.Errorf("connect as the owner: %w", err)
	}
	// A closed connection ends whatever was left open, also where the caller has given up.
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()

	c, err := build(s)
	if err != nil {
		return Summary{}, err
	}
	l := &loader{clinic: c, vault: o.Vault, now: o.Now.UTC().Truncate(time.Second), out: newProgress(o.Progress)}
	var sum Summary
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		l.tx = tx
		var err error
		sum, err = l.load(ctx)
		return err
	})
	if err != nil {
		return Summary{}, fmt.Errorf("demo clinic: %w", err)
	}
	return sum, l.tidy(ctx, conn)
}

// loader is one run.
type loader struct {
	*clinic
	vault *vault.Vault
	tx    pgx.Tx
	now   time.Time
	out   *progress
	fresh bool // the clinic stands for the first time
}

func (l *loader) load(ctx context.Context) (Summary, error) {
	if err := l.enter(ctx); err != nil {
		return Summary{}, err
	}
	tables, err := l.tables()
	if err != nil {
		return Summary{}, err
	}
	if err := l.putAll(ctx, "clinic", tables); err != nil {
		return Summary{}, err
	}
	if _, err := knowledge.Index(ctx, db.New(l.tx)); err != nil {
		return Summary{}, err
	}
	added, err := l.visits(ctx)
	if err != nil {
		return Summary{}, err
	}
	if err := l.days(ctx); err != nil {
		return Summary{}, err
	}
	if _, err := l.tx.Exec(ctx, "UPDATE clinic_version SET version = version + 1"); err != nil {
		return Summary{}, fmt.Errorf("tell the replicas: %w", err)
	}
	sum, err := l.count(ctx)
	sum.Added = added
	return sum, err
}

// enter waits for another run, keeps the calendars still, and sees what stands.
func (l *loader) enter(ctx context.Context) error {
	if _, err := l.tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('zapis demo', 0))"); err != nil {
		return fmt.Errorf("wait for another run: %w", err)
	}
	var migrated bool
	if err := l.tx.QueryRow(ctx, "SELECT to_regclass('public.visit') IS NOT NULL").Scan(&migrated); err != nil {
		return fmt.Errorf("look for tables: %w", err)
	}
	if !migrated {
		return ErrNotMigrated
	}
	// Whoever books waits: a visit that came between reading the visits and writing the free time would be offered again.
	if _, err := l.tx.Exec(ctx, "LOCK TABLE visit, working_day IN SHARE ROW EXCLUSIVE MODE"); err != nil {
		return fmt.Errorf("lock the calendars: %w", err)
	}
	stands, err := l.stands(ctx)
	if err != nil {
		return err
	}
	switch stands {
	case "":
		l.fresh = true
		return nil
	case l.size:
		return nil
	case other:
		return fmt.Errorf("%w, which is not a demo; the demo clinic needs a database of its own", ErrOccupied)
	default:
		return fmt.Errorf("%w: the %s demo; run it with --size %s, or empty the database first", ErrOccupied, stands, stands)
	}
}

// other stands for a clinic that is no demo.
const other Size = "other"

// stands tells the clinics apart by the ids of their branches: those of a demo follow from its size.
func (l *loader) stands(ctx context.Context) (Size, error) {
	var size Size
	err := l.tx.QueryRow(ctx, `
SELECT coalesce(
    (SELECT CASE b.id WHEN $1 THEN 'small' WHEN $2 THEN 'medium' ELSE 'large' END FROM branch b WHERE b.id IN ($1, $2, $3) LIMIT 1),
    (SELECT 'other' FROM branch LIMIT 1), '')`,
		idOf(Small, "branch", 1), idOf(Medium, "branch", 1), idOf(Large, "branch", 1)).Scan(&size)
	if err != nil {
		return "", fmt.Errorf("see what stands: %w", err)
	}
	return size, nil
}

func (l *loader) count(ctx context.Context) (Summary, error) {
	sum := Summary{Logins: roles()}
	err := l.tx.QueryRow(ctx, `
SELECT (SELECT count(*) FROM branch), (SELECT count(*) FROM practitioner), (SELECT count(*) FROM patient),
       (SELECT count(*) FROM visit), (SELECT count(*) FROM working_day)`).
		Scan(&sum.Branches, &sum.Practitioners, &sum.Patients, &sum.Visits, &sum.Days)
	if err != nil {
		return Summary{}, fmt.Errorf("count: %w", err)
	}
	return sum, nil
}

// tidy refreshes the planner's knowledge. After a load in bulk it also marks pages all-visible.
func (l *loader) tidy(ctx context.Context, conn *pgx.Conn) error {
	how := "ANALYZE "
	if l.fresh && l.bulk() {
		how = "VACUUM (ANALYZE) "
	}
	l.out.step("statistics", 0)
	defer l.out.done()
	_, err := conn.Exec(ctx, how+`branch, specialty, service, resource, practitioner, practitioner_role, practitioner_service,
    schedule_template, working_day, staff, patient, patient_contact, visit, visit_resource, visit_event, reminder`)
	if err != nil {
		return fmt.Errorf("statistics: %w", err)
	}
	return nil
}
