package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Each step is put on record and committed before the keys themselves change: a step that broke off between the two is repeated.

// Add makes a key and returns its number. It opens and finds from now on; nothing is sealed under it before Promote.
func (k *Keeper) Add(ctx context.Context, actor core.Actor, p Purpose) (uint32, error) {
	keys, err := k.Provider.Load(ctx)
	if err != nil {
		return 0, err
	}
	next, id, err := keys.Add(p, k.Clock())
	if err != nil {
		return 0, err
	}
	err = k.In.InTx(ctx, actor, func(tx *store.Tx) error { return k.note(ctx, tx, "keys.add", id) })
	if err != nil {
		return 0, fmt.Errorf("add a key: %w", err)
	}
	return id, k.save(ctx, next)
}

// Promote has everything new sealed (or found) under a key from now on. It refuses while a program that runs has not got the key.
func (k *Keeper) Promote(ctx context.Context, actor core.Actor, id uint32) error {
	keys, err := k.Provider.Load(ctx)
	if err != nil {
		return err
	}
	next, err := keys.Promote(id, k.Clock())
	if err != nil {
		return err
	}
	err = k.In.InTx(ctx, actor, func(tx *store.Tx) error {
		live, err := k.live(ctx, tx)
		if err != nil {
			return err
		}
		lack := slices.DeleteFunc(live, func(r db.VaultReplicasRow) bool { return slices.Contains(r.Keys, int64(id)) })
		if len(lack) > 0 {
			return fmt.Errorf("%d of the programs that run have not got key %d yet: copy the key file to their machines and wait ten seconds "+
				"(`zapis keys` shows which)", len(lack), id)
		}
		if err := tx.VaultKeyPromote(ctx, int64(id)); err != nil {
			return err
		}
		return k.note(ctx, tx, "keys.promote", id)
	})
	if err != nil {
		return err
	}
	return k.save(ctx, next)
}

// Retire takes a key away for good. It refuses while a value is sealed or found under it, or a program still uses it for new ones.
func (k *Keeper) Retire(ctx context.Context, actor core.Actor, id uint32) error {
	keys, err := k.Provider.Load(ctx)
	if err != nil {
		return err
	}
	next, err := keys.Retire(id, k.Clock())
	if err != nil {
		return err
	}
	p, _ := keys.purposeOf(id)
	if err := k.unused(ctx, keys, p, id); err != nil {
		return err
	}
	err = k.In.InTx(ctx, actor, func(tx *store.Tx) error {
		live, err := k.live(ctx, tx)
		if err != nil {
			return err
		}
		users := slices.DeleteFunc(live, func(r db.VaultReplicasRow) bool { return r.DataPrimary != int64(id) && r.IndexPrimary != int64(id) })
		if len(users) > 0 {
			return fmt.Errorf("%d of the programs that run still use key %d for all that is new: copy the key file to their machines first", len(users), id)
		}
		if err := tx.VaultKeyRetire(ctx, int64(id)); err != nil {
			return err
		}
		return k.note(ctx, tx, "keys.retire", id)
	})
	if err != nil {
		return err
	}
	return k.save(ctx, next)
}

// Reencrypt has every column sealed anew under the current keys; a worker does it. What is under way towards these keys goes on.
func (k *Keeper) Reencrypt(ctx context.Context, actor core.Actor) error {
	keys, err := k.Provider.Load(ctx)
	if err != nil {
		return err
	}
	data, index := int64(primary(keys.Data)), int64(primary(keys.Index))
	return k.In.InTx(ctx, actor, func(tx *store.Tx) error {
		live, err := k.live(ctx, tx)
		if err != nil {
			return err
		}
		late := slices.DeleteFunc(live, func(r db.VaultReplicasRow) bool { return r.DataPrimary == data && r.IndexPrimary == index })
		if len(late) > 0 {
			return fmt.Errorf("%d of the programs that run still seal under older keys: copy the key file to their machines and wait ten seconds", len(late))
		}
		for _, c := range k.Columns {
			walk := db.VaultWalkBeginParams{TableName: c.Table, ColumnName: c.Column, DataKey: data, IndexKey: index, BeganAt: k.Clock()}
			if err := tx.VaultWalkBegin(ctx, walk); err != nil {
				return err
			}
		}
		return k.note(ctx, tx, "keys.reencrypt", primary(keys.Data))
	})
}

// live are the programs that run. Where the database's clock was set back, nobody can tell.
func (k *Keeper) live(ctx context.Context, tx *store.Tx) ([]db.VaultReplicasRow, error) {
	if err := tx.VaultLock(ctx); err != nil {
		return nil, err
	}
	list, err := tx.VaultReplicas(ctx)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(list, func(r db.VaultReplicasRow) bool { return r.Ahead }) {
		return nil, errors.New("the database's clock was set back: which programs run cannot be told; set it right, or wait until it has caught up")
	}
	return list, nil
}

func (k *Keeper) note(ctx context.Context, tx *store.Tx, action string, id uint32) error {
	return audit.Add(ctx, tx, audit.Entry{ID: k.IDs(), At: k.Clock(), Action: action, Object: "key", Fields: []string{fmt.Sprintf("key %d", id)}})
}

// save changes the keys and takes them into use here.
func (k *Keeper) save(ctx context.Context, keys Keys) error {
	if err := k.Provider.Save(ctx, keys); err != nil {
		return err
	}
	stamp, err := k.Provider.Stamp(ctx)
	if err != nil {
		return err
	}
	return k.load(ctx, stamp)
}
