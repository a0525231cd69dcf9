// Package vault decides how secrets lie in the database: sealed under keys that are not in it, each bound to its place, and found
// again by a blind index. Keys come from a Provider and change in two steps while the clinic works.
package vault

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/google/uuid"
)

// Faults of the vault. Each is a fault and no refusal: a person can do nothing about it.
var (
	// ErrNoKeys says that nothing was sealed or opened because the vault has no keys.
	ErrNoKeys = errors.New("the vault has no keys")
	// ErrSealed says that a value does not open: it was changed, moved from another place, or sealed under a key that is not here.
	ErrSealed = errors.New("a sealed value does not open")
)

// Place is where a sealed value lies. A value opens in its own place only, so that whoever can write to the database cannot give one
// person's data to another by copying it.
type Place struct {
	Table, Column string
	Row           uuid.UUID
}

// bytes are the associated data: table|column|row id.
func (p Place) bytes() []byte {
	out := make([]byte, 0, len(p.Table)+len(p.Column)+38)
	out = append(append(append(out, p.Table...), '|'), p.Column...)
	text, _ := p.Row.MarshalText() // never fails
	return append(append(out, '|'), text...)
}

// Vault seals and opens. It is safe for concurrent use, and its keys may be exchanged meanwhile. Its zero value has no keys.
type Vault struct {
	ring atomic.Pointer[ring]
}

// New is a vault with the given keys.
func New(k Keys) (*Vault, error) {
	v := &Vault{}
	return v, v.Use(k)
}

// Use exchanges the keys. Where they do not work, the old ones stay.
func (v *Vault) Use(k Keys) error {
	r, err := newRing(k)
	if err != nil {
		return err
	}
	v.ring.Store(r)
	return nil
}

// keys are those in use; nil where there are none.
func (v *Vault) keys() *ring {
	if v == nil {
		return nil
	}
	return v.ring.Load()
}

// Seal encrypts plain for its place, 33 bytes longer than plain. The same plain is sealed differently each time.
func (v *Vault) Seal(p Place, plain []byte) ([]byte, error) {
	r := v.keys()
	if r == nil {
		return nil, ErrNoKeys
	}
	sealed, err := r.data.Encrypt(plain, p.bytes())
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", p.Table, p.Column, err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same place. Anything else is ErrSealed, and no data.
func (v *Vault) Open(p Place, sealed []byte) ([]byte, error) {
	r := v.keys()
	if r == nil {
		return nil, ErrNoKeys
	}
	plain, err := r.data.Decrypt(sealed, p.bytes())
	if err != nil { // the library's words add nothing
		return nil, fmt.Errorf("%s.%s of %s: %w", p.Table, p.Column, p.Row, ErrSealed)
	}
	return plain, nil
}

// Index is what a value of a kind ("phone", "snils" …) is found by: 32 bytes that tell nothing without the key, the same for each
// spelling of the value. It is nil where the vault has no keys.
func (v *Vault) Index(kind, value string) []byte {
	r := v.keys()
	if r == nil {
		return nil
	}
	return r.index(r.indexPrimary, kind, value)
}

// Indexes are Index under every live key, the current one first: what to look for while the index key changes.
func (v *Vault) Indexes(kind, value string) [][]byte {
	r := v.keys()
	if r == nil {
		return nil
	}
	out := [][]byte{r.index(r.indexPrimary, kind, value)}
	for id := range r.indexes {
		if id != r.indexPrimary {
			out = append(out, r.index(id, kind, value))
		}
	}
	return out
}
