package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zapis-clinic/zapis/cabinet"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/upload"
	"github.com/zapis-clinic/zapis/migrations"
)

type checkCmd struct{}

// probe is one thing that Zapis needs.
type probe struct {
	name string
	run  func(context.Context, config) error
}

func probes() []probe {
	return []probe{
		{"database", database},
		{"locale of the database", locale},
		{"extensions", extensions},
		{"migrations", migrated},
		{"keys", keysFit},
		{"telegram", telegramAnswers},
		{"virus scanner", scannerAnswers},
		{"model", modelAnswers},
		{"disk", room},
	}
}

// probeFor bounds one of them on a page: somebody waits.
const probeFor = 4 * time.Second

// probed is what the probes say, for the cabinet, all asked at once. Why one is bad is for whoever sees the machine's log: an address or a
// path is not for a page.
func (s *server) probed(ctx context.Context) []cabinet.Probe {
	list := probes()
	out := make([]cabinet.Probe, len(list))
	var wait sync.WaitGroup
	for i, p := range list {
		wait.Go(func() {
			within, cancel := context.WithTimeout(ctx, probeFor)
			defer cancel()
			out[i] = cabinet.Probe{Name: p.name, State: "ok"}
			var off offError
			switch err := p.run(within, s.config); {
			case errors.As(err, &off):
				out[i].State = "off"
			case err != nil:
				out[i].State = "bad"
				s.log.WarnContext(ctx, "a check is bad", "check", p.name, "error", err)
			}
		})
	}
	wait.Wait()
	return out
}

// Run prints a line for each thing Zapis needs, and fails if one is bad.
func (checkCmd) Run(e *env) error {
	c, err := load()
	if err != nil {
		return err
	}
	e.say("ok    settings")
	bad := 0
	for _, hint := range misspelt() {
		e.say("note  %s", hint)
	}
	for _, probe := range probes() {
		ctx, cancel := context.WithTimeout(e.ctx, 10*time.Second)
		err := probe.run(ctx, c)
		cancel()
		var off offError
		switch {
		case errors.As(err, &off):
			e.say("off   %s: %v", probe.name, err)
		case err != nil:
			bad++
			e.say("bad   %s: %s", probe.name, advice(err))
			if probe.name == "database" { // the rest would only say it again
				return errors.New("the database is not reached")
			}
		default:
			e.say("ok    %s", probe.name)
		}
	}
	if bad > 0 {
		return fmt.Errorf("bad: %d of the above", bad)
	}
	return nil
}

// offError says that something is not configured and need not be.
type offError struct{ error }

// one asks the database for one value.
func one[T any](ctx context.Context, c config, sql string) (T, error) {
	var v T
	err := withDatabase(ctx, c, func(db *store.DB) error {
		return db.InTx(ctx, core.Sys("check"), func(tx *store.Tx) error { return tx.QueryRow(ctx, sql).Scan(&v) })
	})
	return v, err
}

func database(ctx context.Context, c config) error {
	super, err := one[bool](ctx, c, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
	if err == nil && super {
		return errors.New("ZAPIS_DATABASE_URL connects as a role that passes over row-level security: use zapis_app")
	}
	return err
}

// locale refuses a database whose lower() leaves Cyrillic alone: nobody would be found by name.
func locale(ctx context.Context, c config) error {
	lower, err := one[string](ctx, c, "SELECT lower('Ж')")
	if err == nil && lower != "ж" {
		return errors.New("lower() does not know Cyrillic: make the database with locale C.UTF-8, not C")
	}
	return err
}

func extensions(ctx context.Context, c config) error {
	n, err := one[int](ctx, c, "SELECT count(*) FROM pg_extension WHERE extname IN ('vector', 'btree_gist', 'pg_trgm')")
	if err == nil && n < 3 {
		return errors.New("vector, btree_gist and pg_trgm are needed: a superuser runs deploy/extensions.sql")
	}
	return err
}

func migrated(ctx context.Context, c config) error {
	if c.OwnerDatabase == "" {
		return offError{errors.New("ZAPIS_OWNER_DATABASE_URL is not set")}
	}
	list, err := store.Migrations(ctx, c.OwnerDatabase, migrations.FS)
	if err != nil {
		return err
	}
	for _, m := range list {
		if !m.Applied {
			return fmt.Errorf("%s is missing: run `zapis migrate`", m.Name)
		}
	}
	return nil
}

func telegramAnswers(ctx context.Context, c config) error {
	bot, err := telegramBot(ctx, c)
	if err == nil && bot == nil {
		return offError{errors.New("ZAPIS_TELEGRAM_TOKEN is not set")}
	}
	if err == nil {
		_, err = bot.Me(ctx)
	}
	return err
}

func scannerAnswers(ctx context.Context, c config) error {
	if c.Clamd == "" {
		return offError{errors.New("ZAPIS_CLAMD is not set")}
	}
	scanner, err := upload.ReadClamd(c.Clamd)
	if err != nil {
		return err
	}
	return scanner.Ping(ctx)
}
