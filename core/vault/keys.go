package vault

import (
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
)

// Purpose says what a key is for.
type Purpose string

// The purposes. A key never serves both.
const (
	Data  Purpose = "data"  // seals: AES-256-GCM
	Index Purpose = "index" // blind indexes: HMAC-SHA256
)

// Purposes lists both.
func Purposes() []Purpose { return []Purpose{Data, Index} }

// Keys are the keys of a clinic as a provider keeps them. Revision grows with each change, so that an old copy is told from a new one.
type Keys struct {
	Revision int64
	Changed  time.Time
	Data     *keyset.Handle
	Index    *keyset.Handle
}

// NewKeys makes the first keys: one of each purpose.
func NewKeys(now time.Time) (Keys, error) {
	data, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return Keys{}, fmt.Errorf("make a key: %w", err)
	}
	index, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return Keys{}, fmt.Errorf("make a key: %w", err)
	}
	return Keys{Revision: 1, Changed: now, Data: data, Index: index}, nil
}
