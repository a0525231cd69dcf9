package staff

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// inviteFor is how long a link to set a password works.
const inviteFor = 24 * time.Hour

// purposePassword is the purpose of a link that sets a password.
const purposePassword = "password"

// Invite makes a new one-time link for somebody on the staff: a first or a forgotten password. Older links stop working.
func (r *Roster) Invite(ctx context.Context, actor core.Actor, login string) (string, error) {
	var token string
	err := r.as(ctx, actor, func(tx *store.Tx) error {
		row, err := tx.StaffByLogin(ctx, login)
		if err != nil {
			return store.NoRows(err, "staff_unknown")
		}
		if err := r.note(ctx, tx, "staff.invite", row.ID); err != nil {
			return err
		}
		token, err = r.invite(ctx, tx, row.ID)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	return token, nil
}

// ForgetFactors takes away what somebody on the staff has lost: authenticator, passkeys, recovery codes, the clinic's sign-on. Their
// sessions end.
func (r *Roster) ForgetFactors(ctx context.Context, actor core.Actor, login string) error {
	err := r.as(ctx, actor, func(tx *store.Tx) error {
		row, err := tx.StaffByLogin(ctx, login)
		if err != nil {
			return store.NoRows(err, "staff_unknown")
		}
		if actor.Kind == core.Staff && actor.ID == row.ID {
			return core.Refuse(core.Denied, "self_grant")
		}
		if err := tx.StaffFactorsForget(ctx, row.ID); err != nil {
			return err
		}
		if _, err := tx.StaffRenew(ctx, row.ID); err != nil {
			return err
		}
		return r.note(ctx, tx, "staff.factors_forget", row.ID, "totp", "passkeys", "recovery", "sign_on")
	})
	if err != nil {
		return fmt.Errorf("forget second factors: %w", err)
	}
	return nil
}

func (r *Roster) invite(ctx context.Context, tx *store.Tx, id uuid.UUID) (string, error) {
	return r.oneTime(ctx, tx, id, purposePassword, inviteFor)
}

// oneTime makes a token of 128 bits that works once, and voids the older ones of its purpose.
func (r *Roster) oneTime(ctx context.Context, tx *store.Tx, id uuid.UUID, purpose string, lasts time.Duration) (string, error) {
	var bits [16]byte
	if _, err := io.ReadFull(r.Random, bits[:]); err != nil {
		return "", fmt.Errorf("a link's token: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(bits[:])
	if err := tx.StaffInvitesVoid(ctx, db.StaffInvitesVoidParams{StaffID: id, Purpose: purpose, Now: r.Clock()}); err != nil {
		return "", err
	}
	return token, tx.StaffInviteAdd(ctx, db.StaffInviteAddParams{
		TokenHash: hashOf(token), StaffID: id, Purpose: purpose, ExpiresAt: r.Clock().Add(lasts),
	})
}

// hashOf is what is kept of a token.
func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Invited is whom a link is for. It may be asked any number of times.
func (r *Roster) Invited(ctx context.Context, token string) (Member, error) {
	var m Member
	err := r.In.InTx(ctx, core.Sys("staff"), func(tx *store.Tx) error {
		row, err := tx.StaffInvited(ctx, db.StaffInvitedParams{TokenHash: hashOf(token), Purpose: purposePassword, Now: r.Clock()})
		if err != nil {
			return store.NoRows(err, "invite_unknown")
		}
		m, err = r.member(row)
		return err
	})
	if err != nil {
		return Member{}, fmt.Errorf("read a link: %w", err)
	}
	return m, nil
}

// SetPassword uses a link up. Every session made under the old password ends.
func (r *Roster) SetPassword(ctx context.Context, token, password string) (Member, error) {
	m, err := r.Invited(ctx, token) // before the costly hash
	if err != nil {
		return Member{}, err
	}
	if err := acceptable(password, m.Login); err != nil {
		return Member{}, err
	}
	hash, err := r.passwords.hash(ctx, password)
	if err != nil {
		return Member{}, err
	}
	err = r.In.InTx(ctx, core.Sys("staff"), func(tx *store.Tx) error {
		now := r.Clock()
		id, err := tx.StaffInviteUse(ctx, db.StaffInviteUseParams{TokenHash: hashOf(token), Purpose: purposePassword, Now: now})
		if err != nil {
			return store.NoRows(err, "invite_unknown")
		}
		if err := tx.StaffPassword(ctx, db.StaffPasswordParams{ID: id, PasswordHash: &hash}); err != nil {
			return err
		}
		if err := tx.StaffInvitesVoid(ctx, db.StaffInvitesVoidParams{StaffID: id, Purpose: purposePassword, Now: now}); err != nil {
			return err
		}
		return r.note(ctx, tx, "staff.password", id, "password")
	})
	if err != nil {
		return Member{}, fmt.Errorf("set a password: %w", err)
	}
	m.Generation++
	return m, nil
}
