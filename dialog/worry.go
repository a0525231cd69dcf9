package dialog

import (
	"slices"
	"time"
	"unicode/utf8"
)

// Worry is a danger that a person was asked about: whether it is so now. Until they answer nothing else is talked of.
type Worry struct {
	Kind  string    `json:"kind"`            // of the red flags' list, or "any"
	Said  string    `json:"said"`            // the person's words, to go on with where it is not so now
	At    time.Time `json:"at"`              // when they were said
	Since time.Time `json:"since"`           // since when the question stands
	Again bool      `json:"again,omitempty"` // it was asked twice
	Told  bool      `json:"told,omitempty"`  // it was left without an answer, and a human has the chat
}

// Worries says that the question whether a danger is so now waits for its answer.
func (s Session) Worries() bool { return s.Worry != nil && !s.Worry.Told }

// Bounds of the question.
const (
	worryMore = 15 * time.Second // what is said within it was typed before the question was read
	worryText = 4096             // characters that are kept of what was said
)

// NotNow is the answer that a danger is not so now.
func NotNow() Command { return Command{Do: Deny, Slot: slotWorry} }

// worry asks whether a danger is so now. What is said instead of an answer is heard with what was said before; the second time a human
// comes. What was under way stays as it is, for the way back.
func (u *turn) worry(c Command) {
	u.silent = true
	w := u.s.Worry
	switch {
	case w == nil || w.Told:
		u.s.Worry = &Worry{Kind: c.Slot, Said: c.Value, At: u.talk.At, Since: u.talk.Now}
		u.askNow("worry.ask")
		return
	case c.Value != "" && utf8.RuneCountInString(w.Said+c.Value) < worryText:
		w.Said += "\n" + c.Value
	}
	switch {
	case c.Value != "" && u.talk.Now.Sub(w.Since) < worryMore:
	case w.Again:
		u.leftOpen()
	default:
		w.Again = true
		u.askNow("worry.again")
	}
}

// leftOpen gives the chat to a human: nobody has said that it is not so now.
func (u *turn) leftOpen() {
	u.s.Worry.Told, u.s.Human, u.s.Misses, u.silent = true, true, 0, true
	u.askNow("worry.unanswered")
}

func (u *turn) askNow(key string) {
	u.say(Reply{Text: u.talk.Say(key), Keep: true, Buttons: [][]Button{
		{{Label: u.talk.Say("button.now"), Commands: []Command{{Do: Start, Flow: flowEmergency, Value: u.s.Worry.Kind}}}},
		{{Label: u.talk.Say("button.not_now"), Commands: []Command{NotNow()}}},
	}})
}

// tooLong says that the clock has come while the question of a danger waits.
func (u *turn) tooLong() bool {
	return u.s.Worries() && slices.ContainsFunc(u.cmds, func(c Command) bool { return c.Do == Nudge || c.Do == Drop })
}
