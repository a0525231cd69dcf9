package vault_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// clinic is a database whose contacts are sealed, and the programs that run on it.
type clinic struct {
	t     *testing.T
	db    *store.DB
	owner *pgx.Conn
	clock time.Time
}

func newClinic(t *testing.T) *clinic {
	t.Helper()
	db, d := storetest.Open(t, storetest.Seed{Key: "empty"}, 4)
	owner, err := pgx.Connect(t.Context(), d.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	return &clinic{t: t, db: db, owner: owner, clock: day(10)}
}

// program is one more program; its keys are not open yet.
func (c *clinic) program(p vault.Provider) *vault.Keeper {
	return &vault.Keeper{
		In: c.db, Provider: p, Vault: &vault.Vault{}, Columns: vault.Columns(), Clock: func() time.Time { return c.clock }, IDs: core.NewIDs(nil),
		Replica: uuid.New(),
	}
}

// running is one that has opened its keys and reported them.
func (c *clinic) running(p vault.Provider) *vault.Keeper {
	c.t.Helper()
	k := c.program(p)
	require.NoError(c.t, k.Open(c.t.Context()))
	require.NoError(c.t, k.Look(c.t.Context()))
	return k
}

func (c *clinic) exec(sql string, args ...any) {
	c.t.Helper()
	require.NoError(c.t, c.db.InTx(c.t.Context(), core.Sys("test"), func(tx *store.Tx) error {
		_, err := tx.Exec(c.t.Context(), sql, args...)
		return err
	}))
}

func (c *clinic) count(sql string, args ...any) (n int) {
	c.t.Helper()
	require.NoError(c.t, c.owner.QueryRow(c.t.Context(), sql, args...).Scan(&n))
	return n
}

// card is a patient with a phone, as the desk makes one.
func (c *clinic) card(v *vault.Vault, phone string) uuid.UUID {
	c.t.Helper()
	id := uuid.New()
	c.exec("INSERT INTO patient (id, given, created_at) VALUES ($1, 'Анна', $2)", id, c.clock)
	require.NoError(c.t, c.cards(v).SetPhone(c.t.Context(), core.Sys("test"), id, phone, true))
	return id
}

func (c *clinic) cards(v *vault.Vault) patient.Cards {
	return patient.Cards{In: c.db, Vault: v, Clock: func() time.Time { return c.clock }, IDs: core.NewIDs(nil)}
}

// phones are a patient's, as a program with v reads them.
func (c *clinic) phones(v *vault.Vault, id uuid.UUID) ([]string, error) {
	list, err := c.cards(v).Contacts(c.t.Context(), core.Sys("test"), id)
	out := []string{}
	for _, one := range list {
		out = append(out, one.Value)
	}
	return out, err
}

func provider(t *testing.T) *vaulttest.Provider {
	t.Helper()
	p, err := vaulttest.NewProvider()
	require.NoError(t, err)
	return p
}

const phone = "+79031234567"

func TestAnEmptyDatabaseGetsItsFirstKeysOnce(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	p := vaulttest.Empty()
	first, second := c.program(p), c.program(p)
	require.NoError(t, first.Open(t.Context()))
	require.NoError(t, second.Open(t.Context()))
	id := c.card(first.Vault, phone)
	got, err := c.phones(second.Vault, id)
	require.NoError(t, err)
	require.Equal(t, []string{phone}, got)
	require.Equal(t, 2, c.count("SELECT count(*) FROM vault_key WHERE promoted_at IS NOT NULL"))
}

func TestLostKeysAreNeverReplaced(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	c.running(provider(t))
	lost := vaulttest.Empty()
	require.ErrorContains(t, c.program(lost).Open(t.Context()), "put the key file back from its copy")
	_, err := lost.Load(t.Context())
	require.ErrorIs(t, err, vault.ErrAbsent, "nothing was made in their place")

	// The same where only the sealed values tell of keys.
	other := newClinic(t)
	other.card(vaulttest.Vault(t), phone)
	require.ErrorContains(t, other.program(vaulttest.Empty()).Open(t.Context()), "put the key file back from its copy")
	require.NoError(t, other.program(provider(t)).Open(t.Context()), "the right ones are known by what they open")
}

func TestAnotherClinicsKeysAreRefused(t *testing.T) {
	t.Parallel()
	foreign, err := vault.NewKeys(day(1))
	require.NoError(t, err)
	p := vaulttest.Empty()
	p.Put(foreign)

	c := newClinic(t)
	c.running(provider(t))
	require.ErrorContains(t, c.program(p).Open(t.Context()), "is missing, under which values of this database are sealed")
	require.ErrorContains(t, c.program(p).Check(t.Context()), "is missing")

	other := newClinic(t)
	other.card(vaulttest.Vault(t), phone)
	require.ErrorContains(t, other.program(p).Open(t.Context()), "do not open patient_contact.value_sealed")
	require.ErrorContains(t, other.program(p).Check(t.Context()), "do not open patient_contact.value_sealed")
	require.NoError(t, other.program(provider(t)).Check(t.Context()))
}

func TestAKeyOfTheSameNumberIsKnownForAnother(t *testing.T) {
	t.Parallel()
	for _, purpose := range vault.Purposes() {
		c := newClinic(t)
		c.running(provider(t))
		c.exec("UPDATE vault_key SET proof = proof || '\\x00'::bytea WHERE purpose = $1", string(purpose))
		require.ErrorContains(t, c.program(provider(t)).Open(t.Context()), "another clinic's file, or damaged", purpose)
	}
}

func TestKeysThatFailLeaveTheOldOnesInUse(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	p := provider(t)
	k := c.running(p)
	id := c.card(k.Vault, phone)
	works := func() {
		got, err := c.phones(k.Vault, id)
		require.NoError(t, err)
		require.Equal(t, []string{phone}, got)
	}
	trouble := func(want string) {
		require.NoError(t, k.Look(t.Context()))
		require.Equal(t, 1, c.count("SELECT count(*) FROM vault_replica WHERE trouble LIKE $1", "%"+want+"%"), want)
		works()
	}
	good, err := p.Load(t.Context())
	require.NoError(t, err)

	p.Break(errors.New("the key service is down"))
	trouble("the key service is down")
	p.Break(vault.ErrAbsent)
	trouble("there are no keys")
	p.Break(nil)
	foreign, err := vault.NewKeys(day(9))
	require.NoError(t, err)
	foreign.Revision = good.Revision + 1
	p.Put(foreign)
	trouble("is missing")
	newer, _, err := good.Add(vault.Data, day(11))
	require.NoError(t, err)
	p.Put(newer)
	trouble("")
	require.Equal(t, 1, c.count("SELECT count(*) FROM vault_replica WHERE trouble = '' AND cardinality(keys) = 3"))
	p.Put(good)
	trouble("is older than 2, which is in use")
	p.Put(newer)
	loads := p.Loads()
	trouble("")
	require.NoError(t, k.Look(t.Context()))
	require.Equal(t, loads, p.Loads(), "keys in use are not read again")
}

func TestAHangingKeyServiceHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	p := provider(t)
	k := c.running(p)
	p.Hang()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		k.Follow(ctx, time.Hour, slog.New(slog.DiscardHandler))
	}()
	id := c.card(k.Vault, phone)
	got, err := c.phones(k.Vault, id)
	require.NoError(t, err)
	require.Equal(t, []string{phone}, got)
	cancel()
	<-ended
	require.Equal(t, 0, c.count("SELECT count(*) FROM vault_replica"), "it has signed off")
}
