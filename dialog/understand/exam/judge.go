package exam

import (
	"slices"
	"strings"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

// Outcome is what became of a case. Wrong is silent: the person would not know.
type Outcome string

// The outcomes.
const (
	Right     Outcome = "right"
	Wrong     Outcome = "wrong"
	Abstained Outcome = "abstained"
)

const (
	nothing = "–"
	other   = "other"
)

// judged is a case with what was made of it.
type judged struct {
	class, got string
	outcome    Outcome
	among      bool // a complaint: right among the first three
}

// judge compares a meaning with what is right.
func judge(c *Case, m understand.Meaning) judged {
	switch c.Kind() {
	case Flow:
		return judgeFlow(c, m)
	case Turn:
		return judgeTurn(c, m)
	case Date:
		return judgeDate(c, m)
	case Complaint:
		return judgeComplaint(c, m)
	case RedFlag:
		return judgeRedFlag(c, m)
	case Slots:
		return judgeSlots(c, m)
	case Question:
		return judgeQuestion(c, m)
	}
	return judgeFlow(c, m)
}

// judgeFlow: nothing and an offer to choose are an abstention; to say that something is not the clinic's is never silently wrong,
// and whatever is not is well left alone.
func judgeFlow(c *Case, m understand.Meaning) judged {
	got := started(m)
	j := judged{class: c.Flows[0], got: got, outcome: Wrong}
	switch {
	case slices.Contains(c.Flows, got), (got == "" || got == other) && slices.Contains(c.Flows, other):
		j.outcome = Right
	case got == "" || got == other:
		j.outcome = Abstained
	}
	if got == "" {
		j.got = nothing
	}
	return j
}

// started is the flow that is acted on first.
func started(m understand.Meaning) string {
	for _, c := range m.Commands {
		if c.Do == dialog.Start {
			return c.Flow
		}
	}
	return ""
}

// judgeTurn wants every command named and no other that acts; no commands wanted means that none may come.
func judgeTurn(c *Case, m understand.Meaning) judged {
	j := judged{class: c.Asked, outcome: Right}
	if j.class == "" {
		j.class = nothing
	}
	var said []string
	for _, command := range m.Commands {
		said = append(said, written(command))
	}
	j.got = strings.Join(said, "; ")
	met := 0
	for _, want := range c.Wanted {
		if slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, want) }) {
			met++
		}
	}
	acts := slices.ContainsFunc(said, func(s string) bool {
		return !strings.HasPrefix(s, "set ") && !slices.ContainsFunc(c.Wanted, func(w string) bool { return strings.HasPrefix(s, w) })
	})
	switch {
	case len(said) == 0 && len(c.Wanted) > 0, offered(m):
		j.outcome = Abstained
	case met < len(c.Wanted), acts, len(c.Wanted) == 0 && len(said) > 0:
		j.outcome = Wrong
	}
	return j
}

// offered says that the person is asked to choose.
func offered(m understand.Meaning) bool {
	return slices.ContainsFunc(m.Commands, func(c dialog.Command) bool { return c.Do == dialog.Clarify })
}

// written is a command as people write it.
func written(c dialog.Command) string {
	switch {
	case c.When != nil:
		return string(c.Do) + " " + c.Slot + "=" + c.When.From.Format("01-02 15:04")
	case c.Value != "":
		return string(c.Do) + " " + c.Slot + "=" + c.Value
	}
	return strings.TrimSpace(string(c.Do) + " " + c.Flow + c.Slot)
}

// values are what is set or offered for a slot, in order.
func values(m understand.Meaning, slot string) []string {
	var all []string
	for _, c := range m.Commands {
		if c.Do == dialog.Set && c.Slot == slot {
			all = append(all, c.Value)
		}
		for _, choice := range c.Choices {
			if choice.Do == dialog.Set && choice.Slot == slot {
				all = append(all, choice.Value)
			}
		}
	}
	return all
}

func judgeComplaint(c *Case, m understand.Meaning) judged {
	j := judged{class: c.Specialties[0], got: nothing, outcome: Abstained}
	found := values(m, "specialty")
	if len(found) == 0 {
		return j
	}
	j.got, j.outcome = found[0], Wrong
	for i, s := range found {
		if slices.Contains(c.Specialties, s) {
			j.among = i < 3
			if i == 0 {
				j.outcome = Right
			}
			break
		}
	}
	return j
}

// judgeRedFlag: to ask whether it is so now is an abstention.
func judgeRedFlag(c *Case, m understand.Meaning) judged {
	j := judged{class: "calm", got: "calm", outcome: Right}
	if *c.Red {
		j.class = "red"
	}
	if started(m) == "emergency" {
		j.got = "red"
	}
	switch {
	case m.Worry != "" && j.got == "calm":
		j.got, j.outcome = "asked", Abstained
	case j.got != j.class:
		j.outcome = Wrong
	}
	return j
}

// judgeSlots wants every slot, and none that is ruled out.
func judgeSlots(c *Case, m understand.Meaning) judged {
	j := judged{class: nothing, outcome: Right}
	for slot, want := range c.Set {
		found := values(m, slot)
		switch {
		case len(found) == 0 && j.outcome == Right:
			j.class, j.got, j.outcome = slot, nothing, Abstained
		case len(found) > 0 && !slices.Contains(found, want):
			return judged{class: slot, got: found[0], outcome: Wrong}
		case j.class == nothing:
			j.class = slot
		}
	}
	for slot, never := range c.Not {
		if found := values(m, slot); slices.Contains(found, never) || never == "" && len(found) > 0 {
			return judged{class: slot, got: found[0], outcome: Wrong}
		}
	}
	return j
}

// judgeQuestion wants the question to reach the articles: which one answers it is the articles' own set.
func judgeQuestion(c *Case, m understand.Meaning) judged {
	j := judged{class: "asked", got: nothing, outcome: Abstained}
	if *c.Article == "" {
		j.class, j.outcome = "not asked", Right
	}
	if slices.ContainsFunc(m.Commands, func(c dialog.Command) bool { return c.Do == dialog.Answer }) {
		j.got, j.outcome = "asked", Right
		if *c.Article == "" {
			j.outcome = Wrong
		}
	}
	return j
}
