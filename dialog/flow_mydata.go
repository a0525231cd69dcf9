package dialog

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/personal"
)

// Privacy is what a flow may do about the person's own data.
type Privacy interface {
	Self(ctx context.Context) (personal.Self, error)
	AskFor(ctx context.Context, kind personal.Kind) error
	Correct(ctx context.Context, c personal.Change) (wait bool, err error)
	Looks(ctx context.Context, zone *time.Location) ([]audit.LookedAt, error)
}

// MyData tells in a few lines what the clinic keeps, and what can be done about it. Of medical content it says how much there is, and
// that only to whoever has proved their identity.
func MyData() Flow { return Flow{Name: flowMyData, Finish: showMyData} }

func showMyData(ctx context.Context, t *Talk) (Outcome, error) {
	self, err := t.Desk.Privacy.Self(ctx)
	if err != nil {
		return Outcome{}, err
	}
	lines := []string{t.Say("my_data.title")}
	if self.Name != "" {
		card, err := t.card(ctx, self)
		if err != nil {
			return Outcome{}, err
		}
		lines = append(lines, card...)
	}
	lines = append(lines, t.Say("my_data.messages", "Count", int(self.Messages)))
	switch {
	case self.Name == "":
		lines = append(lines, "", t.Say("my_data.no_card"))
	case self.Verified:
		lines = append(lines, t.Say("my_data.medical", "Count", int(self.Medical)))
	default:
		lines = append(lines, "", t.Say("my_data.unproved"))
	}
	start := func(flow string) []Button {
		return []Button{{Label: t.Say("flow." + flow), Commands: []Command{{Do: Start, Flow: flow}}}}
	}
	rows := [][]Button{start(flowCopy), start(flowLooks), start(flowCorrect), start(flowErase), start(flowConsents)}
	if self.Name != "" && !self.Verified {
		rows = slices.Insert(rows, 0, start(flowProve))
	}
	if self.Name == "" {
		rows = [][]Button{start(flowCopy), start(flowErase), start(flowConsents)}
	}
	return Outcome{Replies: []Reply{{Text: strings.Join(lines, "\n"), Keep: true, Buttons: rows}}}, nil
}

// card are the lines of what stands in a card.
func (t *Talk) card(ctx context.Context, self personal.Self) ([]string, error) {
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return nil, err
	}
	born, phone := t.Say("my_data.unknown"), t.Say("my_data.unknown")
	if self.Born != nil {
		born = t.Words.Far(t.Lang, *self.Born, t.Now)
	}
	for _, p := range family {
		if p.Relation == patient.Self && p.Phone != "" {
			phone = t.Words.Phone(p.Phone)
		}
	}
	return []string{
		t.Say("my_data.name", "Name", self.Name), t.Say("my_data.born", "Date", born), t.Say("my_data.phone", "Phone", phone),
		t.Say("my_data.visits", "Count", int(self.Visits)), t.Say("my_data.payments", "Count", int(self.Payments)),
	}, nil
}

// DataCopy orders a copy of everything, which comes as a one-time link.
func DataCopy() Flow {
	return Flow{Name: flowCopy, Finish: func(ctx context.Context, t *Talk) (Outcome, error) {
		self, err := t.Desk.Privacy.Self(ctx)
		if err != nil {
			return Outcome{}, err
		}
		if err := t.Desk.Privacy.AskFor(ctx, personal.Access); err != nil {
			return Outcome{}, err
		}
		r := Reply{Text: t.Say("my_data.copy_asked"), Keep: true}
		if self.Name != "" && !self.Verified {
			r.Text += "\n\n" + t.Say("my_data.copy_plain")
			r.Buttons = [][]Button{{{Label: t.Say("flow." + flowProve), Commands: []Command{{Do: Start, Flow: flowProve}}}}}
		}
		return Outcome{Replies: []Reply{r}}, nil
	}}
}

// maxLooks is how many lines of the list are shown; the copy has them all.
const maxLooks = 20

// DataLooks tells who looked at the person's record.
func DataLooks() Flow {
	return Flow{Name: flowLooks, Finish: func(ctx context.Context, t *Talk) (Outcome, error) {
		looks, err := t.Desk.Privacy.Looks(ctx, t.zone())
		if err != nil {
			return Outcome{}, err
		}
		if len(looks) == 0 {
			return Outcome{Replies: []Reply{{Text: t.Say("my_data.looks_none"), Keep: true}}}, nil
		}
		lines := []string{t.Say("my_data.looks")}
		for _, l := range looks[:min(len(looks), maxLooks)] {
			lines = append(lines, t.look(l))
		}
		if len(looks) > maxLooks {
			lines = append(lines, t.Say("my_data.looks_more"))
		}
		return Outcome{Replies: []Reply{{Text: strings.Join(slices.Compact(lines), "\n"), Keep: true}}}, nil
	}}
}

// look is a line of that list: the day, who, what, and whether in an emergency.
func (t *Talk) look(l audit.LookedAt) string {
	who := t.Say("copy.role_" + l.Role)
	if l.Kind == core.Service {
		who = t.Say("copy.role_service")
	}
	if l.Surname != "" {
		who += " " + t.Words.Name(t.Lang, strings.TrimSpace(l.Surname+" "+l.Given+" "+l.Patronymic))
	}
	key := "my_data.look"
	switch {
	case l.Glass:
		key = "my_data.look_glass"
	case l.Looks == 0:
		key = "my_data.look_changed"
	}
	return t.Say(key, "Day", t.Words.Far(t.Lang, l.Day, t.Now), "Who", who, "What", t.Say("copy.class_"+string(l.Class)))
}

// CorrectData corrects the person's own card; one that the desk has checked is corrected at the desk.
func CorrectData() Flow {
	return Flow{
		Name: flowCorrect,
		Slots: []Slot{
			{Name: slotField, Ask: askField, Check: checkField, Clears: []string{slotValue}},
			{Name: slotValue, Ask: askValue, Check: checkValue},
		},
		Finish: correct,
	}
}

func askField(ctx context.Context, t *Talk) (Reply, error) {
	self, err := t.Desk.Privacy.Self(ctx)
	if err == nil && self.Name == "" {
		err = core.Refuse(core.NotFound, "no_card")
	}
	r := Reply{Text: t.Say("my_data.ask_field")}
	for _, f := range personal.Fields() {
		r.Buttons = append(r.Buttons, []Button{{Label: t.Say("my_data.field_" + string(f)), Commands: set(slotField, string(f))}})
	}
	return withCancel(t, r), err
}

func checkField(_ context.Context, _ *Talk, c Command) (string, error) {
	if !slices.Contains(personal.Fields(), personal.Field(c.Value)) {
		return "", refusing("field_unknown")
	}
	return c.Value, nil
}

func askValue(_ context.Context, t *Talk) (Reply, error) {
	return withBack(t, Reply{Text: t.Say("my_data.ask_" + t.Get(slotField))}), nil
}

func checkValue(_ context.Context, t *Talk, c Command) (string, error) {
	change, err := personal.Read(personal.Change{Field: personal.Field(t.Get(slotField)), Value: c.Value}, t.Now)
	return change.Value, err
}

func correct(ctx context.Context, t *Talk) (Outcome, error) {
	wait, err := t.Desk.Privacy.Correct(ctx, personal.Change{Field: personal.Field(t.Get(slotField)), Value: t.Get(slotValue)})
	if err != nil {
		return Outcome{}, err
	}
	key := "my_data.corrected"
	if wait {
		key = "my_data.correction_asked"
	}
	return Outcome{Replies: []Reply{{Text: t.Say(key), Keep: true}}}, nil
}

// EraseData erases what the law lets go, after saying what goes, what stays, why and for how long.
func EraseData() Flow {
	return Flow{
		Name:   flowErase,
		Slots:  []Slot{{Name: slotConfirm, Ask: askErase, Check: checkYes}},
		Finish: erase,
	}
}

func askErase(_ context.Context, t *Talk) (Reply, error) {
	return Reply{Text: t.Say("my_data.ask_erase"), Buttons: [][]Button{
		{{Label: t.Say("button.erase_yes"), Commands: []Command{{Do: Confirm}}}},
		{{Label: t.Say("button.erase_no"), Commands: []Command{{Do: Deny}}}},
	}}, nil
}

func erase(ctx context.Context, t *Talk) (Outcome, error) {
	if t.Get(slotConfirm) == "no" {
		return Outcome{Replies: []Reply{{Text: t.Say("my_data.erase_kept"), Keep: true}}}, nil
	}
	if err := t.Desk.Privacy.AskFor(ctx, personal.Erasure); err != nil {
		return Outcome{}, err
	}
	said, err := t.Desk.Consents.Said(ctx)
	if err == nil && standing(said, consent.Advertising) { // what advertising knew goes, so the consent to it goes first
		err = t.Desk.Consents.Withdraw(ctx, consent.Advertising)
	}
	return Outcome{Replies: []Reply{{Text: t.Say("my_data.erase_asked"), Keep: true}}}, err
}
