package patient

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Reasons lists why a doctor may need a patient's number instead of calling by way of the clinic (ACCESS §2, note 1).
func Reasons() []string { return []string{"urgent", "result", "line_down", "agreed"} }

// Reveal tells a doctor the phones of a patient in their care, which are masked elsewhere, for one of the Reasons. The look and its reason
// stand on record. Others, whose phones are masked for good, are refused.
func (c Cards) Reveal(ctx context.Context, actor core.Actor, id uuid.UUID, reason string) ([]Contact, error) {
	var out []Contact
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		facts, err := access.About(ctx, tx, id)
		if err != nil {
			return err
		}
		verdict, err := access.Object(actor, core.Ask{Action: core.Read, Class: core.Contacts, Facts: facts})
		if err != nil || verdict.View != access.Masked || !facts.Care && !facts.Glass {
			return core.Refuse(core.NotFound, "patient_unknown")
		}
		if !slices.Contains(Reasons(), reason) {
			return core.Refuse(core.Invalid, "reveal_reason")
		}
		all, err := c.contacts(ctx, tx, id)
		for _, k := range all {
			if k.Kind == vault.Phone {
				out = append(out, k)
			}
		}
		if err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{
			ID: c.IDs(), At: c.Clock(), Action: "patient.phone_shown", Class: core.Contacts, Object: object, Subject: id, Patient: id,
			Fields: []string{"phone", "reason:" + reason}, Glass: !facts.Care,
		})
	})
	if err != nil {
		return nil, fmt.Errorf("show a phone: %w", err)
	}
	return out, nil
}
