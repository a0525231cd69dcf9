package stage

import (
	"context"
	"fmt"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
)

// renamed gives a doctor another surname, as a marriage does; the next message meets the clinic as it then is.
func (s *Stage) renamed(ctx context.Context, from, to string) error {
	err := s.DB.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE practitioner SET surname = $2 WHERE surname = $1", from, to); err != nil {
			return err
		}
		return tx.ClinicTouch(ctx)
	})
	if err != nil {
		return fmt.Errorf("rename %s: %w", from, err)
	}
	return s.Talks.Book.Refresh(ctx)
}
