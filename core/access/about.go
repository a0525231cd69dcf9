package access

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
)

// About is what the database knows of the transaction's actor and a patient: whether the patient is the chat's own and proved to be, in
// the clinician's care or behind broken glass, of the desk's branches, a payer, open to marketing or to a support ticket. What an object
// adds (author, label, signature, kind) its own package fills in.
func About(ctx context.Context, tx *store.Tx, patient uuid.UUID) (core.Facts, error) {
	row, err := tx.FactsAbout(ctx, patient)
	if err != nil {
		return core.Facts{}, fmt.Errorf("what is known of a patient and who asks: %w", err)
	}
	return core.Facts{
		Own: row.Own, Verified: row.Verified, Care: row.Care, Glass: row.Glass, Ticket: row.Ticket, Branch: row.Branch, Consent: row.Consent, Payer: row.Payer,
	}, nil
}

// AboutAll is About of some patients at once, by their ids: of lists, which a question a patient would make slow.
func AboutAll(ctx context.Context, tx *store.Tx, patients []uuid.UUID) (map[uuid.UUID]core.Facts, error) {
	rows, err := tx.FactsAboutAll(ctx, patients)
	if err != nil {
		return nil, fmt.Errorf("what is known of patients and who asks: %w", err)
	}
	out := make(map[uuid.UUID]core.Facts, len(rows))
	for _, r := range rows {
		out[r.ID] = core.Facts{Own: r.Own, Verified: r.Verified, Care: r.Care, Glass: r.Glass, Ticket: r.Ticket, Branch: r.Branch, Consent: r.Consent, Payer: r.Payer}
	}
	return out, nil
}
