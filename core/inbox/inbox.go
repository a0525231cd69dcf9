// Package inbox decides what becomes of a conversation that people have in hand: whose it is, who waits in it, what the clinic's people say in it
// and to each other about it.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// States of a conversation. One that no people ever had in hand is the bot's.
const (
	Open   = "open"
	Closed = "closed" // the people are done; new words open it again
	Bot    = "bot"
)

// ReopensFor is how long after people were done new words come back to them. What is said later, the bot answers.
const ReopensFor = 24 * time.Hour

// Desk keeps the inbox.
type Desk struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
	Vault *vault.Vault

	Zone               *time.Location // of the clinic's clock; nil: there are no quiet hours
	QuietFrom, QuietTo int            // hours of the evening and the morning between which only answers go
}

// Talk is a conversation as the list shows it.
type Talk struct {
	ID       uuid.UUID
	Channel  string
	State    string
	Blocked  bool // the person has shut the clinic out
	Owner    uuid.UUID
	Staff    string // the owner's login; empty: nobody's
	Patient  string // their name, where the reader may know it
	Waiting  *time.Time
	Due      *time.Time
	Later    *time.Time
	Labels   []string
	Unread   int64
	Last     string    // the last words
	LastSide string    // in, out, staff
	At       time.Time // of the last words
	Version  int32
}

// Late says that the time in which an answer was promised is over.
func (t Talk) Late(now time.Time) bool { return t.State == Open && t.Due != nil && t.Due.Before(now) }

// may is nil for those who answer chats: the desk and the head. Which conversations they see, the rows' own policies say.
func may(who core.Actor) error {
	_, err := access.Require(who, core.Ask{Action: core.Update, Class: core.Appointments, Facts: core.Facts{Branch: true}})
	if err == nil && (who.Kind != core.Staff || (who.Role != "admin" && who.Role != "head")) {
		err = core.Refuse(core.Denied, "not_allowed")
	}
	return err
}

// work runs a piece of somebody's work in one transaction, once it is clear that they may.
func (d Desk) work(ctx context.Context, who core.Actor, what string, do func(*store.Tx) error) error {
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		if err := may(who); err != nil {
			return err
		}
		return do(tx)
	})
	if err != nil {
		return fmt.Errorf("inbox, %s: %w", what, err)
	}
	return nil
}

// note puts an act on record, with whose card the conversation leads to where it leads to one.
func (d Desk) note(ctx context.Context, tx *store.Tx, action string, chat uuid.UUID) error {
	people, err := tx.InboxPeople(ctx, chat)
	if err != nil {
		return err
	}
	e := audit.Entry{ID: d.IDs(), At: d.Clock(), Action: "conversation." + action, Class: core.Contacts, Object: "conversation", Subject: chat}
	if len(people) == 1 {
		e.Patient = people[0].ID
	}
	return audit.Add(ctx, tx, e)
}

// stand is a conversation as a change finds it: its chat is locked.
type stand struct {
	chat db.Conversation
	db.InboxOfRow
}

// claim locks a conversation that the actor may see and reads where it stands.
func (d Desk) claim(ctx context.Context, tx *store.Tx, id uuid.UUID) (stand, error) {
	var s stand
	if err := tx.ConversationLock(ctx, id); err != nil {
		return s, err
	}
	var err error
	if s.chat, err = tx.Conversation(ctx, id); err != nil {
		return s, store.NoRows(err, "not_found")
	}
	s.InboxOfRow, err = tx.InboxOf(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		s.InboxOfRow, err = db.InboxOfRow{ConversationID: id, State: Bot, OpenedAt: d.Clock(), Labels: []string{}}, nil
	}
	return s, err
}

// put writes what was made of a conversation.
func (s stand) put(ctx context.Context, tx *store.Tx) error {
	return tx.InboxPut(ctx, db.InboxPutParams{
		ConversationID: s.ConversationID, State: s.State, StaffID: s.StaffID, OpenedAt: s.OpenedAt, WaitingSince: s.WaitingSince, Answered: s.Answered,
		LaterUntil: s.LaterUntil, ClosedAt: s.ClosedAt, Labels: s.Labels,
	})
}

// human has people own the chat, so that the bot is silent.
func (s stand) human(ctx context.Context, tx *store.Tx) error {
	if s.chat.Owner == "human" {
		return nil
	}
	return tx.ConversationOwner(ctx, db.ConversationOwnerParams{Owner: "human", ID: s.ConversationID})
}
