// Package audit decides what stands on record: one row for each change and for each look at medical data, in the transaction that makes
// it; and how anybody can tell later that nothing was altered.
package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Entry is one act. Fields are the names of what changed, never the values. Where no Class is set, it follows from Object.
type Entry struct {
	ID      uuid.UUID
	At      time.Time
	Action  string // visit.booked, patient.register, records.read …
	Class   core.Class
	Object  string // visit, patient, consent …
	Subject uuid.UUID
	Count   int32 // of objects, where they are several and Subject is nil; 0 is one
	Patient uuid.UUID
	Fields  []string
	Glass   bool // it was possible because the glass was broken
}

// What was decided of an act.
const (
	allow = "allow"
	deny  = "deny"
)

// Add puts e on record as the transaction's actor, whom the database fills in. It commits with the act, or not at all.
func Add(ctx context.Context, tx *store.Tx, e Entry) error { return add(ctx, tx, e, allow) }

func add(ctx context.Context, tx *store.Tx, e Entry, decision string) error {
	a := tx.Actor.During(ctx)
	fields := e.Fields
	if fields == nil {
		fields = []string{}
	}
	var version int32
	if a.Rules != nil {
		version = a.Rules.Version()
	}
	if e.Class == "" {
		e.Class = classOf(e.Object)
	}
	row := db.AuditAddParams{
		ID: e.ID, At: e.At, OnBehalfOf: store.Ref(a.OnBehalfOf), Channel: a.Channel, Action: e.Action, Class: string(e.Class),
		ObjectType: e.Object, ObjectID: store.Ref(e.Subject), Objects: max(e.Count, 1), PatientID: store.Ref(e.Patient), Decision: decision,
		Glass: e.Glass, PolicyVersion: version, RequestID: a.Request, Fields: fields,
	}
	if err := tx.InName(func() error { return tx.AuditAdd(ctx, row) }); err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	return nil
}

// Denied puts on record that e was refused to actor. It has a transaction of its own, for the refused one is taken back: hence a DB and
// not any Opener.
func Denied(ctx context.Context, in *store.DB, actor core.Actor, e Entry) error {
	err := in.InTx(ctx, actor, func(tx *store.Tx) error { return add(ctx, tx, e, deny) })
	if err != nil {
		return fmt.Errorf("record a refusal: %w", err)
	}
	return nil
}

// Refused puts on record that e was refused to the transaction's actor, where the transaction goes on: a chat is answered in the one in
// which it asked.
func Refused(ctx context.Context, tx *store.Tx, e Entry) error { return add(ctx, tx, e, deny) }

// classOf is the class that an object belongs to, or none.
func classOf(object string) core.Class {
	switch object {
	case "visit", "waitlist":
		return core.Appointments
	case "patient":
		return core.Contacts
	case "invoice", "payment", "refund":
		return core.Payments
	case "feedback":
		return core.Feedback
	case "campaign":
		return core.Campaigns
	case "question":
		return core.Questions
	case "staff", "policy_set", "key":
		return core.Policies
	case "schedule_exception":
		return core.Settings
	case "audit":
		return core.AuditLog
	default:
		return ""
	}
}
