// Package start decides what a new clinic lacks before its first patient can book.
package start

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/core/store"
)

// Name is one of the steps.
type Name string

// The steps, in the order in which one leads to the next.
const (
	Staff     Name = "staff"     // one proposes, another decides
	Branch    Name = "branch"    // with its hours
	Specialty Name = "specialty" // that doctors practise
	Service   Name = "service"   // with a price
	Doctor    Name = "doctor"    // who performs a service
	Hours     Name = "hours"     // when somebody works
	Consent   Name = "consent"   // to processing: nobody is booked without it
	Channel   Name = "channel"   // by which patients write
	Booking   Name = "booking"   // the first one
)

// Step is one thing to do. Proposed: somebody has asked for it, and another has to decide.
type Step struct {
	Name           Name
	Done, Proposed bool
	Missing        string // what of it is not there yet, where only a part is: "admin", "second", "hours"
}

// List is every step, done or not.
type List []Step

// Done counts the steps that are done.
func (l List) Done() int {
	n := 0
	for _, s := range l {
		if s.Done {
			n++
		}
	}
	return n
}

// Complete says that nothing is missing.
func (l List) Complete() bool { return l.Done() == len(l) }

// Next is the first step that is not done.
func (l List) Next() Step {
	for _, s := range l {
		if !s.Done {
			return s
		}
	}
	return Step{}
}

// Desk says what the clinic lacks. Nothing of it is kept: it follows from what there is.
type Desk struct {
	In    store.Opener
	Clock core.Clock
	Bot   bool // there is a bot, or a site that shows the chat, or the demo with its own
}

// May says who is told: whoever sets up some of it, or decides on it.
func May(who core.Actor) bool {
	_, err := access.Require(who, core.Ask{Action: core.Read, Class: core.Policies})
	return err == nil || settings.Sees(who, "schedule")
}

// Look lists the steps, for whoever may take some.
func (d Desk) Look(ctx context.Context, who core.Actor) (List, error) {
	if !May(who) {
		return nil, core.Refuse(core.Denied, "start_not_yours")
	}
	var out List
	err := d.In.InTx(ctx, core.Sys("start"), func(tx *store.Tx) error { // of the clinic's own, and of nobody's data more than that there is some
		f, err := tx.StartFacts(ctx, d.Clock().UTC().Truncate(24*time.Hour))
		if err != nil {
			return err
		}
		out = List{
			{Name: Staff, Done: f.Asks && f.Decides, Missing: lacking(!f.Asks, "admin", "second")},
			{Name: Branch, Done: f.Branch && f.Opens, Missing: lacking(f.Branch, "hours", "")},
			{Name: Specialty, Done: f.Specialty},
			{Name: Service, Done: f.Service},
			{Name: Doctor, Done: f.Doctor},
			{Name: Hours, Done: f.Hours},
			{Name: Consent, Done: f.Consent},
			{Name: Channel, Done: d.Bot || f.Bot || f.Heard},
			{Name: Booking, Done: f.Visit},
		}
		if out.Complete() {
			return nil
		}
		parts, err := tx.StartProposed(ctx)
		for i, s := range out {
			out[i].Proposed = !s.Done && slices.Contains(parts, s.part())
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what the clinic lacks: %w", err)
	}
	return out, nil
}

// part is how a change calls what the step needs.
func (s Step) part() string {
	if s.Name == Hours {
		return "plan"
	}
	return string(s.Name)
}

func lacking(is bool, this, that string) string {
	if is {
		return this
	}
	return that
}
