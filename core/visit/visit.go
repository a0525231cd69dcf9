// Package visit decides what becomes of a visit: held, booked, moved, cancelled, come, over.
package visit

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Status is where a visit stands. FHIR's words for them: held is a busy-tentative Slot; booked and confirmed are booked; done is
// fulfilled; no_show is noshow.
type Status string

// The states of a visit.
const (
	Held       Status = "held"
	Booked     Status = "booked"
	Confirmed  Status = "confirmed"
	Arrived    Status = "arrived"
	InProgress Status = "in_progress"
	Done       Status = "done"
	Cancelled  Status = "cancelled"
	NoShow     Status = "no_show"
)

// status is what a change of state changes, for the record.
func status() []string { return []string{"status"} }

// from lists, for each state, those it may be reached from. Nothing else is allowed, to anybody.
func from(to Status) []Status {
	switch to {
	case Booked:
		return []Status{Held, Booked, Confirmed} // a move asks for confirmation anew
	case Confirmed:
		return []Status{Booked}
	case Arrived:
		return []Status{Booked, Confirmed, NoShow}
	case InProgress:
		return []Status{Arrived}
	case Done:
		return []Status{Booked, Confirmed, Arrived, InProgress}
	case Cancelled:
		return []Status{Booked, Confirmed}
	case NoShow:
		return []Status{Booked, Confirmed}
	default:
		return nil
	}
}

// Visit is one visit or hold. Start and End are in the branch's zone.
type Visit struct {
	ID          uuid.UUID
	Branch      uuid.UUID
	Doctor      uuid.UUID
	Patient     uuid.UUID // nil while held by somebody unknown yet
	Service     uuid.UUID
	Specialty   string
	Room        uuid.UUID
	Status      Status
	Start, End  time.Time
	ServiceName string
	Price       int64 // kopecks
	Currency    string
	Version     int32
	HoldExpires time.Time
}

func read(v db.Visit, c *clinic.Catalog) Visit {
	zone := time.UTC
	if b, ok := c.Branch(v.BranchID); ok {
		zone = b.Zone
	}
	out := Visit{
		ID: v.ID, Branch: v.BranchID, Doctor: v.PractitionerID, Patient: store.ID(v.PatientID), Service: v.ServiceID, Specialty: v.Specialty,
		Room: store.ID(v.RoomID), Status: Status(v.Status), Start: v.During.Lower.Time.In(zone), End: v.During.Upper.Time.In(zone),
		ServiceName: v.ServiceName, Price: v.Price, Currency: v.Currency, Version: v.Version,
	}
	if v.HoldExpiresAt != nil {
		out.HoldExpires = *v.HoldExpiresAt
	}
	return out
}

// check refuses a change that the state does not allow.
func check(v db.Visit, to Status) error {
	if !slices.Contains(from(to), Status(v.Status)) {
		return core.Refuse(core.Conflict, "visit_state_"+v.Status)
	}
	return nil
}
