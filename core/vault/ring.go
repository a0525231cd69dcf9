package vault

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ring is keys made ready for use.
type ring struct {
	keys         Keys
	data         tink.AEAD
	dataPrimary  uint32
	indexes      map[uint32]prf.PRF
	indexPrimary uint32
}

func newRing(k Keys) (*ring, error) {
	if k.Data == nil || k.Index == nil {
		return nil, ErrNoKeys
	}
	data, err := aead.New(k.Data)
	if err != nil {
		return nil, fmt.Errorf("keys that seal: %w", err)
	}
	set, err := prf.NewPRFSet(k.Index)
	if err != nil {
		return nil, fmt.Errorf("keys of the blind index: %w", err)
	}
	r := &ring{keys: k, data: data, dataPrimary: primary(k.Data), indexes: set.PRFs, indexPrimary: set.PrimaryID}
	return r, r.tryOut()
}

// tryOut sees that the keys do what they are for, so that Index need not fail later.
func (r *ring) tryOut() error {
	sealed, err := r.data.Encrypt([]byte("zapis"), nil)
	if err != nil {
		return fmt.Errorf("keys that seal: %w", err)
	}
	if id, ok := KeyOf(sealed); !ok || id != r.dataPrimary {
		return errors.New("keys that seal: a sealed value must begin with the number of its key")
	}
	for id := range r.indexes {
		if len(r.index(id, "", "")) != indexBytes {
			return fmt.Errorf("keys of the blind index: key %d does not give %d bytes", id, indexBytes)
		}
	}
	return nil
}

// indexBytes is the length of a blind index: the whole of HMAC-SHA256.
const indexBytes = 32

func (r *ring) index(key uint32, kind, value string) []byte {
	out, err := r.indexes[key].ComputePRF([]byte("zapis|"+kind+"|"+normal(kind, value)), indexBytes)
	if err != nil { // tryOut saw it work
		return nil
	}
	return out
}

// KeyOf is the number of the key that a value was sealed under: Tink's prefix is a one and four bytes of it.
func KeyOf(sealed []byte) (uint32, bool) {
	if len(sealed) < 5 || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:5]), true
}

func ids(h *keyset.Handle) []uint32 {
	var out []uint32
	for i := range h.Len() {
		if e, err := h.Entry(i); err == nil && e.KeyStatus() == keyset.Enabled {
			out = append(out, e.KeyID())
		}
	}
	slices.Sort(out)
	return out
}

func primary(h *keyset.Handle) uint32 {
	e, err := h.Primary()
	if err != nil {
		return 0
	}
	return e.KeyID()
}
