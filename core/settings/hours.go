package settings

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Board shows working time to those who ask for changes of it and to those who decide, and lets a desk block hours at once.
type Board struct {
	Office
	In store.Opener
}

// kindSchedule is the class's kind that all of this is.
const kindSchedule = "schedule"

// facts are what is known of a practitioner's working time in a branch.
func (b Board) facts(who core.Actor, doctor, branch uuid.UUID) core.Facts {
	f := core.Facts{Kind: kindSchedule, Own: who.Doctor != uuid.Nil && who.Doctor == doctor, Second: true}
	f.Branch = who.Kind == core.Staff && (len(who.Branches) == 0 || slices.Contains(who.Branches, branch))
	return f
}

// sees refuses who may neither read, ask for nor decide on a practitioner's working time.
func (b Board) sees(who core.Actor, doctor, branch uuid.UUID) error {
	var err error
	for _, action := range []core.Action{core.Read, core.Approve, core.Create} {
		if _, err = access.Object(who, core.Ask{Action: action, Class: core.Settings, Facts: b.facts(who, doctor, branch)}); err == nil {
			return nil
		}
	}
	return err
}

// Hours is a practitioner's working time in a branch from today on, with what is ahead beside the rules.
type Hours struct {
	Plans      []schedule.Hours
	Exceptions []Exception
}

// Exception is time taken away, or given (Extra), from whom: a practitioner, all of a branch, a room.
type Exception struct {
	ID       uuid.UUID
	Extra    bool
	Whole    bool // of the branch
	Short    bool // blocked or opened at once, and taken back so
	From, To time.Time
	Reason   string
}

// Hours tells the working time of a practitioner in a branch.
func (b Board) Hours(ctx context.Context, who core.Actor, doctor, branch uuid.UUID) (Hours, error) {
	if err := b.sees(who, doctor, branch); err != nil {
		return Hours{}, err
	}
	var h Hours
	err := b.In.InTx(ctx, who, func(tx *store.Tx) error {
		h = Hours{}
		var err error
		if h.Plans, err = b.days(tx).Hours(ctx, tx, doctor, branch); err != nil {
			return err
		}
		list, err := tx.ExceptionsOf(ctx, db.ExceptionsOfParams{Practitioner: store.Ref(doctor), Branch: store.Ref(branch), Now: b.Clock()})
		for _, e := range list {
			h.Exceptions = append(h.Exceptions, Exception{
				ID: e.ID, Extra: e.Kind == "addition", Whole: e.PractitionerID == nil, From: e.During.Lower.Time, To: e.During.Upper.Time, Reason: e.Reason,
				Short: e.PractitionerID != nil && store.ID(e.BranchID) == branch && e.During.Upper.Time.Sub(e.During.Lower.Time) <= maxBlock,
			})
		}
		return err
	})
	if err != nil {
		return Hours{}, fmt.Errorf("working time: %w", err)
	}
	return h, nil
}

// Foresee tells what a plan would do, to whoever may ask for it.
func (b Board) Foresee(ctx context.Context, who core.Actor, p schedule.Plan) (schedule.Forecast, error) {
	if err := b.sees(who, p.Practitioner, p.Branch); err != nil {
		return schedule.Forecast{}, err
	}
	if err := p.Check(b.Clock().UTC().Truncate(24 * time.Hour)); err != nil {
		return schedule.Forecast{}, err
	}
	return b.days(b.In).Foresee(ctx, who, p)
}

// maxBlock is how long a desk blocks or opens time by itself: a day that goes wrong. Longer is leave, and is asked for.
const maxBlock = 24 * time.Hour

// Block takes hours away from a practitioner at once, or gives some (extra). What is longer than a day is refused with "ask_instead".
func (b Board) Block(ctx context.Context, who core.Actor, c schedule.Closure, extra bool) error {
	if _, err := access.Require(who, core.Ask{Action: core.Update, Class: core.Settings, Facts: b.facts(who, c.Practitioner, c.Branch)}); err != nil {
		return err
	}
	switch {
	case c.Practitioner == uuid.Nil || c.Branch == uuid.Nil:
		return core.Refuse(core.Invalid, "extra_time_whose")
	case c.To.Before(b.Clock()):
		return core.Refuse(core.Invalid, "block_past")
	case c.To.Sub(c.From) > maxBlock:
		return core.Refuse(core.Invalid, "ask_instead")
	}
	return b.In.InTx(ctx, who, func(tx *store.Tx) error { return b.except(ctx, tx, c, extra) })
}

// Unblock takes back what was blocked or opened for one practitioner in one branch and is not over. What two people decided (leave) is not
// taken back by one: "ask_instead".
func (b Board) Unblock(ctx context.Context, who core.Actor, id, doctor, branch uuid.UUID) error {
	if _, err := access.Require(who, core.Ask{Action: core.Update, Class: core.Settings, Facts: b.facts(who, doctor, branch)}); err != nil {
		return err
	}
	h, err := b.Hours(ctx, who, doctor, branch)
	if err != nil {
		return err
	}
	for _, e := range h.Exceptions {
		if e.ID == id && e.Short {
			return b.days(b.In).Reopen(ctx, who, id)
		}
		if e.ID == id && !e.Whole {
			return core.Refuse(core.Invalid, "ask_instead")
		}
	}
	return core.Refuse(core.NotFound, "exception_unknown")
}

// Asked is a request for another schedule, as far as the person may see it. Mine is one's own: another has to decide it.
type Asked struct {
	ID, Doctor, Branch uuid.UUID // the doctor is nil where it is of all in the branch
	Change             Change
	State              string
	By                 uuid.UUID
	Mine, Decide       bool
	At                 time.Time
}

// Requests lists the requests for schedules that the person may see, the open ones first, then the newest.
func (b Board) Requests(ctx context.Context, who core.Actor) ([]Asked, error) {
	var out []Asked
	err := b.In.InTx(ctx, who, func(tx *store.Tx) error {
		out = nil
		list, err := tx.SettingsRequests(ctx, []string{Price, House})
		for _, r := range list {
			x := Asked{ID: r.ID, Branch: store.ID(r.BranchID), State: r.State, By: r.AskedBy, Mine: r.AskedBy == who.ID, At: r.At}
			if json.Unmarshal(r.Change, &x.Change) != nil {
				continue
			}
			if r.SubjectID != x.Branch {
				x.Doctor = r.SubjectID
			}
			if b.sees(who, x.Doctor, x.Branch) != nil {
				continue
			}
			f := b.facts(who, x.Doctor, x.Branch)
			f.Author, f.Own, f.Second = x.Mine, x.Mine, !x.Mine
			_, no := access.Object(who, core.Ask{Action: core.Approve, Class: core.Settings, Facts: f})
			x.Decide = no == nil && !x.Mine && r.State == "asked"
			out = append(out, x)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("requests for schedules: %w", err)
	}
	return out, nil
}
