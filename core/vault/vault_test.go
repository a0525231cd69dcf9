package vault_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

func place() vault.Place {
	return vault.Place{Table: "patient_contact", Column: "value_sealed", Row: uuid.MustParse("0190c1e2-0000-7000-8000-000000000001")}
}

func TestASealedValueOpensInItsPlace(t *testing.T) {
	t.Parallel()
	v := vaulttest.Vault(t)
	rapid.Check(t, func(t *rapid.T) {
		p := vault.Place{Table: rapid.String().Draw(t, "table"), Column: rapid.String().Draw(t, "column"), Row: uuid.New()}
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed, err := v.Seal(p, plain)
		require.NoError(t, err)
		again, err := v.Seal(p, plain)
		require.NoError(t, err)
		require.NotEqual(t, sealed, again, "the same value is sealed differently each time")
		require.Len(t, sealed, len(plain)+33)
		opened, err := v.Open(p, sealed)
		require.NoError(t, err)
		require.Len(t, opened, len(plain))
		require.True(t, bytes.Equal(plain, opened))
	})
}

func TestAValueMovedElsewhereDoesNotOpen(t *testing.T) {
	t.Parallel()
	v, p := vaulttest.Vault(t), place()
	sealed, err := v.Seal(p, []byte("+79031234567"))
	require.NoError(t, err)
	for name, elsewhere := range map[string]vault.Place{
		"another row":    {Table: p.Table, Column: p.Column, Row: uuid.New()},
		"another column": {Table: p.Table, Column: "note_sealed", Row: p.Row},
		"another table":  {Table: "staff", Column: p.Column, Row: p.Row},
	} {
		got, err := v.Open(elsewhere, sealed)
		require.ErrorIs(t, err, vault.ErrSealed, name)
		require.Nil(t, got, name)
		require.NotContains(t, err.Error(), "7903")
	}
}

func TestAFlippedBitOrACutValueDoesNotOpen(t *testing.T) {
	t.Parallel()
	v, p := vaulttest.Vault(t), place()
	sealed, err := v.Seal(p, []byte("+79031234567"))
	require.NoError(t, err)
	for bit := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[bit/8] ^= 1 << (bit % 8)
		got, err := v.Open(p, bad)
		require.ErrorIs(t, err, vault.ErrSealed, "bit %d", bit)
		require.Nil(t, got)
	}
	for n := range sealed {
		_, err := v.Open(p, sealed[:n])
		require.ErrorIs(t, err, vault.ErrSealed, "the first %d bytes", n)
	}
	_, err = v.Open(p, nil)
	require.ErrorIs(t, err, vault.ErrSealed)
}

func TestAnotherClinicsKeysOpenNothing(t *testing.T) {
	t.Parallel()
	p := place()
	sealed, err := vaulttest.Vault(t).Seal(p, []byte("secret"))
	require.NoError(t, err)
	k, err := vault.NewKeys(time.Time{})
	require.NoError(t, err)
	other, err := vault.New(k)
	require.NoError(t, err)
	_, err = other.Open(p, sealed)
	require.ErrorIs(t, err, vault.ErrSealed)
	require.NotEqual(t, vaulttest.Vault(t).Index(vault.Phone, "+79031234567"), other.Index(vault.Phone, "+79031234567"))
}

func TestAVaultWithoutKeysDoesNothing(t *testing.T) {
	t.Parallel()
	for _, v := range []*vault.Vault{nil, {}} {
		_, err := v.Seal(place(), []byte("secret"))
		require.ErrorIs(t, err, vault.ErrNoKeys)
		_, err = v.Open(place(), []byte("secret"))
		require.ErrorIs(t, err, vault.ErrNoKeys)
		require.Nil(t, v.Index(vault.Phone, "+79031234567"))
		require.Empty(t, v.Indexes(vault.Phone, "+79031234567"))
	}
}

func TestABlindIndexFindsEverySpelling(t *testing.T) {
	t.Parallel()
	v := vaulttest.Vault(t)
	for kind, same := range map[string][]string{
		vault.Phone:  {"+79031234567", "+7 903 123-45-67", "+7(903)1234567"},
		vault.Email:  {"anna@example.org", " Anna@Example.ORG "},
		vault.SNILS:  {"112-233-445 95", "11223344595"},
		vault.Policy: {"7700 1234", "77001234"},
		"name":       {"Анна  Иванова", "анна иванова"},
	} {
		require.Len(t, v.Index(kind, same[0]), 32)
		for _, s := range same {
			require.Equal(t, v.Index(kind, same[0]), v.Index(kind, s), "%s %s", kind, s)
			require.Equal(t, [][]byte{v.Index(kind, s)}, v.Indexes(kind, s))
		}
	}
	require.NotEqual(t, v.Index(vault.Phone, "+79031234567"), v.Index(vault.Phone, "+79031234568"))
	require.NotEqual(t, v.Index(vault.SNILS, "11223344595"), v.Index(vault.Policy, "11223344595"), "kinds are kept apart")
}

func TestKeysAreExchangedWhileTheVaultWorks(t *testing.T) {
	t.Parallel()
	v, p := vaulttest.Vault(t), place()
	k, err := vaulttest.Keys()
	require.NoError(t, err)
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				sealed, err := v.Seal(p, []byte("secret"))
				if err == nil {
					_, err = v.Open(p, sealed)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 200 {
		require.NoError(t, v.Use(k))
	}
	require.ErrorIs(t, v.Use(vault.Keys{}), vault.ErrNoKeys)
	close(stop)
	all.Wait()
}

func BenchmarkVault(b *testing.B) {
	v := vaulttest.Vault(b)
	p, plain := place(), []byte("+79031234567")
	sealed, err := v.Seal(p, plain)
	require.NoError(b, err)
	for name, fn := range map[string]func() error{
		"Seal":  func() error { _, err := v.Seal(p, plain); return err },
		"Open":  func() error { _, err := v.Open(p, sealed); return err },
		"Index": func() error { _ = v.Index(vault.Phone, "+79031234567"); return nil },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := fn(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
