package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/personal"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// CopyPath is where a one-time link to a copy of one's data leads; the token follows.
const CopyPath = "/p/data/"

// office is personal data's, within in.
func (h *House) office(in store.Opener) personal.Office {
	return personal.Office{In: in, Clock: h.Clock, IDs: h.IDs, Random: h.Random, Vault: h.Vault}
}

// SweepPersonal makes copies and erases what people asked for, and empties copies that are over. One request that fails does not keep
// the others.
func (h *House) SweepPersonal(ctx context.Context) error {
	office := h.office(h.DB)
	var failed []error
	for kind, do := range map[personal.Kind]func(context.Context, personal.Request) error{personal.Access: h.copyOf, personal.Erasure: h.erase} {
		open, err := office.Open(ctx, kind)
		if err != nil {
			return err
		}
		for _, r := range open {
			if err := do(ctx, r); err != nil {
				failed = append(failed, fmt.Errorf("request %s: %w", r.ID, err))
			}
		}
	}
	if err := office.Tidy(ctx); err != nil {
		return fmt.Errorf("tidy copies: %w", err)
	}
	return errors.Join(failed...)
}

// SweepDuties reminds of the clocks of incidents, lets go what people approved, and looks what else could go by now.
func (h *House) SweepDuties(ctx context.Context) error {
	office := h.office(h.DB)
	if err := office.Remind(ctx); err != nil {
		return fmt.Errorf("clocks of incidents: %w", err)
	}
	if err := office.Retain(ctx); err != nil {
		return err
	}
	if err := office.Propose(ctx); err != nil {
		return fmt.Errorf("propose what could go: %w", err)
	}
	return nil
}

// copyOf makes a copy and sends its link to the chat that asked. What was asked for at the desk is handed out there.
func (h *House) copyOf(ctx context.Context, r personal.Request) error {
	if r.Chat == uuid.Nil {
		return nil
	}
	to, err := h.chatOf(ctx, r.Chat)
	if err != nil {
		return err
	}
	lang := store.Str(to.Lang)
	speech := personal.Speech{Lang: lang, Zone: h.homeZone(), Say: func(key string) string { return h.Words.Say(lang, key) }}
	return h.office(h.DB).Copy(ctx, r, speech, func(tx *store.Tx, token string) error {
		h.crash("copy_made")
		return h.answer(ctx, tx, to, answered{
			key: "copy:" + r.ID.String(), text: h.Words.Say(lang, "my_data.copy_ready"), until: h.Clock().Add(24 * time.Hour),
			rows: [][]conversation.Choice{{{Label: h.Words.Say(lang, "button.open_copy"), URL: h.PublicURL + CopyPath + token}}},
		})
	})
}

func (h *House) erase(ctx context.Context, r personal.Request) error {
	if r.Chat == uuid.Nil {
		return nil
	}
	to, err := h.chatOf(ctx, r.Chat)
	if err != nil {
		return err
	}
	_, err = h.office(h.DB).Erase(ctx, r, func(tx *store.Tx) error {
		h.crash("erased")
		return h.answer(ctx, tx, to, answered{
			key: "erased:" + r.ID.String(), text: h.Words.Say(store.Str(to.Lang), "my_data.erased"), until: h.Clock().AddDate(0, 0, 30),
		})
	})
	return err
}

func (h *House) chatOf(ctx context.Context, id uuid.UUID) (db.Conversation, error) {
	var c db.Conversation
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		c, err = tx.Conversation(ctx, id)
		return err
	})
	return c, err
}

// homeZone is where the clinic's days are: its first branch's.
func (h *House) homeZone() *time.Location {
	if b := h.Book.Current().Branches; len(b) > 0 {
		return b[0].Zone
	}
	return time.UTC
}

// answered is what a request about personal data ends with.
type answered struct {
	key, text string
	until     time.Time
	rows      [][]conversation.Choice
}

func (h *House) answer(ctx context.Context, tx *store.Tx, to db.Conversation, a answered) error {
	body, err := json.Marshal(conversation.Outgoing{Text: a.text, Buttons: a.rows})
	if err != nil {
		return err
	}
	now := h.Clock()
	return tx.OutboxAdd(ctx, db.OutboxAddParams{
		ID: h.IDs(), ConversationID: to.ID, Channel: to.Channel, Lane: laneService, Kind: "personal", Key: a.key, Body: body, State: queued,
		NotBefore: now, NotAfter: &a.until, CreatedAt: now,
	})
}

// Self tells what is kept.
func (d *desk) Self(ctx context.Context) (personal.Self, error) {
	return d.house.office(d.tx.Reading()).Self(ctx, d.actor)
}

// AskFor asks for a copy or for erasure.
func (d *desk) AskFor(ctx context.Context, kind personal.Kind) error {
	return d.house.office(d.tx).Ask(ctx, d.actor, kind)
}

// Correct corrects the card, or asks the desk to.
func (d *desk) Correct(ctx context.Context, c personal.Change) (bool, error) {
	d.known = false
	return d.house.office(d.tx).Correct(ctx, d.actor, c)
}

// Looks tells who saw the record.
func (d *desk) Looks(ctx context.Context, zone *time.Location) ([]audit.LookedAt, error) {
	return d.house.office(d.tx.Reading()).Looks(ctx, d.actor, zone)
}
