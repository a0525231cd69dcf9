package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

// askBelow is the confidence of the rules below which a model is asked, where there is one. Of 1 585 phrases written by others in which the rules
// found a flow, they had the right one in 82 of 100 from here on, and in 52 below it: there a model can only help. To be counted anew whenever the
// rules' confidence changes.
const askBelow = 0.9

// modelWait is how long a person waits for a model in one turn, whatever is asked; then the rules' reading stands.
const modelWait = 4 * time.Second

// consulted is what a model said in a turn, by the question.
type consulted struct {
	until time.Time // zero until the first question
	said  map[question][]dialog.Command
}

// question is a text and where in the talk it stands.
type question struct{ text, lang, flow, asked, day string }

// unsure ends a turn that has to ask: nothing of it stands, and no transaction is open while a model thinks. It says nothing of the text.
type unsure struct {
	question
	situation understand.Situation
	to        conversation.To
}

// Error implements error.
func (*unsure) Error() string { return "a model is to be asked" }

// turn answers everything a chat has said, and asks the model in between where the rules are unsure. See attempt.
func (t *Talks) turn(ctx context.Context, id uuid.UUID, a *arrival, extra ...dialog.Command) (said, error) {
	asked := &consulted{said: map[question][]dialog.Command{}}
	for {
		out, err := t.attempt(ctx, id, a, asked, extra)
		var q *unsure
		if !errors.As(err, &q) {
			return out, err
		}
		t.consult(ctx, asked, q)
	}
}

// consult asks the model. Without an answer in time, or with none, the question counts as asked.
func (t *Talks) consult(ctx context.Context, asked *consulted, q *unsure) {
	asked.said[q.question] = nil
	begun := time.Now() //nolint:forbidigo // a person's wait is of this world, whatever the house's clock says
	if asked.until.IsZero() {
		asked.until = begun.Add(modelWait)
	}
	ctx, cancel := context.WithDeadline(ctx, asked.until)
	defer cancel()
	if sender, ok := t.sender(q.to.Channel); ok {
		t.work.Go(func() { _ = sender.Typing(ctx, q.to) }) // shown if it can be
	}
	meaning, err := t.Model.Understand(ctx, q.text, q.situation)
	if err == nil {
		asked.said[q.question] = meaning.Commands
	}
}

// meaning is what a text means: by the rules, or, where they are unsure and a model is there, by what it said.
func (t *Talks) meaning(ctx context.Context, tx *store.Tx, c *chat, text string, at time.Time) ([]dialog.Command, error) {
	catalog := t.Book.Current()
	s := situation(c.session, firstZone(catalog), at)
	if err := t.whose(ctx, tx, c, &s); err != nil {
		return nil, err
	}
	s.Worry = c.session.Worries()
	m := t.Rules.Read(catalog, text, s)
	if now := asksNow(c, m); now != nil {
		return now, nil
	}
	if s.Worry || t.Model == nil || c.asked == nil || len(m.Commands) > 0 && m.Confidence >= askBelow {
		return before(m), nil
	}
	q := question{text, s.Lang, s.Flow, s.Asked, s.Day.Format(time.DateOnly)}
	said, known := c.asked.said[q]
	switch {
	case !known:
		var err error
		if s.Private, err = t.private(ctx, tx); err != nil {
			return nil, err
		}
		return nil, &unsure{q, s, conversation.To{Channel: c.row.Channel, Account: c.row.Account, Chat: c.row.ExternalID}}
	case len(said) > 0:
		return slices.Clone(said), nil
	}
	return before(m), nil
}

// year is the mean one.
const year = 365.25 * 24 * time.Hour

// whose fills in the age and the sex of whoever the talk is about, where it says who that is and the card, one of the chat's own, says them.
func (t *Talks) whose(ctx context.Context, tx *store.Tx, c *chat, s *understand.Situation) error {
	id, relation := c.session.Patient()
	if id == uuid.Nil && relation == "" {
		return nil
	}
	cards, err := tx.CardsOfChat(ctx, db.CardsOfChatParams{ConversationID: c.id, PatientID: id, Relation: string(relation)})
	if err != nil {
		return fmt.Errorf("whose talk it is: %w", err)
	}
	if len(cards) != 1 {
		return nil
	}
	card := cards[0]
	if card.BirthDate != nil {
		s.Age = max(0, float64(s.Now.Sub(*card.BirthDate))/float64(year))
	}
	switch store.Str(card.Sex) {
	case "female":
		s.Sex = "f"
	case "male":
		s.Sex = "m"
	}
	return nil
}

// before puts the clinic's articles before what a question is guessed to mean. What is nobody's business here is for them alone.
func before(m understand.Meaning) []dialog.Command {
	if !m.Question || m.Commands[0].Do == dialog.Answer {
		return m.Commands
	}
	ask := dialog.Command{Do: dialog.Answer, Value: m.Text}
	if m.Commands[0].Flow != "other" {
		ask.Choices = m.Commands
	}
	return []dialog.Command{ask}
}

// private is what stands on the cards of the chat's people.
func (t *Talks) private(ctx context.Context, tx *store.Tx) ([]string, error) {
	family, err := patient.Cards{In: tx.Reading(), Vault: t.Vault, Clock: t.Clock, IDs: t.IDs}.Family(ctx, tx.Actor)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range family {
		out = append(out, p.Surname, p.Given, p.Patronymic, p.Phone)
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" }), nil
}

// Vocabulary is what a clinic adds to the language.
func Vocabulary(c *clinic.Catalog) understand.Vocabulary { return vocabulary(c) }
