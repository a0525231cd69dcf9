// Package chart decides how anybody comes at a patient's medical data: what holds between the two is asked of the database, the rules
// judge, the seal is opened, and the look stands on record in the same transaction.
package chart

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Chart is what the books of medical data work with.
type Chart struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
	Vault *vault.Vault
	// Button says that the person pressed a button for exactly this; without one no model may do it for them.
	Button bool
}

// Thing is one piece of medical data, or the wish for one. Facts holds what the thing itself adds: author, label, signature, kind.
type Thing struct {
	Class   core.Class
	Object  string // record, prescription …
	ID      uuid.UUID
	Patient uuid.UUID
	Facts   core.Facts
}

// May asks the rules whether tx's actor may do this with t. What may not be done answers as what does not exist: "not_found". The verdict
// is remembered in the look that Seen puts on record.
func (c Chart) May(ctx context.Context, tx *store.Tx, action core.Action, t Thing) (Look, error) {
	known, err := access.About(ctx, tx, t.Patient)
	if err != nil {
		return Look{}, err
	}
	t.Facts.Button = c.Button
	return judge(tx, known, action, t)
}

// judge adds what the thing is to what is known of its patient, and asks.
func judge(tx *store.Tx, known core.Facts, action core.Action, t Thing) (Look, error) {
	f := t.Facts
	known.Author, known.Signed, known.Restricted, known.Kind = f.Author, f.Signed, f.Restricted, f.Kind
	known.Button = f.Button
	ask := core.Ask{Action: action, Class: t.Class, Facts: known}
	v, err := access.Object(tx.Actor, ask)
	if err != nil {
		return Look{}, err
	}
	l := Look{Thing: t, View: v.View}
	if known.Glass {
		ask.Facts.Glass = false
		_, err := access.Object(tx.Actor, ask)
		l.Glass = err != nil
	}
	return l, nil
}

// Look is what the rules let somebody see of a thing. Glass says that only broken glass made it possible.
type Look struct {
	Thing
	View  string
	Glass bool
}

// Seen puts on record that tx's actor was shown what they looked at.
func (c Chart) Seen(ctx context.Context, tx *store.Tx, looks ...Look) error {
	if len(looks) == 0 {
		return nil
	}
	var plain, broken []audit.Seen
	for _, l := range looks {
		s := audit.Seen{Subject: l.ID, Patient: l.Patient}
		if l.Glass {
			broken = append(broken, s)
		} else {
			plain = append(plain, s)
		}
	}
	what := audit.Look{IDs: c.IDs, At: c.Clock(), Class: looks[0].Class, Object: looks[0].Object}
	if err := audit.Read(ctx, tx, what, plain...); err != nil {
		return err
	}
	what.Glass = true
	return audit.Read(ctx, tx, what, broken...)
}

// Note puts a change of t on record: action is its last word, "sign" of records.sign.
func (c Chart) Note(ctx context.Context, tx *store.Tx, t Thing, action string, fields ...string) error {
	return audit.Add(ctx, tx, audit.Entry{
		ID: c.IDs(), At: c.Clock(), Action: string(t.Class) + "." + action, Class: t.Class, Object: t.Object, Subject: t.ID, Patient: t.Patient,
		Fields: fields,
	})
}

// Sift judges a list of one patient's things with one question to the database: those that the actor may read, in their order. Whoever
// may read nothing of the class, be it the best there could be, is refused as where there is no such patient; likely is what the best
// would be.
func Sift[T any](ctx context.Context, tx *store.Tx, likely Thing, rows []T, thing func(T) Thing) ([]Sifted[T], error) {
	known, err := access.About(ctx, tx, likely.Patient)
	if err != nil {
		return nil, err
	}
	var out []Sifted[T]
	for _, row := range rows {
		t := thing(row)
		t.Facts.Button = likely.Facts.Button
		if l, err := judge(tx, known, core.Read, t); err == nil {
			out = append(out, Sifted[T]{Row: row, Look: l})
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	_, err = judge(tx, known, core.Read, likely)
	return nil, err
}

// Sifted is a row with what may be seen of it.
type Sifted[T any] struct {
	Row  T
	Look Look
}

// Seal seals a text for its place.
func (c Chart) Seal(table, column string, row uuid.UUID, text []byte) ([]byte, error) {
	return c.Vault.Seal(vault.Place{Table: table, Column: column, Row: row}, text)
}

// Open opens what Seal sealed.
func (c Chart) Open(table, column string, row uuid.UUID, sealed []byte) ([]byte, error) {
	return c.Vault.Open(vault.Place{Table: table, Column: column, Row: row}, sealed)
}

// Work runs fn as actor in one transaction; what says what was being done.
func (c Chart) Work(ctx context.Context, actor core.Actor, what string, fn func(*store.Tx) error) error {
	if err := c.In.InTx(ctx, actor, fn); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
