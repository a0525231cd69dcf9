package patient

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// ContactPlace is where a contact's value lies.
func ContactPlace(id uuid.UUID) vault.Place {
	return vault.Place{Table: "patient_contact", Column: "value_sealed", Row: id}
}

// Contact is one way to reach a patient.
type Contact struct {
	ID       uuid.UUID
	Kind     string // vault.Phone (E.164) or vault.Email
	Value    string
	Verified bool
}

func (c Cards) putPhone(ctx context.Context, tx *store.Tx, id uuid.UUID, phone string, vouched bool) error {
	return c.put(ctx, tx, Contact{ID: id, Kind: vault.Phone, Value: phone, Verified: vouched})
}

// put adds a contact to the card k.ID.
func (c Cards) put(ctx context.Context, tx *store.Tx, k Contact) error {
	now := c.Clock()
	put := db.PatientContactPutParams{
		ID: c.IDs(), PatientID: k.ID, Kind: k.Kind, ValueIndex: c.Vault.Index(k.Kind, k.Value), Indexes: c.Vault.Indexes(k.Kind, k.Value),
		TailIndex: c.Vault.Tail(k.Kind, k.Value), CreatedAt: now,
	}
	if k.Verified {
		put.VerifiedAt = &now
	}
	var err error
	if put.ValueSealed, err = c.Vault.Seal(ContactPlace(put.ID), []byte(k.Value)); err != nil {
		return err
	}
	return tx.PatientContactPut(ctx, put)
}

// Contacts lists how a patient is reached, the surest of each kind first. Whoever may not know the number sees it masked; who needs none
// gets none.
func (c Cards) Contacts(ctx context.Context, actor core.Actor, id uuid.UUID) ([]Contact, error) {
	var out []Contact
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		verdict, err := c.may(ctx, tx, core.Read, id)
		if err != nil {
			return err
		}
		if out, err = c.contacts(ctx, tx, id); err == nil {
			out = shown(out, verdict.View)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("a patient's contacts: %w", err)
	}
	return out, nil
}

// shown are contacts as far as a view goes.
func shown(list []Contact, view string) []Contact {
	switch view {
	case access.Full:
		return list
	case access.Masked:
		for i := range list {
			list[i].Value = core.MaskPhone(list[i].Value)
		}
		return list
	default:
		return nil
	}
}

func (c Cards) contacts(ctx context.Context, tx *store.Tx, id uuid.UUID) ([]Contact, error) {
	rows, err := tx.PatientContacts(ctx, id)
	if err != nil {
		return nil, err
	}
	out := make([]Contact, 0, len(rows))
	for _, r := range rows {
		value, err := c.Vault.Open(ContactPlace(r.ID), r.ValueSealed)
		if err != nil {
			return nil, err
		}
		out = append(out, Contact{ID: r.ID, Kind: r.Kind, Value: string(value), Verified: r.VerifiedAt != nil})
	}
	return out, nil
}

// Family lists the people a chat acts for, oneself first.
func (c Cards) Family(ctx context.Context, actor core.Actor) ([]Person, error) {
	var out []Person
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := mayOwn(actor, core.Read); err != nil {
			return err
		}
		rows, err := tx.PatientsOfChat(ctx, actor.ID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			p, err := c.person(r)
			if err != nil {
				return err
			}
			out = append(out, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the chat's people: %w", err)
	}
	return out, nil
}

func (c Cards) person(r db.PatientsOfChatRow) (Person, error) {
	p := Person{
		ID: r.ID, Surname: r.Surname, Given: r.Given, Patronymic: r.Patronymic, Born: r.BirthDate, Relation: Relation(r.Relation),
		Verified: r.VerifiedAt != nil,
	}
	if len(r.PhoneSealed) == 0 {
		return p, nil
	}
	phone, err := c.Vault.Open(ContactPlace(r.ContactID), r.PhoneSealed)
	p.Phone = string(phone)
	return p, err
}

// Duplicates lists cards that are likely the same person: for a task of the desk, never for the chat.
func (c Cards) Duplicates(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	var out []uuid.UUID
	err := c.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		phones, err := c.phones(ctx, tx, id)
		if err != nil {
			return err
		}
		out, err = tx.PatientDuplicates(ctx, db.PatientDuplicatesParams{ID: id, Phones: phones})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("likely duplicates: %w", err)
	}
	return out, nil
}

// phones are the blind indexes of a patient's phones.
func (c Cards) phones(ctx context.Context, tx *store.Tx, id uuid.UUID) ([][]byte, error) {
	known, err := c.contacts(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	out := [][]byte{}
	for _, k := range known {
		if k.Kind == vault.Phone {
			out = append(out, c.Vault.Indexes(vault.Phone, k.Value)...)
		}
	}
	return out, nil
}
