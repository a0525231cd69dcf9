package dialog

import (
	"context"
	"fmt"
	"slices"

	"github.com/zapis-clinic/zapis/core"
)

// What people do besides answering: leave, go back, say yes or no, ask for a human, send a picture, say what nobody understands.
// All of it stands here, once for all flows.

// leave ends everything that is under way.
func (u *turn) leave(ctx context.Context, why Verb) error {
	if err := u.undoAll(ctx); err != nil {
		return err
	}
	u.surface()
	flow := u.s.Flow()
	u.s.Stack, u.s.Asked = nil, ""
	switch {
	case why == Drop:
		u.silent = true
		u.s.Nudged = false
	case flow == "" || why == Deny:
	case u.talk.Words.Has(u.talk.Lang, "left."+flow):
		u.tell("left." + flow)
	default:
		u.tell("left.any")
	}
	return nil
}

// back asks the last answered question again; at the beginning it leaves.
func (u *turn) back(ctx context.Context) error {
	frame := u.s.top()
	if frame == nil {
		return nil
	}
	if len(frame.Trail) > 0 {
		return u.stepBack(ctx, frame)
	}
	if len(u.s.Stack) == 1 {
		return u.leave(ctx, Back)
	}
	u.s.pop() // a topic opened on the way, or a card not yet made: back to what it was for
	return u.stepBack(ctx, u.s.top())
}

// stepBack has the slot asked that the person gave last.
func (u *turn) stepBack(ctx context.Context, frame *Frame) error {
	n := len(frame.Trail)
	if n == 0 {
		return nil
	}
	last := frame.Trail[n-1]
	frame.Trail = frame.Trail[:n-1]
	return u.clear(ctx, last)
}

// yesNo answers the question asked, where it is one of yes and no.
func (u *turn) yesNo(ctx context.Context, c Command) error {
	frame := u.s.top()
	switch {
	case frame == nil:
		return nil
	case c.Do == Deny && u.s.Asked == slotTime: // none of these
		return u.clear(ctx, slotWhen)
	case c.Do == Deny && slices.Contains([]string{slotWhen, slotVisit, slotReason}, u.s.Asked):
		return u.leave(ctx, Cancel)
	case !slices.Contains([]string{slotConfirm, slotConsent}, u.s.Asked):
		u.missed = len(u.cmds) == 1
		return nil
	}
	value := yes
	if c.Do == Deny {
		value = "no"
	}
	frame, slot, ok := u.find(u.s.Asked)
	if !ok {
		return nil
	}
	return u.put(ctx, frame, slot, Command{Do: Set, Slot: slot.Name, Value: value})
}

// small answers what needs no flow: a greeting, thanks, help. It says whether that was all.
func (u *turn) small(ctx context.Context, flow string) (bool, error) {
	switch flow {
	case "greeting":
		u.greet()
	case "thanks":
		u.say(Reply{Text: u.talk.Say("thanks"), Keep: len(u.s.Stack) == 0})
	case "help":
		u.tell("help")
	case "deny":
		u.tell("fine")
	case "other":
		u.tell("not_ours")
	case "menu":
		u.s.Human = false
		return true, u.leave(ctx, Deny)
	case "operator":
		u.handoff("handoff.operator")
	case flowCalm:
		u.tell("emergency.calm")
	default:
		return false, nil
	}
	return true, nil
}

func (u *turn) greet() {
	if u.s.Met {
		u.tell("greeting_again")
		return
	}
	u.s.Met = true
	u.tell("greeting")
}

// other answers a wish that has no flow yet: a human takes it.
func (u *turn) other(flow string) {
	if key := "handoff." + flow; u.talk.Words.Has(u.talk.Lang, key) {
		u.handoff(key)
		return
	}
	u.handoff("handoff.any")
}

// handoff gives the chat to a human. From then on the bot only keeps what is said, until somebody gives it back.
func (u *turn) handoff(key string) {
	u.s.Human, u.s.Asked, u.s.Misses = true, "", 0
	u.silent = true
	u.say(Reply{Text: u.talk.Say(key), Keep: true, Buttons: [][]Button{{{Label: u.talk.Say("button.to_bot"), Commands: []Command{{Do: Repeat}}}}}})
}

// miss answers what was not understood: once by asking again, twice by a human.
func (u *turn) miss(ctx context.Context) error {
	u.s.Misses++
	if u.s.Misses >= 2 {
		if err := u.list(ctx, missed, u.talk.Said, ""); err != nil {
			return err
		}
		u.handoff("handoff.missed")
		return nil
	}
	if key := "not_understood_" + u.s.Asked; len(u.s.Stack) > 0 && u.talk.Words.Has(u.talk.Lang, key) {
		u.tell(key)
		return nil
	}
	u.tell("not_understood")
	return nil
}

// aside answers what is beside the question: the clock's nudge, an old button, a picture.
func (u *turn) aside(ctx context.Context, c Command) error {
	switch c.Do {
	case Nudge:
		if len(u.s.Stack) == 0 || u.s.Nudged {
			u.silent = true
			return nil
		}
		u.s.Nudged, u.talk.late = true, true
		u.tell("nudge")
	case Stale: // the toast says it; here a fresh card
	case Media:
		u.media(c.Value)
	case Clarify:
		return u.clarify(ctx, c)
	default:
		return fmt.Errorf("unknown command %q", c.Do)
	}
	return nil
}

// media answers what came instead of words, or why it was not taken: a refusal's key.
func (u *turn) media(what string) {
	key := "media.kind_" + what
	if !u.talk.Words.Has(u.talk.Lang, key) {
		key = "refusal." + what
	}
	u.say(Reply{Text: u.talk.Say(key), Note: true})
}

// clarify offers several readings of what was said.
func (u *turn) clarify(ctx context.Context, c Command) error {
	switch c.Slot {
	case slotSpecialty:
		u.offer(c)
		return nil
	case slotDoctor:
		if c.Choices = u.narrowed(c.Choices); len(c.Choices) == 1 {
			return u.set(ctx, c.Choices[0])
		}
		u.s.Asked = slotDoctor
	}
	u.silent = true
	r := Reply{Text: u.talk.Say("clarify")}
	for _, choice := range c.Choices {
		r.Buttons = append(r.Buttons, []Button{{Label: u.label(choice), Commands: append([]Command{choice}, u.with(choice)...)}})
	}
	u.say(r)
	return nil
}

// with is what the same message named and a flow that it offers can use.
func (u *turn) with(choice Command) []Command {
	var named []Command
	for _, c := range u.cmds {
		if c.Do == Set && choice.Do == Start && slices.ContainsFunc(u.Engine[choice.Flow].Slots, func(s Slot) bool { return s.Name == c.Slot && s.Check != nil }) {
			named = append(named, c)
		}
	}
	return named
}

// label is what a reading looks like on a button.
func (u *turn) label(c Command) string {
	switch {
	case c.When != nil:
		return u.talk.windowWords(*c.When, u.talk.zone())
	case c.Do == Start:
		return u.talk.Say("flow." + c.Flow)
	case c.Slot == slotDoctor:
		return u.talk.inFull(c.Value)
	default:
		return c.Value
	}
}

// rest ends a turn with nothing under way: by the menu, unless what was said speaks for itself.
func (u *turn) rest() {
	u.s.Asked, u.s.Nudged = "", false
	if n := len(u.replies); n == 0 || !u.replies[n-1].Keep {
		u.menu()
	}
}

// menu is the card that stands when nothing is under way.
func (u *turn) menu() {
	if !u.s.Met {
		u.greet()
	}
	t := u.talk
	start := func(flow string) Button {
		return Button{Label: t.Say("flow." + flow), Commands: []Command{{Do: Start, Flow: flow}}}
	}
	u.say(Reply{Text: t.Say("menu"), Buttons: [][]Button{
		{start(flowBooking)},
		{start("visits"), start(flowReschedule)},
		{start("cancel"), start("prices")},
		{start("contacts"), start("doctor_info")},
		{start("operator"), start("language")},
	}})
}

// refusing is a Check for what cannot be.
func refusing(key string) error { return core.Refuse(core.Invalid, key) }
