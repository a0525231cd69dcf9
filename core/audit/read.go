package audit

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
)

// Look is a reading of one class of data. Object names what the class's objects are: record, prescription …
type Look struct {
	IDs    core.IDs
	At     time.Time
	Class  core.Class
	Object string
	Glass  bool // it was possible because the glass was broken
}

// Seen is one object that was shown, and whose it is.
type Seen struct {
	Subject uuid.UUID
	Patient uuid.UUID
}

// Read puts on record that the transaction's actor was shown objects of a class that is read on record, in the transaction that reads
// them. Each patient gets a row of their own, so that "who looked at my record" misses no list: with the object where it was one, with
// their number where the patient has several. An empty list was a look at nothing and leaves no row.
func Read(ctx context.Context, tx *store.Tx, l Look, seen ...Seen) error {
	var patients []uuid.UUID // in the order of the list
	of := map[uuid.UUID][]uuid.UUID{}
	for _, s := range seen {
		if _, known := of[s.Patient]; !known {
			patients = append(patients, s.Patient)
		}
		of[s.Patient] = append(of[s.Patient], s.Subject)
	}
	for _, p := range patients {
		e := Entry{ID: l.IDs(), At: l.At, Action: string(l.Class) + ".read", Class: l.Class, Object: l.Object, Patient: p, Glass: l.Glass}
		if list := of[p]; len(list) == 1 {
			e.Subject = list[0]
		} else {
			e.Count = int32(min(len(list), maxCount))
		}
		if err := Add(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

// maxCount bounds a number of objects; lists are shorter by far.
const maxCount = 1 << 30

// Medical says that looks at a class are on record, one by one.
func Medical(c core.Class) bool {
	switch c {
	case core.VisitReason, core.Records, core.Prescriptions, core.Results, core.Documents:
		return true
	default:
		return false
	}
}
