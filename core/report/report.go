// Package report decides what a clinic's figures are, by the definitions that stand beside them, and who may be told which.
package report

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
)

// Kind names a report.
type Kind string

// The reports.
const (
	Load         Kind = "load"         // of doctors, rooms and branches
	Attendance   Kind = "attendance"   // who came, who did not, who called off
	Sources      Kind = "sources"      // where and when people book
	Leads        Kind = "leads"        // how far ahead they book and call off
	Repeats      Kind = "repeats"      // who comes for the first time, and who of them again
	Talks        Kind = "talks"        // what becomes of what people write
	Answers      Kind = "answers"      // how long they wait for people
	Money        Kind = "money"        // what was paid
	Satisfaction Kind = "satisfaction" // what they thought of it
)

// Kinds lists the reports in the order of the page.
func Kinds() []Kind {
	return []Kind{Load, Attendance, Sources, Leads, Repeats, Talks, Answers, Money, Satisfaction}
}

// class is what a report counts.
func (k Kind) class() core.Class {
	switch k {
	case Money:
		return core.Payments
	case Satisfaction:
		return core.Feedback
	case Talks, Answers:
		return core.Contacts // who may read what people write to the clinic
	default:
		return core.Appointments
	}
}

// Scope is how much of a report somebody is shown.
type Scope struct {
	Few bool // counts of ten people or more, by whole months
	Own bool // one's own calendar
}

// See says how much of a report the actor may see; the refusal is "no_report". Marketing is shown where people come from, when they book
// and what they thought, and nobody's work.
func See(who core.Actor, k Kind) (Scope, error) {
	no := core.Refuse(core.Denied, "no_report")
	if !slices.Contains(Kinds(), k) {
		return Scope{}, core.Refuse(core.NotFound, "not_found")
	}
	if who.Role == "marketing" && !slices.Contains([]Kind{Sources, Leads, Satisfaction}, k) {
		return Scope{}, no
	}
	own := who.Role == "doctor"
	v, err := access.Require(who, core.Ask{Action: core.Read, Class: k.class(), Facts: core.Facts{Branch: true, Schedule: own}})
	switch {
	case err == nil && (v.View == access.Full || v.View == access.Deidentified):
		return Scope{Own: own}, nil
	case err == nil && k == Satisfaction: // a score without its text
		return Scope{Few: true}, nil
	}
	if _, err := access.Require(who, core.Ask{Action: core.Aggregate, Class: k.class()}); err != nil {
		return Scope{}, no
	}
	return Scope{Few: true}, nil
}

// Seen are the reports that the actor may see.
func Seen(who core.Actor) []Kind {
	return slices.DeleteFunc(Kinds(), func(k Kind) bool {
		_, err := See(who, k)
		return err != nil
	})
}

// Ask is one question: days are midnights UTC, of each branch's own calendar, To is not in it.
type Ask struct {
	Kind      Kind
	From, To  time.Time
	Branch    uuid.UUID // nil: all that the actor may see
	Doctor    uuid.UUID
	Specialty string
	Source    string
}

// longest is how many days one report covers at most.
const longest = 370

// Whole says that the days are whole months, for those who see counts only: what is computed of the same months can never be told apart
// by subtracting one period from another.
func (a Ask) Whole() bool { return a.From.Day() == 1 && a.To.Day() == 1 }

func (a Ask) check(s Scope) error {
	switch {
	case !a.From.Before(a.To) || a.To.Sub(a.From) > longest*24*time.Hour:
		return core.Refuse(core.Invalid, "report_period", "Most", longest)
	case s.Few && !a.Whole():
		return core.Refuse(core.Invalid, "report_months")
	case s.Few && (a.Source != "" || a.Branch != uuid.Nil && (a.Kind == Sources || a.Kind == Leads)):
		return core.Refuse(core.Invalid, "report_filter")
	}
	return nil
}

// Chats says that a report is of chats, which belong to no branch, doctor, speciality or source.
func (k Kind) Chats() bool { return k == Talks || k == Answers }

// meant is what is asked without what means nothing to the report.
func (a Ask) meant() Ask {
	if a.Kind.Chats() {
		return Ask{Kind: a.Kind, From: a.From, To: a.To}
	}
	return a
}

// Office makes reports.
type Office struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
}

// Report is the answer: some tables of the same figures, seen from different sides.
type Report struct {
	Ask    Ask
	Scope  Scope
	Tables []Table
	Heat   *Heat // when people book; nil where it is not asked
	Rooms  map[uuid.UUID]string
}

// Make answers a question.
func (o Office) Make(ctx context.Context, actor core.Actor, a Ask) (Report, error) {
	return o.make(ctx, actor, a, nil)
}

// Export answers a question for a file that leaves the cabinet, and puts that on record. It holds what Make tells the same person.
func (o Office) Export(ctx context.Context, actor core.Actor, a Ask) (Report, error) {
	return o.make(ctx, actor, a, func(tx *store.Tx) error {
		return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: "report.export", Class: a.Kind.class(), Object: "report", Fields: []string{string(a.Kind)}})
	})
}

func (o Office) make(ctx context.Context, actor core.Actor, a Ask, also func(*store.Tx) error) (Report, error) {
	a = a.meant()
	scope, err := See(actor, a.Kind)
	if err == nil {
		err = a.check(scope)
	}
	if err != nil {
		return Report{}, err
	}
	r := Report{Ask: a, Scope: scope}
	err = o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := r.count(ctx, tx); err != nil {
			return err
		}
		if also == nil {
			return nil
		}
		return also(tx)
	})
	if err != nil {
		return Report{}, fmt.Errorf("report %s: %w", a.Kind, err)
	}
	return r, nil
}

// count fills the report in.
func (r *Report) count(ctx context.Context, tx *store.Tx) (err error) {
	switch a, s := r.Ask, r.Scope; a.Kind {
	case Load:
		if r.Tables, err = load(ctx, tx, a, s); err == nil {
			r.Rooms, err = roomNames(ctx, tx, r.Tables)
		}
	case Attendance:
		r.Tables, err = attendance(ctx, tx, a, s)
	case Sources:
		r.Tables, r.Heat, err = sources(ctx, tx, a, s)
	case Leads:
		r.Tables, err = leads(ctx, tx, a, s)
	case Repeats:
		r.Tables, err = repeats(ctx, tx, a, s)
	case Talks:
		r.Tables, err = talks(ctx, tx, a, s)
	case Answers:
		r.Tables, err = answers(ctx, tx, a, s)
	case Money:
		r.Tables, err = money(ctx, tx, a, s)
	case Satisfaction:
		r.Tables, err = satisfaction(ctx, tx, a, s)
	}
	return err
}

func roomNames(ctx context.Context, tx *store.Tx, tables []Table) (map[uuid.UUID]string, error) {
	var ids []uuid.UUID
	for _, t := range tables {
		for _, r := range t.Rows {
			if r.Room != uuid.Nil {
				ids = append(ids, r.Room)
			}
		}
	}
	names := map[uuid.UUID]string{}
	if len(ids) == 0 {
		return names, nil
	}
	rows, err := tx.ReportRooms(ctx, ids)
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, err
}
