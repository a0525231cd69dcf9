package vault_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/vault"
)

func (c *clinic) walker(k *vault.Keeper) vault.Walker {
	return vault.Walker{In: c.db, Vault: k.Vault, Columns: vault.Columns(), Clock: func() time.Time { return c.clock }}
}

// walk seals everything anew.
func (c *clinic) walk(k *vault.Keeper) {
	c.t.Helper()
	for more := true; more; {
		var err error
		more, err = c.walker(k).Step(c.t.Context())
		require.NoError(c.t, err)
	}
}

// contacts asks how far the walk over contacts is.
func contacts(what string) string {
	return "SELECT " + what + " FROM vault_walk WHERE table_name = 'patient_contact'"
}

func cli() core.Actor { return core.Sys("cli") }

func TestAKeyIsPromotedOnceEveryProgramHasIt(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	here := provider(t)
	there := here.Copy()
	a, b := c.running(here), c.running(there)
	id := c.card(a.Vault, phone)

	key, err := a.Add(t.Context(), cli(), vault.Data)
	require.NoError(t, err)
	require.NoError(t, a.Look(t.Context()))
	require.ErrorContains(t, a.Promote(t.Context(), cli(), key), "1 of the programs that run have not got key")
	require.NoError(t, c.program(there).Open(t.Context()), "a key under which nothing is sealed is nobody's need")

	there.Bring(here)
	require.NoError(t, b.Look(t.Context()))
	require.NoError(t, a.Promote(t.Context(), cli(), key))
	require.NoError(t, a.Look(t.Context()))
	fresh := c.card(a.Vault, "+79031234568")
	for _, who := range []*vault.Keeper{a, b} { // b seals under the old one still, and opens both
		got, err := c.phones(who.Vault, fresh)
		require.NoError(t, err)
		require.Equal(t, []string{"+79031234568"}, got)
		_, err = c.phones(who.Vault, id)
		require.NoError(t, err)
	}
	require.ErrorContains(t, a.Reencrypt(t.Context(), cli()), "1 of the programs that run still seal under older keys")
	there.Bring(here)
	require.NoError(t, b.Look(t.Context()))
	require.NoError(t, a.Reencrypt(t.Context(), cli()))
	require.Equal(t, 3, c.count("SELECT count(*) FROM audit WHERE action LIKE 'keys.%' AND channel = 'cli'"))
}

func TestAKeyIsRetiredOnceNothingNeedsIt(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	p := provider(t)
	behind := p.Copy()
	k := c.running(p)
	id := c.card(k.Vault, phone)
	old, err := k.Standing(t.Context())
	require.NoError(t, err)
	for _, purpose := range vault.Purposes() {
		key, err := k.Add(t.Context(), cli(), purpose)
		require.NoError(t, err)
		require.NoError(t, k.Look(t.Context()))
		require.NoError(t, k.Promote(t.Context(), cli(), key))
	}
	require.NoError(t, k.Look(t.Context()))
	for _, key := range old.Keys {
		require.ErrorContains(t, k.Retire(t.Context(), cli(), key.ID), "still need key", key.Purpose)
	}
	require.NoError(t, k.Reencrypt(t.Context(), cli()))
	c.walk(k)
	// A program that was away comes back with the old file: it still seals under the old keys.
	require.ErrorContains(t, c.program(behind).Open(t.Context()), "is missing")
	for _, key := range old.Keys {
		require.NoError(t, k.Retire(t.Context(), cli(), key.ID))
	}
	got, err := c.phones(k.Vault, id)
	require.NoError(t, err)
	require.Equal(t, []string{phone}, got)
	s, err := k.Standing(t.Context())
	require.NoError(t, err)
	require.Len(t, s.Keys, 2)
	require.EqualValues(t, 1, s.Keys[0].Sealed)
	require.Len(t, s.Walks, len(vault.Columns()))
	for _, w := range s.Walks {
		require.NotNil(t, w.Done, w.Table)
	}
	require.Equal(t, 1, c.count(contacts("changed")))
}

func TestARetiredKeySealsNothingMore(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	p := provider(t)
	k := c.running(p)
	key, err := k.Add(t.Context(), cli(), vault.Data)
	require.NoError(t, err)
	require.NoError(t, k.Look(t.Context()))
	before := p.Copy() // both keys, the old one in use
	require.NoError(t, k.Promote(t.Context(), cli(), key))
	require.NoError(t, k.Look(t.Context()))
	s, err := k.Standing(t.Context())
	require.NoError(t, err)
	old := s.Keys[0]
	if old.ID == key {
		old = s.Keys[1]
	}
	require.NoError(t, k.Retire(t.Context(), cli(), old.ID))
	require.ErrorContains(t, c.program(before).Open(t.Context()), "this is an old key file")
}

func TestAProgramThatStillSealsUnderAKeyKeepsItFromBeingRetired(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	here := provider(t)
	a := c.running(here)
	key, err := a.Add(t.Context(), cli(), vault.Data)
	require.NoError(t, err)
	require.NoError(t, a.Look(t.Context()))
	there := here.Copy()
	c.running(there)
	require.NoError(t, a.Promote(t.Context(), cli(), key))
	require.NoError(t, a.Look(t.Context()))
	s, err := a.Standing(t.Context())
	require.NoError(t, err)
	for _, one := range s.Keys {
		if one.Purpose == vault.Data && !one.Primary {
			require.ErrorContains(t, a.Retire(t.Context(), cli(), one.ID), "still use key")
		}
	}
}

func TestKeysWaitWhileTheDatabasesClockStandsBehind(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	k := c.running(provider(t))
	key, err := k.Add(t.Context(), cli(), vault.Data)
	require.NoError(t, err)
	require.NoError(t, k.Look(t.Context()))
	c.exec("UPDATE vault_replica SET seen_at = seen_at + interval '1 hour'")
	require.ErrorContains(t, k.Promote(t.Context(), cli(), key), "the database's clock was set back")
	require.ErrorContains(t, k.Reencrypt(t.Context(), cli()), "the database's clock was set back")
	c.exec("UPDATE vault_replica SET seen_at = seen_at - interval '2 hours'") // that program is long gone
	require.NoError(t, k.Promote(t.Context(), cli(), key))
}

func TestAWalkGoesOnWhereItWasBrokenOff(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	k := c.running(provider(t))
	const rows = 1200
	for i := range rows {
		c.card(k.Vault, fmt.Sprintf("+7903%07d", i))
	}
	key, err := k.Add(t.Context(), cli(), vault.Data)
	require.NoError(t, err)
	index, err := k.Add(t.Context(), cli(), vault.Index)
	require.NoError(t, err)
	require.NoError(t, k.Look(t.Context()))
	require.NoError(t, k.Promote(t.Context(), cli(), key))
	require.NoError(t, k.Promote(t.Context(), cli(), index))
	require.NoError(t, k.Look(t.Context()))
	require.NoError(t, k.Reencrypt(t.Context(), cli()))

	for c.count(contacts("seen")) == 0 {
		more, err := c.walker(k).Step(t.Context())
		require.NoError(t, err)
		require.True(t, more)
	}
	require.NoError(t, k.Reencrypt(t.Context(), cli()), "asked for again, it goes on")
	require.Equal(t, 500, c.count(contacts("seen")))
	next := c.running(k.Provider) // another program
	c.walk(next)
	require.Equal(t, rows, c.count(contacts("seen")))
	require.Equal(t, rows, c.count(contacts("changed")))
	require.Equal(t, 0, c.count(contacts("broken")))
	require.Equal(t, rows, c.count("SELECT count(*) FROM patient_contact WHERE substring(value_sealed FROM 1 FOR 5) = $1::bytea", prefix(key)))

	require.NoError(t, k.Reencrypt(t.Context(), cli()))
	c.walk(k)
	require.Equal(t, 0, c.count(contacts("changed")), "what is done is not done again")
}

func prefix(key uint32) []byte {
	return []byte{1, byte(key >> 24), byte(key >> 16), byte(key >> 8), byte(key)}
}

func TestOneContactUnderTwoIndexKeysBecomesOne(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	here := provider(t)
	a := c.running(here)
	index, err := a.Add(t.Context(), cli(), vault.Index)
	require.NoError(t, err)
	require.NoError(t, a.Look(t.Context()))
	b := c.running(here.Copy()) // seals with the old primary for a moment longer
	id := c.card(b.Vault, phone)
	require.NoError(t, a.Promote(t.Context(), cli(), index))
	require.NoError(t, c.cards(a.Vault).SetPhone(t.Context(), core.Sys("test"), id, phone, true))
	require.Equal(t, 1, c.count("SELECT count(*) FROM patient_contact"), "it is found under the older key")

	// Both at the same moment.
	c.exec("INSERT INTO patient_contact SELECT gen_random_uuid(), patient_id, kind, value_sealed, $1, NULL, created_at FROM patient_contact", a.Vault.Index(vault.Phone, phone))
	require.Equal(t, 2, c.count("SELECT count(*) FROM patient_contact"))
	c.exec("DELETE FROM vault_replica")
	require.NoError(t, a.Look(t.Context()))
	require.NoError(t, a.Reencrypt(t.Context(), cli()))
	c.walk(a)
	require.Equal(t, 1, c.count("SELECT count(*) FROM patient_contact WHERE value_index = $1", a.Vault.Index(vault.Phone, phone)))
}

func TestAValueThatDoesNotOpenIsLeftAndCounted(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	p := provider(t)
	k := c.running(p)
	c.card(k.Vault, phone)
	c.card(k.Vault, "+79031234568")
	c.exec("UPDATE patient_contact SET value_sealed = set_byte(value_sealed, 20, get_byte(value_sealed, 20) # 1) WHERE value_index = $1", k.Vault.Index(vault.Phone, phone))
	key, err := k.Add(t.Context(), cli(), vault.Data)
	require.NoError(t, err)
	require.NoError(t, k.Look(t.Context()))
	require.NoError(t, k.Promote(t.Context(), cli(), key))
	require.NoError(t, k.Look(t.Context()))
	require.NoError(t, k.Reencrypt(t.Context(), cli()))
	c.walk(k)
	require.Equal(t, 1, c.count(contacts("broken")))
	require.Equal(t, 1, c.count(contacts("changed")))
}
