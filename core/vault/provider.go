package vault

import (
	"context"
	"errors"
)

// Provider keeps a clinic's keys: a file here, a key service elsewhere. Its methods may be slow and may fail; the vault goes on with
// what it has.
type Provider interface {
	// Stamp changes when the keys may have changed. It is asked every few seconds. ErrAbsent says that there are none.
	Stamp(ctx context.Context) (string, error)
	// Load reads the keys. ErrAbsent says that there are none.
	Load(ctx context.Context) (Keys, error)
	// Save puts k in the place of the keys of the revision before, whole or not at all. ErrRevision says that others stand there.
	Save(ctx context.Context, k Keys) error
	// String names the provider to whoever runs the program, without anything secret.
	String() string
}

// What a Provider may answer.
var (
	ErrAbsent   = errors.New("there are no keys")
	ErrRevision = errors.New("the keys were changed by somebody else meanwhile: look at `zapis keys` and try again")
)
