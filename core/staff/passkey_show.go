package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// BeginShow asks for a passkey: for one of m's, or for anybody's where m is nobody yet.
func (p *Passkeys) BeginShow(ctx context.Context, m Member) (Ceremony, error) {
	if m.ID == uuid.Nil {
		options, state, err := p.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
		if err != nil {
			return Ceremony{}, fmt.Errorf("ask for a passkey: %w", err)
		}
		return ceremony(options, state)
	}
	var out Ceremony
	err := p.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		h, err := held(ctx, tx, m)
		if err == nil && len(h.keys) == 0 {
			err = wrongPasskey()
		}
		if err != nil {
			return err
		}
		options, state, err := p.web.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationRequired))
		if err != nil {
			return err
		}
		out, err = ceremony(options, state)
		return err
	})
	if err != nil {
		return Ceremony{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	return out, nil
}

// Show is whose passkey a browser answered with: m's, or anybody's where m is nobody yet. A passkey whose counter has not grown may have
// a copy: it is refused from then on, its owner's sessions end, and it is on record.
func (p *Passkeys) Show(ctx context.Context, m Member, c Ceremony, answer []byte) (Member, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Member{}, wrongPasskey()
	}
	if m.ID == uuid.Nil {
		if m, err = p.owner(ctx, parsed.Response.UserHandle); err != nil {
			return Member{}, err
		}
	}
	doubted := false
	err = p.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		shown, err := p.shown(ctx, tx, m, c, parsed)
		if err != nil {
			return err
		}
		if doubted = shown.Authenticator.CloneWarning; doubted {
			return p.doubt(ctx, tx, m, shown.ID)
		}
		body, err := json.Marshal(shown)
		if err != nil {
			return err
		}
		if err := tx.StaffPasskeyUsed(ctx, db.StaffPasskeyUsedParams{ID: shown.ID, Credential: body, Now: p.Clock()}); err != nil {
			return err
		}
		return p.note(ctx, tx, "staff.passkey", m.ID)
	})
	switch {
	case core.Refusal(err) != nil:
		return Member{}, errors.Join(err, p.record(ctx, "staff.passkey_refused", m.ID))
	case err != nil:
		return Member{}, fmt.Errorf("show a passkey: %w", err)
	case doubted:
		return Member{}, core.Refuse(core.Denied, "passkey_doubted")
	}
	return m, nil
}

// owner is whose a passkey says to be; nobody is trusted before its signature is.
func (p *Passkeys) owner(ctx context.Context, handle []byte) (Member, error) {
	id, err := uuid.FromBytes(handle)
	if err != nil {
		return Member{}, wrongPasskey()
	}
	m, err := p.Find(ctx, id)
	if core.Refusal(err) != nil || (err == nil && m.Demo) {
		return Member{}, wrongPasskey()
	}
	return m, err
}

func (p *Passkeys) shown(ctx context.Context, tx *store.Tx, m Member, c Ceremony, parsed *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
	var state webauthn.SessionData
	if err := json.Unmarshal(c.State, &state); err != nil {
		return nil, wrongPasskey()
	}
	h, err := held(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	var shown *webauthn.Credential
	if len(state.UserID) > 0 {
		shown, err = p.web.ValidateLogin(h, state, parsed)
	} else {
		_, shown, err = p.web.ValidatePasskeyLogin(func([]byte, []byte) (webauthn.User, error) { return h, nil }, state, parsed)
	}
	if err != nil { // the library's words are for developers
		return nil, wrongPasskey()
	}
	return shown, nil
}

func (p *Passkeys) doubt(ctx context.Context, tx *store.Tx, m Member, id []byte) error {
	if err := tx.StaffPasskeyDoubt(ctx, db.StaffPasskeyDoubtParams{ID: id, Now: p.Clock()}); err != nil {
		return err
	}
	if _, err := p.renewed(ctx, tx, m); err != nil {
		return err
	}
	return p.note(ctx, tx, "staff.passkey_doubted", m.ID, "passkey")
}
