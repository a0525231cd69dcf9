package settings

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Remains is what hangs on a branch, a room, a service or a doctor from now on: it stays when they are closed, and somebody has to see to it.
type Remains struct {
	Visits int // to come
	Rules  int // of working time
}

// Remains counts what hangs on a subject, for those who see how the clinic is set up.
func (d Desk) Remains(ctx context.Context, who core.Actor, subject uuid.UUID) (Remains, error) {
	var out Remains
	if !Sees(who, kindSchedule) {
		return out, core.Refuse(core.Denied, "settings_not_yours")
	}
	err := d.In.InTx(ctx, core.Sys("settings"), func(tx *store.Tx) error { // counts of the clinic's own, whoever's branch they are in
		r, err := tx.SettingRemains(ctx, db.SettingRemainsParams{Subject: subject, Now: d.Clock()})
		out = Remains{int(r.Visits), int(r.Rules)}
		return err
	})
	if err != nil {
		return out, fmt.Errorf("what remains: %w", err)
	}
	return out, nil
}
