package vault

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/subtle/random"
	"github.com/tink-crypto/tink-go/v2/tink"
	"golang.org/x/crypto/argon2"
)

// Secrets are what a key file may be wrapped under, the current one first; empty ones do not count. While the secret changes, there
// are two.
type Secrets []string

// LogValue keeps them out of every log.
func (Secrets) LogValue() slog.Value { return slog.StringValue("***") }

// String keeps them out of every text.
func (Secrets) String() string { return "***" }

// GoString keeps them out of every text.
func (Secrets) GoString() string { return "***" }

// given are those that count.
func (s Secrets) given() []string {
	return slices.DeleteFunc(slices.Clone(s), func(one string) bool { return one == "" })
}

// wrap is the key-encryption key, sealed under one secret.
type wrap struct {
	Salt []byte `json:"salt"`
	KEK  []byte `json:"kek"`
}

// The secret may be one that people remember: argon2id with OWASP's parameters of 2024 (19 MiB, two passes) stands before it.
const (
	argonTime   = 2
	argonMemory = 19 << 10 // KiB
	kekBytes    = 32
	saltBytes   = 16
)

const kekPlace = "zapis|kek"

func newWraps(secrets Secrets) (kek []byte, wraps []wrap, err error) {
	if len(secrets.given()) == 0 {
		return nil, nil, nil
	}
	kek = random.GetRandomBytes(kekBytes)
	for _, secret := range secrets.given() {
		w := wrap{Salt: random.GetRandomBytes(saltBytes)}
		cipher, err := kekAEAD(stretched(secret, w.Salt))
		if err != nil {
			return nil, nil, err
		}
		if w.KEK, err = cipher.Encrypt(kek, []byte(kekPlace)); err != nil {
			return nil, nil, fmt.Errorf("wrap the keys: %w", err)
		}
		wraps = append(wraps, w)
	}
	return kek, wraps, nil
}

func unwrap(wraps []wrap, secrets Secrets) ([]byte, error) {
	if len(secrets.given()) == 0 {
		return nil, errors.New("the keys are wrapped under a secret: set ZAPIS_KEYS_SECRET")
	}
	for _, secret := range secrets.given() {
		for _, w := range wraps {
			cipher, err := kekAEAD(stretched(secret, w.Salt))
			if err != nil {
				return nil, err
			}
			if kek, err := cipher.Decrypt(w.KEK, []byte(kekPlace)); err == nil {
				return kek, nil
			}
		}
	}
	return nil, errors.New("ZAPIS_KEYS_SECRET is not the secret that the keys are wrapped under, or the key file is damaged")
}

func stretched(secret string, salt []byte) []byte {
	return argon2.IDKey([]byte(secret), salt, argonTime, argonMemory, 1, kekBytes)
}

func kekAEAD(key []byte) (tink.AEAD, error) {
	cipher, err := subtle.NewAESGCM(key)
	if err != nil {
		return nil, fmt.Errorf("the key that wraps the keys: %w", err)
	}
	return cipher, nil
}
