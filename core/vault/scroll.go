package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// scroll is what stands in a key file.
type scroll struct {
	keys  Keys
	wraps []wrap
	kek   []byte // nil: in clear
}

// page is a key file as JSON: two keysets in Tink's own format, encrypted where there are wraps.
type page struct {
	About    string          `json:"about"`
	Revision int64           `json:"revision"`
	Changed  time.Time       `json:"changed_at"`
	Wraps    []wrap          `json:"wrapped_under,omitempty"`
	Data     json.RawMessage `json:"data"`
	Index    json.RawMessage `json:"index"`
}

const about = "Keys of Zapis. Whoever loses this file loses every encrypted column; keep a copy apart from the database. See docs/security.md."

var errDamaged = errors.New("the key file is damaged: put back a copy of it")

// ParseKeys reads a key file's text.
func ParseKeys(text []byte, secrets Secrets) (Keys, error) {
	s, err := readScroll(text, secrets)
	return s.keys, err
}

func readScroll(text []byte, secrets Secrets) (scroll, error) {
	var p page
	if err := json.Unmarshal(text, &p); err != nil || p.Revision < 1 || p.Data == nil || p.Index == nil { // its words may carry a piece of a key
		return scroll{}, errDamaged
	}
	s := scroll{keys: Keys{Revision: p.Revision, Changed: p.Changed}, wraps: p.Wraps}
	var master tink.AEAD
	var err error
	if len(p.Wraps) > 0 {
		if s.kek, err = unwrap(p.Wraps, secrets); err != nil {
			return scroll{}, err
		}
		if master, err = kekAEAD(s.kek); err != nil {
			return scroll{}, err
		}
	}
	if s.keys.Data, err = readKeyset(p.Data, master, Data); err != nil {
		return scroll{}, err
	}
	if s.keys.Index, err = readKeyset(p.Index, master, Index); err != nil {
		return scroll{}, err
	}
	if _, err := newRing(s.keys); err != nil {
		return scroll{}, errDamaged
	}
	return s, nil
}

func readKeyset(text []byte, master tink.AEAD, p Purpose) (*keyset.Handle, error) {
	r := keyset.NewJSONReader(bytes.NewReader(text))
	var h *keyset.Handle
	var err error
	if master == nil {
		h, err = insecurecleartextkeyset.Read(r)
	} else {
		h, err = keyset.ReadWithAssociatedData(r, master, []byte(p))
	}
	if err != nil {
		return nil, errDamaged
	}
	return h, nil
}

// text writes the file. With anew the wrapping is made anew under secrets; otherwise it stays.
func (s scroll) text(secrets Secrets, anew bool) ([]byte, error) {
	var err error
	if anew {
		if s.kek, s.wraps, err = newWraps(secrets); err != nil {
			return nil, err
		}
	}
	var master tink.AEAD
	if s.kek != nil {
		if master, err = kekAEAD(s.kek); err != nil {
			return nil, err
		}
	}
	p := page{About: about, Revision: s.keys.Revision, Changed: s.keys.Changed, Wraps: s.wraps}
	if p.Data, err = writeKeyset(s.keys.Data, master, Data); err != nil {
		return nil, err
	}
	if p.Index, err = writeKeyset(s.keys.Index, master, Index); err != nil {
		return nil, err
	}
	return json.MarshalIndent(p, "", "  ")
}

func writeKeyset(h *keyset.Handle, master tink.AEAD, p Purpose) (json.RawMessage, error) {
	var b bytes.Buffer
	w := keyset.NewJSONWriter(&b)
	var err error
	if master == nil {
		err = insecurecleartextkeyset.Write(h, w)
	} else {
		err = h.WriteWithAssociatedData(w, master, []byte(p))
	}
	if err != nil {
		return nil, fmt.Errorf("write the keys: %w", err)
	}
	return b.Bytes(), nil
}
