package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/inbox"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Who owns a chat.
const (
	ownerBot   = "bot"
	ownerHuman = "human"
)

// InboxTopic is what lists of conversations listen to.
const InboxTopic = "inbox"

// TalkTopic is what pages of one conversation listen to; what the clinic says is told on "chat:" and its id.
func TalkTopic(id uuid.UUID) string { return "inbox:" + id.String() }

// humans says whether people have a chat. One that they were done with long ago is the bot's again.
func (t *Talks) humans(ctx context.Context, tx *store.Tx, owner string, id uuid.UUID) (bool, error) {
	if owner != ownerHuman {
		return false, nil
	}
	closed, err := tx.InboxClosedAt(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return true, nil
	}
	return closed == nil || t.Clock().Sub(*closed) < inbox.ReopensFor, err
}

// inbox tells the people of the clinic what a turn means for them: a chat has come to them, somebody waits again, a chat has gone back.
func (t *Talks) inbox(ctx context.Context, tx *store.Tx, c *chat, owner string) error {
	var err error
	now := t.Clock()
	switch {
	case c.row.Owner == ownerBot && owner == ownerBot:
		return nil
	case owner == ownerBot:
		err = tx.InboxBack(ctx, c.id)
	case c.row.Owner == ownerBot:
		err = tx.InboxCame(ctx, db.InboxCameParams{ConversationID: c.id, At: now})
	case c.spoke():
		err = tx.InboxHeard(ctx, db.InboxHeardParams{ConversationID: c.id, At: now})
	}
	if err != nil {
		return fmt.Errorf("the inbox: %w", err)
	}
	tx.After(func() {
		t.Hub.Tell(InboxTopic)
		t.Hub.Tell(TalkTopic(c.id))
	})
	return nil
}

// spoke says that there is something to answer among the news: that somebody has shut the clinic out, is none.
func (c *chat) spoke() bool {
	for _, h := range c.news {
		if h.in.Kind != conversation.Blocked && h.in.Kind != conversation.Unblocked && h.in.Kind != conversation.Button {
			return true
		}
	}
	return false
}

// Soon delivers what was just queued for a chat, in the background; what this process does not, the sweeper does.
func (t *Talks) Soon(ctx context.Context, id uuid.UUID) {
	background := context.WithoutCancel(ctx)
	t.work.Go(func() {
		if err := t.Deliver(background, id); err != nil {
			t.Log.WarnContext(background, "not delivered at once", "conversation", id, "error", err)
		}
	})
}

// Typing shows the person for some seconds that they are being written to, where their channel can.
func (t *Talks) Typing(ctx context.Context, id uuid.UUID) {
	background := context.WithoutCancel(ctx)
	t.work.Go(func() {
		limited, cancel := context.WithTimeout(background, sendFor)
		defer cancel()
		var c db.Conversation
		err := t.DB.InTx(limited, core.Sys("worker"), func(tx *store.Tx) error {
			var err error
			c, err = tx.Conversation(limited, id)
			return err
		})
		sender, ok := t.sender(c.Channel)
		if err != nil || !ok || c.BlockedAt != nil {
			return
		}
		if err := sender.Typing(limited, conversation.To{Channel: c.Channel, Account: c.Account, Chat: c.ExternalID}); err != nil {
			t.Log.DebugContext(background, "typing not shown", "conversation", id, "error", err)
		}
	})
}
