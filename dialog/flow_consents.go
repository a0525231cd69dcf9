package dialog

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/consent"
)

// Consents is what a flow may know and do about what the person in the chat has agreed to.
type Consents interface {
	Said(ctx context.Context) ([]consent.Said, error)
	Wording(ctx context.Context, p consent.Purpose, lang string) (consent.Text, error)
	Agree(ctx context.Context, text uuid.UUID) error
	Withdraw(ctx context.Context, p consent.Purpose) error
}

// MyConsents shows what was agreed to, when and in which words: each in a message of its own, with the button that takes it back.
func MyConsents() Flow { return Flow{Name: flowConsents, Finish: showConsents} }

func showConsents(ctx context.Context, t *Talk) (Outcome, error) {
	said, err := t.Desk.Consents.Said(ctx)
	if err != nil {
		return Outcome{}, err
	}
	var out []Reply
	for _, s := range said {
		if !s.Given {
			out = append(out, Reply{Text: t.Say("consents.withdrawn", "What", t.purpose(s.Purpose), "When", t.since(s)), Keep: true})
			continue
		}
		out = append(out, Reply{
			Text: t.Say("consents.given", "What", t.purpose(s.Purpose), "When", t.since(s), "Version", s.Version) + "\n\n" + s.Body, Keep: true,
			Buttons: [][]Button{{{Label: t.Say("button.withdraw"), Commands: Withdrawing(s.Purpose)}}},
		})
	}
	if len(out) == 0 {
		out = []Reply{{Text: t.Say("consents.none"), Keep: true}}
	}
	if !standing(said, consent.Advertising) {
		last := &out[len(out)-1]
		last.Buttons = append(last.Buttons, []Button{{Label: t.Say("button.subscribe"), Commands: []Command{{Do: Start, Flow: flowSubscribe}}}})
	}
	return Outcome{Replies: out}, nil
}

func standing(said []consent.Said, p consent.Purpose) bool {
	return slices.ContainsFunc(said, func(s consent.Said) bool { return s.Purpose == p && s.Given })
}

// purpose is what a consent is called.
func (t *Talk) purpose(p consent.Purpose) string { return t.Say("purpose." + string(p)) }

// since says when something was said: «24 ноября 2026, 10:15».
func (t *Talk) since(s consent.Said) string {
	at := s.At.In(t.zone())
	return t.Words.Far(t.Lang, at, t.Now.In(t.zone())) + ", " + at.Format("15:04")
}

// Withdrawing is what takes a consent back; it is still asked whether that is meant.
func Withdrawing(p consent.Purpose) []Command {
	return []Command{{Do: Start, Flow: flowWithdraw}, {Do: Set, Slot: slotPurpose, Value: string(p)}}
}

// WithdrawConsent takes one consent back, after saying what follows from it.
func WithdrawConsent() Flow {
	return Flow{
		Name: flowWithdraw,
		Slots: []Slot{
			{Name: slotPurpose, Fill: fillPurpose, Ask: askPurpose, Check: checkPurpose, Clears: []string{slotConfirm}},
			{Name: slotConfirm, Ask: askWithdraw, Check: checkYes},
		},
		Finish: withdraw,
	}
}

// fillPurpose takes the only consent that stands.
func fillPurpose(ctx context.Context, t *Talk) (string, error) {
	said, err := t.Desk.Consents.Said(ctx)
	if err != nil {
		return "", err
	}
	said = slices.DeleteFunc(said, func(s consent.Said) bool { return !s.Given })
	switch len(said) {
	case 0:
		return "", core.Refuse(core.Conflict, "consent_none")
	case 1:
		return string(said[0].Purpose), nil
	default:
		return "", nil
	}
}

func askPurpose(ctx context.Context, t *Talk) (Reply, error) {
	said, err := t.Desk.Consents.Said(ctx)
	if err != nil {
		return Reply{}, err
	}
	r := Reply{Text: t.Say("consents.ask_which")}
	for _, s := range said {
		if s.Given {
			r.Buttons = append(r.Buttons, []Button{{Label: t.purpose(s.Purpose), Commands: set(slotPurpose, string(s.Purpose))}})
		}
	}
	return withCancel(t, r), nil
}

func checkPurpose(ctx context.Context, t *Talk, c Command) (string, error) {
	said, err := t.Desk.Consents.Said(ctx)
	if err != nil {
		return "", err
	}
	if !standing(said, consent.Purpose(c.Value)) { // of an old button: it was taken back since
		return "", core.Refuse(core.Denied, "consent_not_given")
	}
	return c.Value, nil
}

func askWithdraw(_ context.Context, t *Talk) (Reply, error) {
	return Reply{Text: t.Say("consents.ask_" + t.Get(slotPurpose)), Buttons: [][]Button{
		{{Label: t.Say("button.withdraw_yes"), Commands: []Command{{Do: Confirm}}}},
		{{Label: t.Say("button.withdraw_no"), Commands: []Command{{Do: Deny}}}},
	}}, nil
}

func withdraw(ctx context.Context, t *Talk) (Outcome, error) {
	if t.Get(slotConfirm) == "no" {
		return Outcome{Replies: []Reply{{Text: t.Say("consents.kept"), Keep: true}}}, nil
	}
	p := consent.Purpose(t.Get(slotPurpose))
	if err := t.Desk.Consents.Withdraw(ctx, p); err != nil {
		return Outcome{}, err
	}
	return Outcome{Replies: []Reply{{Text: t.Say("consents.done_" + string(p)), Keep: true}}}, nil
}

// Subscribe asks for the consent to advertising, in a message of its own, only ever of a person who has begun it themselves: nobody is
// asked while they book.
func Subscribe() Flow {
	return Flow{
		Name:   flowSubscribe,
		Slots:  []Slot{{Name: slotConfirm, Fill: fillSubscribed, Ask: askSubscribe, Check: checkYes}},
		Finish: subscribe,
	}
}

func fillSubscribed(ctx context.Context, t *Talk) (string, error) {
	said, err := t.Desk.Consents.Said(ctx)
	if err == nil && standing(said, consent.Advertising) {
		err = core.Refuse(core.Conflict, "already_subscribed")
	}
	return "", err
}

func askSubscribe(ctx context.Context, t *Talk) (Reply, error) {
	text, err := t.Desk.Consents.Wording(ctx, consent.Advertising, t.Lang)
	return Reply{Text: text.Body, Alone: true, Buttons: [][]Button{
		{{Label: t.Say("button.agree"), Commands: set(slotConfirm, yes)}}, {{Label: t.Say("button.disagree"), Commands: set(slotConfirm, "no")}},
	}}, err
}

func subscribe(ctx context.Context, t *Talk) (Outcome, error) {
	if t.Get(slotConfirm) == "no" {
		return Outcome{Replies: []Reply{{Text: t.Say("subscribe.refused"), Keep: true}}}, nil
	}
	text, err := t.Desk.Consents.Wording(ctx, consent.Advertising, t.Lang)
	if err != nil {
		return Outcome{}, err
	}
	if err := t.Desk.Consents.Agree(ctx, text.ID); err != nil {
		return Outcome{}, err
	}
	return Outcome{Replies: []Reply{{Text: t.Say("subscribe.done"), Keep: true, Buttons: [][]Button{
		{{Label: t.Say("button.withdraw"), Commands: Withdrawing(consent.Advertising)}},
	}}}}, nil
}

// Renew asks somebody who has a card and took the consent to processing back: booking needs it again, and the card stands.
func Renew() Flow {
	return Flow{
		Name:   flowRenew,
		Called: true,
		Slots: []Slot{
			{Name: slotConsent, Fill: fillConsent, Ask: askConsent, Check: checkConsent, Once: true},
			{Name: slotPatient, Fill: fillRenewed},
		},
		Finish: func(_ context.Context, t *Talk) (Outcome, error) { return Outcome{Value: t.Get(slotPatient)}, nil },
		Redo:   map[string]string{"consent_needed": slotConsent},
	}
}

// fillRenewed is whom the calling flow is for.
func fillRenewed(ctx context.Context, t *Talk) (string, error) {
	return known(ctx, t, t.below(slotPerson))
}
