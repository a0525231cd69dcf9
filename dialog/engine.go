package dialog

import (
	"context"
	"fmt"
	"slices"

	"github.com/zapis-clinic/zapis/core"
)

// Engine holds the flows by name.
type Engine map[string]Flow

// New makes an engine of flows.
func New(flows ...Flow) Engine {
	e := Engine{}
	for _, f := range flows {
		e[f.Name] = f
	}
	return e
}

// Standard is the engine with every flow there is.
func Standard() Engine {
	return New(
		Booking(), Register(), Relative(),
		MyVisits(), Reschedule(), CancelVisit(), ConfirmVisit(),
		Prices(), Contacts(), Hours(), DoctorInfo(), Preparation(), Payment(), Results(), Documents(), Feedback(), Language(),
		Waitlist(), Unsubscribe(), StaffLink(),
		MyConsents(), WithdrawConsent(), Subscribe(), Renew(),
		MyData(), DataCopy(), DataLooks(), CorrectData(), EraseData(),
		Prove(), ProveHow(),
	)
}

// Turn applies cmds to s and returns the session to keep and the replies to send. A refusal becomes a reply; any other error
// ends the turn and nothing of it stands.
func (e Engine) Turn(ctx context.Context, t *Talk, s Session, cmds []Command) (Session, []Reply, error) {
	s = s.clone()
	turn := &turn{Engine: e, talk: t, s: &s, cmds: cmds}
	if err := turn.run(ctx); err != nil {
		return s, nil, err
	}
	s.Lang, s.Met = t.Lang, true
	return s, turn.replies, nil
}

// turn is one turn under way.
type turn struct {
	Engine
	talk    *Talk
	s       *Session
	cmds    []Command
	replies []Reply
	begun   string // the flow this message started: what else it says is meant for that flow
	silent  bool   // nothing is asked at the end
	missed  bool
	unsure  bool // a question was not answered
}

func (u *turn) run(ctx context.Context) error {
	if u.tooLong() {
		u.leftOpen()
		return nil
	}
	if err := u.consult(ctx); err != nil {
		return err
	}
	u.missed = len(u.cmds) == 0
	for _, c := range u.cmds {
		err := u.apply(ctx, c)
		if refusal := core.Refusal(err); refusal != nil {
			if c.Slot == slotSpecialty && u.named(slotService, slotDoctor) { // what was named in its place tells the speciality
				continue
			}
			u.refuse(refusal)
			err = nil
			switch {
			case refusal.Code == core.Denied: // what may not be done is not asked for again
				err = u.leave(ctx, Deny)
			case c.Slot == slotVisit: // a button under an old message: another visit was not meant
				u.s.pop()
			}
		}
		if err != nil {
			return fmt.Errorf("apply %s %s%s: %w", c.Do, c.Flow, c.Slot, err)
		}
	}
	if u.missed {
		if err := u.miss(ctx); err != nil {
			return err
		}
	} else if !u.silent && !u.unsure {
		u.s.Misses = 0
	}
	if u.silent {
		return nil
	}
	return u.ask(ctx)
}

// named says that the message names one of some slots.
func (u *turn) named(slots ...string) bool {
	return slices.ContainsFunc(u.cmds, func(c Command) bool { return c.Do == Set && slices.Contains(slots, c.Slot) })
}

func (u *turn) say(r ...Reply) { u.replies = append(u.replies, r...) }

func (u *turn) tell(key string, args ...any) { u.say(Reply{Text: u.talk.Say(key, args...)}) }

// refuse puts a refusal into words.
func (u *turn) refuse(r *core.Error) {
	var args []any
	for k, v := range r.Args {
		if s, ok := v.(string); ok && k == "phone" {
			v = u.talk.Words.Phone(s)
		}
		args = append(args, k, v)
	}
	u.tell("refusal."+r.Key, args...)
}

// apply carries out one command.
func (u *turn) apply(ctx context.Context, c Command) error {
	switch c.Do {
	case Start:
		return u.start(ctx, c)
	case Set:
		if several, ok := u.namesakes(c); ok {
			return u.clarify(ctx, several)
		}
		return u.set(ctx, c)
	case Clear:
		return u.clear(ctx, c.Slot)
	case View:
		u.view(c)
	case Cancel, Drop:
		return u.leave(ctx, c.Do)
	case Back:
		return u.back(ctx)
	case Confirm, Deny:
		return u.yesNo(ctx, c)
	case Doubt:
		u.worry(c)
	case Handoff:
		u.handoff("handoff.operator")
	case Answer:
		return u.answer(ctx, c)
	case Repeat:
	default:
		return u.aside(ctx, c)
	}
	return nil
}

// start begins a flow, or goes on with it where the same message brings something for it.
func (u *turn) start(ctx context.Context, c Command) error {
	if c.Flow == flowEmergency {
		u.alarm(c.Value)
		return nil
	}
	if done, err := u.small(ctx, c.Flow); done || err != nil {
		return err
	}
	if _, ok := u.Engine[c.Flow]; !ok {
		u.other(c.Flow)
		return nil
	}
	if u.begun != "" && u.begun != c.Flow && u.s.Flow() == u.begun { // a second wish of the same message: after the first
		u.s.after(c.Flow)
		return nil
	}
	u.begun = c.Flow
	u.surface()
	next := Frame{Flow: c.Flow}
	if slices.Contains(u.Engine[c.Flow].Ends, u.s.Flow()) {
		next.take(u.Engine[c.Flow].Takes, *u.s.top())
		if err := u.undo(ctx, u.s.top()); err != nil {
			return err
		}
		u.s.pop()
	}
	if u.s.Flow() == c.Flow && slices.ContainsFunc(u.cmds, func(c Command) bool { return c.Do == Set }) {
		return nil
	}
	if u.s.Flow() == c.Flow {
		if err := u.undo(ctx, u.s.top()); err != nil {
			return err
		}
	}
	u.s.push(c.Flow)
	*u.s.top() = next
	return nil
}

// surface leaves the flows that were called, for what the person speaks of is the one that called them.
func (u *turn) surface() {
	for len(u.s.Stack) > 0 && u.Engine[u.s.Flow()].Called {
		u.s.pop()
	}
}

// set checks and keeps one slot, in the topmost flow that has it.
func (u *turn) set(ctx context.Context, c Command) error {
	frame, slot, ok := u.find(c.Slot)
	if !ok && c.Slot == slotReason {
		u.complain(c.Value)
	}
	switch {
	case !ok && c.Slot == "phone":
		u.tell("media.kind_contact")
		return nil
	case !ok && c.Slot == slotReason && u.s.Asked == slotSpecialty && !u.offers(): // a complaint names no doctor
		u.tell("booking.unsure")
		return nil
	case !ok:
		u.missed = u.missed || u.s.top() == nil && len(u.replies) == 0 || len(u.cmds) == 1 && len(u.replies) == 0
		return nil
	}
	if err := u.put(ctx, frame, slot, c); err != nil {
		return err
	}
	if !u.Engine[frame.Flow].Called {
		u.surface()
	}
	return nil
}

// complain keeps what somebody who books says it is for: nothing is asked about it, and the visit will have it.
func (u *turn) complain(words string) {
	for i := range u.s.Stack {
		if f := &u.s.Stack[i]; f.Flow == flowBooking {
			f.put(slotReason, words)
		}
	}
}

func (u *turn) find(name string) (*Frame, Slot, bool) {
	for i := range slices.Backward(u.s.Stack) {
		for _, slot := range u.Engine[u.s.Stack[i].Flow].Slots {
			if slot.Name == name && slot.Check != nil {
				return &u.s.Stack[i], slot, true
			}
		}
		if u.s.Stack[i].Flow == u.begun {
			break
		}
	}
	return nil, Slot{}, false
}

func (u *turn) put(ctx context.Context, frame *Frame, slot Slot, c Command) error {
	u.talk.frame = frame
	value, err := slot.Check(ctx, u.talk, c)
	if err != nil {
		return err
	}
	for _, name := range slot.Clears {
		if err := u.drop(ctx, frame, name); err != nil {
			return err
		}
	}
	frame.put(slot.Name, value)
	frame.said(slot.Name)
	if slot.Once {
		frame.Trail = frame.Trail[:len(frame.Trail)-1]
	}
	return nil
}

// clear forgets a slot and has it asked, even where it could be filled.
func (u *turn) clear(ctx context.Context, name string) error {
	frame, slot, ok := u.find(name)
	if !ok {
		return nil
	}
	for _, n := range append([]string{name}, slot.Clears...) {
		if err := u.drop(ctx, frame, n); err != nil {
			return err
		}
	}
	if slot.Ask != nil {
		frame.Force = append(frame.Force, name)
	}
	if !u.Engine[frame.Flow].Called {
		u.surface()
	}
	return nil
}

// drop empties a slot and takes back what filling it did.
func (u *turn) drop(ctx context.Context, frame *Frame, name string) error {
	frame.Force = slices.DeleteFunc(frame.Force, func(s string) bool { return s == name })
	if _, filled := frame.Slots[name]; !filled {
		delete(frame.View, name)
		return nil
	}
	for _, slot := range u.Engine[frame.Flow].Slots {
		if slot.Name == name && slot.Undo != nil {
			u.talk.frame = frame
			if err := slot.Undo(ctx, u.talk); err != nil {
				return err
			}
		}
	}
	delete(frame.Slots, name)
	delete(frame.View, name)
	return nil
}

func (u *turn) view(c Command) {
	if frame, _, ok := u.find(c.Slot); ok {
		frame.look(c.Slot, c.Value)
	}
}

// undoAll takes back whatever the running flows did and did not finish.
func (u *turn) undoAll(ctx context.Context) error {
	for i := range u.s.Stack {
		if err := u.undo(ctx, &u.s.Stack[i]); err != nil {
			return err
		}
	}
	return nil
}

func (u *turn) undo(ctx context.Context, frame *Frame) error {
	for _, slot := range u.Engine[frame.Flow].Slots {
		if err := u.drop(ctx, frame, slot.Name); err != nil {
			return err
		}
	}
	return nil
}
