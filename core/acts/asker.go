package acts

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
)

// asker puts the questions of one act to the rules.
type asker struct {
	tx     *store.Tx
	class  core.Class
	action core.Action
	in     Input
	now    time.Time
	known  map[uuid.UUID]core.Facts
}

func (m Means) asker(tx *store.Tx, class core.Class, action core.Action, in Input) *asker {
	return &asker{tx: tx, class: class, action: action, in: in, now: m.Clock(), known: map[uuid.UUID]core.Facts{}}
}

// freshFor is how long a second factor counts as just shown: core/staff says the same of sessions.
const freshFor = 5 * time.Minute

// base are the facts that do not hang on the object.
func (a *asker) base(kind string) core.Facts {
	shown := a.tx.Actor.Fresh
	return core.Facts{Kind: kind, Button: a.in.Button, Fresh: !shown.IsZero() && !shown.After(a.now) && a.now.Sub(shown) <= freshFor}
}

// of are the facts about a patient, asked of the database once in an act.
func (a *asker) of(ctx context.Context, patient uuid.UUID) (core.Facts, error) {
	f, ok := a.known[patient]
	if !ok && patient != uuid.Nil {
		var err error
		if f, err = access.About(ctx, a.tx, patient); err != nil {
			return f, err
		}
		a.known[patient] = f
	}
	b := a.base(a.in.Kind)
	f.Kind, f.Button, f.Fresh = b.Kind, b.Button, b.Fresh
	return f, nil
}

// object asks about one object.
func (a *asker) object(f core.Facts) (core.Verdict, error) {
	return access.Object(a.tx.Actor, core.Ask{Action: a.action, Class: a.class, Facts: f})
}

// allows says whether one row of a list may be shown, and how much of it.
func (a *asker) allows(f core.Facts) (core.Verdict, bool) {
	v, err := a.object(f)
	return v, err == nil
}

// might asks what could be had at best, before a list is made: who never may gets a refusal, and not an empty list.
func (a *asker) might() (core.Verdict, error) {
	return access.Require(a.tx.Actor, core.Ask{Action: a.action, Class: a.class, Facts: best(a.base(a.in.Kind))})
}

// best is everything that could speak for somebody.
func best(f core.Facts) core.Facts {
	f.Own, f.Verified, f.Care, f.Branch, f.Schedule, f.Today, f.Signed = true, true, true, true, true, true, true
	f.Consent, f.Payer, f.Ticket, f.Second = true, true, true, true
	return f
}

// possible says whether a request could be allowed to somebody at all, of its kind or of any: what could not is refused before an act reads
// anything of it.
func possible(who core.Actor, r request) bool {
	if who.Kind == core.System && who.Agent == nil {
		return true
	}
	kinds := []string{r.in.Kind}
	if r.in.Kind == "" { // the object will tell
		kinds = []string{"", medical, "administrative", "financial", kindSchedule, kindPrices, "vitals", "execution", "erx", "sample"}
	}
	for _, kind := range kinds {
		f := best(core.Facts{Kind: kind, Button: r.in.Button, Fresh: true})
		if _, err := access.Require(who, core.Ask{Action: r.action, Class: r.class, Facts: f}); err == nil {
			return true
		}
	}
	return false
}

// inBranch says whether a branch is one of the acting member's.
func (a *asker) inBranch(branch uuid.UUID) bool {
	who := a.tx.Actor
	if who.Kind != core.Staff {
		return false
	}
	if len(who.Branches) == 0 {
		return true
	}
	for _, b := range who.Branches {
		if b == branch {
			return true
		}
	}
	return false
}

// mine says whether a practitioner is the acting doctor.
func (a *asker) mine(practitioner uuid.UUID) bool {
	return a.tx.Actor.Kind == core.Staff && a.tx.Actor.Doctor != uuid.Nil && a.tx.Actor.Doctor == practitioner
}

// self says whether an id is the acting person's own.
func (a *asker) self(id uuid.UUID) bool { return id != uuid.Nil && id == a.tx.Actor.ID }
