// Package consent decides what a person has agreed to.
package consent

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

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
	Disclosure  Purpose = "disclosure"   // to others whom the person names
	CrossBorder Purpose = "cross_border" // to a processor abroad
	Recording   Purpose = "recording"    // of calls and video
)

// Purposes lists them.
func Purposes() []Purpose {
	return []Purpose{Processing, Advertising, Disclosure, CrossBorder, Recording}
}

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
		id := r.IDs()
		stands, err := tx.ConsentTextAdd(ctx, db.ConsentTextAddParams{
			ID: id, Purpose: string(w.Purpose), Lang: w.Lang, Version: w.Version, Body: w.Body, Sha256: sum[:],
		})
		if err == nil && string(stands) != string(sum[:]) {
			err = core.Refuse(core.Conflict, "consent_version_stands")
		}
		if err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{ID: r.IDs(), At: r.Clock(), Action: "consent.publish", Object: "consent_text", Subject: id})
	})
	if err != nil {
		return fmt.Errorf("publish a consent text: %w", err)
	}
	return nil
}

// Give records a yes to a text, said in the acting chat by a message.
func (r Register) Give(ctx context.Context, actor core.Actor, text uuid.UUID, message string) error {
	return r.say(ctx, actor, word{text: text, evidence: message, action: given})
}

// Withdraw takes a standing yes back, said in the acting chat by a message. Without processing nothing can be sent for advertising, so
// that one ends with it. A purpose that does not stand is refused.
func (r Register) Withdraw(ctx context.Context, actor core.Actor, p Purpose, message string) error {
	return r.In.InTx(ctx, actor, func(tx *store.Tx) error {
		inside := Register{In: tx, Clock: r.Clock, IDs: r.IDs}
		said, err := inside.Said(ctx, actor)
		if err != nil {
			return err
		}
		found := false
		for _, s := range said {
			if !s.Given || (s.Purpose != p && (p != Processing || s.Purpose != Advertising)) {
				continue
			}
			found = found || s.Purpose == p
			if err := inside.say(ctx, actor, word{text: s.Text, evidence: message, action: withdrawn}); err != nil {
				return err
			}
		}
		if !found {
			return core.Refuse(core.Conflict, "consent_not_given")
		}
		return nil
	})
}

// The words that are kept.
const (
	given     = "given"
	withdrawn = "withdrawn"
)

// word is one thing said, and what shows that it was: a message, a paper.
type word struct {
	text     uuid.UUID
	patient  uuid.UUID // of what is said on paper
	evidence string
	action   string
}

func (r Register) say(ctx context.Context, actor core.Actor, w word) error {
	chat, channel := store.Ref(actor.ID), actor.Channel
	if w.patient != uuid.Nil {
		chat, channel = nil, paper
	}
	err := r.In.InTx(ctx, actor, func(tx *store.Tx) error {
		id, now := r.IDs(), r.Clock()
		err := tx.ConsentEventAdd(ctx, db.ConsentEventAddParams{
			ID: id, ConversationID: chat, PatientID: store.Ref(w.patient), TextID: w.text, Action: w.action, Channel: channel,
			MessageID: store.Text(w.evidence), ActorKind: string(actor.Kind), ActorID: store.Ref(actor.ID), At: now,
		})
		if err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{
			ID: r.IDs(), At: now, Action: "consent." + w.action, Object: "consent_event", Subject: id, Patient: w.patient,
		})
	})
	if err != nil {
		return fmt.Errorf("consent %s: %w", w.action, err)
	}
	return nil
}

// Said is the last word on a purpose: which, when, where, to which words.
type Said struct {
	Purpose Purpose
	Given   bool // else withdrawn
	At      time.Time
	Channel string // "paper" at the desk
	Text    uuid.UUID
	Version int32
	Body    string
}

// Said lists the last words of the acting chat, and of the person in it on paper, in the order of Purposes.
func (r Register) Said(ctx context.Context, actor core.Actor) ([]Said, error) {
	var out []Said
	err := r.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.ConsentStanding(ctx, actor.ID)
		for _, row := range rows {
			out = append(out, Said{
				Purpose: Purpose(row.Purpose), Given: row.Action == given, At: row.At, Channel: row.Channel, Text: row.TextID,
				Version: row.Version, Body: row.Body,
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what was agreed to: %w", err)
	}
	order := Purposes()
	slices.SortFunc(out, func(a, b Said) int { return slices.Index(order, a.Purpose) - slices.Index(order, b.Purpose) })
	return out, nil
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
	rows, err := tx.ConsentStanding(ctx, tx.Actor.ID)
	if err != nil {
		return false, fmt.Errorf("standing consents: %w", err)
	}
	for _, row := range rows {
		if row.Purpose == string(p) {
			return row.Action == given, nil
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
