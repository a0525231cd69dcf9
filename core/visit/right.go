package visit

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// may asks the rules for one visit that row-level security let through. What they deny is answered like a visit that is not there.
func (d Desk) may(who core.Actor, action core.Action, v db.Visit) (core.Verdict, error) {
	verdict, err := access.Object(who, core.Ask{Action: action, Class: core.Appointments, Facts: d.facts(who, v)})
	if err != nil {
		return verdict, core.Refuse(core.NotFound, "visit_unknown")
	}
	return verdict, nil
}

// facts are what is known of a visit and of whoever asks. The rows a chat gets are its own people's and what it holds itself.
func (d Desk) facts(who core.Actor, v db.Visit) core.Facts {
	return core.Facts{
		Own:      who.Kind == core.Patient,
		Branch:   who.Kind == core.Staff && (len(who.Branches) == 0 || slices.Contains(who.Branches, v.BranchID)),
		Schedule: who.Doctor != uuid.Nil && who.Doctor == v.PractitionerID,
		Today:    d.today(v),
		Button:   d.Button,
	}
}

// today is the day of the visit's own branch.
func (d Desk) today(v db.Visit) bool {
	b, ok := d.Book.Current().Branch(v.BranchID)
	if !ok || !v.During.Lower.Valid {
		return false
	}
	return d.Clock().In(b.Zone).Format("2006-01-02") == v.During.Lower.Time.In(b.Zone).Format("2006-01-02")
}

// mayTake asks the rules for a time that is to be taken: a chat takes one for itself, the desk in its branches, a doctor for whom they treat.
func (d Desk) mayTake(ctx context.Context, tx *store.Tx, w Wish) error {
	who := tx.Actor
	facts := d.facts(who, db.Visit{BranchID: w.Slot.Branch, PractitionerID: w.Slot.Doctor})
	facts.Own = who.Kind == core.Patient && w.Holder == who.ID
	if w.Patient != uuid.Nil && who.Kind != core.System && who.Role != "admin" {
		about, err := access.About(ctx, tx, w.Patient)
		if err != nil {
			return err
		}
		facts.Own, facts.Care = about.Own, about.Care
	}
	_, err := access.Require(who, core.Ask{Action: core.Create, Class: core.Appointments, Facts: facts})
	return err
}

// mayMove keeps a visit within what the actor could have taken anew: the desk its branches, a doctor their own calendar.
func (d Desk) mayMove(who core.Actor, to schedule.Slot) error {
	verdict, err := d.may(who, core.Update, db.Visit{BranchID: to.Branch, PractitionerID: to.Doctor, During: store.Between(to.Start, to.Start)})
	if err == nil && verdict.View == access.Status { // who says that somebody has come moves nobody
		err = core.Refuse(core.Denied, "not_allowed")
	}
	return err
}

// mayMark keeps who may do no more than say that somebody is here (a nurse) from marking anything else.
func (d Desk) mayMark(who core.Actor, v db.Visit, to Status) error {
	verdict, err := d.may(who, core.Update, v)
	if err == nil && verdict.View == access.Status && to != Arrived {
		err = core.Refuse(core.Denied, "not_allowed")
	}
	return err
}
