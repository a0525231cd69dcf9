package main

import (
	"context"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/migrations"
)

// migrateCmd has no Run of its own: it would run after those of its subcommands too.
type migrateCmd struct {
	Up     migrateUpCmd     `cmd:"" default:"1" help:"Apply what is missing (the default)."`
	Status migrateStatusCmd `cmd:"" help:"List the migrations and whether they stand."`
}

type migrateUpCmd struct{}

// Run applies what is missing, ours and the queue's.
func (migrateUpCmd) Run(e *env) error {
	c, err := load()
	if err != nil {
		return err
	}
	return migrate(e.ctx, e, c)
}

func migrate(ctx context.Context, e *env, c config) error {
	if err := c.needOwner(); err != nil {
		return err
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
	if err := c.needOwner(); err != nil {
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
