// Package integration decides which machines may speak to the clinic, and of what: each by a token of its own, under a contract.
package integration

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// They tell secrets of ours from others, for scanners that look for lost ones.
const (
	tokenPrefix = "zapis_"
	keyPrefix   = "zapis_key_"
)

// Longest is how long a token may be good for.
const Longest = 2 * 365 * 24 * time.Hour

// Tokens keeps them. Only the SHA-256 of a token stands in the database: 256 random bits need no slower hash.
type Tokens struct {
	In     store.Opener
	Vault  *vault.Vault
	Clock  core.Clock
	IDs    core.IDs
	Random io.Reader
}

// Token is one of them, as it is listed: never the secret.
type Token struct {
	ID               uuid.UUID
	Name, Scope      string
	Created, Expires time.Time
	Revoked          *time.Time
}

// Secrets are what an integration is given, once.
type Secrets struct {
	Token string
	Key   string // what it signs by; "" where its contract asks for no signature
}

// Create makes a token. Scope lists classes ("contacts appointments records:vitals").
func (t Tokens) Create(ctx context.Context, actor core.Actor, name, scope string, lasts time.Duration) (Secrets, error) {
	p, err := t.drawn(name, scope, lasts)
	if err != nil {
		return Secrets{}, err
	}
	token, err := t.draw(tokenPrefix)
	if err != nil {
		return Secrets{}, err
	}
	out := Secrets{Token: token}
	p.Hash = hash(token)
	if signs(p.Scope) {
		if out.Key, err = t.draw(keyPrefix); err != nil {
			return Secrets{}, err
		}
		if p.KeySealed, err = t.Vault.Seal(keyPlace(p.ID), []byte(out.Key)); err != nil {
			return Secrets{}, fmt.Errorf("make a token: %w", err)
		}
	}
	err = t.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := tx.TokenAdd(ctx, p); err != nil {
			return err
		}
		return t.note(ctx, tx, "token.create", p.ID)
	})
	if err != nil {
		return Secrets{}, fmt.Errorf("make a token: %w", err)
	}
	return out, nil
}

// drawn is a token's row without its secrets, or why there may be none.
func (t Tokens) drawn(name, scope string, lasts time.Duration) (db.TokenAddParams, error) {
	contract, err := Contract(scope)
	switch {
	case err != nil:
	case !regexp.MustCompile(`^[a-z0-9_.-]{1,40}$`).MatchString(name):
		err = core.Refuse(core.Invalid, "token_name")
	case lasts <= 0 || lasts > Longest:
		err = core.Refuse(core.Invalid, "token_lasts")
	}
	now := t.Clock()
	return db.TokenAddParams{ID: t.IDs(), Name: name, Scope: contract, CreatedAt: now, ExpiresAt: now.Add(lasts)}, err
}

// draw is 256 random bits as a secret of a kind.
func (t Tokens) draw(kind string) (string, error) {
	var bits [32]byte
	if _, err := io.ReadFull(t.Random, bits[:]); err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return kind + base64.RawURLEncoding.EncodeToString(bits[:]), nil
}

// Contract puts a list of classes in order, each known, once; or refuses it.
func Contract(scope string) (string, error) {
	var out []string
	for _, term := range strings.FieldsFunc(scope, func(r rune) bool { return r == ' ' || r == ',' }) {
		class, kind, narrow := strings.Cut(term, ":")
		if !slices.Contains(core.Classes(), core.Class(class)) || (narrow && !regexp.MustCompile(`^[a-z_]+$`).MatchString(kind)) {
			return "", core.Refuse(core.Invalid, "token_scope", "Term", term)
		}
		out = append(out, term)
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) == 0 {
		return "", core.Refuse(core.Invalid, "token_scope", "Term", "")
	}
	return strings.Join(out, " "), nil
}

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Caller is who shows a good token.
type Caller struct {
	core.Actor
	key []byte // what it signs by; none: it need not
}

// Find is who shows a token. What is unknown, revoked or expired is one refusal (token_unknown).
func (t Tokens) Find(ctx context.Context, shown string) (Caller, error) {
	no := core.Refuse(core.Denied, "token_unknown")
	var row db.ApiToken
	err := t.In.InTx(ctx, core.Sys("api"), func(tx *store.Tx) error {
		var err error
		row, err = tx.TokenByHash(ctx, hash(shown))
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Caller{}, no
	}
	if err != nil {
		return Caller{}, fmt.Errorf("find a token: %w", err)
	}
	if subtle.ConstantTimeCompare(row.Hash, hash(shown)) != 1 || row.RevokedAt != nil || !t.Clock().Before(row.ExpiresAt) {
		return Caller{}, no
	}
	c := Caller{Actor: core.Actor{Kind: core.Service, ID: row.ID, Role: row.Scope, Channel: "api"}}
	if row.KeySealed != nil {
		if c.key, err = t.Vault.Open(keyPlace(row.ID), row.KeySealed); err != nil {
			return Caller{}, fmt.Errorf("what a token signs by: %w", err)
		}
	}
	return c, nil
}

// List is every token there is or was.
func (t Tokens) List(ctx context.Context, actor core.Actor) ([]Token, error) {
	var out []Token
	err := t.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.Tokens(ctx)
		for _, r := range rows {
			out = append(out, Token{ID: r.ID, Name: r.Name, Scope: r.Scope, Created: r.CreatedAt, Expires: r.ExpiresAt, Revoked: r.RevokedAt})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return out, nil
}

// Revoke ends a token, from its next request on.
func (t Tokens) Revoke(ctx context.Context, actor core.Actor, name string) error {
	now := t.Clock()
	err := t.In.InTx(ctx, actor, func(tx *store.Tx) error {
		id, err := tx.TokenRevoke(ctx, db.TokenRevokeParams{Name: name, RevokedAt: &now})
		if err != nil {
			return store.NoRows(err, "token_unknown")
		}
		return t.note(ctx, tx, "token.revoke", id)
	})
	if err != nil {
		return fmt.Errorf("revoke a token: %w", err)
	}
	return nil
}

func (t Tokens) note(ctx context.Context, tx *store.Tx, action string, id uuid.UUID) error {
	return audit.Add(ctx, tx, audit.Entry{ID: t.IDs(), At: t.Clock(), Action: action, Class: core.Policies, Object: "api_token", Subject: id})
}
