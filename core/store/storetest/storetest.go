// Package storetest gives each test a database of its own, cloned from a template that is made once.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/migrations"
)

// Database is a test's own database.
type Database struct {
	URL      string // as zapis_app
	OwnerURL string // as zapis_owner
}

// Seed fills a template. Key names what it puts in: another key is another template, and a seed that puts in something else needs another key.
type Seed struct {
	Key  string
	Fill func(ctx context.Context, ownerURL string) error
}

// New clones a migrated (and seeded) template and drops the clone when the test ends. Without a database in the environment the test
// is skipped: `make test` provides one.
func New(tb testing.TB, seed Seed) Database {
	tb.Helper()
	owner, app := os.Getenv("ZAPIS_OWNER_DATABASE_URL"), os.Getenv("ZAPIS_DATABASE_URL")
	if owner == "" || app == "" {
		tb.Skip("no database: run through `make test`, or export what `make db-up` prints")
	}
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, owner)
	if err != nil {
		tb.Fatalf("connect as owner: %v", err)
	}
	defer func() { _ = admin.Close(ctx) }()
	template, err := prepare(ctx, admin, owner, seed)
	if err != nil {
		tb.Fatalf("template database: %v", err)
	}
	name := "zapis_test_" + hex.EncodeToString(random())
	if _, err := admin.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template)); err != nil {
		tb.Fatalf("clone the template: %v", err)
	}
	tb.Cleanup(func() { drop(tb, owner, name) })
	return Database{URL: at(app, name), OwnerURL: at(owner, name)}
}

// Open is New with an open pool of conns connections.
func Open(tb testing.TB, seed Seed, conns int32) (*store.DB, Database) {
	tb.Helper()
	d := New(tb, seed)
	db, err := store.Open(context.Background(), d.URL, conns)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	return db, d
}

func random() []byte {
	id := uuid.New()
	return id[:8]
}

// heap is how many databases that are done with stand before they are dropped together: each drop waits for a checkpoint, and a checkpoint
// after the last one has little to write.
const heap = 40

// drop is done with a database. It is put aside under another name, and dropped with the others once there are many; one that somebody is
// still connected to goes at once.
func drop(tb testing.TB, owner, name string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	admin, err := pgx.Connect(ctx, owner)
	if err != nil {
		tb.Logf("test database %s left behind: %v", name, err)
		return
	}
	defer func() { _ = admin.Close(ctx) }()
	if _, err := admin.Exec(ctx, fmt.Sprintf("ALTER DATABASE %s RENAME TO %s", name, strings.Replace(name, "zapis_test_", "zapis_done_", 1))); err != nil {
		dropNow(ctx, tb, admin, name)
		return
	}
	rows, err := admin.Query(ctx, "SELECT datname::text FROM pg_database WHERE datname LIKE 'zapis\\_done\\_%'")
	if err != nil {
		return
	}
	done, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(done) < heap {
		return
	}
	var mine bool
	if err := admin.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtext('zapis_done'))").Scan(&mine); err != nil || !mine {
		return
	}
	for _, old := range done {
		dropNow(ctx, tb, admin, old)
	}
}

func dropNow(ctx context.Context, tb testing.TB, admin *pgx.Conn, name string) {
	tb.Helper()
	// A vacuum at work is the superuser's and cannot be ended by us; it does not last.
	for tries := 0; ; tries++ {
		_, err := admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		if err == nil {
			return
		}
		if _, err := admin.Exec(ctx, "SELECT pg_sleep(0.25)"); err != nil || tries == 40 {
			tb.Logf("test database %s left behind: %v", name, err)
			return
		}
	}
}

// at is an address with another database's name.
func at(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Path = "/" + name
	u.RawQuery += "&options=-csynchronous_commit%3Doff" // a test outlives no server: nobody waits for the disk
	return u.String()
}

// prepare makes the template if nobody has yet; several test programs may try at once.
func prepare(ctx context.Context, admin *pgx.Conn, owner string, seed Seed) (string, error) {
	name := "zapis_template_" + fingerprint(seed)
	if _, err := admin.Exec(ctx, "SELECT pg_advisory_lock(hashtext('zapis_template'))"); err != nil {
		return "", err
	}
	defer func() { _, _ = admin.Exec(ctx, "SELECT pg_advisory_unlock(hashtext('zapis_template'))") }()
	var stands bool
	if err := admin.QueryRow(ctx, "SELECT coalesce((SELECT datistemplate FROM pg_database WHERE datname = $1), false)", name).Scan(&stands); err != nil || stands {
		return name, err
	}
	if _, err := admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
		return "", err
	}
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	if _, err := store.Migrate(ctx, at(owner, name), migrations.FS); err != nil {
		return "", err
	}
	if seed.Fill != nil {
		if err := seed.Fill(ctx, at(owner, name)); err != nil {
			return "", fmt.Errorf("seed %s: %w", seed.Key, err)
		}
	}
	_, err := admin.Exec(ctx, "ALTER DATABASE "+name+" IS_TEMPLATE true")
	return name, err
}

// fingerprint changes with the migrations, the seed's key and the package whose seed it is: two packages may have hit upon one key.
func fingerprint(seed Seed) string {
	sum := sha256.New()
	_, _ = sum.Write([]byte(seed.Key))
	if seed.Fill != nil {
		_, _ = sum.Write([]byte(filepath.Base(os.Args[0]))) // cabinet.test
	}
	_ = fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			data, _ := migrations.FS.ReadFile(path)
			_, _ = sum.Write(data)
		}
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:16]
}
