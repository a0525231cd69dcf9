package inbox

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/task"
)

// Ref is a conversation as somebody saw it: a change of one that has changed meanwhile is refused with "chat_changed".
type Ref struct {
	ID      uuid.UUID
	Version int32 // 0: people never had it
}

// awaited are the kinds of task that are done once somebody answers.
func awaited() []string { return []string{"handoff", "late_chat"} }

// Take makes a conversation the actor's own: the bot is silent from then on.
func (d Desk) Take(ctx context.Context, who core.Actor, r Ref) error {
	return d.change(ctx, who, r, "taken", func(tx *store.Tx, s *stand) error {
		s.open(d.Clock(), &who.ID)
		return s.human(ctx, tx)
	})
}

// Give makes a conversation a colleague's, who is one of task.Hands; the nil id makes it nobody's.
func (d Desk) Give(ctx context.Context, who core.Actor, r Ref, to uuid.UUID) error {
	return d.change(ctx, who, r, "given", func(tx *store.Tx, s *stand) error {
		if to != uuid.Nil {
			hands, err := task.Office{In: tx, Clock: d.Clock, IDs: d.IDs, Vault: d.Vault}.Hands(ctx, who)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(hands, func(h task.Hand) bool { return h.ID == to }) {
				return core.Refuse(core.Invalid, "field_invalid", "Field", "to")
			}
		}
		s.open(d.Clock(), store.Ref(to))
		return s.human(ctx, tx)
	})
}

// Close ends the people's part. The bot stays silent for ReopensFor: what the person says within it, comes back to people.
func (d Desk) Close(ctx context.Context, who core.Actor, r Ref) error {
	return d.change(ctx, who, r, "closed", func(tx *store.Tx, s *stand) error {
		now := d.Clock()
		s.State, s.WaitingSince, s.LaterUntil, s.ClosedAt = Closed, nil, nil, &now
		return d.answered(ctx, tx, who, s.ConversationID)
	})
}

// Reopen takes back that a conversation is closed.
func (d Desk) Reopen(ctx context.Context, who core.Actor, r Ref) error {
	return d.change(ctx, who, r, "reopened", func(tx *store.Tx, s *stand) error {
		s.open(d.Clock(), &who.ID)
		return s.human(ctx, tx)
	})
}

// PutOff hides a conversation until a moment to come, or until the person writes.
func (d Desk) PutOff(ctx context.Context, who core.Actor, r Ref, until time.Time) error {
	if !until.After(d.Clock()) || until.After(d.Clock().AddDate(1, 0, 0)) {
		return core.Refuse(core.Invalid, "field_invalid", "Field", "until")
	}
	return d.change(ctx, who, r, "put_off", func(tx *store.Tx, s *stand) error {
		if s.State != Open {
			s.open(d.Clock(), s.StaffID)
		}
		s.LaterUntil = &until
		return s.human(ctx, tx)
	})
}

// GiveBack has the bot go on, which greets with one line.
func (d Desk) GiveBack(ctx context.Context, who core.Actor, r Ref, greeting func(lang string) string) error {
	return d.change(ctx, who, r, "given_back", func(tx *store.Tx, s *stand) error {
		if s.chat.Owner == "bot" {
			return core.Refuse(core.Conflict, "chat_changed")
		}
		now := d.Clock()
		drop := now.Add(ReopensFor)
		s.State, s.StaffID, s.WaitingSince, s.LaterUntil, s.ClosedAt = Bot, nil, nil, nil, nil
		if err := tx.ConversationOwner(ctx, db.ConversationOwnerParams{Owner: "bot", DropAt: &drop, ID: s.ConversationID}); err != nil {
			return err
		}
		if err := d.answered(ctx, tx, who, s.ConversationID); err != nil {
			return err
		}
		return d.botSays(ctx, tx, s.chat, greeting(store.Str(s.chat.Lang)))
	})
}

// maxLabel is how many letters a label has at most, maxLabels how many a conversation bears.
const (
	maxLabel  = 30
	maxLabels = 10
)

// Label sets the labels of a conversation.
func (d Desk) Label(ctx context.Context, who core.Actor, r Ref, labels []string) error {
	clean := []string{}
	for _, l := range labels {
		l = strings.Join(strings.Fields(strings.ToLower(l)), " ")
		if l == "" || slices.Contains(clean, l) {
			continue
		}
		if utf8.RuneCountInString(l) > maxLabel || len(clean) == maxLabels {
			return core.Refuse(core.Invalid, "field_invalid", "Field", "labels")
		}
		clean = append(clean, l)
	}
	return d.change(ctx, who, r, "labelled", func(_ *store.Tx, s *stand) error {
		s.Labels = clean
		return nil
	})
}

// open makes a conversation one that people have in hand.
func (s *stand) open(now time.Time, owner *uuid.UUID) {
	if s.State != Open {
		s.OpenedAt, s.Answered = now, false
	}
	s.State, s.StaffID, s.LaterUntil, s.ClosedAt = Open, owner, nil, nil
}

// change does something to a conversation as it was seen, and keeps that it was done.
func (d Desk) change(ctx context.Context, who core.Actor, r Ref, what string, do func(*store.Tx, *stand) error) error {
	return d.work(ctx, who, what, func(tx *store.Tx) error {
		s, err := d.claim(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if s.Version != r.Version {
			return core.Refuse(core.Conflict, "chat_changed", "Who", s.Staff)
		}
		if err := do(tx, &s); err != nil {
			return err
		}
		if err := s.put(ctx, tx); err != nil {
			return err
		}
		return d.note(ctx, tx, what, r.ID)
	})
}

// answered closes the tasks that were about somebody who waits.
func (d Desk) answered(ctx context.Context, tx *store.Tx, who core.Actor, chat uuid.UUID) error {
	now := d.Clock()
	return tx.InboxTasksDone(ctx, db.InboxTasksDoneParams{At: &now, Who: &who.ID, ConversationID: chat, Kinds: awaited()})
}
