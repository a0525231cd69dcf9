package cabinet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/visit"
)

// day is a branch's day as the page's script reads it. Times are wall-clock times of the branch, without a zone: whoever looks from
// elsewhere sees the clinic's hours.
type day struct {
	Branch  uuid.UUID `json:"branch"`
	Place   string    `json:"place"`
	Date    string    `json:"date"`
	Title   string    `json:"title"` // «пн 23 ноября»
	Now     string    `json:"now"`
	From    string    `json:"from"` // the hours worth showing, HH:MM
	To      string    `json:"to"`
	Doctors []column  `json:"doctors"`
	Visits  []block   `json:"visits"`
	Can     can       `json:"can"`
}

// can is what the role may do with the day, so that the page offers that and no more. The core decides again.
type can struct {
	Book    bool `json:"book"`
	Arrange bool `json:"arrange"`
	Open    bool `json:"open"` // a visit's window
}

// column is one doctor's day.
type column struct {
	ID    uuid.UUID `json:"id"`
	Name  string    `json:"name"`
	About string    `json:"about"` // their speciality
	Work  []span    `json:"work"`
}

type span struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// block is one visit or hold.
type block struct {
	ID      uuid.UUID    `json:"id"`
	Doctor  uuid.UUID    `json:"doctor"`
	Version int32        `json:"version"`
	Over    bool         `json:"over"`    // over others
	Patient string       `json:"patient"` // empty where nobody is known yet or may be named
	Service string       `json:"service"`
	Status  visit.Status `json:"status"`
	span
}

// wall is how a moment is written for the script.
const wall = "2006-01-02T15:04:05"

// dateForm is how a day stands in an address.
const dateForm = "2006-01-02"

// page is whose day is looked at, by whom.
type page struct {
	actor  core.Actor
	scope  scope
	branch clinic.Branch
	date   time.Time // midnight in the branch's zone
	lang   string
}

func (p page) until() time.Time { return p.date.AddDate(0, 0, 1) }

// day reads a branch's day: who works, and what is booked.
func (s *Server) day(ctx context.Context, p page) (day, error) {
	catalog := s.Book.Current()
	desk := visit.Desk{In: s.DB, Book: s.Book, Clock: s.Clock, IDs: s.IDs}
	visits, err := desk.Day(ctx, p.actor, p.branch.ID, p.date, p.until())
	if err != nil {
		return day{}, err
	}
	hours, err := s.hours(ctx, p)
	if err != nil {
		return day{}, err
	}
	out := day{
		Branch: p.branch.ID, Place: p.branch.Name.In(p.lang), Date: p.date.Format(dateForm), Title: s.dates.Day(p.lang, p.date),
		Now: s.Clock().In(p.branch.Zone).Format(wall), Doctors: []column{}, Visits: []block{}, Can: canOf(p.actor, p.scope),
	}
	for _, v := range visits {
		if p.scope.doctor == uuid.Nil || v.Doctor == p.scope.doctor {
			out.Visits = append(out.Visits, blockOf(v, p))
			hours[v.Doctor] = append(hours[v.Doctor], window{}) // a visit outside working time still has a column
		}
	}
	out.Doctors = columns(catalog, hours, p)
	out.From, out.To = worthShowing(out)
	return out, nil
}

// canOf asks the rules for the page as a whole.
func canOf(actor core.Actor, see scope) can {
	v, err := access.Require(actor, core.Ask{Action: core.Update, Class: core.Appointments, Facts: core.Facts{Branch: true}})
	return can{Book: mayBook(actor), Arrange: err == nil && v.View == access.Full, Open: see.names}
}

func blockOf(v visit.Planned, p page) block {
	b := block{ID: v.ID, Doctor: v.Doctor, Service: v.ServiceName, Status: v.Status, Version: v.Version, Over: v.Over != "", span: span{v.Start.Format(wall), v.End.Format(wall)}}
	if p.scope.names {
		b.Patient = v.Name
	}
	return b
}

type window struct{ from, to time.Time }

// hours are the working windows of the day by doctor. The day before is read too: a night shift reaches over midnight.
func (s *Server) hours(ctx context.Context, p page) (map[uuid.UUID][]window, error) {
	var rows []db.WorkingHoursRow
	midnight := time.Date(p.date.Year(), p.date.Month(), p.date.Day(), 0, 0, 0, 0, time.UTC)
	err := s.DB.InTx(ctx, p.actor, func(tx *store.Tx) error {
		var err error
		rows, err = tx.WorkingHours(ctx, db.WorkingHoursParams{BranchID: p.branch.ID, FromDay: midnight.AddDate(0, 0, -1), ToDay: midnight.AddDate(0, 0, 1)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("working hours of branch %s: %w", p.branch.ID, err)
	}
	out := map[uuid.UUID][]window{}
	for _, r := range rows {
		if p.scope.doctor != uuid.Nil && r.PractitionerID != p.scope.doctor {
			continue
		}
		for _, part := range r.Working {
			from, to := part.Lower.Time.In(p.branch.Zone), part.Upper.Time.In(p.branch.Zone)
			if from.Before(p.until()) && to.After(p.date) {
				out[r.PractitionerID] = append(out[r.PractitionerID], window{later(from, p.date), earlier(to, p.until())})
			}
		}
	}
	return out, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// columns puts the doctors in the order of their specialities, then of their names.
func columns(catalog *clinic.Catalog, hours map[uuid.UUID][]window, p page) []column {
	type place struct {
		column
		rank int
	}
	var list []place
	for id, windows := range hours {
		d, ok := catalog.Doctor(id)
		if !ok {
			continue
		}
		c := place{column: column{ID: id, Name: d.Short(), Work: []span{}}}
		for i, specialty := range catalog.Specialties {
			if slices.Contains(d.Specialties, specialty.Code) {
				c.rank, c.About = i, specialty.Name.In(p.lang)
				break
			}
		}
		for _, w := range windows {
			if w.to.After(w.from) {
				c.Work = append(c.Work, span{w.from.Format(wall), w.to.Format(wall)})
			}
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Name, b.Name), slices.Compare(a.ID[:], b.ID[:]))
	})
	out := make([]column, 0, len(list))
	for _, c := range list {
		out = append(out, c.column)
	}
	return out
}

// The hours shown of a day on which nobody works.
const (
	firstHour = "08:00"
	lastHour  = "20:00"
)

// worthShowing is from the first full hour at which something happens to the last.
func worthShowing(d day) (string, string) {
	from, to := "", ""
	note := func(s span) {
		start, end := s.From[11:13]+":00", s.To[11:16]
		if s.To[:10] > d.Date {
			end = "24:00"
		}
		if from == "" || start < from {
			from = start
		}
		to = max(to, end)
	}
	for _, c := range d.Doctors {
		for _, s := range c.Work {
			note(s)
		}
	}
	for _, v := range d.Visits {
		note(v.span)
	}
	if from == "" {
		return firstHour, lastHour
	}
	return from, to
}
