// Package patient decides who comes to the clinic: the card, the contacts, and for whom a chat may act.
package patient

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Relation says who a patient is to the person in the chat.
type Relation string

// The relations.
const (
	Self   Relation = "self"
	Child  Relation = "child"
	Spouse Relation = "spouse"
	Parent Relation = "parent"
	Other  Relation = "other"
)

// Person is a patient as a chat that may act for them sees them.
type Person struct {
	ID         uuid.UUID
	Surname    string
	Given      string
	Patronymic string
	Born       *time.Time
	Relation   Relation
	Phone      string // E.164; empty where unknown
	Verified   bool   // the desk has seen a document
}

// Name is «Иван Петров».
func (p Person) Name() string { return strings.TrimSpace(p.Given + " " + p.Surname) }

// object is what a card is called on record.
const object = "patient"

// Cards keeps patients.
type Cards struct {
	In    store.Opener
	Vault *vault.Vault
	Clock core.Clock
	IDs   core.IDs
}

// New is what is known of somebody who comes for the first time.
type New struct {
	Name     string // as typed: «Петров Иван Сергеевич»
	Relation Relation
	Lang     string
	Phone    string // E.164, may be empty for a relative
	Vouched  bool   // the messenger shared the phone itself
}

// Register makes a card and links the acting chat to it. Nothing is kept of somebody who has not agreed to processing.
func (c Cards) Register(ctx context.Context, actor core.Actor, n New) (uuid.UUID, error) {
	name, err := Split(n.Name)
	if err != nil {
		return uuid.Nil, err
	}
	id := c.IDs()
	err = c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := mayOwn(actor, core.Update); err != nil {
			return err
		}
		if err := consent.Require(ctx, tx, consent.Processing); err != nil {
			return err
		}
		err := tx.PatientRegister(ctx, db.PatientRegisterParams{
			ID: id, Relation: string(n.Relation), Surname: name.Surname, Given: name.Given, Patronymic: name.Patronymic, Lang: n.Lang, At: c.Clock(),
		})
		if err != nil {
			return err
		}
		if n.Phone != "" {
			if err := c.putPhone(ctx, tx, id, n.Phone, n.Vouched); err != nil {
				return err
			}
		}
		return c.note(ctx, tx, id, "patient.register", "name", "phone")
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("register a patient: %w", err)
	}
	return id, nil
}

// SetPhone adds a phone to a card. One that the messenger vouches for counts as verified.
func (c Cards) SetPhone(ctx context.Context, actor core.Actor, id uuid.UUID, phone string, vouched bool) error {
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		action := core.Update
		if actor.Kind == core.Service { // a machine makes cards and changes none: row-level security shows it those it made
			action = core.Create
		}
		if _, err := c.may(ctx, tx, action, id); err != nil {
			return err
		}
		if err := c.putPhone(ctx, tx, id, phone, vouched); err != nil {
			return err
		}
		return c.note(ctx, tx, id, "patient.phone", "phone")
	})
	if err != nil {
		return fmt.Errorf("set a phone: %w", err)
	}
	return nil
}

func (c Cards) note(ctx context.Context, tx *store.Tx, id uuid.UUID, action string, fields ...string) error {
	return audit.Add(ctx, tx, audit.Entry{ID: c.IDs(), At: c.Clock(), Action: action, Class: core.Contacts, Object: object, Subject: id, Patient: id, Fields: fields})
}
