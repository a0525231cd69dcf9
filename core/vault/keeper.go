package vault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Keeper keeps the vault of one program in step with its provider and with the other programs on the same database.
type Keeper struct {
	In       store.Opener
	Provider Provider
	Vault    *Vault
	Columns  []Column
	Clock    core.Clock
	IDs      core.IDs
	Replica  uuid.UUID // this program, among those that run

	stamp   string // of the keys in use
	trouble string // why newer ones are not
}

// patience bounds one look at the keys: a provider may be a service far away.
const patience = 5 * time.Second

// Open takes the provider's keys into use; where nothing was ever sealed and there are none, it makes the first ones. Keys that are
// missing, damaged or others than those the database's values were sealed under are an error that says what to do.
func (k *Keeper) Open(ctx context.Context) error {
	stamp, err := k.Provider.Stamp(ctx)
	if errors.Is(err, ErrAbsent) {
		if err = k.first(ctx); err == nil {
			stamp, err = k.Provider.Stamp(ctx)
		}
	}
	if err != nil {
		return err
	}
	return k.load(ctx, stamp)
}

// first makes the first keys, unless the database knows of others.
func (k *Keeper) first(ctx context.Context) error {
	keys, err := NewKeys(k.Clock())
	if err != nil {
		return err
	}
	return k.In.InTx(ctx, core.Sys("keys"), func(tx *store.Tx) error {
		if err := tx.VaultLock(ctx); err != nil {
			return err
		}
		known, err := tx.VaultKeys(ctx)
		if err != nil {
			return err
		}
		used, err := k.used(ctx, tx)
		if err != nil {
			return err
		}
		if len(known) > 0 || used {
			return fmt.Errorf("there are no keys at %s, and this database was sealed under some: put the key file back from its copy; "+
				"new keys would open nothing", k.Provider)
		}
		if err := k.Provider.Save(ctx, keys); !errors.Is(err, ErrRevision) { // which says that somebody made them just now
			return err
		}
		return nil
	})
}

func (k *Keeper) load(ctx context.Context, stamp string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	keys, err := k.Provider.Load(ctx)
	if err != nil {
		return err
	}
	if err := k.take(ctx, keys); err != nil {
		return fmt.Errorf("%s: %w", k.Provider, err)
	}
	k.stamp = stamp
	return nil
}

// take puts keys into use once the database agrees that they are its own.
func (k *Keeper) take(ctx context.Context, keys Keys) error {
	r, err := newRing(keys)
	if err != nil {
		return err
	}
	if held := k.Vault.keys(); held != nil && keys.Revision < held.keys.Revision {
		return fmt.Errorf("revision %d of the keys is older than %d, which is in use: put the newer file back", keys.Revision, held.keys.Revision)
	}
	if err := k.In.InTx(ctx, core.Sys("keys"), func(tx *store.Tx) error { return k.admit(ctx, tx, r) }); err != nil {
		return err
	}
	k.Vault.ring.Store(r)
	return nil
}

// reportEvery is how many looks go by between two reports, where nothing changes.
const reportEvery = 5

// Follow looks for changed keys and tells the others which ones this program has, until ctx ends. Keys that do not work leave the old
// ones in use. every is a second or so: a program that has not reported for half a minute counts as gone.
func (k *Keeper) Follow(ctx context.Context, every time.Duration, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for round := 0; ; round++ {
		had, was := k.stamp, k.trouble
		k.reload(ctx)
		if k.trouble != was && ctx.Err() == nil {
			k.say(ctx, log)
		}
		if round%reportEvery == 0 || k.stamp != had || k.trouble != was {
			if err := k.report(ctx); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "keys not reported", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			k.leave(context.WithoutCancel(ctx), log)
			return
		case <-tick.C:
		}
	}
}

// Look is one round of Follow with its report. Its error is the database's; what is wrong with the keys themselves is reported there.
func (k *Keeper) Look(ctx context.Context) error {
	k.reload(ctx)
	return k.report(ctx)
}

func (k *Keeper) say(ctx context.Context, log *slog.Logger) {
	if k.trouble == "" {
		log.InfoContext(ctx, "keys are well again")
		return
	}
	log.ErrorContext(ctx, "keys not taken, the old ones stay in use", "error", k.trouble)
}

func (k *Keeper) report(ctx context.Context) error {
	r := k.Vault.keys()
	if r == nil {
		return ErrNoKeys
	}
	err := k.In.InTx(ctx, core.Sys("keys"), func(tx *store.Tx) error {
		return tx.VaultReplicaSeen(ctx, db.VaultReplicaSeenParams{
			ID: k.Replica, Revision: r.keys.Revision, Keys: r.numbers(), DataPrimary: int64(r.dataPrimary), IndexPrimary: int64(r.indexPrimary),
			Trouble: k.trouble,
		})
	})
	if err != nil {
		return fmt.Errorf("report the keys: %w", err)
	}
	return nil
}

// reload takes changed keys, or notes why it cannot.
func (k *Keeper) reload(ctx context.Context) {
	look, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stamp, err := k.Provider.Stamp(look)
	if err == nil && stamp != k.stamp {
		err = k.load(ctx, stamp)
	}
	k.trouble = ""
	if err != nil {
		k.trouble = err.Error()
	}
}

func (k *Keeper) leave(ctx context.Context, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := k.In.InTx(ctx, core.Sys("keys"), func(tx *store.Tx) error { return tx.VaultReplicaLeft(ctx, k.Replica) })
	if err != nil {
		log.WarnContext(ctx, "this replica is not signed off", "error", err)
	}
}
