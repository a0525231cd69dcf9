package vault

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// ErrClock says that the clock stands before the last change of the keys.
var ErrClock = errors.New("this machine's clock stands before the last change of the keys: set it right first")

// Add gives the keys with a new one that opens and finds, and does not seal yet.
func (k Keys) Add(p Purpose, now time.Time) (Keys, uint32, error) {
	var id uint32
	next, err := k.change(p, now, func(m *keyset.Manager) error {
		var err error
		for err == nil {
			if id, err = m.Add(template(p)); err == nil && !k.known(id) { // numbers are unique over both purposes
				return nil
			}
		}
		return err
	})
	if err != nil {
		return k, 0, fmt.Errorf("add a key: %w", err)
	}
	return next, id, nil
}

// Promote gives the keys with id as the one that seals, or makes blind indexes, from now on.
func (k Keys) Promote(id uint32, now time.Time) (Keys, error) {
	p, ok := k.purposeOf(id)
	if !ok {
		return k, unknown(id)
	}
	return k.change(p, now, func(m *keyset.Manager) error { return m.SetPrimary(id) })
}

// Retire gives the keys without id. What is still sealed under it never opens again.
func (k Keys) Retire(id uint32, now time.Time) (Keys, error) {
	p, ok := k.purposeOf(id)
	if !ok {
		return k, unknown(id)
	}
	if id == primary(k.of(p)) {
		return k, fmt.Errorf("key %d is in use for all that is new: promote another one first", id)
	}
	return k.change(p, now, func(m *keyset.Manager) error { return m.Delete(id) })
}

func unknown(id uint32) error { return fmt.Errorf("there is no key %d: `zapis keys` lists them", id) }

// of is the keyset of a purpose.
func (k Keys) of(p Purpose) *keyset.Handle {
	if p == Index {
		return k.Index
	}
	return k.Data
}

func (k Keys) known(id uint32) bool {
	_, ok := k.purposeOf(id)
	return ok
}

// purposeOf finds a key by its number.
func (k Keys) purposeOf(id uint32) (Purpose, bool) {
	for _, p := range Purposes() {
		if slices.Contains(ids(k.of(p)), id) {
			return p, true
		}
	}
	return "", false
}

// change gives the keys after a change of one keyset.
func (k Keys) change(p Purpose, now time.Time, how func(*keyset.Manager) error) (Keys, error) {
	if now.Before(k.Changed) {
		return k, ErrClock
	}
	m := keyset.NewManagerFromHandle(k.of(p))
	if err := how(m); err != nil {
		return k, err
	}
	h, err := m.Handle()
	if err != nil {
		return k, err
	}
	if p == Index {
		k.Index = h
	} else {
		k.Data = h
	}
	k.Revision++
	k.Changed = now.UTC()
	return k, nil
}

func template(p Purpose) *tinkpb.KeyTemplate {
	if p == Index {
		return prf.HMACSHA256PRFKeyTemplate()
	}
	return aead.AES256GCMKeyTemplate()
}
