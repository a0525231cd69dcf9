package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// admit compares a ring with the proofs in the database and adds those of new keys.
func (k *Keeper) admit(ctx context.Context, tx *store.Tx, r *ring) error {
	if err := tx.VaultLock(ctx); err != nil {
		return err
	}
	known, err := tx.VaultKeys(ctx)
	if err != nil {
		return err
	}
	if err := r.answersTo(known); err != nil {
		return err
	}
	if len(known) == 0 {
		if err := k.opens(ctx, tx, r); err != nil {
			return err
		}
	}
	seen := map[uint32]bool{}
	for _, row := range known {
		seen[number(row.KeyID)] = true
	}
	for _, p := range Purposes() {
		for _, id := range ids(r.keys.of(p)) {
			if seen[id] {
				continue
			}
			proof, err := r.proof(p, id)
			if err != nil {
				return err
			}
			if err := tx.VaultKeyAdmit(ctx, db.VaultKeyAdmitParams{KeyID: int64(id), Purpose: string(p), Proof: proof}); err != nil {
				return err
			}
		}
		if err := tx.VaultKeyPromote(ctx, int64(primary(r.keys.of(p)))); err != nil {
			return err
		}
	}
	return nil
}

// answersTo says what is wrong with the ring for a database that knows these keys.
func (r *ring) answersTo(known []db.VaultKey) error {
	for _, row := range known {
		id, p := number(row.KeyID), Purpose(row.Purpose)
		has := r.keys.known(id)
		switch {
		case row.RetiredAt != nil && id == primary(r.keys.of(p)):
			return fmt.Errorf("key %d was retired from this database and seals nothing more: this is an old key file, put the newest one back", id)
		case row.RetiredAt != nil, !has && row.PromotedAt == nil: // nothing is sealed under it
		case !has:
			return fmt.Errorf("key %d is missing, under which values of this database are sealed: put back the key file that has it", id)
		case !r.proves(p, id, row.Proof):
			return fmt.Errorf("key %d is not the one that this database's values are sealed under: it is another clinic's file, or damaged; "+
				"put the right one back", id)
		}
	}
	return nil
}

const proofWord = "zapis key proof"

// proof is what the database keeps of a key to know it again.
func (r *ring) proof(p Purpose, id uint32) ([]byte, error) {
	if p == Index {
		return r.index(id, "", proofWord), nil
	}
	m := keyset.NewManagerFromHandle(r.keys.Data)
	if err := m.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("proof of key %d: %w", id, err)
	}
	h, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("proof of key %d: %w", id, err)
	}
	cipher, err := aead.New(h)
	if err != nil {
		return nil, fmt.Errorf("proof of key %d: %w", id, err)
	}
	return cipher.Encrypt([]byte(proofWord), []byte(proofWord))
}

func (r *ring) proves(p Purpose, id uint32, proof []byte) bool {
	if p == Index {
		return r.indexes[id] != nil && bytes.Equal(r.index(id, "", proofWord), proof)
	}
	under, ok := KeyOf(proof)
	word, err := r.data.Decrypt(proof, []byte(proofWord))
	return ok && under == id && err == nil && string(word) == proofWord
}

// used says whether anything is sealed in this database.
func (k *Keeper) used(ctx context.Context, tx *store.Tx) (bool, error) {
	for _, c := range k.Columns {
		var some bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+c.table()+" WHERE "+c.sealed()+" IS NOT NULL)").Scan(&some); err != nil || some {
			return some, err
		}
	}
	return false, nil
}

// opens tries the ring on a value of each column, for a database that knows no keys yet but holds values: one that was restored, say.
func (k *Keeper) opens(ctx context.Context, tx *store.Tx, r *ring) error {
	for _, c := range k.Columns {
		var id uuid.UUID
		var sealed []byte
		err := tx.QueryRow(ctx, "SELECT "+c.id()+", "+c.sealed()+" FROM "+c.table()+" WHERE "+c.sealed()+" IS NOT NULL LIMIT 1").Scan(&id, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		if _, err := r.data.Decrypt(sealed, c.place(id).bytes()); err != nil {
			return fmt.Errorf("these keys do not open %s.%s: put back the key file that this database's values are sealed under", c.Table, c.Column)
		}
	}
	return nil
}

func (c Column) place(id uuid.UUID) Place { return Place{Table: c.Table, Column: c.Column, Row: id} }

// Names come from the list of columns and from nobody else; they are quoted all the same.
func (c Column) table() string  { return quoted(c.Table) }
func (c Column) sealed() string { return quoted(c.Column) }

func (c Column) id() string {
	if c.ID == "" {
		return quoted("id")
	}
	return quoted(c.ID)
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// number is a key's number as the database has it.
func number(id int64) uint32 { return uint32(id) } //nolint:gosec // it came from a uint32

// numbers are all of the ring's keys, as the database has them.
func (r *ring) numbers() []int64 {
	var out []int64
	for _, p := range Purposes() {
		for _, id := range ids(r.keys.of(p)) {
			out = append(out, int64(id))
		}
	}
	return out
}
