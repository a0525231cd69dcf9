package dialog

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/patient"
)

// Proofs is what a flow may do about whose the cards of this chat are. A refusal of Prove has left its trace, so the turn that is refused
// must stand.
type Proofs interface {
	Prove(ctx context.Context, p patient.Proof) error
}

// Prove has the person prove, by the birth date and a code of the desk, that a card is theirs. Which of the two was wrong is not told.
func Prove() Flow {
	return Flow{
		Name: flowProve,
		Slots: []Slot{
			{Name: slotPerson, Fill: fillProved, Ask: askProved, Check: checkProved, Clears: []string{slotBorn, slotCode}},
			{Name: slotBorn, Ask: askBorn, Check: checkBorn},
			{Name: slotCode, Ask: askCode, Check: checkCode},
		},
		Finish: prove,
		Redo:   map[string]string{"proof_wrong": slotBorn},
	}
}

// ProveHow tells whoever has no code how to come by one.
func ProveHow() Flow {
	return Flow{Name: flowProveHow, Ends: []string{flowProve}, Finish: func(_ context.Context, t *Talk) (Outcome, error) {
		return Outcome{Replies: []Reply{{Text: t.Say("prove.how"), Keep: true}}}, nil
	}}
}

// fillProved takes the only person there is.
func fillProved(ctx context.Context, t *Talk) (string, error) {
	family, err := t.Desk.People.Family(ctx)
	switch {
	case err != nil:
		return "", err
	case len(family) == 0:
		return "", core.Refuse(core.NotFound, "proof_no_card")
	case len(family) == 1:
		return family[0].ID.String(), nil
	default:
		return "", nil
	}
}

func askProved(ctx context.Context, t *Talk) (Reply, error) {
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return Reply{}, err
	}
	r := Reply{Text: t.why() + t.Say("prove.ask_person")}
	for _, p := range family {
		r.Buttons = append(r.Buttons, []Button{{Label: p.Name(), Commands: set(slotPerson, p.ID.String())}})
	}
	return withCancel(t, r), nil
}

// why says before the first question what it is all for, and only there.
func (t *Talk) why() string {
	const told = "told"
	if t.View(told) != "" {
		return ""
	}
	t.frame.look(told, yes)
	return t.Say("prove.why") + "\n\n"
}

// checkProved keeps the card of one of the chat's people.
func checkProved(ctx context.Context, t *Talk, c Command) (string, error) {
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return "", err
	}
	family = slices.DeleteFunc(slices.Clone(family), func(p patient.Person) bool {
		return p.ID.String() != c.Value && string(p.Relation) != c.Value
	})
	if len(family) != 1 {
		return "", refusing("proof_whose")
	}
	return family[0].ID.String(), nil
}

func askBorn(ctx context.Context, t *Talk) (Reply, error) {
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return Reply{}, err
	}
	text := t.Say("prove.ask_born")
	for _, p := range family {
		if p.ID == t.ID(slotPerson) && p.Relation != patient.Self {
			text = t.Say("prove.ask_born_of", "Name", p.Name())
		}
	}
	return withNoCode(t, t.why()+text), nil
}

// withNoCode adds the way for whoever has no code.
func withNoCode(t *Talk, text string) Reply {
	none := Button{Label: t.Say("button.no_code"), Commands: []Command{{Do: Start, Flow: flowProveHow}}}
	return withBack(t, Reply{Text: text, Buttons: [][]Button{{none}}})
}

func checkBorn(_ context.Context, t *Talk, c Command) (string, error) {
	born, ok := readBorn(c.Value, t.Now)
	if !ok {
		return "", core.Refuse(core.Invalid, "birth_date_invalid")
	}
	return born.Format(time.DateOnly), nil
}

// codeDigits is how long the desk's codes are.
const codeDigits = 6

func askCode(_ context.Context, t *Talk) (Reply, error) {
	return withNoCode(t, t.Say("prove.ask_code")), nil
}

// checkCode takes the digits, however they are set apart: "12-34-56", "код 123 456".
func checkCode(_ context.Context, _ *Talk, c Command) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, c.Value)
	if len(digits) != codeDigits {
		return "", refusing("proof_code_invalid")
	}
	return digits, nil
}

func prove(ctx context.Context, t *Talk) (Outcome, error) {
	born, err := time.Parse(time.DateOnly, t.Get(slotBorn))
	if err != nil {
		return Outcome{}, err
	}
	if t.ID(slotPerson) == uuid.Nil {
		return Outcome{}, refusing("proof_whose")
	}
	if err := t.Desk.Proofs.Prove(ctx, patient.Proof{Patient: t.ID(slotPerson), Born: born, Code: t.Get(slotCode)}); err != nil {
		return Outcome{}, err
	}
	return Outcome{Replies: []Reply{{Text: t.Say("prove.done"), Keep: true}}}, nil
}
