package cabinet

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// OIDC is the clinic's own sign-on. The zero value is none.
type OIDC struct {
	Issuer   string
	ClientID string
	Secret   string
	HTTP     *http.Client // reaches the provider; it bounds how long that takes
}

// signOn talks to the provider of the clinic's sign-on. What it publishes of itself is asked for once it is needed, so that Zapis starts
// without it.
type signOn struct {
	OIDC
	clock core.Clock
	back  string // where the provider sends people

	mu       sync.Mutex
	provider *oidc.Provider
}

// asking is what is kept of a person who was sent to the provider: each value is 128 random bits.
type asking struct{ state, nonce, verifier string }

func newAsking(random io.Reader) (asking, error) {
	var bits [3][32]byte
	for i := range bits {
		if _, err := io.ReadFull(random, bits[i][:]); err != nil {
			return asking{}, fmt.Errorf("ask the sign-on: %w", err)
		}
	}
	text := base64.RawURLEncoding.EncodeToString
	return asking{text(bits[0][:]), text(bits[1][:]), text(bits[2][:])}, nil
}

// reach is ctx with the client that the libraries use, and the provider.
func (s *signOn) reach(ctx context.Context) (context.Context, *oidc.Provider, error) {
	ctx = oidc.ClientContext(ctx, s.HTTP)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.provider == nil {
		// The provider's keys are fetched later too: not within the time of this request alone.
		p, err := oidc.NewProvider(context.WithoutCancel(ctx), s.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("the sign-on's provider: %w", err)
		}
		s.provider = p
	}
	return ctx, s.provider, nil
}

func (s *signOn) client(p *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: s.ClientID, ClientSecret: s.Secret, Endpoint: p.Endpoint(), RedirectURL: s.back, Scopes: []string{oidc.ScopeOpenID}}
}

// address is where a person signs in at the provider.
func (s *signOn) address(ctx context.Context, a asking) (string, error) {
	_, p, err := s.reach(ctx)
	if err != nil {
		return "", err
	}
	return s.client(p).AuthCodeURL(a.state, oidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier)), nil
}

// vouched is whom the provider vouches for, and whether it says that it saw more than a password.
type vouched struct {
	staff.SignOn
	multi bool
}

// redeem turns a code into whom it stands for: signed by the provider, for us, now, and for what we asked. Anything else is refused
// (sign_on_failed).
func (s *signOn) redeem(ctx context.Context, a asking, code string) (vouched, error) {
	failed := core.Refuse(core.Denied, "sign_on_failed")
	ctx, p, err := s.reach(ctx)
	if err != nil {
		return vouched{}, err
	}
	tokens, err := s.client(p).Exchange(ctx, code, oauth2.VerifierOption(a.verifier))
	if refused := new(oauth2.RetrieveError); errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError {
		return vouched{}, failed
	}
	if err != nil {
		return vouched{}, errors.New("the sign-on's provider gives no token") // its words may quote the code
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return vouched{}, failed
	}
	id, err := p.Verifier(&oidc.Config{ClientID: s.ClientID, Now: s.clock}).Verify(ctx, raw)
	if err != nil || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.nonce)) != 1 || id.Subject == "" {
		return vouched{}, failed
	}
	var claims struct {
		Methods []string `json:"amr"`
	}
	if err := id.Claims(&claims); err != nil {
		return vouched{}, failed
	}
	return vouched{SignOn: staff.SignOn{Issuer: id.Issuer, Subject: id.Subject}, multi: slices.Contains(claims.Methods, "mfa")}, nil
}
