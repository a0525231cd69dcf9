package settings

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Carry makes a change of the house stand on which another person has decided elsewhere, as they decide on an import as a whole: Zapis' own
// work. While a proposal for the same subject is open it is refused. Whoever calls touches the clinic when all is done.
func (o Office) Carry(ctx context.Context, tx *store.Tx, subject uuid.UUID, c Change) error {
	if err := c.Check(o.Book.Current(), subject); err != nil {
		return err
	}
	open, err := tx.SettingsProposals(ctx, db.SettingsProposalsParams{Subject: store.Ref(subject), Open: true, Rows: 1})
	if err == nil && len(open) > 0 {
		err = core.Refuse(core.Conflict, "settings_open")
	}
	if err == nil {
		err = o.apply(ctx, tx, db.SettingsRequest{SubjectID: subject}, c)
	}
	if err != nil {
		return fmt.Errorf("carry a setting out: %w", err)
	}
	return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: "settings.imported", Class: core.Settings, Object: "setting", Subject: subject})
}

// Now is what stands where a change of the house would go, as JSON; empty where nothing does.
func (o Office) Now(ctx context.Context, tx *store.Tx, subject uuid.UUID, c Change) ([]byte, error) {
	return o.standing(ctx, tx, subject, c)
}
