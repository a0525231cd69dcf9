package dialog

import (
	"context"
	"fmt"
	"slices"

	"github.com/zapis-clinic/zapis/core"
)

// maxSteps bounds how many slots one turn may fill by itself: a flow that goes in circles is a fault, not a hang.
const maxSteps = 50

// ask words the question for the first empty slot, or finishes the flow and goes on with the one below.
func (u *turn) ask(ctx context.Context) error {
	for range maxSteps {
		frame := u.s.top()
		if frame == nil {
			u.rest()
			return nil
		}
		if _, ok := u.Engine[frame.Flow]; !ok { // a session of an older program
			u.s.pop()
			continue
		}
		u.talk.frame, u.talk.under = frame, u.s.below()
		slot, empty, err := u.empty(ctx, frame)
		if refusal := core.Refusal(err); refusal != nil {
			u.refuse(refusal)
			u.s.pop()
			continue
		}
		if err != nil {
			return fmt.Errorf("fill %s of %s: %w", slot.Name, frame.Flow, err)
		}
		if !empty {
			if err := u.finish(ctx, frame); err != nil {
				return fmt.Errorf("finish %s: %w", frame.Flow, err)
			}
			continue
		}
		if slot.Via != nil {
			next, err := slot.Via(ctx, u.talk)
			if err != nil {
				return fmt.Errorf("find %s of %s: %w", slot.Name, frame.Flow, err)
			}
			u.s.push(next)
			continue
		}
		return u.question(ctx, frame, slot)
	}
	return fmt.Errorf("flow %s goes in circles", u.s.Flow())
}

func (u *turn) question(ctx context.Context, frame *Frame, slot Slot) error {
	if slot.Ask == nil {
		return fmt.Errorf("%s of %s can neither be filled nor asked", slot.Name, frame.Flow)
	}
	reply, err := slot.Ask(ctx, u.talk)
	if refusal := core.Refusal(err); refusal != nil { // nothing to choose from: the flow cannot go on
		u.refuse(refusal)
		u.s.pop()
		return u.ask(ctx)
	}
	if err != nil {
		return fmt.Errorf("ask for %s of %s: %w", slot.Name, frame.Flow, err)
	}
	u.s.Asked = slot.Name
	if reply.Lead != "" {
		u.say(Reply{Text: reply.Lead})
	}
	u.say(reply)
	return nil
}

// empty finds the first slot that is neither given nor to be had without asking.
func (u *turn) empty(ctx context.Context, frame *Frame) (Slot, bool, error) {
	for _, slot := range u.Engine[frame.Flow].Slots {
		if _, filled := frame.Slots[slot.Name]; filled {
			continue
		}
		if slot.Fill != nil && (slot.Ask == nil || !slices.Contains(frame.Force, slot.Name)) {
			value, err := slot.Fill(ctx, u.talk)
			if err != nil {
				return slot, false, err
			}
			if value != "" {
				frame.put(slot.Name, value)
				continue
			}
		}
		return slot, true, nil
	}
	return Slot{}, false, nil
}

// finish does what the flow is for. Where that is refused, the slot to blame is asked again.
func (u *turn) finish(ctx context.Context, frame *Frame) error {
	flow := u.Engine[frame.Flow]
	out, err := flow.Finish(ctx, u.talk)
	if refusal := core.Refusal(err); refusal != nil {
		u.refuse(refusal)
		if slot, ok := flow.Redo[refusal.Key]; ok {
			return u.again(ctx, frame, slot)
		}
		u.s.pop()
		return nil
	}
	if err != nil {
		return err
	}
	u.say(out.Replies...)
	u.s.pop()
	u.hand(out.Value)
	if out.Handoff != "" {
		u.handoff(out.Handoff)
	}
	return nil
}

// again empties a slot and what comes after it.
func (u *turn) again(ctx context.Context, frame *Frame, name string) error {
	after := false
	for _, slot := range u.Engine[frame.Flow].Slots {
		after = after || slot.Name == name
		if after {
			if err := u.drop(ctx, frame, slot.Name); err != nil {
				return err
			}
		}
	}
	frame.Force = append(frame.Force, name) // what it was filled with did not do
	return nil
}

// hand gives a finished flow's value to the slot that called for it.
func (u *turn) hand(value string) {
	frame := u.s.top()
	if frame == nil || value == "" {
		return
	}
	for _, slot := range u.Engine[frame.Flow].Slots {
		if _, filled := frame.Slots[slot.Name]; slot.Via != nil && !filled {
			frame.put(slot.Name, value)
			return
		}
	}
}
