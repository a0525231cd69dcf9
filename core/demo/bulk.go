package demo

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// The big clinics' patients and visits are copied straight into their tables, which is only done while the clinic stands for the first
// time. For that the tables' row-level security is not forced on the owner, and their foreign keys, exclusion constraints and
// secondary indexes are taken off; all of it is put back as it was, by its own definition, before the transaction ends. Nobody else
// sees the tables meanwhile: ALTER TABLE holds them.

func bulkTables() []string { return []string{patientTable, contactTable, "visit", "visit_resource"} }

func (l *loader) bulkVisits(ctx context.Context) (int64, error) {
	if !l.fresh {
		return 0, nil
	}
	restore, err := l.loosen(ctx)
	if err != nil {
		return 0, err
	}
	g := newGenerator(l.clinic, l.now)
	added, err := l.copyVisits(ctx, g)
	if err != nil {
		return 0, err
	}
	if err := l.copyPatients(ctx, g); err != nil {
		return 0, err
	}
	// Rooms matter only where somebody may still book.
	_, err = l.tx.Exec(ctx, `
INSERT INTO visit_resource (visit_id, resource_id, blocked, active)
SELECT id, room_id, blocked, active FROM visit WHERE upper(blocked) > $1::timestamptz - interval '3 days'`, l.now)
	if err != nil {
		return 0, fmt.Errorf("rooms: %w", err)
	}
	return added, l.tighten(ctx, restore)
}

// definition is a constraint or an index by its own words.
type definition struct{ Name, Drop, Restore string }

// loosen takes off what makes single inserts safe and bulk ones slow, and returns how to put it back.
func (l *loader) loosen(ctx context.Context) ([]definition, error) {
	rows, err := l.tx.Query(ctx, `
SELECT name, drop, restore
FROM (
    SELECT 1 AS rank, relname AS name, 'DROP INDEX ' || indexrelid::regclass AS drop, pg_get_indexdef(indexrelid) AS restore
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    WHERE indrelid = ANY ($1::text[]::regclass[])
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT CASE contype WHEN 'x' THEN 2 ELSE 3 END, conname,
           format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE conrelid = ANY ($1::text[]::regclass[]) AND contype IN ('x', 'f')
) definitions
ORDER BY rank, name`, bulkTables())
	if err != nil {
		return nil, fmt.Errorf("read constraints: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[definition])
	if err != nil {
		return nil, fmt.Errorf("read constraints: %w", err)
	}
	for _, d := range list {
		if _, err := l.tx.Exec(ctx, d.Drop); err != nil {
			return nil, fmt.Errorf("take off %s: %w", d.Name, err)
		}
	}
	return list, l.force(ctx, "NO FORCE")
}

// tighten puts everything back.
func (l *loader) tighten(ctx context.Context, list []definition) error {
	if _, err := l.tx.Exec(ctx, "SET LOCAL maintenance_work_mem = '512MB'"); err != nil {
		return fmt.Errorf("indexes: %w", err)
	}
	l.out.step("indexes", len(list))
	defer l.out.done()
	for _, d := range list {
		if _, err := l.tx.Exec(ctx, d.Restore); err != nil {
			return fmt.Errorf("put back %s: %w", d.Name, err)
		}
		l.out.add(1)
	}
	return l.force(ctx, "FORCE")
}

func (l *loader) force(ctx context.Context, how string) error {
	for _, t := range bulkTables() {
		if _, err := l.tx.Exec(ctx, "ALTER TABLE "+t+" "+how+" ROW LEVEL SECURITY"); err != nil {
			return fmt.Errorf("row-level security of %s: %w", t, err)
		}
	}
	return nil
}

func (l *loader) copyVisits(ctx context.Context, g *generator) (int64, error) {
	l.out.step("visits", l.visitCount)
	defer l.out.done()
	n, err := l.tx.CopyFrom(ctx, pgx.Identifier{"visit"}, visitColumns(), pgx.CopyFromFunc(func() ([]any, error) {
		v := g.next()
		if v == nil {
			return nil, nil //nolint:nilnil // the end of the rows, in pgx's words
		}
		l.out.add(1)
		return v.row(), nil
	}))
	if err != nil {
		return 0, fmt.Errorf("copy visits: %w", err)
	}
	return n, nil
}

func (l *loader) copyPatients(ctx context.Context, g *generator) error {
	l.out.step("patients", 2*l.patientCount)
	defer l.out.done()
	patients := func(n int) ([]any, error) { return l.patientRow(n, g.since(n)), nil }
	if err := l.copyAll(ctx, table{name: patientTable, columns: patientColumns()}, patients); err != nil {
		return err
	}
	contacts := func(n int) ([]any, error) { return l.contactRow(n, g.since(n)) }
	return l.copyAll(ctx, table{name: contactTable, columns: contactColumns()}, contacts)
}

// copyAll copies a row a patient.
func (l *loader) copyAll(ctx context.Context, t table, row func(n int) ([]any, error)) error {
	_, err := l.tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromSlice(l.patientCount, func(n int) ([]any, error) {
		l.out.add(1)
		return row(n)
	}))
	if err != nil {
		return fmt.Errorf("copy %s: %w", t.name, err)
	}
	return nil
}
