package staff

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// BeginRegister asks for a new passkey of m's.
func (p *Passkeys) BeginRegister(ctx context.Context, m Member) (Ceremony, error) {
	if m.Demo {
		return Ceremony{}, core.Refuse(core.Denied, "demo_fixed")
	}
	var out Ceremony
	err := p.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		h, err := held(ctx, tx, m)
		if err != nil {
			return err
		}
		options, state, err := p.web.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
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

// Register keeps the passkey that a browser answered with. The first one of somebody without a second factor brings recovery codes.
// Every other session of m ends.
func (p *Passkeys) Register(ctx context.Context, m Member, c Ceremony, answer []byte, name string) (Member, []string, error) {
	made, err := p.made(m, c, answer)
	if err != nil {
		return Member{}, nil, fmt.Errorf("register a passkey: %w", err)
	}
	body, err := json.Marshal(made)
	if err != nil {
		return Member{}, nil, fmt.Errorf("register a passkey: %w", err)
	}
	var codes []string
	err = p.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		has, err := tx.StaffFactors(ctx, m.ID)
		if err != nil {
			return err
		}
		put := db.StaffPasskeyAddParams{ID: made.ID, StaffID: m.ID, Name: passkeyName(name), Credential: body, CreatedAt: p.Clock()}
		if err := tx.StaffPasskeyAdd(ctx, put); err != nil {
			return err
		}
		if has.Recovery == 0 {
			if codes, err = p.recoveries(ctx, tx, m); err != nil {
				return err
			}
		}
		if m, err = p.renewed(ctx, tx, m); err != nil {
			return err
		}
		return p.note(ctx, tx, "staff.passkey_add", m.ID, "passkey")
	})
	if err != nil {
		return Member{}, nil, fmt.Errorf("register a passkey: %w", err)
	}
	return m, codes, nil
}

func (p *Passkeys) made(m Member, c Ceremony, answer []byte) (*webauthn.Credential, error) {
	var state webauthn.SessionData
	if err := json.Unmarshal(c.State, &state); err != nil {
		return nil, wrongPasskey()
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return nil, wrongPasskey()
	}
	made, err := p.web.CreateCredential(holder{Member: m}, state, parsed)
	if err != nil {
		return nil, wrongPasskey()
	}
	made.Attestation = webauthn.CredentialAttestation{} // nothing rests on it
	return made, nil
}

// maxPasskeyName bounds a passkey's name in characters.
const maxPasskeyName = 60

func passkeyName(typed string) string {
	typed = strings.Join(strings.Fields(typed), " ")
	if utf8.RuneCountInString(typed) > maxPasskeyName {
		typed = string([]rune(typed)[:maxPasskeyName])
	}
	return typed
}
