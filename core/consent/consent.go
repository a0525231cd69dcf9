// Package consent decides what a person has agreed to.
package consent

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Purpose is what a consent is for. Each has its own document, its own message and its own button.
type Purpose string

// The purposes. Booking depends on Processing alone.
const (
	Processing  Purpose = "processing"
	Advertising Purpose = "advertising"
)

// Register keeps texts and what people said to them.
type Register struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
}

// Text is the newest wording of a purpose.
type Text struct {
	ID   uuid.UUID
	Body string
}

// Newest finds the text to show, in Russian where lang has none.
func (r Register) Newest(ctx context.Context, actor core.Actor, p Purpose, lang string) (Text, error) {
	var out Text
	err := r.In.InTx(ctx, actor, func(tx *store.Tx) error {
		texts, err := tx.ConsentTexts(ctx)
		if err != nil {
			return err
		}
		for _, t := range texts {
			if t.Purpose == string(p) && (t.Lang == lang || (t.Lang == "ru" && out.ID == uuid.Nil)) {
				out = Text{ID: t.ID, Body: t.Body}
			}
		}
		if out.ID == uuid.Nil {
			return core.Refuse(core.NotFound, "consent_text_missing")
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("text of consent: %w", err)
	}
	return out, nil
}

// Wording is one version of what a person is asked to agree to, in one language.
type Wording struct {
	Purpose Purpose
	Lang    string
	Version int32
	Body    string
}

// Publish puts a wording on record. The same version with other words is refused: the old one stands.
func (r Register) Publish(ctx context.Context, actor core.Actor, w Wording) error {
	sum := sha256.Sum256([]byte(w.Body))
	err := r.In.InTx(ctx, actor, func(tx *store.Tx) error {
		stands, err := tx.ConsentTextAdd(ctx, db.ConsentTextAddParams{
			ID: r.IDs(), Purpose: string(w.Purpose), Lang: w.Lang, Version: w.Version, Body: w.Body, Sha256: sum[:],
		})
		if err == nil && string(stands) != string(sum[:]) {
			err = core.Refuse(core.Conflict, "consent_version_stands")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("publish a consent text: %w", err)
	}
	return nil
}

// Give records a yes to a text, said in the acting chat by a message.
func (r Register) Give(ctx context.Context, actor core.Actor, text uuid.UUID, message string) error {
	return r.say(ctx, actor, text, message, "given")
}

// Withdraw records that a yes is taken back.
func (r Register) Withdraw(ctx context.Context, actor core.Actor, text uuid.UUID, message string) error {
	return r.say(ctx, actor, text, message, "withdrawn")
}

func (r Register) say(ctx context.Context, actor core.Actor, text uuid.UUID, message, action string) error {
	err := r.In.InTx(ctx, actor, func(tx *store.Tx) error {
		id, now := r.IDs(), r.Clock()
		err := tx.ConsentEventAdd(ctx, db.ConsentEventAddParams{
			ID: id, ConversationID: store.Ref(actor.ID), TextID: text, Action: action, Channel: actor.Channel, MessageID: store.Text(message),
			ActorKind: string(actor.Kind), ActorID: store.Ref(actor.ID), At: now,
		})
		if err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{ID: r.IDs(), At: now, Action: "consent." + action, Object: "consent_event", Subject: id})
	})
	if err != nil {
		return fmt.Errorf("consent %s: %w", action, err)
	}
	return nil
}

// Stands says whether the acting chat's last word on a purpose was yes.
func (r Register) Stands(ctx context.Context, actor core.Actor, p Purpose) (bool, error) {
	var yes bool
	err := r.In.InTx(ctx, actor, func(tx *store.Tx) error {
		var err error
		yes, err = stands(ctx, tx, p)
		return err
	})
	return yes, err
}

func stands(ctx context.Context, tx *store.Tx, p Purpose) (bool, error) {
	rows, err := tx.ConsentStanding(ctx, store.Ref(tx.Actor.ID))
	if err != nil {
		return false, fmt.Errorf("standing consents: %w", err)
	}
	for _, row := range rows {
		if row.Purpose == string(p) {
			return row.Action == "given", nil
		}
	}
	return false, nil
}

// Require refuses to go on where a chat has not agreed. Staff and other machines act on other grounds.
func Require(ctx context.Context, tx *store.Tx, p Purpose) error {
	if tx.Actor.Kind != core.Patient {
		return nil
	}
	yes, err := stands(ctx, tx, p)
	if err == nil && !yes {
		err = core.Refuse(core.Denied, "consent_needed")
	}
	return err
}
