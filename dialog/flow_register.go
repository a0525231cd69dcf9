package dialog

import (
	"context"
	"strings"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/patient"
)

// Register gets to know the person: consent first, in a message of its own, then the name and the phone.
func Register() Flow {
	return Flow{
		Name:   "register",
		Called: true,
		Slots: []Slot{
			{Name: slotConsent, Fill: fillConsent, Ask: askConsent, Check: checkConsent, Once: true},
			{Name: slotName, Ask: askName, Check: checkName},
			{Name: "phone", Ask: askPhone, Check: checkPhone},
		},
		Finish: register,
		Redo:   map[string]string{"name_invalid": slotName, "consent_needed": slotConsent},
	}
}

func fillConsent(ctx context.Context, t *Talk) (string, error) {
	agreed, err := t.Desk.People.Agreed(ctx)
	if err != nil || !agreed {
		return "", err
	}
	return yes, nil
}

func askConsent(ctx context.Context, t *Talk) (Reply, error) {
	text, err := t.Desk.People.Terms(ctx, t.Lang)
	if err != nil {
		return Reply{}, err
	}
	return Reply{Lead: t.held(), Text: t.Say("register.consent") + "\n\n" + text.Body, Alone: true, Buttons: [][]Button{
		{{Label: t.Say("button.agree"), Commands: set(slotConsent, yes)}},
		{{Label: t.Say("button.disagree"), Commands: set(slotConsent, "no")}},
	}}, nil
}

// checkConsent records a yes. A no ends the way here: without it nothing may be kept, and the desk's phone remains.
func checkConsent(ctx context.Context, t *Talk, c Command) (string, error) {
	if c.Value != yes {
		return "", core.Refuse(core.Denied, "consent_refused", "Phone", clinicPhone(t))
	}
	text, err := t.Desk.People.Terms(ctx, t.Lang)
	if err != nil {
		return "", err
	}
	return "given", t.Desk.People.Agree(ctx, text.ID)
}

// held says which time is kept while somebody is asked who they are; "" where none is.
func (t *Talk) held() string {
	at, err := readTime(t.below(slotTime))
	if err != nil {
		return ""
	}
	doctor, _ := t.Desk.Clinic.Doctor(at.Doctor)
	branch, _ := t.Desk.Clinic.Branch(at.Branch)
	return t.Say("booking.held", "When", t.Words.Moment(t.Lang, at.Start.In(branch.Zone)), "Doctor", t.Words.Name(t.Lang, doctor.Full()),
		"Place", branch.Name.In(t.Lang)+", "+branch.Address.In(t.Lang))
}

func clinicPhone(t *Talk) string {
	for _, b := range t.Desk.Clinic.Branches {
		if b.Phone != "" {
			return t.Words.Phone(b.Phone)
		}
	}
	return ""
}

func askName(_ context.Context, t *Talk) (Reply, error) {
	text := t.Say("register.ask_name")
	if held := t.held(); held != "" && t.Get(slotConsent) != "given" {
		text = held + "\n\n" + text
	}
	return withBack(t, Reply{Text: text}), nil
}

func checkName(_ context.Context, _ *Talk, c Command) (string, error) {
	_, err := patient.Split(c.Value)
	return strings.Join(strings.Fields(c.Value), " "), err
}

func askPhone(_ context.Context, t *Talk) (Reply, error) {
	return withBack(t, Reply{Text: t.Say("register.ask_phone", "Name", firstName(t.Get(slotName))), AskPhone: t.Say("button.share_phone")}), nil
}

func firstName(typed string) string {
	name, err := patient.Split(typed)
	if err != nil {
		return typed
	}
	return name.Given
}

// checkPhone keeps E.164; a number that the messenger vouches for is marked.
func checkPhone(_ context.Context, t *Talk, c Command) (string, error) {
	phone, err := core.Phone(c.Value, "RU")
	if err != nil {
		return "", err
	}
	if t.Phone != "" && t.Phone == phone {
		return "vouched " + phone, nil
	}
	return phone, nil
}

func register(ctx context.Context, t *Talk) (Outcome, error) {
	phone, vouched := strings.CutPrefix(t.Get("phone"), "vouched ")
	id, err := t.Desk.People.Register(ctx, patient.New{
		Name: t.Get(slotName), Relation: patient.Self, Lang: t.Lang, Phone: phone, Vouched: vouched,
	})
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Value: id.String()}, nil
}

// Relative makes the card of somebody the person books for. The person's own agreement covers what they tell of a child; an adult is
// asked at the desk.
func Relative() Flow {
	return Flow{
		Name:   "relative",
		Called: true,
		Slots: []Slot{
			{Name: "self", Fill: fillSelf, Via: func(context.Context, *Talk) (string, error) { return "register", nil }},
			{Name: "relation", Fill: fillRelation},
			{Name: slotName, Ask: askRelativeName, Check: checkName},
		},
		Finish: registerRelative,
		Redo:   map[string]string{"name_invalid": slotName},
	}
}

func fillSelf(ctx context.Context, t *Talk) (string, error) {
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range family {
		if p.Relation == patient.Self {
			return p.ID.String(), nil
		}
	}
	return "", nil
}

// fillRelation takes it from the flow below: who the visit is for was said there.
func fillRelation(_ context.Context, t *Talk) (string, error) {
	return strings.TrimPrefix(t.below(slotPerson), "new:"), nil
}

func askRelativeName(_ context.Context, t *Talk) (Reply, error) {
	return withBack(t, Reply{Text: t.Say("register.ask_name_of_" + t.Get("relation"))}), nil
}

func registerRelative(ctx context.Context, t *Talk) (Outcome, error) {
	id, err := t.Desk.People.Register(ctx, patient.New{Name: t.Get(slotName), Relation: patient.Relation(t.Get("relation")), Lang: t.Lang})
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Value: id.String()}, nil
}
