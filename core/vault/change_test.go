package vault_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

func day(n int) time.Time { return time.Date(2026, 11, n, 9, 0, 0, 0, time.UTC) }

func TestAKeyIsAddedPromotedAndRetired(t *testing.T) {
	t.Parallel()
	v, p := vaulttest.Vault(t), place()
	k, err := vaulttest.Keys()
	require.NoError(t, err)
	old, err := v.Seal(p, []byte("secret"))
	require.NoError(t, err)
	oldID, _ := vault.KeyOf(old)

	k, id, err := k.Add(vault.Data, day(1))
	require.NoError(t, err)
	require.NoError(t, v.Use(k))
	sealed, err := v.Seal(p, []byte("secret"))
	require.NoError(t, err)
	got, _ := vault.KeyOf(sealed)
	require.Equal(t, oldID, got, "a key that was only added seals nothing yet")

	k, err = k.Promote(id, day(2))
	require.NoError(t, err)
	require.NoError(t, v.Use(k))
	sealed, err = v.Seal(p, []byte("secret"))
	require.NoError(t, err)
	got, _ = vault.KeyOf(sealed)
	require.Equal(t, id, got)
	_, err = v.Open(p, old)
	require.NoError(t, err, "the old key still opens")

	_, err = k.Retire(id, day(3))
	require.ErrorContains(t, err, "promote another one first")
	_, err = k.Retire(1, day(3))
	require.ErrorContains(t, err, "there is no key 1")
	k, err = k.Retire(oldID, day(3))
	require.NoError(t, err)
	require.EqualValues(t, 4, k.Revision)
	require.NoError(t, v.Use(k))
	_, err = v.Open(p, old)
	require.ErrorIs(t, err, vault.ErrSealed)
}

func TestAValueIsFoundUnderBothIndexKeys(t *testing.T) {
	t.Parallel()
	v := vaulttest.Vault(t)
	k, err := vaulttest.Keys()
	require.NoError(t, err)
	old := v.Index(vault.Phone, "+79031234567")
	k, id, err := k.Add(vault.Index, day(1))
	require.NoError(t, err)
	k, err = k.Promote(id, day(1))
	require.NoError(t, err)
	require.NoError(t, v.Use(k))
	now := v.Index(vault.Phone, "+79031234567")
	require.NotEqual(t, old, now)
	both := v.Indexes(vault.Phone, "+79031234567")
	require.Len(t, both, 2)
	require.Equal(t, now, both[0], "the current one first")
	require.True(t, slices.EqualFunc(both[1:], [][]byte{old}, slices.Equal))
}

func TestKeysDoNotChangeWhileTheClockStandsBehind(t *testing.T) {
	t.Parallel()
	k, err := vaulttest.Keys()
	require.NoError(t, err)
	k, id, err := k.Add(vault.Data, day(5))
	require.NoError(t, err)
	same, _, err := k.Add(vault.Index, day(4))
	require.ErrorIs(t, err, vault.ErrClock)
	require.Equal(t, k.Revision, same.Revision)
	_, err = k.Promote(id, day(4))
	require.ErrorIs(t, err, vault.ErrClock)
}
