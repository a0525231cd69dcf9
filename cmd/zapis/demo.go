package main

import (
	"time"

	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
)

type demoCmd struct {
	Size string `default:"small" enum:"small,medium,large" help:"small, medium or large (large takes minutes)."`
}

// Run fills the database; as often as you like.
func (d demoCmd) Run(e *env) error {
	c, err := load()
	if err != nil {
		return err
	}
	if err := c.needOwner(); err != nil {
		return err
	}
	var s demo.Summary
	err = withVault(e.ctx, c, func(_ *store.DB, keeper *vault.Keeper) error {
		o := demo.Options{OwnerURL: c.OwnerDatabase, Vault: keeper.Vault, Size: demo.Size(d.Size), Now: time.Now(), Progress: e.err}
		s, err = demo.Load(e.ctx, o)
		return err
	})
	if err != nil {
		return err
	}
	e.say("demo clinic: %d branches, %d doctors, %d patients, %d visits (%d of them new)", s.Branches, s.Practitioners, s.Patients, s.Visits, s.Added)
	return nil
}
