// Package vaulttest gives tests a vault whose keys are always the same, so that what a template database holds opens in every test.
package vaulttest

import (
	_ "embed"
	"os"
	"path/filepath"
	"testing"

	"github.com/zapis-clinic/zapis/core/vault"
)

//go:embed keys.json
var keys []byte

// Keys are the tests' keys.
func Keys() (vault.Keys, error) { return vault.ParseKeys(keys, nil) }

// New is a vault with them, for where there is no test to fail: a template's seed. Were the keys to break, it would have none and say so
// at its first use.
func New() *vault.Vault {
	v := &vault.Vault{}
	if k, err := Keys(); err == nil {
		_ = v.Use(k)
	}
	return v
}

// Vault is New for a test, which fails where the keys do not work.
func Vault(tb testing.TB) *vault.Vault {
	tb.Helper()
	v := New()
	if v.Index("", "") == nil {
		tb.Fatal("the tests' keys do not work")
	}
	return v
}

// File is a key file with the tests' keys, for the program's ZAPIS_KEYS.
func File(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "keys.json")
	if err := os.WriteFile(path, keys, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}
