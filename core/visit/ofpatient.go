package visit

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
)

// Come is a visit on a patient's card. Where View is less than full, doctor and state are empty: whoever takes money sees when and how much.
type Come struct {
	Visit
	View string
	Own  bool // it is in the actor's own calendar
}

// OfPatient lists a patient's visits that the actor may see, the newest first, at most 200. Who sees no visits at all is refused.
func (d Desk) OfPatient(ctx context.Context, actor core.Actor, patient uuid.UUID) ([]Come, error) {
	var out []Come
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		some := core.Facts{Branch: true, Schedule: true, Today: true}
		if _, err := access.Require(actor, core.Ask{Action: core.Read, Class: core.Appointments, Facts: some}); err != nil {
			return err
		}
		rows, err := tx.VisitsOfPatient(ctx, patient)
		for _, r := range rows {
			verdict, err := d.may(tx.Actor, core.Read, r)
			if err != nil {
				continue
			}
			c := Come{Visit: read(r, d.Book.Current()), View: verdict.View, Own: r.PractitionerID == actor.Doctor && actor.Doctor != uuid.Nil}
			if c.View != access.Full {
				c.Doctor, c.Room, c.ServiceName, c.Specialty = uuid.Nil, uuid.Nil, "", ""
			}
			out = append(out, c)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("a patient's visits: %w", err)
	}
	return out, nil
}
