package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
)

// keysCmd has no Run of its own: it would run after those of its subcommands too.
type keysCmd struct {
	List      keysListCmd      `cmd:"" default:"1" help:"The keys, which programs have them, how far the sealing anew is (the default)."`
	Add       keysAddCmd       `cmd:"" help:"Add a key. It is not used yet: bring the key file to every machine, then promote it."`
	Promote   keysPromoteCmd   `cmd:"" help:"Seal everything new under a key."`
	Reencrypt keysReencryptCmd `cmd:"" help:"Have a worker seal what stands anew, under the current keys."`
	Retire    keysRetireCmd    `cmd:"" help:"Take away a key that nothing needs any more."`
	Wrap      keysWrapCmd      `cmd:"" help:"Wrap the key file under ZAPIS_KEYS_SECRET (and ZAPIS_KEYS_SECRET_NEXT, where set) and no other secret."`
}

// file is where this program's keys are.
func (c config) file() vault.File {
	return vault.File{Path: c.Keys, Secrets: vault.Secrets{c.KeysSecret, c.KeysNext}}
}

// keeper is of one running program.
func (c config) keeper(db *store.DB) *vault.Keeper {
	newID := core.NewIDs(nil)
	return &vault.Keeper{
		In: db, Provider: c.file(), Vault: &vault.Vault{}, Columns: vault.Columns(), Clock: time.Now, IDs: newID, Replica: newID(),
	}
}

// withVault opens the database and the keys for one command.
func withVault(ctx context.Context, c config, fn func(*store.DB, *vault.Keeper) error) error {
	return withDatabase(ctx, c, func(db *store.DB) error {
		keeper := c.keeper(db)
		if err := keeper.Open(ctx); err != nil {
			return fmt.Errorf("ZAPIS_KEYS: %w", err)
		}
		return fn(db, keeper)
	})
}

// onKeys is withVault for the subcommands.
func onKeys(e *env, fn func(*vault.Keeper) error) error {
	c, err := load()
	if err != nil {
		return err
	}
	return withVault(e.ctx, c, func(_ *store.DB, k *vault.Keeper) error { return fn(k) })
}

// keysFit is for `zapis check`: the keys are there and are the ones that this database was sealed under.
func keysFit(ctx context.Context, c config) error {
	return withDatabase(ctx, c, func(db *store.DB) error {
		err := c.keeper(db).Check(ctx)
		if errors.Is(err, vault.ErrAbsent) {
			return fmt.Errorf("ZAPIS_KEYS: %w yet: the first start makes them, unless this database was sealed under others; then put their file back", err)
		}
		return err
	})
}

type keysListCmd struct{}

// Run shows what there is.
func (keysListCmd) Run(e *env) error {
	return onKeys(e, func(k *vault.Keeper) error {
		s, err := k.Standing(e.ctx)
		if err != nil {
			return err
		}
		e.say("keys of %s, revision %d of %s", k.Provider, s.Revision, s.Changed.UTC().Format(time.DateTime))
		for _, key := range s.Keys {
			e.say("  %s", keyLine(key))
		}
		e.say("programs that run: %d", len(s.Replicas))
		for _, r := range s.Replicas {
			e.say("  %s", replicaLine(r))
		}
		for _, w := range s.Walks {
			e.say("%s", walkLine(w))
		}
		return nil
	})
}

func keyLine(k vault.KeyStanding) string {
	state := "opens only"
	if k.Primary {
		state = "in use"
	}
	line := fmt.Sprintf("%-5s %10d  %-10s  since %s", k.Purpose, k.ID, state, k.Made.UTC().Format(time.DateOnly))
	if k.Purpose == vault.Data {
		line += fmt.Sprintf("  %d values", k.Sealed)
	}
	return line
}

func replicaLine(r vault.Replica) string {
	switch {
	case r.Trouble != "":
		return r.ID.String() + "  " + r.Trouble
	case len(r.Lacks) > 0:
		return fmt.Sprintf("%s  has not got %d", r.ID, r.Lacks)
	case r.Old:
		return r.ID.String() + "  still seals under an older key"
	default:
		return r.ID.String() + "  has them all"
	}
}

func walkLine(w vault.Walk) string {
	state := "under way"
	if w.Done != nil {
		state = "done " + w.Done.UTC().Format(time.DateTime)
	}
	line := fmt.Sprintf("sealing %s.%s anew: %d seen, %d changed, %s", w.Table, w.Column, w.Seen, w.Changed, state)
	if w.Broken > 0 {
		line += fmt.Sprintf("; %d do not open and were left", w.Broken)
	}
	return line
}

type keysAddCmd struct {
	Index bool `help:"A key of the blind index, and not one that seals."`
}

// Run adds a key.
func (a keysAddCmd) Run(e *env) error {
	purpose := vault.Data
	if a.Index {
		purpose = vault.Index
	}
	return onKeys(e, func(k *vault.Keeper) error {
		id, err := k.Add(e.ctx, core.Sys("cli"), purpose)
		if err != nil {
			return err
		}
		e.say("%d", id)
		return nil
	})
}

type keysPromoteCmd struct {
	Key uint32 `arg:"" help:"The key's number."`
}

// Run promotes a key.
func (p keysPromoteCmd) Run(e *env) error {
	return onKeys(e, func(k *vault.Keeper) error { return k.Promote(e.ctx, core.Sys("cli"), p.Key) })
}

type keysRetireCmd struct {
	Key uint32 `arg:"" help:"The key's number."`
}

// Run retires a key.
func (r keysRetireCmd) Run(e *env) error {
	return onKeys(e, func(k *vault.Keeper) error { return k.Retire(e.ctx, core.Sys("cli"), r.Key) })
}

type keysReencryptCmd struct{}

// Run begins the walk.
func (keysReencryptCmd) Run(e *env) error {
	return onKeys(e, func(k *vault.Keeper) error {
		if err := k.Reencrypt(e.ctx, core.Sys("cli")); err != nil {
			return err
		}
		e.say("begun: a replica with the role worker does it; `zapis keys` shows how far it is")
		return nil
	})
}

type keysWrapCmd struct{}

// Run wraps the key file.
func (keysWrapCmd) Run(e *env) error {
	c, err := load()
	if err != nil {
		return err
	}
	if c.KeysSecret == "" {
		return wrong("ZAPIS_KEYS_SECRET", "not set: there is nothing to wrap the keys under")
	}
	if err := c.file().Wrap(e.ctx); err != nil {
		return fmt.Errorf("ZAPIS_KEYS: %w", err)
	}
	e.say("wrapped; the secrets set now open %s and no other does", c.Keys)
	return nil
}
