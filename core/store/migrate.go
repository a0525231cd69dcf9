package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver goose speaks through
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migration is a numbered change of the schema and whether it stands.
type Migration struct {
	Name    string
	Applied bool
}

// Migrate brings the schema of the database at ownerURL (role zapis_owner) up to date. Two that try at once wait for each other
// under an advisory lock.
func Migrate(ctx context.Context, ownerURL string, files fs.FS) ([]string, error) {
	provider, closeDB, err := provider(ownerURL, files)
	if err != nil {
		return nil, err
	}
	defer closeDB()
	results, err := provider.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	names := make([]string, 0, len(results))
	for _, r := range results {
		names = append(names, r.Source.Path)
	}
	return names, nil
}

// Migrations lists every migration and whether it stands.
func Migrations(ctx context.Context, ownerURL string, files fs.FS) ([]Migration, error) {
	provider, closeDB, err := provider(ownerURL, files)
	if err != nil {
		return nil, err
	}
	defer closeDB()
	status, err := provider.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("state of migrations: %w", err)
	}
	out := make([]Migration, 0, len(status))
	for _, s := range status {
		out = append(out, Migration{Name: s.Source.Path, Applied: s.State == goose.StateApplied})
	}
	return out, nil
}

func provider(url string, files fs.FS) (*goose.Provider, func(), error) {
	pool, err := sql.Open("pgx", url)
	if err != nil {
		return nil, nil, fmt.Errorf("open the database: %w", redact(err))
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("migration lock: %w", err), pool.Close())
	}
	p, err := goose.NewProvider(goose.DialectPostgres, pool, files, goose.WithSessionLocker(locker))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read migrations: %w", err), pool.Close())
	}
	return p, func() { _ = pool.Close() }, nil
}
