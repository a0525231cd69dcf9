package acts

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/visit"
)

// calendar does the acts with visits.
type calendar struct{ Means }

func appointments(m Means) []Act {
	c := calendar{m}
	return []Act{
		{core.Appointments, core.Read, "", c.read},
		{core.Appointments, core.Create, "", c.create},
		{core.Appointments, core.Update, "", c.update},
		{core.Appointments, core.Void, "", c.cancel},
		m.counts(core.Appointments, core.Aggregate),
	}
}

func (c calendar) desk(tx *store.Tx, in Input) visit.Desk {
	return visit.Desk{In: tx, Book: c.Catalog, Clock: c.Clock, IDs: c.IDs, Vault: c.Vault, Button: in.Button, Changed: c.Changed}
}

// read shows the visit ID, or those of Patient, of a "branch", of a "doctor", "from" … "to" (from yesterday, a month on).
func (c calendar) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := c.asker(tx, core.Appointments, core.Read, in)
	best, err := a.might()
	if err != nil {
		return Output{}, err
	}
	p, err := c.wanted(in)
	if err != nil {
		return Output{}, err
	}
	list, err := tx.VisitsSeen(ctx, p)
	if err != nil {
		return Output{}, err
	}
	out := Output{View: best.View, Rows: []Row{}}
	for _, v := range list {
		f, err := c.facts(ctx, a, v)
		if err != nil {
			return Output{}, err
		}
		if verdict, ok := a.allows(f); ok {
			out.Rows = append(out.Rows, c.row(v, verdict.View, tx.Actor.Kind))
		}
	}
	if p.ID != nil && len(out.Rows) == 0 {
		return Output{}, core.Refuse(core.NotFound, "not_found")
	}
	return out, nil
}

// widest is how long a span of visits one list covers.
const widest = 62 * 24 * time.Hour

func (c calendar) wanted(in Input) (db.VisitsSeenParams, error) {
	id := in.ID
	if id == uuid.Nil {
		id = in.Visit
	}
	if id != uuid.Nil {
		return db.VisitsSeenParams{ID: &id, FromAt: time.Unix(0, 0), ToAt: time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)}, nil
	}
	p := db.VisitsSeenParams{Patient: store.Ref(in.Patient), FromAt: c.Clock().AddDate(0, 0, -1), ToAt: c.Clock().AddDate(0, 1, 0)}
	for name, at := range map[string]**uuid.UUID{keyBranch: &p.Branch, keyDoctor: &p.Doctor} {
		if in.Fields[name] == "" {
			continue
		}
		ref, err := in.id(name)
		if err != nil {
			return p, err
		}
		*at = &ref
	}
	var err error
	if in.Fields["from"] != "" || in.Fields["to"] != "" {
		if p.FromAt, err = in.moment("from"); err == nil {
			p.ToAt, err = in.moment("to")
		}
		if err == nil && p.ToAt.Sub(p.FromAt) > widest {
			err = wrong("to")
		}
	}
	return p, err
}

// facts about a visit: whose follows from the patient, where and with whom from itself.
func (c calendar) facts(ctx context.Context, a *asker, v db.VisitsSeenRow) (core.Facts, error) {
	f := a.base("")
	if a.tx.Actor.Kind == core.Patient {
		var err error
		if f, err = a.of(ctx, store.ID(v.PatientID)); err != nil {
			return f, err
		}
	}
	f.Branch, f.Schedule = a.inBranch(v.BranchID), a.mine(v.PractitionerID)
	if zone, err := time.LoadLocation(v.Tz); err == nil {
		f.Today = a.now.In(zone).Format(time.DateOnly) == v.LocalStart.Format(time.DateOnly)
	}
	return f, nil
}

func (c calendar) row(v db.VisitsSeenRow, view string, who core.Kind) Row {
	row := Row{keyID: v.ID, keyStart: shown(v.StartsAt), "end": shown(v.EndsAt), "price": v.Price, keyCurrency: v.Currency}
	if view != access.Full && who != core.Service {
		return row
	}
	row[keyBranch], row[keyDoctor], row["service"], row[keyStatus] = v.BranchID, v.PractitionerID, v.ServiceID, v.Status
	row[keyPatient], row["service_name"], row[keyVersion] = shownID(v.PatientID), v.ServiceName, v.Version
	if view == access.Full && who == core.Staff {
		row["name"] = strings.Join(strings.Fields(v.Surname+" "+v.Given+" "+v.Patronymic), " ")
	}
	return row
}

// find is one visit, as one that was asked for by its id, with the verdict on it.
func (c calendar) find(ctx context.Context, a *asker) (db.VisitsSeenRow, core.Verdict, error) {
	p, err := c.wanted(Input{ID: a.in.ID, Visit: a.in.Visit})
	if err != nil || p.ID == nil {
		if _, no := a.might(); no != nil {
			return db.VisitsSeenRow{}, core.Verdict{}, no
		}
		return db.VisitsSeenRow{}, core.Verdict{}, core.Refuse(core.NotFound, "not_found")
	}
	list, err := a.tx.VisitsSeen(ctx, p)
	if err != nil {
		return db.VisitsSeenRow{}, core.Verdict{}, err
	}
	if len(list) == 0 {
		return db.VisitsSeenRow{}, core.Verdict{}, core.Refuse(core.NotFound, "not_found")
	}
	f, err := c.facts(ctx, a, list[0])
	if err != nil {
		return db.VisitsSeenRow{}, core.Verdict{}, err
	}
	v, err := a.object(f)
	return list[0], v, err
}

// create books a visit of Patient: "service", "doctor", "branch", and "start", which must be free.
func (c calendar) create(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := c.asker(tx, core.Appointments, core.Create, in)
	if _, err := a.might(); err != nil {
		return Output{}, err
	}
	service, err := in.id("service")
	if err != nil {
		return Output{}, err
	}
	slot, err := c.slot(in, schedule.Slot{})
	if err != nil {
		return Output{}, err
	}
	f, err := a.of(ctx, in.Patient)
	if err != nil {
		return Output{}, err
	}
	f.Branch, f.Schedule = a.inBranch(slot.Branch), a.mine(slot.Doctor)
	verdict, err := a.object(f)
	if err != nil {
		return Output{}, err
	}
	if slot, err = c.free(ctx, tx, slot, service); err != nil {
		return Output{}, err
	}
	v, err := c.desk(tx, in).Make(ctx, tx.Actor, visit.Wish{Slot: slot, Service: service, Patient: in.Patient, Source: source(tx.Actor)})
	return One(verdict.View, Row{keyID: v.ID, keyStatus: v.Status, keyStart: shown(v.Start)}), err
}

// source is how the origin of a visit is called in reports.
func source(who core.Actor) string {
	switch {
	case who.Kind == core.Staff:
		return "cabinet"
	case who.Channel == "telegram", who.Channel == "whatsapp", who.Channel == "max", who.Channel == "webchat":
		return who.Channel
	default:
		return "api"
	}
}

// slot reads where, with whom and when; what is not told stays as it was.
func (c calendar) slot(in Input, was schedule.Slot) (schedule.Slot, error) {
	var err error
	if was.Start, err = in.moment(keyStart); err != nil {
		return was, err
	}
	for name, to := range map[string]*uuid.UUID{keyDoctor: &was.Doctor, keyBranch: &was.Branch} {
		if in.Fields[name] == "" && *to != uuid.Nil {
			continue
		}
		if *to, err = in.id(name); err != nil {
			return was, err
		}
	}
	return was, nil
}

// free is the slot with its room, if it is free.
func (c calendar) free(ctx context.Context, tx *store.Tx, at schedule.Slot, service uuid.UUID) (schedule.Slot, error) {
	known, _ := c.Catalog.Current().Service(service)
	slots, err := schedule.Free{In: tx.Reading(), Book: c.Catalog, Clock: c.Clock}.Nearest(ctx, tx.Actor, schedule.Ask{
		Specialty: known.Specialty, Service: service, Doctor: at.Doctor, Branch: at.Branch, From: at.Start, To: at.Start.Add(time.Minute),
	})
	if err != nil {
		return at, err
	}
	for _, s := range slots {
		if s.Start.Equal(at.Start) {
			return s, nil
		}
	}
	return at, core.Refuse(core.Conflict, "time_taken")
}

// The ways to change a visit.
const (
	doConfirm = "confirm"
	doMove    = "move"
)

// update changes the visit ID: "do" is confirm, move (to "start", "doctor", "branch"), or a mark: arrived, in_progress, done, no_show. A
// patient and an integration confirm and move; whoever sees the status alone says that somebody has come.
func (c calendar) update(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := c.asker(tx, core.Appointments, core.Update, in)
	v, verdict, err := c.find(ctx, a)
	if err != nil {
		return Output{}, err
	}
	arrived, started := string(visit.Arrived), string(visit.InProgress)
	ways := []string{doConfirm, doMove, arrived, started, string(visit.Done), string(visit.NoShow)}
	switch {
	case verdict.View == access.Status:
		ways = []string{arrived}
	case tx.Actor.Kind != core.Staff:
		ways = []string{doConfirm, doMove}
	}
	do, err := in.word("do", ways...)
	if err != nil {
		return Output{}, err
	}
	var now visit.Visit
	switch do {
	case doConfirm:
		now, err = c.desk(tx, in).Accept(ctx, tx.Actor, v.ID)
	case doMove:
		now, err = c.move(ctx, a, v)
	default:
		now, err = c.desk(tx, in).Mark(ctx, tx.Actor, v.ID, visit.Status(do))
	}
	return One(verdict.View, Row{keyID: v.ID, keyStatus: now.Status, keyStart: shown(now.Start)}), err
}

func (c calendar) move(ctx context.Context, a *asker, v db.VisitsSeenRow) (visit.Visit, error) {
	slot, err := c.slot(a.in, schedule.Slot{Doctor: v.PractitionerID, Branch: v.BranchID})
	if err != nil {
		return visit.Visit{}, err
	}
	there := v
	there.PractitionerID, there.BranchID = slot.Doctor, slot.Branch
	f, err := c.facts(ctx, a, there)
	if err != nil {
		return visit.Visit{}, err
	}
	if _, err := a.object(f); err != nil { // where it goes to must be theirs too
		return visit.Visit{}, err
	}
	if slot, err = c.free(ctx, a.tx, slot, v.ServiceID); err != nil {
		return visit.Visit{}, err
	}
	return c.desk(a.tx, a.in).Move(ctx, a.tx.Actor, v.ID, slot)
}

// cancel ends the visit ID; staff say why ("reason", one of a few: what patients say of their health is no reason of the clinic's).
func (c calendar) cancel(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := c.asker(tx, core.Appointments, core.Void, in)
	v, verdict, err := c.find(ctx, a)
	if err != nil {
		return Output{}, err
	}
	reason := ""
	if tx.Actor.Kind == core.Staff {
		if reason, err = in.word("reason", "patient asked", "doctor ill", "doctor away", "leave", "branch closed", "equipment", "other"); err != nil {
			return Output{}, err
		}
	}
	now, err := c.desk(tx, in).Cancel(ctx, tx.Actor, v.ID, reason)
	return One(verdict.View, Row{keyID: v.ID, keyStatus: now.Status}), err
}
