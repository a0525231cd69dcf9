// Package audit decides what stands on record: one row for each change, in the transaction that makes it.
package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Entry is one act. Fields are the names of what changed, never the values.
type Entry struct {
	ID      uuid.UUID
	At      time.Time
	Action  string // visit.book, patient.register …
	Object  string // visit, patient, consent …
	Subject uuid.UUID
	Patient uuid.UUID
	Fields  []string
}

// Add puts e on record as the transaction's actor.
func Add(ctx context.Context, tx *store.Tx, e Entry) error {
	a := tx.Actor
	fields := e.Fields
	if fields == nil {
		fields = []string{}
	}
	err := tx.AuditAdd(ctx, db.AuditAddParams{
		ID: e.ID, At: e.At, ActorKind: string(a.Kind), ActorID: store.Ref(a.ID), Role: a.Role, OnBehalfOf: store.Ref(a.OnBehalfOf),
		Channel: a.Channel, Action: e.Action, ObjectType: e.Object, ObjectID: store.Ref(e.Subject), PatientID: store.Ref(e.Patient), Fields: fields,
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	return nil
}
