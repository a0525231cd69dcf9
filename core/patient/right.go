package patient

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
)

// may asks the rules for one card. What they deny is answered like a card that is not there.
func (c Cards) may(ctx context.Context, tx *store.Tx, action core.Action, id uuid.UUID) (core.Verdict, error) {
	facts, err := access.About(ctx, tx, id)
	if err != nil {
		return core.Verdict{}, err
	}
	verdict, err := access.Object(tx.Actor, core.Ask{Action: action, Class: core.Contacts, Facts: facts})
	if err != nil {
		return verdict, core.Refuse(core.NotFound, "patient_unknown")
	}
	return verdict, nil
}

// mayOwn asks for what a chat does with cards of its own, which row-level security has shown to be that, or which it makes for itself.
func mayOwn(who core.Actor, action core.Action) error {
	_, err := access.Require(who, core.Ask{Action: action, Class: core.Contacts, Facts: core.Facts{Own: who.Kind == core.Patient}})
	return err
}
