package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zapis-clinic/zapis/core"
)

// facts are what holds when somebody asks, a bit each. Their names are the words of matrix.yaml and the attributes of Cedar's context.
type facts uint32

const (
	own facts = 1 << iota
	verified
	care
	branch
	author
	schedule
	today
	signed
	restricted
	glass
	consent
	payer
	ticket
	fresh
	second
	button
	self
	contract // of a service: its contract names the class, or this kind of it
	agent    // a model acts for the person
	medical  // follows from class and kind
)

// inputs is how many of them are given; the last follows from the others.
const inputs = 19

// factNames in the order of the bits.
func factNames() []string {
	return []string{
		"own", "verified", "care", "branch", "author", "schedule", "today", "signed", "restricted", "glass", "consent", "payer", "ticket", "fresh",
		"second", "button", "self", "contract", "agent", "medical",
	}
}

func (f facts) has(all facts) bool { return f&all == all }

// String lists them: "care, signed".
func (f facts) String() string {
	var out []string
	for i, name := range factNames() {
		if f.has(1 << i) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// factsOf reads names; "clinic" is no condition.
func factsOf(names []string) (facts, error) {
	var out facts
	for _, name := range names {
		i := slices.Index(factNames(), name)
		switch {
		case i >= 0:
			out |= 1 << i
		case name != "clinic":
			return 0, fmt.Errorf("%q is no word for what may be known of an object", name)
		}
	}
	return out, nil
}

// given are the facts of a question, and of who asks it.
func given(who core.Actor, ask core.Ask) facts {
	f := ask.Facts
	var out facts
	for bit, holds := range [...]bool{
		f.Own, f.Verified, f.Care, f.Branch, f.Author, f.Schedule, f.Today, f.Signed, f.Restricted, f.Glass, f.Consent, f.Payer, f.Ticket, f.Fresh,
		f.Second, f.Button, f.Self, who.Kind == core.Service && names(who.Role, ask.Class, f.Kind), who.Agent != nil, isMedical(ask.Class, f.Kind),
	} {
		if holds {
			out |= 1 << bit
		}
	}
	return out
}

// plain is the other way: what a question would say.
func (f facts) plain(kind string) core.Facts {
	return core.Facts{
		Own: f.has(own), Verified: f.has(verified), Care: f.has(care), Branch: f.has(branch), Author: f.has(author), Schedule: f.has(schedule),
		Today: f.has(today), Signed: f.has(signed), Restricted: f.has(restricted), Glass: f.has(glass), Consent: f.has(consent), Payer: f.has(payer),
		Ticket: f.has(ticket), Fresh: f.has(fresh), Second: f.has(second), Button: f.has(button), Self: f.has(self), Kind: kind,
	}
}

// names says whether an integration's contract (class or class:kind, parted by spaces or commas) covers a class and kind.
func names(terms string, class core.Class, kind string) bool {
	for term := range strings.FieldsFuncSeq(terms, func(r rune) bool { return r == ' ' || r == ',' }) {
		if of, only, narrow := strings.Cut(term, ":"); of == string(class) && (!narrow || only == kind) {
			return true
		}
	}
	return false
}

// isMedical: a document of a kind that nobody knows is medical.
func isMedical(class core.Class, kind string) bool {
	switch class {
	case core.VisitReason, core.Records, core.Prescriptions, core.Results:
		return true
	case core.Documents:
		return kind != "administrative" && kind != "financial"
	default:
		return false
	}
}
