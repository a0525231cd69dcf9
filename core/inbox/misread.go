package inbox

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/question"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Misread is a person's message that the bot took for something else.
type Misread struct {
	Chat, Message uuid.UUID
	Flow, Article string // that would have been right: one of them
}

// misreads makes one question of one message, however often it is marked.
func misreads(message uuid.UUID) uuid.UUID { return uuid.NewSHA1(message, []byte("misread")) }

// Misread lists a message among the misunderstandings with what would have been right: a case that the understanding is measured by.
func (d Desk) Misread(ctx context.Context, who core.Actor, m Misread) error {
	if m.Flow == "" && m.Article == "" {
		return core.Refuse(core.Invalid, "question_choose")
	}
	return d.work(ctx, who, "misread", func(tx *store.Tx) error {
		if _, err := access.Require(who, core.Ask{Action: core.Update, Class: core.Questions, Facts: core.Facts{Branch: true}}); err != nil {
			return err
		}
		said, lang, err := d.said(ctx, tx, m.Chat, m.Message)
		if err != nil {
			return err
		}
		id := misreads(m.Message)
		box := question.Box{Clock: d.Clock, Vault: d.Vault, IDs: func() uuid.UUID { return id }}
		if _, err := box.One(ctx, tx, id); core.Refusal(err) == nil {
			if err == nil {
				err = core.Refuse(core.Conflict, "question_settled")
			}
			return err
		}
		if err := box.Add(ctx, tx, question.New{Chat: m.Chat, Lang: lang, Why: "misread", Text: said}); err != nil {
			return err
		}
		box.IDs = d.IDs
		return box.Settle(ctx, tx, question.Ruling{ID: id, Flow: m.Flow, Article: m.Article})
	})
}

// said is what a person said in a message, and the language of the talk.
func (d Desk) said(ctx context.Context, tx *store.Tx, chat, message uuid.UUID) (text, lang string, err error) {
	row, err := tx.InboxSaid(ctx, db.InboxSaidParams{ID: message, ConversationID: chat})
	if err != nil {
		return "", "", store.NoRows(err, "not_found")
	}
	var in conversation.Incoming
	if err := json.Unmarshal(row.Body, &in); err != nil {
		return "", "", err
	}
	if strings.TrimSpace(in.Text) == "" {
		return "", "", core.Refuse(core.NotFound, "not_found")
	}
	return in.Text, row.Lang, nil
}

// Said is what a person said in a message of a conversation that the actor may see.
func (d Desk) Said(ctx context.Context, who core.Actor, chat, message uuid.UUID) (string, error) {
	var text string
	err := d.work(ctx, who, "a message", func(tx *store.Tx) error {
		var err error
		text, _, err = d.said(ctx, tx, chat, message)
		return err
	})
	return text, err
}
