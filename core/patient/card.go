package patient

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Card is what somebody may see of a patient's card. View says how much: with access.Full everything; masked, the phones' last digits; with
// less, neither phones nor chats nor family.
type Card struct {
	ID          uuid.UUID
	Number      int64
	Name        Name
	Born        *time.Time
	Sex         string // female, male; empty where nobody wrote it down
	Lang        string
	Verified    *time.Time // the desk has seen a document
	Deceased    bool
	Advertising bool // the consent to advertising stands
	Version     int32
	Made        time.Time
	View        string
	Facts       core.Facts // what holds between whoever looks and the patient: for the questions about the card's blocks
	Contacts    []Contact
	Chats       []Chat
	Family      []Kin
	ChangedBy   string // of the last change: the login, for who sees the card in full
	ChangedAt   *time.Time
}

// Kin is a relative. Noted is false where only the chats tell it.
type Kin struct {
	ID       uuid.UUID
	Name     string
	Born     *time.Time
	Relation Relation
	Noted    bool
}

// Whole is «Петров Иван Сергеевич».
func (n Name) Whole() string {
	return strings.Join(strings.Fields(n.Surname+" "+n.Given+" "+n.Patronymic), " ")
}

// merged is the refusal of a card that was merged into another, whose id it bears as Into.
const merged = "patient_merged"

// Open shows a card as far as the actor may see it, and puts the look on record. What they may not see, and what there is not, are one
// refusal, patient_unknown; a card that was merged is refused as patient_merged.
func (c Cards) Open(ctx context.Context, actor core.Actor, id uuid.UUID) (Card, error) {
	var out Card
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		var err error
		if out, err = c.open(ctx, tx, id); err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{
			ID: c.IDs(), At: c.Clock(), Action: "patient.read", Class: core.Contacts, Object: object, Subject: id, Patient: id, Glass: out.Facts.Glass && !out.Facts.Care,
		})
	})
	if err != nil {
		return Card{}, fmt.Errorf("open a card: %w", err)
	}
	return out, nil
}

// Look is Open without a word on record: for a block of a card that is open already.
func (c Cards) Look(ctx context.Context, actor core.Actor, id uuid.UUID) (Card, error) {
	var out Card
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		var err error
		out, err = c.look(ctx, tx, id)
		return err
	})
	if err != nil {
		return Card{}, fmt.Errorf("look at a card: %w", err)
	}
	return out, nil
}

// look is the card by itself, as far as the actor may see it.
func (c Cards) look(ctx context.Context, tx *store.Tx, id uuid.UUID) (Card, error) {
	facts, err := access.About(ctx, tx, id)
	if err != nil {
		return Card{}, err
	}
	verdict, err := access.Object(tx.Actor, core.Ask{Action: core.Read, Class: core.Contacts, Facts: facts})
	if err != nil {
		return Card{}, core.Refuse(core.NotFound, "patient_unknown")
	}
	row, err := tx.Patient(ctx, id)
	if err != nil {
		return Card{}, store.NoRows(err, "patient_unknown")
	}
	if row.MergedInto != nil {
		return Card{}, core.Refuse(core.NotFound, merged, "Into", row.MergedInto.String())
	}
	out := cardOf(row)
	out.View, out.Facts = verdict.View, facts
	if out.View == access.Full && row.ChangedBy != nil {
		out.ChangedBy, err = tx.Colleague(ctx, *row.ChangedBy)
	}
	return out, err
}

// open adds how the patient is reached, and who is around them.
func (c Cards) open(ctx context.Context, tx *store.Tx, id uuid.UUID) (Card, error) {
	out, err := c.look(ctx, tx, id)
	if err != nil {
		return out, err
	}
	if out.View == access.Full || out.View == access.Masked {
		list, err := c.contacts(ctx, tx, id)
		if err != nil {
			return out, err
		}
		out.Contacts = shown(list, out.View)
	}
	if out.View == access.Full {
		return out, c.around(ctx, tx, &out)
	}
	return out, nil
}

func cardOf(r db.Patient) Card {
	return Card{
		ID: r.ID, Number: r.Number, Name: Name{r.Surname, r.Given, r.Patronymic}, Born: r.BirthDate, Sex: store.Str(r.Sex), Lang: r.Lang, Verified: r.VerifiedAt,
		Deceased: r.DeceasedAt != nil, Advertising: r.AdvertisingAt != nil, Version: r.Version, Made: r.CreatedAt, ChangedAt: r.ChangedAt,
	}
}

// around adds chats and family.
func (c Cards) around(ctx context.Context, tx *store.Tx, out *Card) error {
	links, err := tx.PatientLinks(ctx, out.ID)
	if err != nil {
		return err
	}
	for _, l := range links {
		out.Chats = append(out.Chats, Chat{ID: l.ConversationID, Channel: l.Channel, Relation: Relation(l.Relation), Proved: l.VerifiedAt, Seen: l.Seen})
	}
	out.Family, err = family(ctx, tx, out.ID)
	return err
}

// family are those whom the desk wrote down, and those of the same chats.
func family(ctx context.Context, tx *store.Tx, id uuid.UUID) ([]Kin, error) {
	noted, err := tx.PatientKinOf(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []Kin
	known := map[uuid.UUID]bool{}
	for _, k := range noted {
		known[k.ID] = true
		out = append(out, Kin{ID: k.ID, Name: Name{k.Surname, k.Given, k.Patronymic}.Whole(), Born: k.BirthDate, Relation: Relation(k.Relation), Noted: true})
	}
	chats, err := tx.PatientHousehold(ctx, id)
	for _, k := range chats {
		if !known[k.ID] {
			out = append(out, Kin{ID: k.ID, Name: Name{k.Surname, k.Given, k.Patronymic}.Whole(), Born: k.BirthDate, Relation: kinship(Relation(k.Own), Relation(k.Theirs))})
		}
	}
	return out, err
}

// kinship is what somebody is to the patient, by what each is to the person who writes.
func kinship(own, theirs Relation) Relation {
	switch {
	case own == Self:
		return theirs
	case theirs == Self:
		return back(own)
	default:
		return Other
	}
}

// back is the relation from the other side.
func back(r Relation) Relation {
	switch r {
	case Child:
		return Parent
	case Parent:
		return Child
	default:
		return r
	}
}
