// Package schedule decides when somebody works and which of that time is free.
package schedule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Slot is a time at which a visit may begin with a doctor in a branch.
type Slot struct {
	Doctor uuid.UUID
	Branch uuid.UUID
	Room   uuid.UUID // uuid.Nil where the doctor has none
	Start  time.Time
	End    time.Time
}

// Ask says what free time is looked for. Zero fields do not narrow.
type Ask struct {
	Specialty string
	Service   uuid.UUID
	Doctor    uuid.UUID
	Without   []uuid.UUID // doctors who are not wanted
	Branch    uuid.UUID
	From, To  time.Time // the visit begins in [From, To)
	DayFrom   int       // minutes of the branch's day: an afternoon is 13*60 to 18*60
	DayTo     int
	Limit     int // slots wanted; 0 is all
}

// Why says why nothing was found.
type Why string

// The reasons of an empty search, the nearest cause first.
const (
	Found       Why = ""
	NoReception Why = "no_reception" // nobody works then
	AllTaken    Why = "all_taken"
	TooShort    Why = "too_short" // no window is long enough
)

// Free finds free time. It reads the laid-out days and no visits.
type Free struct {
	In    store.Opener
	Book  *clinic.Book
	Clock core.Clock
}

// nearestDays is how many days of each doctor a search for the nearest time reads at first.
const nearestDays = 3

// Nearest finds the earliest slots, in order of time.
func (f Free) Nearest(ctx context.Context, actor core.Actor, ask Ask) ([]Slot, error) {
	var out []Slot
	err := f.In.InTx(ctx, actor, func(tx *store.Tx) error {
		s := f.search(ask)
		if s.empty() {
			return nil
		}
		var err error
		if ask.Limit > 0 && ask.DayTo == 0 {
			out, err = s.nearest(ctx, tx)
			if err != nil || len(out) >= ask.Limit {
				return err
			}
		}
		out, err = s.all(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("free times: %w", err)
	}
	return out, nil
}

// Explain says why a search that found nothing found nothing.
func (f Free) Explain(ctx context.Context, actor core.Actor, ask Ask) (Why, error) {
	why := NoReception
	err := f.In.InTx(ctx, actor, func(tx *store.Tx) error {
		s := f.search(ask)
		if s.empty() {
			return nil
		}
		from, to := s.days()
		rows, err := tx.DaysExplained(ctx, db.DaysExplainedParams{Practitioners: s.doctors, FromDay: from, ToDay: to, Branches: s.branches})
		if err != nil {
			return err
		}
		for _, row := range rows {
			branch, _ := s.clinic.Branch(row.BranchID)
			switch {
			case s.within(row.Free, branch.Zone):
				why = TooShort
				return nil
			case s.within(row.Working, branch.Zone):
				why = AllTaken
			}
		}
		return nil
	})
	return why, err
}

// search is an Ask worked out against the clinic: whom to look at and between which moments.
type search struct {
	Ask
	clinic   *clinic.Catalog
	service  clinic.Service
	doctors  []uuid.UUID
	branches []uuid.UUID
	now      time.Time
	minutes  int32
}

func (f Free) search(ask Ask) search {
	s := search{Ask: ask, clinic: f.Book.Current(), now: f.Clock()}
	s.service, _ = s.clinic.Service(ask.Service)
	for _, d := range s.clinic.DoctorsOf(ask.Specialty, ask.Branch) {
		_, performs := d.Services[ask.Service]
		if (ask.Doctor == uuid.Nil || d.ID == ask.Doctor) && !slices.Contains(ask.Without, d.ID) && (performs || ask.Service == uuid.Nil) {
			s.doctors = append(s.doctors, d.ID)
		}
	}
	horizon := 0
	for _, b := range s.clinic.Branches {
		if ask.Branch == uuid.Nil || b.ID == ask.Branch {
			s.branches = append(s.branches, b.ID)
			horizon = max(horizon, b.Horizon)
		}
	}
	if s.From.Before(s.now) {
		s.From = s.now
	}
	if end := s.now.AddDate(0, 0, horizon); s.To.IsZero() || s.To.After(end) {
		s.To = end
	}
	s.minutes = s.shortest()
	return s
}

func (s search) empty() bool {
	return len(s.doctors) == 0 || len(s.branches) == 0 || !s.From.Before(s.To)
}

// shortest is the least time any of the doctors needs, in minutes.
func (s search) shortest() int32 {
	least := time.Duration(0)
	for _, d := range s.doctors {
		if n := s.need(d); least == 0 || n < least {
			least = n
		}
	}
	return int32((least + s.service.BufferBefore + s.service.BufferAfter) / time.Minute) //nolint:gosec // a service lasts less than a day
}

func (s search) need(doctor uuid.UUID) time.Duration {
	return cmp.Or(s.clinic.Terms(doctor, s.Service).Duration, 30*time.Minute)
}

// A day somewhere on Earth begins up to 14 hours before or after it does in UTC.
func (s search) days() (time.Time, time.Time) {
	return s.From.UTC().Add(-14 * time.Hour).Truncate(24 * time.Hour), s.To.UTC().Add(38 * time.Hour).Truncate(24 * time.Hour)
}

func (s search) between() db.DaysBetweenParams {
	from, to := s.days()
	return db.DaysBetweenParams{Practitioners: s.doctors, FromDay: from, ToDay: to, Minutes: s.minutes, Branches: s.branches}
}

func (s search) nearest(ctx context.Context, tx *store.Tx) ([]Slot, error) {
	from, to := s.days()
	rows, err := tx.DaysNearest(ctx, db.DaysNearestParams{
		Practitioners: s.doctors, FromDay: from, ToDay: to, Minutes: s.minutes, Branches: s.branches, Days: nearestDays,
	})
	if err != nil {
		return nil, err
	}
	var out []Slot
	for _, r := range rows {
		out = append(out, s.slots(day{r.PractitionerID, r.BranchID, store.ID(r.RoomID), r.Free})...)
	}
	return s.first(out), nil
}

func (s search) all(ctx context.Context, tx *store.Tx) ([]Slot, error) {
	rows, err := tx.DaysBetween(ctx, s.between())
	if err != nil {
		return nil, err
	}
	var out []Slot
	for _, r := range rows {
		out = append(out, s.slots(day{r.PractitionerID, r.BranchID, store.ID(r.RoomID), r.Free})...)
	}
	return s.first(out), nil
}

// first sorts slots by time (then by doctor, so that the order never wavers) and keeps as many as were asked for.
func (s search) first(slots []Slot) []Slot {
	slices.SortFunc(slots, func(a, b Slot) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return slices.Compare(a.Doctor[:], b.Doctor[:])
	})
	if s.Limit > 0 && len(slots) > s.Limit {
		slots = slots[:s.Limit]
	}
	return slots
}

type day struct {
	doctor, branch, room uuid.UUID
	free                 store.Spans
}

// slots cuts a day's free windows into beginnings on the branch's grid. A window that holds none is offered from its own start.
func (s search) slots(d day) []Slot {
	branch, ok := s.clinic.Branch(d.branch)
	if !ok || branch.Closed {
		return nil
	}
	notice := branch.MinNotice
	if s.service.MinNotice != nil {
		notice = *s.service.MinNotice
	}
	earliest := s.From
	if t := s.now.Add(notice); earliest.Before(t) {
		earliest = t
	}
	need := s.need(d.doctor)
	var out []Slot
	for _, w := range d.free {
		from, to := w.Lower.Time.Add(s.service.BufferBefore), w.Upper.Time.Add(-s.service.BufferAfter-need)
		start := onGrid(from, branch)
		if start.After(to) {
			start = from
		}
		for ; !start.After(to) && start.Before(s.To); start = onGrid(start.Add(time.Minute), branch) {
			if !start.Before(earliest) && s.inPart(start, branch.Zone) {
				out = append(out, Slot{Doctor: d.doctor, Branch: d.branch, Room: d.room, Start: start.In(branch.Zone), End: start.Add(need).In(branch.Zone)})
			}
		}
	}
	return out
}

// onGrid is the first moment not before t whose wall-clock minute of the day lies on the branch's grid.
func onGrid(t time.Time, b clinic.Branch) time.Time {
	local := t.In(b.Zone)
	into := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute +
		time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	if over := into % b.Grid; over > 0 {
		return t.Add(b.Grid - over)
	}
	return t
}

// within says whether any of the windows touches the span that is looked at, in the wanted part of the day. Days are read with a margin, so
// that their neighbours come too.
func (s search) within(windows store.Spans, zone *time.Location) bool {
	for _, w := range windows {
		from, to := later(w.Lower.Time, s.From).In(zone), earlier(w.Upper.Time, s.To)
		if s.DayTo == 0 && from.Before(to) {
			return true
		}
		for day := 0; s.DayTo != 0; day++ {
			at := func(minute int) time.Time {
				return time.Date(from.Year(), from.Month(), from.Day()+day, 0, minute, 0, 0, zone)
			}
			if !at(0).Before(to) {
				break
			}
			if later(from, at(s.DayFrom)).Before(earlier(to, at(s.DayTo))) {
				return true
			}
		}
	}
	return false
}

func (s search) inPart(t time.Time, zone *time.Location) bool {
	if s.DayTo == 0 {
		return true
	}
	local := t.In(zone)
	minute := local.Hour()*60 + local.Minute()
	return minute >= s.DayFrom && minute < s.DayTo
}
