package vault_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// made is a key file of its own.
func made(t *testing.T, secrets ...string) vault.File {
	t.Helper()
	f := vault.File{Path: filepath.Join(t.TempDir(), "keys", "keys.json"), Secrets: secrets}
	k, err := vault.NewKeys(day(1))
	require.NoError(t, err)
	require.NoError(t, f.Save(t.Context(), k))
	return f
}

func load(t *testing.T, f vault.File) vault.Keys {
	t.Helper()
	k, err := f.Load(t.Context())
	require.NoError(t, err)
	return k
}

func TestAKeyFileIsMadeForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	f := made(t)
	info, err := os.Stat(f.Path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	left, err := os.ReadDir(filepath.Dir(f.Path))
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing is left beside it")
	require.EqualValues(t, 1, load(t, f).Revision)
}

func TestAMissingKeyFileIsSaidToBeMissing(t *testing.T) {
	t.Parallel()
	f := vault.File{Path: filepath.Join(t.TempDir(), "keys.json")}
	_, err := f.Load(t.Context())
	require.ErrorIs(t, err, vault.ErrAbsent)
	_, err = f.Stamp(t.Context())
	require.ErrorIs(t, err, vault.ErrAbsent)
}

func TestAKeyFileThatOthersMayReadIsRefused(t *testing.T) {
	t.Parallel()
	f := made(t)
	for _, mode := range []os.FileMode{0o604, 0o644, 0o666, 0o602, 0o620} {
		require.NoError(t, os.Chmod(f.Path, mode))
		_, err := f.Load(t.Context())
		require.ErrorContains(t, err, "chmod 600", "%o", mode)
	}
	require.NoError(t, os.Chmod(f.Path, 0o640)) // a group of the operator's choice
	load(t, f)
}

func TestADamagedKeyFileIsRefusedAndNotQuoted(t *testing.T) {
	t.Parallel()
	f := made(t)
	text, err := os.ReadFile(f.Path)
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"empty": nil, "half": text[:len(text)/2], "no JSON": []byte("keys"), "no keysets": []byte(`{"revision": 1}`), "of another kind": []byte(`[]`),
		"other keyset": bytes.Replace(text, []byte("AesGcmKey"), []byte("HmacPrfKey"), 1),
		"no primary":   bytes.ReplaceAll(text, []byte("primaryKeyId"), []byte("primaryKey")),
		"revision 0":   bytes.Replace(text, []byte(`"revision": 1`), []byte(`"revision": 0`), 1),
	} {
		require.NoError(t, os.WriteFile(f.Path, bad, 0o600))
		_, err := f.Load(t.Context())
		require.ErrorContains(t, err, "damaged", name)
		k, kerr := vault.NewKeys(day(2))
		require.NoError(t, kerr)
		k.Revision = 2
		require.Error(t, f.Save(t.Context(), k), name)
		stands, rerr := os.ReadFile(f.Path)
		require.NoError(t, rerr)
		require.Equal(t, string(bad), string(stands), "%s: what cannot be read is never overwritten", name)
	}
}

func TestTwoChangesOfTheKeysDoNotPassOverEachOther(t *testing.T) {
	t.Parallel()
	f := made(t)
	k := load(t, f)
	mine, _, err := k.Add(vault.Data, day(2))
	require.NoError(t, err)
	theirs, _, err := k.Add(vault.Data, day(2))
	require.NoError(t, err)
	before, err := f.Stamp(t.Context())
	require.NoError(t, err)
	require.NoError(t, f.Save(t.Context(), theirs))
	require.ErrorIs(t, f.Save(t.Context(), mine), vault.ErrRevision)
	fresh, err := vault.NewKeys(day(3))
	require.NoError(t, err)
	require.ErrorIs(t, f.Save(t.Context(), fresh), vault.ErrRevision, "first keys never take the place of others")
	after, err := f.Stamp(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, before, after)
}

func TestTheSecretOfAKeyFileChangesInTwoSteps(t *testing.T) {
	t.Parallel()
	plain := made(t)
	v, err := vault.New(load(t, plain))
	require.NoError(t, err)
	sealed, err := v.Seal(place(), []byte("secret"))
	require.NoError(t, err)
	opens := func(f vault.File) error {
		k, err := f.Load(t.Context())
		if err != nil {
			return err
		}
		other, err := vault.New(k)
		require.NoError(t, err)
		_, err = other.Open(place(), sealed)
		return err
	}
	with := func(secrets ...string) vault.File { return vault.File{Path: plain.Path, Secrets: secrets} }

	require.NoError(t, with("winter").Wrap(t.Context()))
	text, err := os.ReadFile(plain.Path)
	require.NoError(t, err)
	require.NotContains(t, string(text), "keyData")
	require.ErrorContains(t, opens(plain), "set ZAPIS_KEYS_SECRET")
	require.ErrorContains(t, opens(with("summer")), "is not the secret")
	require.NoError(t, opens(with("winter")))

	require.NoError(t, with("winter", "spring").Wrap(t.Context())) // both open it
	k, _, err := load(t, with("winter")).Add(vault.Data, day(2))
	require.NoError(t, err)
	require.NoError(t, with("winter").Save(t.Context(), k), "a change of the keys leaves the wrapping")
	require.NoError(t, opens(with("winter")))
	require.NoError(t, opens(with("spring")))
	require.NoError(t, with("spring").Wrap(t.Context())) // only the new one
	require.NoError(t, opens(with("spring")))
	require.ErrorContains(t, opens(with("winter")), "is not the secret")
}

func TestAWrappedKeyFileShowsEveryFlippedByte(t *testing.T) {
	t.Parallel()
	f := made(t, "winter")
	var page struct {
		Data struct{ EncryptedKeyset []byte }
	}
	text, err := os.ReadFile(f.Path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &page))
	for _, at := range []int{0, 20, len(page.Data.EncryptedKeyset) - 1} {
		bad := bytes.Clone(page.Data.EncryptedKeyset)
		bad[at] ^= 1
		was, _ := json.Marshal(page.Data.EncryptedKeyset)
		is, _ := json.Marshal(bad)
		require.NoError(t, os.WriteFile(f.Path, bytes.Replace(text, was, is, 1), 0o600))
		_, err := f.Load(t.Context())
		require.ErrorContains(t, err, "damaged")
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	f := vault.File{Path: "keys.json", Secrets: vault.Secrets{"winter"}}
	for _, text := range []string{fmt.Sprint(f), fmt.Sprintf("%+v %#v", f, f), fmt.Sprint(f.Secrets), f.Secrets.LogValue().String()} {
		require.NotContains(t, text, "winter")
	}
	k, err := vaulttest.Keys()
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%v %+v", k, k), "GiAkV", "keys show themselves no more than a keyset's numbers")
}
