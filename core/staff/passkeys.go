package staff

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Passkeys lets staff sign in with what their phone, computer or security key holds. The person is verified there, by a finger or a PIN, so
// that a passkey is both factors in one.
type Passkeys struct {
	*Roster
	web *webauthn.WebAuthn
}

// NewPasskeys makes passkeys of the site at address. They do not work where a browser would have none: a passkey belongs to a name, and an
// IP address is none.
func NewPasskeys(r *Roster, address string) (*Passkeys, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("passkeys of %q: %w", address, err)
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || (u.Scheme != "https" && host != "localhost") {
		return &Passkeys{Roster: r}, nil
	}
	web, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Zapis", RPOrigins: []string{u.Scheme + "://" + u.Host}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys of %q: %w", address, err)
	}
	return &Passkeys{Roster: r, web: web}, nil
}

// Work says whether there can be passkeys at the site's address.
func (p *Passkeys) Work() bool { return p.web != nil }

// Ceremony is one exchange with a browser: Options for it, and State to be kept until its answer.
type Ceremony struct {
	Options json.RawMessage
	State   []byte
}

func ceremony(options any, state *webauthn.SessionData) (Ceremony, error) {
	var c Ceremony
	var err error
	if c.Options, err = json.Marshal(options); err != nil {
		return c, fmt.Errorf("options of a passkey: %w", err)
	}
	state.Expires = time.Time{} // whoever keeps the state looks at the clock
	c.State, err = json.Marshal(state)
	return c, err
}

// holder is a member as the library sees them.
type holder struct {
	Member
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return h.ID[:] }
func (h holder) WebAuthnName() string                       { return h.Login }
func (h holder) WebAuthnDisplayName() string                { return h.Login }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// Passkey is one of somebody's, for their own page.
type Passkey struct {
	ID      []byte
	Name    string
	Created time.Time
	Used    *time.Time
	Doubted bool // there may be a copy of it: it opens nothing any more
}

// List is m's passkeys.
func (p *Passkeys) List(ctx context.Context, m Member) ([]Passkey, error) {
	var out []Passkey
	err := p.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		rows, err := tx.StaffPasskeys(ctx, m.ID)
		for _, r := range rows {
			out = append(out, Passkey{ID: r.ID, Name: r.Name, Created: r.CreatedAt, Used: r.UsedAt, Doubted: r.DoubtedAt != nil})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys of %s: %w", m.ID, err)
	}
	return out, nil
}

// held is m with the passkeys that open something. The rows are locked until the transaction ends.
func held(ctx context.Context, tx *store.Tx, m Member) (holder, error) {
	rows, err := tx.StaffPasskeysLocked(ctx, m.ID)
	if err != nil {
		return holder{}, err
	}
	h := holder{Member: m}
	for _, r := range rows {
		var c webauthn.Credential
		if err := json.Unmarshal(r.Credential, &c); err != nil {
			return holder{}, fmt.Errorf("read a passkey: %w", err)
		}
		if r.DoubtedAt == nil {
			h.keys = append(h.keys, c)
		}
	}
	return h, nil
}

// Rename gives a passkey of m's another name.
func (p *Passkeys) Rename(ctx context.Context, m Member, id []byte, name string) error {
	err := p.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		done, err := tx.StaffPasskeyRename(ctx, db.StaffPasskeyRenameParams{ID: id, StaffID: m.ID, Name: passkeyName(name)})
		if err == nil && len(done) == 0 {
			err = core.Refuse(core.NotFound, "factor_unknown")
		}
		if err != nil {
			return err
		}
		return p.note(ctx, tx, "staff.passkey_rename", m.ID, "passkey")
	})
	if err != nil {
		return fmt.Errorf("rename a passkey: %w", err)
	}
	return nil
}

// Remove forgets a passkey of m's. The last second factor of whoever must have one stays (factor_last).
func (p *Passkeys) Remove(ctx context.Context, m Member, id []byte) (Member, error) {
	err := p.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		if _, err := tx.StaffLockRow(ctx, m.ID); err != nil {
			return store.NoRows(err, "staff_unknown")
		}
		gone, err := tx.StaffPasskeyRemove(ctx, db.StaffPasskeyRemoveParams{ID: id, StaffID: m.ID})
		if err == nil && len(gone) == 0 {
			err = core.Refuse(core.NotFound, "factor_unknown")
		}
		if err != nil {
			return err
		}
		if err := p.enough(ctx, tx, m); err != nil {
			return err
		}
		if m, err = p.renewed(ctx, tx, m); err != nil {
			return err
		}
		return p.note(ctx, tx, "staff.passkey_remove", m.ID, "passkey")
	})
	if err != nil {
		return Member{}, fmt.Errorf("remove a passkey: %w", err)
	}
	return m, nil
}

func wrongPasskey() error { return core.Refuse(core.Denied, "passkey_wrong") }
