// Package record decides what is written of a patient's health and by whom: drafts, signed records and their corrections, referrals, the
// head's reviews, prescriptions and the marks that they were carried out. What is said in them stands sealed.
package record

import (
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Book keeps records and prescriptions.
type Book struct{ chart.Chart }

// Kind is what a record is: FHIR's Composition for the first two, Observation, ServiceRequest.
type Kind string

// The kinds of record. A nurse writes vitals only.
const (
	Conclusion Kind = "conclusion"
	Note       Kind = "note"
	Vitals     Kind = "vitals"
	Referral   Kind = "referral"
)

// maxText bounds a record, a prescription or a review in characters.
const maxText = 20000

// Head is what is known of a record without opening it. Replaced says that a signed correction has taken its place.
type Head struct {
	ID       uuid.UUID
	Patient  uuid.UUID
	Visit    uuid.UUID
	Branch   uuid.UUID
	Author   uuid.UUID // a practitioner; a nurse's own id
	Kind     Kind
	Label    string
	Signed   bool
	SignedAt time.Time
	Replaces uuid.UUID
	Replaced bool
	Version  int32
	At       time.Time
	Mine     bool // the actor wrote it
}

// Record is an opened one.
type Record struct {
	Head
	Text string
}

const object = "record"

// thing is what the rules ask of a record. Kinds but vitals are one to them.
func thing(h Head) chart.Thing {
	return chart.Thing{Class: core.Records, Object: object, ID: h.ID, Patient: h.Patient, Facts: core.Facts{
		Author: h.Mine, Signed: h.Signed, Restricted: h.Label != "", Kind: ruled(h.Kind),
	}}
}

func ruled(k Kind) string {
	if k == Vitals {
		return string(Vitals)
	}
	return ""
}

func head(r db.RecordsOfPatientRow, who core.Actor) Head {
	h := Head{
		ID: r.ID, Patient: r.PatientID, Visit: store.ID(r.VisitID), Branch: r.BranchID, Author: r.AuthorID, Kind: Kind(r.Kind), Label: store.Str(r.Label),
		Signed: r.State == "signed", Replaces: store.ID(r.Replaces), Replaced: r.Replaced, Version: r.Version, At: r.CreatedAt,
		Mine: chart.Wrote(who, &r.AuthorID),
	}
	if r.SignedAt != nil {
		h.SignedAt = *r.SignedAt
	}
	return h
}

// headOf is the head of a whole row.
func headOf(r db.RecordRow, who core.Actor) Head {
	return head(db.RecordsOfPatientRow{
		ID: r.ID, PatientID: r.PatientID, VisitID: r.VisitID, BranchID: r.BranchID, AuthorID: r.AuthorID, Kind: r.Kind, Label: r.Label,
		State: r.State, Replaces: r.Replaces, SignedAt: r.SignedAt, CreatedAt: r.CreatedAt, Version: r.Version, Replaced: r.Replaced,
	}, who)
}
