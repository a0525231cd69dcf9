package patient

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
)

// Identity is what the desk sees of who has proved to be a patient, or to act for them.
type Identity struct {
	Name  string // «Петров Иван Сергеевич»
	Born  bool   // the card has a birth date, without which there are no codes
	Chats []Chat
}

// Chat is a chat that acts for a patient.
type Chat struct {
	ID       uuid.UUID
	Channel  string
	Relation Relation
	Proved   *time.Time // nil where nobody has proved anything
	Seen     bool       // by a document at the desk, not by a code
}

// Identity is for whoever may verify: to anybody else the card is not there (patient_unknown).
func (c Cards) Identity(ctx context.Context, actor core.Actor, id uuid.UUID) (Identity, error) {
	var out Identity
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if _, err := c.may(ctx, tx, core.Update, id); err != nil {
			return err
		}
		card, err := tx.Patient(ctx, id)
		if err != nil {
			return store.NoRows(err, "patient_unknown")
		}
		out.Name, out.Born = strings.Join(strings.Fields(card.Surname+" "+card.Given+" "+card.Patronymic), " "), card.BirthDate != nil
		links, err := tx.PatientLinks(ctx, id)
		for _, l := range links {
			out.Chats = append(out.Chats, Chat{ID: l.ConversationID, Channel: l.Channel, Relation: Relation(l.Relation), Proved: l.VerifiedAt, Seen: l.Seen})
		}
		return err
	})
	if err != nil {
		return Identity{}, fmt.Errorf("who a patient is proved to be: %w", err)
	}
	return out, nil
}
