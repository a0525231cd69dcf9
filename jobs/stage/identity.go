package stage

import (
	"bytes"
	"context"
	"fmt"
	"math/big"
	"strconv"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/store"
)

// code is what the desk does for whoever shows a document: it writes the birth date into their card and gives them these six digits.
func (s *Stage) code(ctx context.Context, digits, born string) error {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || len(digits) != 6 {
		return fmt.Errorf("code %q is not six digits", digits)
	}
	chat := core.Actor{Kind: core.Patient, ID: conversation.ID("talk:test", s.Chat), Channel: channel}
	cards := patient.Cards{In: s.DB, Vault: s.Vault, Clock: s.Clock, IDs: core.NewIDs(nil)}
	family, err := cards.Family(ctx, s.Talks.Guard.Admit(chat))
	if err != nil || len(family) == 0 {
		return fmt.Errorf("nobody to give a code to: %w", err)
	}
	err = s.DB.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE patient SET birth_date = $2::text::date WHERE id = $1", family[0].ID, born)
		return err
	})
	if err != nil {
		return fmt.Errorf("birth date %q: %w", born, err)
	}
	chance := bytes.NewReader(big.NewInt(n).FillBytes(make([]byte, 3))) // from which exactly these digits come
	_, err = cards.IssueCode(ctx, core.Sys("cabinet"), family[0].ID, chance, false)
	return err
}
