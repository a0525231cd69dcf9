package main

import (
	"context"
	"crypto/rand"
	"errors"
	"image/png"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"zapis": main})
}

// TestCommands calls the program as people do. Of its own words, `database` gives a script an empty database, `exits N program…` expects
// that code, `owner SQL` runs a statement as the database's owner, and `picture FILE` expects a PNG.
func TestCommands(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"database": useDatabase, "exits": exits, "owner": owner, "picture": picture},
		Condition: func(name string) (bool, error) {
			return name == "postgres" && os.Getenv("ZAPIS_OWNER_DATABASE_URL") != "", nil
		},
	})
}

func useDatabase(ts *testscript.TestScript, _ bool, _ []string) {
	ctx, admin := context.Background(), os.Getenv("ZAPIS_OWNER_DATABASE_URL")
	name := "zapis_test_" + strings.ToLower(rand.Text())
	ts.Check(execute(ctx, admin, "CREATE DATABASE "+name))
	ts.Defer(func() { _ = execute(ctx, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	for _, setting := range []string{"ZAPIS_DATABASE_URL", "ZAPIS_OWNER_DATABASE_URL"} {
		u, err := url.Parse(os.Getenv(setting))
		ts.Check(err)
		u.Path = "/" + name
		ts.Setenv(setting, u.String())
	}
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got, err := 0, ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exits with %d, not %d", got, want)
	}
}

func owner(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(execute(context.Background(), ts.Getenv("ZAPIS_OWNER_DATABASE_URL"), strings.Join(args, " ")))
}

func picture(ts *testscript.TestScript, _ bool, args []string) {
	file, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { _ = file.Close() }()
	_, err = png.Decode(file)
	ts.Check(err)
}

func execute(ctx context.Context, address, sql string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}
