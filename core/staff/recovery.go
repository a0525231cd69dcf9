package staff

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Recovery codes: ten of eighty bits, in four groups of four letters.
const (
	recoveryCodes = 10
	recoveryBytes = 10
)

// recoveries makes new recovery codes for m; the older ones are worth nothing.
func (r *Roster) recoveries(ctx context.Context, tx *store.Tx, m Member) ([]string, error) {
	if err := tx.StaffRecoveryForget(ctx, m.ID); err != nil {
		return nil, err
	}
	codes := make([]string, 0, recoveryCodes)
	for range recoveryCodes {
		var bits [recoveryBytes]byte
		if _, err := io.ReadFull(r.Random, bits[:]); err != nil {
			return nil, fmt.Errorf("a recovery code: %w", err)
		}
		code := strings.ToLower(base32.StdEncoding.EncodeToString(bits[:]))
		codes = append(codes, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
		if err := tx.StaffRecoveryAdd(ctx, db.StaffRecoveryAddParams{StaffID: m.ID, CodeHash: recoveryHash(m.ID, code)}); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

func recoveryHash(id uuid.UUID, code string) []byte {
	sum := sha256.Sum256([]byte(id.String() + code))
	return sum[:]
}

func (r *Roster) useRecovery(ctx context.Context, tx *store.Tx, m Member, code string) (bool, error) {
	used, err := tx.StaffRecoveryUse(ctx, db.StaffRecoveryUseParams{StaffID: m.ID, CodeHash: recoveryHash(m.ID, code), Now: r.Clock()})
	return len(used) == 1, err
}

// NewRecovery makes new recovery codes, where the old ones are lost or used up. They are never shown again.
func (r *Roster) NewRecovery(ctx context.Context, m Member) ([]string, error) {
	var codes []string
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		has, err := tx.StaffFactors(ctx, m.ID)
		if err == nil && !has.Totp && has.Passkeys == 0 {
			err = core.Refuse(core.NotFound, "factor_unknown")
		}
		if err != nil {
			return err
		}
		if codes, err = r.recoveries(ctx, tx, m); err != nil {
			return err
		}
		return r.note(ctx, tx, "staff.recovery_set", m.ID, "recovery")
	})
	if err != nil {
		return nil, fmt.Errorf("new recovery codes: %w", err)
	}
	return codes, nil
}
