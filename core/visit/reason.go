package visit

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// The kinds of words that a visit has.
const (
	complaint    = "complaint"
	cancellation = "cancellation"
)

// other is the code of whatever was said in one's own words.
const other = "other"

// Asked is the code of a cancellation that the patient asked the desk for: theirs, though the desk's hand did it.
const Asked = "patient asked"

// maxReason bounds what a patient writes of a visit, in characters.
const maxReason = 1000

// known lists the codes of a cancellation: the patient's buttons, and the clinic's own.
func known(reason string) bool {
	switch reason {
	case "plans", "better", "ill", "price", other, Asked, "doctor ill", "doctor away", "leave", "branch closed", "equipment":
		return true
	default:
		return false
	}
}

// coded parts a reason in two: a code, which stands in clear beside the visit, and the words of whoever wrote their own.
func coded(reason string) (code, words string) {
	reason = strings.TrimSpace(reason)
	if reason == "" || known(reason) {
		return reason, ""
	}
	return other, reason
}

// chart is what the words of a visit are kept with.
func (d Desk) chart(in store.Opener) chart.Chart {
	return chart.Chart{In: in, Clock: d.Clock, IDs: d.IDs, Vault: d.Vault, Button: d.Button}
}

const reasonTable = "visit_reason"

// keep seals a patient's own words of their visit. Nobody else's are kept: what staff write of a visit goes into its record. It asks the
// database nothing, so that a turn is as quick with words as without.
func (d Desk) keep(ctx context.Context, tx *store.Tx, v db.Visit, kind, words string) error {
	patient := store.ID(v.PatientID)
	if words == "" || patient == uuid.Nil || (tx.Actor.Kind != core.Patient && tx.Actor.Kind != core.System) {
		return nil
	}
	// A chat that the database let change the visit is its patient's own.
	ask := core.Ask{Action: core.Create, Class: core.VisitReason, Facts: core.Facts{Own: true, Button: d.Button}}
	if _, err := access.Require(tx.Actor, ask); err != nil {
		return nil //nolint:nilerr // words that may not be kept keep nobody from cancelling
	}
	if r := []rune(words); len(r) > maxReason {
		words = string(r[:maxReason])
	}
	sealed, err := d.chart(tx).Seal(reasonTable, "text_sealed", v.ID, []byte(words))
	if err != nil {
		return err
	}
	return tx.VisitReasonPut(ctx, db.VisitReasonPutParams{VisitID: v.ID, Kind: kind, PatientID: patient, TextSealed: sealed, At: d.Clock()})
}

// Told is what a patient says a visit is for. Category is one of those that the desk may read; empty is "complaint".
type Told struct{ Words, Category string }

// Complain keeps what a patient said a visit is for: their words sealed, and beside the visit what kind of reason it is.
func (d Desk) Complain(ctx context.Context, actor core.Actor, id uuid.UUID, told Told) error {
	return d.told(ctx, actor, id, core.Create, told)
}

// Correct puts other words in the place of what was said: for a patient who has proved who they are.
func (d Desk) Correct(ctx context.Context, actor core.Actor, id uuid.UUID, told Told) error {
	return d.told(ctx, actor, id, core.Update, told)
}

func (d Desk) told(ctx context.Context, actor core.Actor, id uuid.UUID, action core.Action, told Told) error {
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		v, err := tx.Visit(ctx, id)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		t := reasonThing(store.ID(v.PatientID), id)
		if _, err := d.chart(tx).May(ctx, tx, action, t); err != nil {
			return err
		}
		if err := d.say(ctx, tx, v, told.Words, told.Category); err != nil {
			return err
		}
		return d.chart(tx).Note(ctx, tx, t, string(action), "text", "category")
	})
	if err != nil {
		return fmt.Errorf("%s the reason of a visit: %w", action, err)
	}
	return nil
}

func (d Desk) say(ctx context.Context, tx *store.Tx, v db.Visit, words, category string) error {
	switch category {
	case "":
		category = complaint
	case complaint, "check_up", "results", "certificate", "procedure", "follow_up", other:
	default:
		return core.Refuse(core.Invalid, "category_unknown")
	}
	if err := tx.VisitCategory(ctx, db.VisitCategoryParams{ID: v.ID, Category: &category}); err != nil {
		return err
	}
	return d.keep(ctx, tx, v, complaint, strings.TrimSpace(words))
}

// ConfirmWith is Confirm of a patient who said what it is for. Empty words are none.
func (d Desk) ConfirmWith(ctx context.Context, actor core.Actor, hold, patient uuid.UUID, words string) (Visit, error) {
	if strings.TrimSpace(words) == "" {
		return d.Confirm(ctx, actor, hold, patient)
	}
	return d.do(ctx, actor, "book a hold", func(tx *store.Tx) (db.Visit, error) {
		v, err := d.confirm(ctx, tx, hold, patient)
		if err != nil {
			return v, err
		}
		return v, d.say(ctx, tx, v, words, complaint)
	})
}

func reasonThing(patient, visit uuid.UUID) chart.Thing {
	return chart.Thing{Class: core.VisitReason, Object: reasonTable, ID: visit, Patient: patient}
}

// Reason is why somebody comes, or does not. Whoever needs no more than to send them to the right door gets the category alone.
type Reason struct {
	Visit        uuid.UUID
	Category     string
	Complaint    string
	Cancellation string
	View         string
}

// Reason opens what a patient said of a visit.
func (d Desk) Reason(ctx context.Context, actor core.Actor, visit uuid.UUID) (Reason, error) {
	out := Reason{Visit: visit}
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.VisitReasons(ctx, visit)
		if err != nil {
			return err
		}
		about, err := tx.VisitReasonAbout(ctx, visit)
		if err != nil {
			return err
		}
		patient := about.PatientID
		if len(rows) > 0 {
			patient = rows[0].PatientID
		}
		l, err := d.chart(tx).May(ctx, tx, core.Read, reasonThing(patient, visit))
		if err != nil {
			return err
		}
		out.Category, out.View = about.Category, l.View
		if l.View == access.Full {
			if err := d.opened(&out, rows); err != nil {
				return err
			}
		}
		return d.chart(tx).Seen(ctx, tx, l)
	})
	if err != nil {
		return Reason{}, fmt.Errorf("the reason of a visit: %w", err)
	}
	return out, nil
}

func (d Desk) opened(out *Reason, rows []db.VisitReason) error {
	for _, r := range rows {
		text, err := d.chart(nil).Open(reasonTable, "text_sealed", r.VisitID, r.TextSealed)
		if err != nil {
			return err
		}
		if r.Kind == complaint {
			out.Complaint = string(text)
		} else {
			out.Cancellation = string(text)
		}
	}
	return nil
}
