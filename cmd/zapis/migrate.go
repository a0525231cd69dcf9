package main

import (
	"context"
	"errors"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/migrations"
)

type migrateCmd struct {
	Up     struct{}         `cmd:"" default:"1" help:"Apply what is missing (the default)."`
	Status migrateStatusCmd `cmd:"" help:"List the migrations and whether they stand."`
}

// Run applies what is missing, ours and the queue's.
func (migrateCmd) Run(e *env) error {
	c, err := load()
	if err != nil {
		return err
	}
	return migrate(e.ctx, e, c)
}

func migrate(ctx context.Context, e *env, c config) error {
	if c.OwnerDatabase == "" {
		return usageError{errors.New("ZAPIS_OWNER_DATABASE_URL: not set; it names the same database as role zapis_owner")}
	}
	done, err := store.Migrate(ctx, c.OwnerDatabase, migrations.FS)
	if err != nil {
		return err
	}
	for _, name := range done {
		e.say("applied %s", name)
	}
	if err := jobs.MigrateRiver(ctx, c.OwnerDatabase); err != nil {
		return err
	}
	if len(done) == 0 {
		e.say("the database is up to date")
	}
	return nil
}

type migrateStatusCmd struct{}

// Run lists every migration.
func (migrateStatusCmd) Run(e *env) error {
	c, err := load()
	if err != nil {
		return err
	}
	list, err := store.Migrations(e.ctx, c.OwnerDatabase, migrations.FS)
	if err != nil {
		return err
	}
	for _, m := range list {
		state := "missing"
		if m.Applied {
			state = "applied"
		}
		e.say("%-8s %s", state, m.Name)
	}
	return nil
}
