// Package dialog decides what the clinic answers. A flow is a list of slots to fill; one turn applies the person's commands to the
// session and asks for the first slot still empty. The engine keeps no state and sends nothing, so that a test is a transcript.
package dialog

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/visit"
	"github.com/zapis-clinic/zapis/dialog/words"
)

// Calendar is what a flow may ask of the calendar. Like the rest of Desk it is bound to the turn's transaction and person.
type Calendar interface {
	Nearest(ctx context.Context, ask schedule.Ask) ([]schedule.Slot, error)
	Explain(ctx context.Context, ask schedule.Ask) (schedule.Why, error)
	Upcoming(ctx context.Context) ([]visit.Visit, error)
}

// Visits is what a flow may do to visits.
type Visits interface {
	Hold(ctx context.Context, slot schedule.Slot, service uuid.UUID) (uuid.UUID, error)
	Release(ctx context.Context) error
	Book(ctx context.Context, hold, patient uuid.UUID, complaint string) (visit.Visit, error)
	Accept(ctx context.Context, id uuid.UUID) (visit.Visit, error)
	Move(ctx context.Context, id uuid.UUID, to schedule.Slot) (visit.Visit, error)
	Cancel(ctx context.Context, id uuid.UUID, reason string) (visit.Visit, error)
}

// People is what a flow may know and keep of the people in the chat.
type People interface {
	Family(ctx context.Context) ([]patient.Person, error)
	Register(ctx context.Context, n patient.New) (uuid.UUID, error)
	Agreed(ctx context.Context) (bool, error)
	Terms(ctx context.Context, lang string) (consent.Text, error)
	Agree(ctx context.Context, text uuid.UUID) error
}

// Desk is the clinic as a turn sees it.
type Desk struct {
	Clinic   *clinic.Catalog
	Calendar Calendar
	Visits   Visits
	People   People
	Waiting  Waiting
	Mutes    Mutes
	Consents Consents
	Privacy  Privacy
	Links    Links
	Proofs   Proofs
	Doings   Doings
	Library  Library
}

// Talk is everything a slot may look at in one turn.
type Talk struct {
	Desk  Desk
	Words *words.Book
	Now   time.Time
	Lang  string
	At    time.Time // when what the turn answers was said
	Said  string    // the person's own words, where the turn answers a text
	Phone string    // shared by the messenger itself in this turn, E.164; a typed one comes as a command

	late bool // the question is asked again after a silence: what was promised with it may be over

	frame *Frame
	under *Frame // the flow that called this one, or nil
}

// Reply is one message to the person.
type Reply struct {
	Text     string
	Buttons  [][]Button
	AskPhone string     // label of the button that shares one's own phone
	Keep     bool       // stays as it is: the next question is a new message
	Alone    bool       // is never joined with another text (a consent)
	Note     bool       // is said, whatever is said after it to messages that came together
	Lead     string     // said before it, in a message of its own
	Class    core.Class // of the data in it, where that is medical: the chat's channel may not carry it, and then only a notice goes
	File     *File
}

// File is a small file that goes with a reply.
type File struct {
	Name, MIME string
	About      string // the words that go with it
	Data       []byte
}

// Button is a label and what a tap on it means.
type Button struct {
	Label    string
	Commands []Command
	URL      string
}

// Slot is one thing a flow has to learn.
type Slot struct {
	Name string

	// Fill finds the value without asking; "" where it has to be asked.
	Fill func(ctx context.Context, t *Talk) (string, error)

	// Ask words the question.
	Ask func(ctx context.Context, t *Talk) (Reply, error)

	// Check turns what was said into the value to keep, or refuses it.
	Check func(ctx context.Context, t *Talk, c Command) (string, error)

	// Via names a flow that finds the value, instead of Ask.
	Via func(ctx context.Context, t *Talk) (string, error)

	// Clears names the slots that no longer hold once this one changes.
	Clears []string

	// Once says that what was given stands: the way back leads past it.
	Once bool

	// Undo takes back what Check did in the clinic.
	Undo func(ctx context.Context, t *Talk) error
}

// Flow is a goal reached by filling slots in order.
type Flow struct {
	Name   string
	Slots  []Slot
	Called bool     // only ever runs for a slot of another flow
	Ends   []string // flows that are over once this one begins: it takes up the same visit

	Takes []string // slots whose values it goes on with from such a flow

	// Finish does what the flow is for. Its refusal clears the slot that Redo names and asks again; any other refusal ends the flow.
	Finish func(ctx context.Context, t *Talk) (Outcome, error)
	Redo   map[string]string // refusal's key → slot
}

// Outcome is what a finished flow says, and the value it found for the flow that called it.
type Outcome struct {
	Replies []Reply
	Value   string
	Handoff string // the words with which the chat goes to a human, where it does
}

// Get returns a slot's value in the running flow.
func (t *Talk) Get(slot string) string { return t.frame.Slots[slot] }

// below returns a slot's value in the flow that called this one.
func (t *Talk) below(slot string) string {
	if t.under == nil {
		return ""
	}
	return t.under.Slots[slot]
}

// forget empties a slot that no longer fits; it may be filled anew without asking.
func (t *Talk) forget(slot string) {
	delete(t.frame.Slots, slot)
	t.frame.Force = slices.DeleteFunc(t.frame.Force, func(s string) bool { return s == slot })
}

// said tells a slot that the person gave from one that was filled without asking.
func (t *Talk) said(slot string) bool { return slices.Contains(t.frame.Trail, slot) }

// View returns which page of a slot's question is looked at.
func (t *Talk) View(slot string) string { return t.frame.View[slot] }

// ID returns a slot's value as an id; the nil id for anything else ("any", empty).
func (t *Talk) ID(slot string) uuid.UUID {
	id, err := uuid.Parse(t.frame.Slots[slot])
	if err != nil {
		return uuid.Nil
	}
	return id
}

// Say returns the clinic's words for a key; args come in pairs of name and value.
func (t *Talk) Say(key string, args ...any) string { return t.Words.Say(t.Lang, key, args...) }

// zone is where the talk's days are: the branch's, or the clinic's first.
func (t *Talk) zone() *time.Location {
	if b, ok := t.Desk.Clinic.Branch(t.ID(slotBranch)); ok {
		return b.Zone
	}
	if v := t.Desk.Clinic.Branches; len(v) > 0 {
		return v[0].Zone
	}
	return time.UTC
}
