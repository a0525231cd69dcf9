package jobs

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

const (
	worryWait  = 5 * time.Minute // how long the desk waits for the answer whether a danger is so now
	worryHolds = time.Hour       // how long a "yes" after it is still the answer
	worried    = "worry"         // the task of a danger that nobody has said to be old; likewise the slot of the answer
)

// answered turns what was said while a danger is asked about into the answer: an alarm, what was said before, or neither.
func (t *Talks) answered(ctx context.Context, tx *store.Tx, c *chat, h heard, cmds []dialog.Command) ([]dialog.Command, error) {
	w := c.session.Worry
	switch {
	case len(cmds) == 1 && cmds[0].Slot == worried && cmds[0].Do == dialog.Deny:
		if w == nil { // the button of an answer that was given
			return []dialog.Command{{Do: dialog.Repeat}}, nil
		}
		c.session.Worry, c.calmed = nil, w
		cmds, err := t.meaning(ctx, tx, c, w.Said, w.At)
		return calm(cmds), err
	case w == nil:
		return cmds, nil
	case w.Told: // a human has had the chat since
		c.session.Worry = nil
		return cmds, nil
	case slices.ContainsFunc(cmds, passes):
		return cmds, nil
	case len(cmds) == 1 && cmds[0].Slot == worried && cmds[0].Do == dialog.Confirm:
		return alarmed(w.Kind), nil
	}
	text, _ := h.in.Said()
	return []dialog.Command{{Do: dialog.Doubt, Slot: w.Kind, Value: text}}, nil
}

// calm takes the offer of an alarm out of a choice: the person has said that there is none.
func calm(cmds []dialog.Command) []dialog.Command {
	var out []dialog.Command
	for _, c := range cmds {
		if c.Do == dialog.Clarify {
			c.Choices = slices.DeleteFunc(slices.Clone(c.Choices), func(c dialog.Command) bool { return c.Flow == emergency })
			if len(c.Choices) == 1 {
				c = c.Choices[0]
			}
		}
		out = append(out, c)
	}
	return out
}

func alarmed(kind string) []dialog.Command {
	return []dialog.Command{{Do: dialog.Start, Flow: emergency, Value: kind}}
}

// passes says that a command is heard whatever is asked: a danger, and who wants a human.
func passes(c dialog.Command) bool {
	return c.Flow == emergency || c.Do == dialog.Handoff || c.Do == dialog.Start && c.Flow == "operator"
}

// asksNow is the question whether what the rules worry about is so now; nil where they do not, or the person has said that it is not.
func asksNow(c *chat, m understand.Meaning) []dialog.Command {
	if m.Worry == "" || c.calmed != nil {
		return nil
	}
	return []dialog.Command{{Do: dialog.Doubt, Slot: m.Worry, Value: m.Text}}
}

// late says that a "yes" in a chat that a human has taken still answers the question of a danger.
func (c *chat) late(at time.Time) bool {
	w := c.session.Worry
	return w != nil && at.Before(w.Since.Add(worryHolds))
}

// wonder tells the desk of a danger that nobody has said to be old: by an urgent task and, unless a human is at the chat already, in messengers.
func (t *Talks) wonder(ctx context.Context, tx *store.Tx, c *chat, aloud bool) error {
	if err := t.task(ctx, tx, task{kind: worried, key: c.id.String(), conversation: c.id}); err != nil || !aloud {
		return err
	}
	tx.After(func() { t.work.Go(func() { t.tellAlarm(context.WithoutCancel(ctx), c.id, worried) }) })
	return nil
}

// unheard says that the desk has to hear of the question that this turn has left without an answer.
func (c *chat) unheard(before *dialog.Worry) bool {
	w := c.session.Worry
	if w == nil || !c.session.Human || before != nil && before.Told {
		return false
	}
	w.Told = true
	return true
}

// clocked are the moments at which a talk is looked at again; nil for never.
type clocked struct{ nudge, drop, wake *time.Time }

// clock says when a talk that stops here is to be looked at again.
func (c *chat) clock(now time.Time) clocked {
	var out clocked
	if c.session.Human {
		return out
	}
	soon := func(at time.Time) *time.Time { return &at }
	if len(c.session.Stack) > 0 {
		out.drop = soon(now.Add(dropAfter))
		if !c.session.Nudged {
			out.nudge = soon(now.Add(nudgeAfter))
		}
	}
	if c.session.Worries() {
		out.nudge = soon(c.session.Worry.Since.Add(worryWait))
	}
	if first := cmp.Or(out.nudge, out.drop); first != nil {
		out.wake = soon(first.Truncate(wakeGrain))
	}
	return out
}

// asks says that commands ask whether a danger is so now.
func asks(cmds []dialog.Command) bool {
	return slices.ContainsFunc(cmds, func(c dialog.Command) bool { return c.Do == dialog.Doubt })
}
