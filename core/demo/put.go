package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// COPY cannot write into a table whose row-level security is forced on its owner, and knows no ON CONFLICT: rows are copied into
// a temporary table and go on from there by INSERT. What is loaded in bulk takes another way; see bulk.go.

func (l *loader) putAll(ctx context.Context, step string, tables []table) error {
	l.out.step(step, len(tables))
	defer l.out.done()
	for _, t := range tables {
		if err := l.put(ctx, t); err != nil {
			return err
		}
		l.out.add(1)
	}
	return nil
}

// put makes the rows stand.
func (l *loader) put(ctx context.Context, t table) error {
	if err := l.stage(ctx, t); err != nil {
		return err
	}
	if _, err := l.tx.Exec(ctx, t.merge()); err != nil {
		return fmt.Errorf("put %s: %w", t.name, err)
	}
	return nil
}

// stage copies the rows into the temporary table demo_<name>, which the transaction's end removes.
func (l *loader) stage(ctx context.Context, t table) error {
	list := strings.Join(t.columns, ", ")
	staged := "demo_" + t.name
	_, err := l.tx.Exec(ctx, "CREATE TEMPORARY TABLE "+staged+" ON COMMIT DROP AS SELECT "+list+" FROM "+t.name+" WITH NO DATA")
	if err != nil {
		return fmt.Errorf("stage %s: %w", t.name, err)
	}
	if _, err := l.tx.CopyFrom(ctx, pgx.Identifier{staged}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
		return fmt.Errorf("copy %s: %w", t.name, err)
	}
	return nil
}

// merge is the INSERT out of the temporary table. A row that stands already with these values is not written again.
func (t table) merge() string {
	list := strings.Join(t.columns, ", ")
	insert := "INSERT INTO " + t.name + " (" + list + ") SELECT " + list + " FROM demo_" + t.name
	var set, old, fresh []string
	for _, c := range t.columns {
		if !slices.Contains(t.key, c) && c != "id" {
			set = append(set, c+" = excluded."+c)
			old = append(old, t.name+"."+c)
			fresh = append(fresh, "excluded."+c)
		}
	}
	if t.keep || len(set) == 0 {
		return insert + " ON CONFLICT DO NOTHING"
	}
	return insert + " ON CONFLICT (" + strings.Join(t.key, ", ") + ") DO UPDATE SET " + strings.Join(set, ", ") +
		" WHERE (" + strings.Join(old, ", ") + ") IS DISTINCT FROM (" + strings.Join(fresh, ", ") + ")"
}
