package record

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Prescriptions is the part of a Book that prescribes. FHIR's MedicationRequest, and its MedicationAdministration for a mark.
type Prescriptions struct{ chart.Chart }

// State is where a prescription stands.
type State string

// The states of a prescription.
const (
	Draft  State = "draft"
	Signed State = "signed"
	Voided State = "void"
)

// Ordered is what is known of a prescription without opening it. Given says that a doctor signed it, be it void by now.
type Ordered struct {
	ID      uuid.UUID
	Patient uuid.UUID
	Visit   uuid.UUID
	Record  uuid.UUID
	Author  uuid.UUID
	Label   string
	State   State
	Given   bool
	At      time.Time
	Mine    bool
}

// Prescription is an opened one. Marks are when it was carried out.
type Prescription struct {
	Ordered
	Text  string
	Marks []time.Time
}

const prescription = "prescription"

// execution is what the rules call a mark, erx what an integration of the state's electronic prescriptions reads.
const (
	execution = "execution"
	erx       = "erx"
)

func (o Ordered) thing(who core.Actor) chart.Thing {
	t := chart.Thing{Class: core.Prescriptions, Object: prescription, ID: o.ID, Patient: o.Patient, Facts: core.Facts{
		Author: o.Mine, Signed: o.Given, Restricted: o.Label != "",
	}}
	if who.Kind == core.Service {
		t.Facts.Kind = erx
	}
	return t
}

func ordered(r db.PrescriptionsOfPatientRow, who core.Actor) Ordered {
	return Ordered{
		ID: r.ID, Patient: r.PatientID, Visit: store.ID(r.VisitID), Record: store.ID(r.RecordID), Author: r.AuthorID, Label: store.Str(r.Label),
		State: State(r.State), Given: r.SignedAt != nil, At: r.CreatedAt, Mine: chart.Wrote(who, &r.AuthorID),
	}
}

// NewPrescription is a prescription to be written.
type NewPrescription struct {
	Patient uuid.UUID
	Visit   uuid.UUID
	Record  uuid.UUID
	Label   string
	Text    string
}

// Draft writes a prescription that is not in force yet.
func (b Prescriptions) Draft(ctx context.Context, actor core.Actor, n NewPrescription) (uuid.UUID, error) {
	id := b.IDs()
	err := b.Work(ctx, actor, "draft a prescription", func(tx *store.Tx) error {
		o := Ordered{ID: id, Patient: n.Patient, Label: n.Label, Mine: true}
		if _, err := b.May(ctx, tx, core.Create, o.thing(tx.Actor)); err != nil {
			return err
		}
		if n.Visit != uuid.Nil {
			if _, err := tx.VisitForRecord(ctx, db.VisitForRecordParams{ID: &n.Visit, Patient: n.Patient}); err != nil {
				return store.NoRows(err, "not_found")
			}
		}
		label, err := chart.Label(n.Label)
		if err != nil {
			return err
		}
		text, err := chart.Words(n.Text, maxText)
		if err != nil {
			return err
		}
		sealed, err := b.Seal(prescription, "body_sealed", id, text)
		if err != nil {
			return err
		}
		err = tx.PrescriptionAdd(ctx, db.PrescriptionAddParams{
			ID: id, PatientID: n.Patient, VisitID: store.Ref(n.Visit), RecordID: store.Ref(n.Record), AuthorID: tx.Actor.Doctor, Label: label,
			BodySealed: sealed, CreatedAt: b.Clock(),
		})
		if err != nil {
			return err
		}
		return b.Note(ctx, tx, o.thing(tx.Actor), "create", "body", "label")
	})
	return id, err
}

func (b Prescriptions) row(ctx context.Context, tx *store.Tx, id uuid.UUID) (db.Prescription, Ordered, error) {
	r, err := tx.Prescription(ctx, id)
	if err != nil {
		return r, Ordered{}, store.NoRows(err, "not_found")
	}
	return r, ordered(db.PrescriptionsOfPatientRow{
		ID: r.ID, PatientID: r.PatientID, VisitID: r.VisitID, RecordID: r.RecordID, AuthorID: r.AuthorID, Label: r.Label, State: r.State,
		SignedAt: r.SignedAt, VoidedAt: r.VoidedAt, CreatedAt: r.CreatedAt,
	}, tx.Actor), nil
}

// Sign puts a draft of one's own in force.
func (b Prescriptions) Sign(ctx context.Context, actor core.Actor, id uuid.UUID) error {
	return b.change(ctx, actor, id, core.Sign, func(tx *store.Tx, o Ordered) error {
		switch {
		case o.State != Draft:
			return core.Refuse(core.Conflict, "prescription_"+string(o.State))
		case !o.Mine:
			return core.Refuse(core.Denied, "prescription_not_yours")
		}
		now := b.Clock()
		_, err := tx.PrescriptionSign(ctx, db.PrescriptionSignParams{ID: id, At: &now})
		return err
	})
}

// Void takes a prescription back, whoever of those who treat the patient wrote it. It stays to be seen.
func (b Prescriptions) Void(ctx context.Context, actor core.Actor, id uuid.UUID) error {
	return b.change(ctx, actor, id, core.Void, func(tx *store.Tx, o Ordered) error {
		if o.State == Voided {
			return core.Refuse(core.Conflict, "prescription_void")
		}
		now, by := b.Clock(), tx.Actor.ID
		_, err := tx.PrescriptionVoid(ctx, db.PrescriptionVoidParams{ID: id, At: &now, By: &by})
		return err
	})
}

func (b Prescriptions) change(ctx context.Context, actor core.Actor, id uuid.UUID, action core.Action, do func(*store.Tx, Ordered) error) error {
	return b.Work(ctx, actor, string(action)+" a prescription", func(tx *store.Tx) error {
		_, o, err := b.row(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := b.May(ctx, tx, action, o.thing(tx.Actor)); err != nil {
			return err
		}
		if err := do(tx, o); errors.Is(err, pgx.ErrNoRows) { // somebody was faster, or it is not the actor's to change
			return core.Refuse(core.Conflict, "prescription_changed")
		} else if err != nil {
			return err
		}
		return b.Note(ctx, tx, o.thing(tx.Actor), string(action), "state")
	})
}

// Mark says that a nurse carried a signed prescription out, now.
func (b Prescriptions) Mark(ctx context.Context, actor core.Actor, id uuid.UUID) error {
	return b.Work(ctx, actor, "mark a prescription", func(tx *store.Tx) error {
		_, o, err := b.row(ctx, tx, id)
		if err != nil {
			return err
		}
		t := o.thing(tx.Actor)
		t.Facts.Kind = execution
		if _, err := b.May(ctx, tx, core.Create, t); err != nil {
			return err
		}
		if o.State != Signed {
			return core.Refuse(core.Conflict, "prescription_"+string(o.State))
		}
		mark := b.IDs()
		err = tx.PrescriptionMarkAdd(ctx, db.PrescriptionMarkAddParams{ID: mark, PrescriptionID: id, PatientID: o.Patient, StaffID: tx.Actor.ID, At: b.Clock()})
		if err != nil {
			return err
		}
		return b.Note(ctx, tx, t, "mark", "mark")
	})
}
