package staff

import (
	"context"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// What every authenticator app does without being told (RFC 6238): HMAC-SHA-1, six digits, thirty seconds. Clocks may differ by a step.
const (
	totpDigits = 6
	totpPeriod = 30
	totpSkew   = 1
	totpSecret = 20 // bytes: RFC 4226 recommends the length of the hash
	totpShown  = 30 * time.Minute
)

// Enrolment is what an authenticator app is told, as a link (for a QR code) and as letters to be typed.
type Enrolment struct {
	Link   string
	Secret string
}

func totpPlace(id uuid.UUID) vault.Place {
	return vault.Place{Table: "staff_totp", Column: "totp_sealed", Row: id}
}

// ShowTOTP makes a new secret for m. It is worth nothing until a code of it was seen (ConfirmTOTP); what m has meanwhile stays good.
func (r *Roster) ShowTOTP(ctx context.Context, m Member) error {
	if m.Demo {
		return core.Refuse(core.Denied, "demo_fixed")
	}
	secret := make([]byte, totpSecret)
	if _, err := io.ReadFull(r.Random, secret); err != nil {
		return fmt.Errorf("a secret: %w", err)
	}
	id := r.IDs()
	sealed, err := r.Vault.Seal(totpPlace(id), secret)
	if err != nil {
		return err
	}
	err = r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		if err := tx.StaffTOTPForgetShown(ctx, m.ID); err != nil {
			return err
		}
		return tx.StaffTOTPShow(ctx, db.StaffTOTPShowParams{ID: id, StaffID: m.ID, TotpSealed: sealed, CreatedAt: r.Clock()})
	})
	if err != nil {
		return fmt.Errorf("show a secret: %w", err)
	}
	return nil
}

// ShownTOTP is the secret that m is setting up, under the clinic's name; a refusal (totp_unshown) where there is none any more.
func (r *Roster) ShownTOTP(ctx context.Context, m Member, clinic string) (Enrolment, error) {
	_, secret, err := r.shown(ctx, m)
	if err != nil {
		return Enrolment{}, fmt.Errorf("a shown secret: %w", err)
	}
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	q := url.Values{"secret": {text}, "issuer": {clinic}}
	link := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + clinic + ":" + m.Login, RawQuery: q.Encode()}
	return Enrolment{Link: link.String(), Secret: text}, nil
}

func (r *Roster) shown(ctx context.Context, m Member) (uuid.UUID, []byte, error) {
	var row db.StaffTOTPShownRow
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		var err error
		row, err = tx.StaffTOTPShown(ctx, m.ID)
		return store.NoRows(err, "totp_unshown")
	})
	if err == nil && r.Clock().Sub(row.CreatedAt) > totpShown {
		err = core.Refuse(core.NotFound, "totp_unshown")
	}
	if err != nil {
		return uuid.Nil, nil, err
	}
	secret, err := r.Vault.Open(totpPlace(row.ID), row.TotpSealed)
	return row.ID, secret, err
}

// ConfirmTOTP takes the shown secret into use once a code of it is right, in the place of an older one, and returns new recovery
// codes, which are never shown again. Every other session of m ends.
func (r *Roster) ConfirmTOTP(ctx context.Context, m Member, code, from string) (Member, []string, error) {
	account, address := codeKeys(m, from)
	if err := r.door.Try(ctx, account, address); err != nil {
		return Member{}, nil, fmt.Errorf("confirm a secret: %w", err)
	}
	id, secret, err := r.shown(ctx, m)
	if err != nil {
		return Member{}, nil, fmt.Errorf("confirm a secret: %w", err)
	}
	step, good, err := r.step(secret, plainCode(code))
	if err == nil && !good {
		err = core.Refuse(core.Denied, "code_wrong")
	}
	if err != nil {
		return Member{}, nil, fmt.Errorf("confirm a secret: %w", err)
	}
	var codes []string
	err = r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		if _, err := tx.StaffTOTPForget(ctx, m.ID); err != nil {
			return err
		}
		done, err := tx.StaffTOTPConfirm(ctx, db.StaffTOTPConfirmParams{ID: id, Now: r.Clock(), Step: step})
		if err == nil && len(done) == 0 {
			err = core.Refuse(core.NotFound, "totp_unshown")
		}
		if err != nil {
			return err
		}
		if codes, err = r.recoveries(ctx, tx, m); err != nil {
			return err
		}
		if m, err = r.renewed(ctx, tx, m); err != nil {
			return err
		}
		return r.note(ctx, tx, "staff.totp_set", m.ID, "totp")
	})
	if err != nil {
		return Member{}, nil, fmt.Errorf("confirm a secret: %w", err)
	}
	return m, codes, r.door.Right(ctx, account, address)
}

// RemoveTOTP forgets m's authenticator and their recovery codes. The last second factor of whoever must have one stays (factor_last).
func (r *Roster) RemoveTOTP(ctx context.Context, m Member) (Member, error) {
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		if _, err := tx.StaffLockRow(ctx, m.ID); err != nil {
			return store.NoRows(err, "staff_unknown")
		}
		gone, err := tx.StaffTOTPForget(ctx, m.ID)
		if err == nil && len(gone) == 0 {
			err = core.Refuse(core.NotFound, "factor_unknown")
		}
		if err != nil {
			return err
		}
		if err := r.enough(ctx, tx, m); err != nil {
			return err
		}
		if err := tx.StaffRecoveryForget(ctx, m.ID); err != nil {
			return err
		}
		if m, err = r.renewed(ctx, tx, m); err != nil {
			return err
		}
		return r.note(ctx, tx, "staff.totp_remove", m.ID, "totp")
	})
	if err != nil {
		return Member{}, fmt.Errorf("remove a secret: %w", err)
	}
	return m, nil
}

// enough refuses to leave m without a second factor where their role asks for one. The caller holds the lock on m.
func (r *Roster) enough(ctx context.Context, tx *store.Tx, m Member) error {
	left, err := tx.StaffFactors(ctx, m.ID)
	if err != nil {
		return err
	}
	if !left.Totp && left.Passkeys == 0 && r.Demand.Of(m) {
		return core.Refuse(core.Conflict, "factor_last")
	}
	return nil
}

// useTOTP says whether code is m's now, and uses its step up.
func (r *Roster) useTOTP(ctx context.Context, tx *store.Tx, m Member, code string) (bool, error) {
	row, err := tx.StaffTOTP(ctx, m.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	secret, err := r.Vault.Open(totpPlace(row.ID), row.TotpSealed)
	if err != nil {
		return false, err
	}
	step, good, err := r.step(secret, code)
	if err != nil || !good {
		return false, err
	}
	used, err := tx.StaffTOTPUse(ctx, db.StaffTOTPUseParams{ID: row.ID, Step: step})
	return len(used) == 1, err
}

// step finds the step whose code this is, among those that are good now. All are compared, in constant time.
func (r *Roster) step(secret []byte, code string) (int64, bool, error) {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	now := r.Clock().Unix() / totpPeriod
	found := int64(0)
	for step := now - totpSkew; step <= now+totpSkew; step++ {
		want, err := hotp.GenerateCodeCustom(text, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}) //nolint:gosec // after 1970
		if err != nil {
			return 0, false, fmt.Errorf("an authenticator's code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = step
		}
	}
	return found, found != 0, nil
}
