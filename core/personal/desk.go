package personal

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
)

// Requests lists what people asked about their data, what is open and due first before the rest, at most 200.
func (o Office) Requests(ctx context.Context, actor core.Actor) ([]Request, error) {
	var out []Request
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.PersonalRequests(ctx)
		for _, r := range rows {
			out = append(out, Request{
				ID: r.ID, Patient: store.ID(r.PatientID), Chat: store.ID(r.ConversationID), Kind: Kind(r.Kind), State: r.State, Fields: r.Fields,
				Asked: r.AskedAt, Due: r.DueAt,
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("requests about personal data: %w", err)
	}
	return out, nil
}

// Known is somebody found by phone.
type Known struct {
	ID   uuid.UUID
	Name string
}

// ByPhone finds who has a phone, of the patients that the acting member may see, at most 20.
func (o Office) ByPhone(ctx context.Context, actor core.Actor, phone string) ([]Known, error) {
	number, err := core.Phone(phone, "RU")
	if err != nil {
		return nil, err
	}
	if _, err := access.Require(actor, core.Ask{Action: core.Read, Class: core.Contacts, Facts: core.Facts{Branch: true}}); err != nil {
		return nil, err
	}
	var out []Known
	err = o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.PatientsByPhone(ctx, o.Vault.Indexes(string(Phone), number))
		for _, r := range rows {
			out = append(out, Known{ID: r.ID, Name: r.Name})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("who has a phone: %w", err)
	}
	return out, nil
}
