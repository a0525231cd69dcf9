package dialog

import (
	"context"
	"strings"
)

// Links is what a flow may do with a link by which somebody on the staff shows that this chat is theirs.
type Links interface {
	// Open is whose link it is, and how Take is told of it.
	Open(ctx context.Context, token string) (ref, login string, err error)
	Take(ctx context.Context, ref string) error
}

// StaffLink binds the chat to a member of staff, who opened their one-time link in it and says once more that they want it.
func StaffLink() Flow {
	return Flow{
		Name: flowStaffLink,
		Slots: []Slot{
			{Name: "link", Fill: fillStaffLink, Check: checkStaffLink},
			{Name: slotConfirm, Ask: askStaffLink, Check: checkYes},
		},
		Finish: linkStaff,
	}
}

// OpenStaffLink is what the opening of such a link means.
func OpenStaffLink(token string) []Command {
	return []Command{{Do: Start, Flow: flowStaffLink}, {Do: Set, Slot: "link", Value: token}}
}

// fillStaffLink refuses to go on without a link: it is never asked for.
func fillStaffLink(context.Context, *Talk) (string, error) { return "", refusing("link_unknown") }

// checkStaffLink keeps how the link is called and whose it is.
func checkStaffLink(ctx context.Context, t *Talk, c Command) (string, error) {
	ref, login, err := t.Desk.Links.Open(ctx, c.Value)
	return ref + " " + login, err
}

func askStaffLink(_ context.Context, t *Talk) (Reply, error) {
	_, login, _ := strings.Cut(t.Get("link"), " ")
	clinic := ""
	if branches := t.Desk.Clinic.Branches; len(branches) > 0 {
		clinic = branches[0].Name.In(t.Lang)
	}
	return Reply{Text: t.Say("staff_link.ask", "Login", login, "Clinic", clinic), Buttons: [][]Button{
		{{Label: t.Say("button.link"), Commands: set(slotConfirm, yes)}},
		{{Label: t.Say("button.cancel"), Commands: []Command{{Do: Cancel}}}},
	}}, nil
}

func linkStaff(ctx context.Context, t *Talk) (Outcome, error) {
	if t.Get(slotConfirm) != yes {
		return Outcome{Replies: []Reply{{Text: t.Say("left.any")}}}, nil
	}
	ref, login, _ := strings.Cut(t.Get("link"), " ")
	if err := t.Desk.Links.Take(ctx, ref); err != nil {
		return Outcome{}, err
	}
	return Outcome{Replies: []Reply{{Text: t.Say("staff_link.done", "Login", login), Keep: true}}}, nil
}
