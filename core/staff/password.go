package staff

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"github.com/zapis-clinic/zapis/core"
)

// parameters are OWASP's least for argon2id: 19 MiB, two passes, one lane.
func parameters() *argon2id.Params {
	return &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// nobody is a hash that no password has. It is compared with where there is no other, so that a wrong login takes as long as a wrong
// password.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// seats is how many hashes may be made at once: 38 MiB in all.
const seats = 2

// Bounds of a password, in characters. NIST SP 800-63B asks for at least 8 and for no rules of composition.
const (
	shortest = 10
	longest  = 200
)

// acceptable refuses a password that is too easy to guess or too long to hash.
func acceptable(password, login string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < shortest:
		return core.Refuse(core.Invalid, "password_short", "Count", shortest)
	case n > longest:
		return core.Refuse(core.Invalid, "password_long", "Count", longest)
	case strings.EqualFold(password, login):
		return core.Refuse(core.Invalid, "password_is_login")
	default:
		return nil
	}
}

// passwords hashes and compares, as many at once as there are seats.
type passwords chan struct{}

// sit waits for a seat, or until the caller has gone.
func (p passwords) sit(ctx context.Context) error {
	select {
	case p <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to hash: %w", ctx.Err())
	}
}

func (p passwords) rise() { <-p }

func (p passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.sit(ctx); err != nil {
		return "", err
	}
	defer p.rise()
	return argon2id.CreateHash(password, parameters())
}

// match compares in constant time. An empty hash matches nothing.
func (p passwords) match(ctx context.Context, password, hash string) (bool, error) {
	if err := p.sit(ctx); err != nil {
		return false, err
	}
	defer p.rise()
	if hash == "" {
		_, err := argon2id.ComparePasswordAndHash(password, nobody)
		return false, err
	}
	return argon2id.ComparePasswordAndHash(password, hash)
}
