package dialog

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
)

// Doings is what a flow may do with the clinic's data, as the person in the chat: the same acts that every other entry has, with the same
// rights. What is not allowed and what is not there are one refusal.
type Doings interface {
	Do(ctx context.Context, class core.Class, action core.Action, in acts.Input) (acts.Output, error)
	// Link is a one-time link to what is ready of a class, for this chat.
	Link(ctx context.Context, class core.Class, patient uuid.UUID) (string, error)
}

// Results tells whether a laboratory's results are ready, and never what they say: that opens on a page of the clinic's.
func Results() Flow {
	return Flow{Name: "results", Finish: func(ctx context.Context, t *Talk) (Outcome, error) { return ready(ctx, t, core.Results) }}
}

// Documents does the same for documents.
func Documents() Flow {
	return Flow{Name: "documents", Finish: func(ctx context.Context, t *Talk) (Outcome, error) { return ready(ctx, t, core.Documents) }}
}

// ready looks through the chat's people: what is there of whom it has proved to be, or to speak for.
func ready(ctx context.Context, t *Talk, class core.Class) (Outcome, error) {
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if len(family) == 0 {
		return Outcome{Handoff: "handoff.any"}, nil
	}
	words, proved := string(class)+".", false
	ask := []Button{{Label: t.Say("button.ask_human"), Commands: []Command{{Do: Handoff}}}}
	var replies []Reply
	for _, p := range family {
		out, err := t.Desk.Doings.Do(ctx, class, core.Read, acts.Input{Patient: p.ID})
		if core.Refusal(err) != nil {
			continue
		}
		if err != nil {
			return Outcome{}, err
		}
		proved = true
		n := len(slices.DeleteFunc(out.Rows, func(r acts.Row) bool { return r["ready"] == false }))
		if n == 0 {
			continue
		}
		url, err := t.Desk.Doings.Link(ctx, class, p.ID)
		if err != nil {
			return Outcome{}, err
		}
		text := t.Say(words+"ready", "Count", n)
		if len(family) > 1 {
			text = t.Say("ready_for", "Name", p.Name()) + "\n" + text
		}
		replies = append(replies, Reply{Text: text + "\n\n" + t.Say("ready_link"), Keep: true, Buttons: [][]Button{{{Label: t.Say("button.open_ready"), URL: url}}}})
	}
	switch {
	case !proved:
		prove := []Button{{Label: t.Say("flow." + flowProve), Commands: []Command{{Do: Start, Flow: flowProve}}}}
		replies = []Reply{{Text: t.Say(words + "unproved"), Keep: true, Buttons: [][]Button{prove, ask}}}
	case len(replies) == 0:
		replies = []Reply{{Text: t.Say(words + "none"), Keep: true, Buttons: [][]Button{ask}}}
	}
	return Outcome{Replies: replies}, nil
}
