// Package lab decides who learns what a laboratory found, and when: tests are ordered, samples taken, answers received; a doctor or the
// rule for routine tests releases them; the desk learns that they are ready and never what they say.
package lab

import (
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Bench keeps laboratory reports.
type Bench struct{ chart.Chart }

// Kind is what a test is about. All but Routine are released by a doctor and never by a rule.
type Kind string

// The kinds of test.
const (
	Routine   Kind = "routine"
	HIV       Kind = "hiv"
	Oncology  Kind = "oncology"
	Genetics  Kind = "genetics"
	Pregnancy Kind = "pregnancy"
	STI       Kind = "sti"
)

// labelOf is the sensitivity label that a kind brings with it; empty for none.
func labelOf(k Kind) string {
	switch k {
	case HIV:
		return "hiv"
	case Pregnancy, STI:
		return "reproductive"
	default:
		return ""
	}
}

func known(k Kind) bool {
	switch k {
	case Routine, HIV, Oncology, Genetics, Pregnancy, STI:
		return true
	default:
		return false
	}
}

// Report is what is known of a test without its values; FHIR's DiagnosticReport. Whoever may learn only that it is ready gets no kind, no
// label and no doctor.
type Report struct {
	ID       uuid.UUID
	Patient  uuid.UUID
	Visit    uuid.UUID
	Branch   uuid.UUID
	Doctor   uuid.UUID // who ordered it
	Kind     Kind
	Label    string
	Status   string // registered, partial, final, corrected, cancelled
	Sampled  time.Time
	Received time.Time
	Released time.Time
	At       time.Time
	Ready    bool // there is an answer, and it is released
}

// Value is one thing that was measured; FHIR's Observation. Code is of LOINC, or the laboratory's own.
type Value struct {
	Code string
	Text string
	At   time.Time
}

const (
	object = "lab_report"
	values = "lab_value"
	sample = "sample" // what the rules call a nurse's part
)

func report(r db.LabReport) Report {
	return Report{
		ID: r.ID, Patient: r.PatientID, Visit: store.ID(r.VisitID), Branch: r.BranchID, Doctor: store.ID(r.OrderedBy), Kind: Kind(r.Kind),
		Label: store.Str(r.Label), Status: r.Status, At: r.CreatedAt, Sampled: moment(r.SampledAt), Received: moment(r.ReceivedAt),
		Released: moment(r.ReleasedAt), Ready: r.ReleasedAt != nil,
	}
}

// moment is the zero time for NULL.
func moment(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return *at
}

// thing is what the rules ask of a report. Its author is who ordered it.
func (r Report) thing(who core.Actor) chart.Thing {
	return chart.Thing{Class: core.Results, Object: object, ID: r.ID, Patient: r.Patient, Facts: core.Facts{
		Author: chart.Wrote(who, store.Ref(r.Doctor)), Signed: r.Ready, Restricted: r.Label != "",
	}}
}

// ready is what is left of a report for whoever may only learn that it is there.
func (r Report) ready() Report {
	return Report{ID: r.ID, Patient: r.Patient, Branch: r.Branch, Status: r.Status, Received: r.Received, Released: r.Released, At: r.At, Ready: r.Ready}
}
