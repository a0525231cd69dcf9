package acts

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// office does the acts with schedule and prices: asking and deciding. Zapis carries out.
type office struct {
	Means
	settings.Office
}

// The kinds of the class.
const (
	kindSchedule = "schedule"
	kindPrices   = "prices"
)

func settingsActs(m Means) []Act {
	o := office{m, settings.Office{Clock: m.Clock, IDs: m.IDs, Book: m.Catalog}}
	return []Act{
		{core.Settings, core.Read, "", o.read},
		{core.Settings, core.Create, kindSchedule, o.availability},
		{core.Settings, core.Update, kindSchedule, o.schedule},
		{core.Settings, core.Update, kindPrices, o.price},
		{core.Settings, core.Approve, "", o.decide},
	}
}

// kindOf is the class's kind of a request.
func kindOf(request string) string {
	if request == settings.Price {
		return kindPrices
	}
	return kindSchedule
}

// facts about a request.
func (o office) facts(a *asker, r db.SettingsRequest) core.Facts {
	f := a.base(kindOf(r.Kind))
	f.Author = a.self(r.AskedBy)
	f.Own, f.Second = f.Author, !f.Author
	f.Branch = r.BranchID == nil || a.inBranch(*r.BranchID)
	return f
}

// read shows the requests of Kind that one may see; of prices, those in force too.
func (o office) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := o.asker(tx, core.Settings, core.Read, in)
	best, err := a.might()
	if err != nil {
		return Output{}, err
	}
	list, err := tx.SettingsRequests(ctx, nil)
	if err != nil {
		return Output{}, err
	}
	out := Output{View: best.View, Rows: []Row{}}
	for _, r := range list {
		if in.ID != uuid.Nil && r.ID != in.ID {
			continue
		}
		if _, ok := a.allows(o.facts(a, r)); ok && kindOf(r.Kind) == in.Kind {
			out.Rows = append(out.Rows, requestRow(r))
		}
	}
	if in.ID != uuid.Nil && len(out.Rows) == 0 {
		return Output{}, core.Refuse(core.NotFound, "not_found")
	}
	if in.ID == uuid.Nil && in.Kind == kindPrices {
		for _, s := range o.Catalog.Current().Services {
			out.Rows = append(out.Rows, Row{"service": s.ID, "name": s.Name.RU, "price": s.Price, keyCurrency: s.Currency})
		}
	}
	return out, nil
}

func requestRow(r db.SettingsRequest) Row {
	return Row{
		keyID: r.ID, keyKind: r.Kind, "subject": r.SubjectID, keyBranch: shownID(r.BranchID), "change": json.RawMessage(r.Change), keyState: r.State,
		"asked_by": r.AskedBy, "decided_by": shownID(r.DecidedBy), keyAt: shown(r.At),
	}
}

// asked judges a request before it is made, and makes it.
func (o office) asked(ctx context.Context, a *asker, r settings.Ask) (Output, error) {
	f := a.base(kindOf(r.Kind))
	f.Own = r.Kind == settings.Availability && a.mine(r.Subject)
	f.Branch = r.Branch == uuid.Nil || a.inBranch(r.Branch)
	verdict, err := a.object(f)
	if err != nil {
		return Output{}, err
	}
	id, err := o.Request(ctx, a.tx, r)
	return One(verdict.View, Row{keyID: id, keyState: "asked"}), err
}

// availability is a doctor's request: "from", "to", and "extra" (true) with "branch" for time beyond the rules.
func (o office) availability(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := o.asker(tx, core.Settings, core.Create, in)
	if _, err := a.might(); err != nil {
		return Output{}, err
	}
	change, err := in.times()
	if err != nil {
		return Output{}, err
	}
	r := settings.Ask{Kind: settings.Availability, Subject: tx.Actor.Doctor, Change: change}
	if change.Extra {
		if r.Branch, err = in.id(keyBranch); err != nil {
			return Output{}, err
		}
	}
	return o.asked(ctx, a, r)
}

// schedule is the desk's request for a "branch", or for one "doctor" there: "from", "to", of extra time where "extra" is true and a doctor is
// named; or a "plan" of working time (schedule.Plan as JSON).
func (o office) schedule(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := o.asker(tx, core.Settings, core.Update, in)
	if _, err := a.might(); err != nil {
		return Output{}, err
	}
	if in.Fields["house"] != "" {
		return o.house(ctx, a, in)
	}
	branch, err := in.id(keyBranch)
	if err != nil {
		return Output{}, err
	}
	r := settings.Ask{Kind: settings.Schedule, Subject: branch, Branch: branch}
	if in.Fields[keyDoctor] != "" {
		if r.Subject, err = in.id(keyDoctor); err != nil {
			return Output{}, err
		}
	}
	if in.Fields["plan"] != "" {
		r.Change.Plan, err = o.plan(in.Fields["plan"], r)
	} else {
		r.Change, err = in.times()
		r.Change.Extra = r.Change.Extra && r.Subject != branch
	}
	if err != nil {
		return Output{}, err
	}
	return o.asked(ctx, a, r)
}

// maxHouse bounds a change of the house: an article is the longest.
const maxHouse = 100_000

// house is the desk's request about how the clinic is set up: "house" (settings.Change as JSON) of a "subject", by somebody who has "seen" what stands there (settings.Mark).
func (o office) house(ctx context.Context, a *asker, in Input) (Output, error) {
	r := settings.Ask{Kind: settings.House, Seen: in.Fields["seen"]}
	if len(in.Fields["house"]) > maxHouse || json.Unmarshal([]byte(in.Fields["house"]), &r.Change) != nil {
		return Output{}, wrong("house")
	}
	var err error
	if r.Subject, err = in.id("subject"); err != nil {
		return Output{}, err
	}
	if b, stands := o.Catalog.Current().Branch(r.Change.Place(r.Subject)); stands { // one that is to be is nobody's own yet
		r.Branch = b.ID
	}
	r.Change.Price, r.Change.RefundLimit, r.Change.Since, r.Change.Plan = nil, nil, "", nil
	if err := r.Change.Check(o.Catalog.Current(), r.Subject); err != nil {
		return Output{}, err
	}
	return o.asked(ctx, a, r)
}

// plan reads working time; whose and where the request says.
func (o office) plan(text string, r settings.Ask) (*schedule.Plan, error) {
	var p schedule.Plan
	if err := json.Unmarshal([]byte(text), &p); err != nil || len(text) > 10_000 {
		return nil, wrong("plan")
	}
	p.Practitioner, p.Branch = r.Subject, r.Branch
	if d, known := o.Catalog.Current().Doctor(r.Subject); !known || !slices.Contains(d.Branches, r.Branch) {
		return nil, wrong(keyDoctor)
	}
	return &p, p.Check(o.Means.Clock().UTC().Truncate(24 * time.Hour))
}

func (in Input) times() (settings.Change, error) {
	from, err := in.moment("from")
	if err != nil {
		return settings.Change{}, err
	}
	to, err := in.moment("to")
	if err == nil && !from.Before(to) {
		err = wrong("to")
	}
	return settings.Change{From: &from, To: &to, Extra: in.Fields["extra"] == "true"}, err
}

// price is the cashier's request: "price" of a "service" ("since" a day, where it is planned), or the "refund_limit" of the clinic.
func (o office) price(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := o.asker(tx, core.Settings, core.Update, in)
	if _, err := a.might(); err != nil {
		return Output{}, err
	}
	r := settings.Ask{Kind: settings.Price}
	if text := in.Fields["refund_limit"]; text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || n > 100_000_000 {
			return Output{}, wrong("refund_limit")
		}
		r.Change.RefundLimit = &n
		return o.asked(ctx, a, r)
	}
	n, err := in.sum("price")
	if err != nil {
		return Output{}, err
	}
	r.Change.Price, r.Change.Since, r.Seen = &n, in.Fields["since"], in.Fields["seen"]
	if r.Subject, err = in.id("service"); err != nil {
		return Output{}, err
	}
	if _, known := o.Catalog.Current().Service(r.Subject); !known {
		return Output{}, wrong("service")
	}
	return o.asked(ctx, a, r)
}

// decide says "approved" or "refused" ("decision") to the request ID.
func (o office) decide(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := o.asker(tx, core.Settings, core.Approve, in)
	r, err := tx.SettingsRequest(ctx, in.ID)
	if err != nil {
		return Output{}, store.NoRows(err, "not_found")
	}
	verdict, err := a.object(o.facts(a, r))
	if err != nil {
		return Output{}, err
	}
	decision, err := in.word("decision", "approved", "refused")
	if err != nil {
		return Output{}, err
	}
	return One(verdict.View, Row{keyID: r.ID, keyState: decision}), o.Decide(ctx, tx, r, decision == "approved")
}
