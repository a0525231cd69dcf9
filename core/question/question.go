// Package question decides what becomes of what people said and nobody could answer: it is listed for the clinic's people, who say what was
// right, and so it becomes a case that the understanding is measured by.
package question

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Box keeps questions. Whoever calls has asked the rules.
type Box struct {
	Clock core.Clock
	IDs   core.IDs
	Vault *vault.Vault
}

// Question is one thing that was said. Text is without names, phones, addresses and numbers of more than three digits.
type Question struct {
	ID           uuid.UUID
	Branch       uuid.UUID // that the talk was about, or the nil id
	Lang         string
	Why          string // unknown: no article answered; missed: not understood, twice in a row
	Text         string
	Flow, Slot   string // that was running and asked for
	Nearest      string // the article that came nearest
	State        string // open, settled, dismissed
	RightFlow    string
	RightArticle string
	At           time.Time
}

// New is what somebody in a chat said.
type New struct {
	Chat, Branch        uuid.UUID
	Lang, Why, Text     string
	Flow, Slot, Nearest string
}

// maxText is how much of a message is kept, in characters: a question is short.
const maxText = 1000

// Add lists what was said, in the turn that could not answer it.
func (b Box) Add(ctx context.Context, tx *store.Tx, n New) error {
	id := b.IDs()
	text := n.Text
	if utf8.RuneCountInString(text) > maxText {
		text = string([]rune(text)[:maxText])
	}
	sealed, err := b.Vault.Seal(place(id), []byte(text))
	if err != nil {
		return err
	}
	err = tx.QuestionAdd(ctx, db.QuestionAddParams{
		ID: id, ConversationID: n.Chat, BranchID: store.Ref(n.Branch), Lang: n.Lang, Why: n.Why, TextSealed: sealed, Flow: n.Flow, Slot: n.Slot,
		Nearest: n.Nearest, At: b.Clock(),
	})
	if err != nil {
		return fmt.Errorf("list a question: %w", err)
	}
	return nil
}

func place(id uuid.UUID) vault.Place {
	return vault.Place{Table: "question", Column: "text_sealed", Row: id}
}

// List is what the transaction's actor may see of a state, the newest first, at most a hundred.
func (b Box) List(ctx context.Context, tx *store.Tx, state string) ([]Question, error) {
	rows, err := tx.Questions(ctx, state)
	if err != nil {
		return nil, fmt.Errorf("questions: %w", err)
	}
	return b.open(rows)
}

// One is the question of an id, where the actor may see it.
func (b Box) One(ctx context.Context, tx *store.Tx, id uuid.UUID) (Question, error) {
	row, err := tx.Question(ctx, id)
	if err != nil {
		return Question{}, store.NoRows(err, "not_found")
	}
	list, err := b.open([]db.Question{row})
	if err != nil {
		return Question{}, err
	}
	return list[0], nil
}

func (b Box) open(rows []db.Question) ([]Question, error) {
	out := make([]Question, 0, len(rows))
	for _, r := range rows {
		text, err := b.Vault.Open(place(r.ID), r.TextSealed)
		if err != nil {
			return nil, err
		}
		out = append(out, Question{
			ID: r.ID, Branch: store.ID(r.BranchID), Lang: r.Lang, Why: r.Why, Text: Redact(string(text)), Flow: r.Flow, Slot: r.Slot, Nearest: r.Nearest,
			State: r.State, RightFlow: r.RightFlow, RightArticle: r.RightArticle, At: r.At,
		})
	}
	return out, nil
}

// Ruling is what a member of staff says of a question: the flow or the article that was right, or with neither that there is nothing to learn.
type Ruling struct {
	ID            uuid.UUID
	Flow, Article string
}

// Settle puts a ruling on a question that is open. Somebody else may have been first: a refusal.
func (b Box) Settle(ctx context.Context, tx *store.Tx, r Ruling) error {
	now := b.Clock()
	p := db.QuestionSettleParams{
		ID: r.ID, State: "settled", RightFlow: r.Flow, RightArticle: r.Article, SettledBy: store.Ref(tx.Actor.ID), SettledAt: &now,
	}
	if r.Flow == "" && r.Article == "" {
		p.State = "dismissed"
	}
	_, err := tx.QuestionSettle(ctx, p)
	if errors.Is(err, pgx.ErrNoRows) {
		return core.Refuse(core.Conflict, "question_settled")
	}
	if err != nil {
		return fmt.Errorf("settle a question: %w", err)
	}
	return audit.Add(ctx, tx, audit.Entry{ID: b.IDs(), At: now, Action: "question." + p.State, Object: "question", Subject: r.ID})
}
