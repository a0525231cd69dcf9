package inbox

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Answer is what somebody of the staff says in a conversation.
type Answer struct {
	Chat uuid.UUID
	Text string
	Key  uuid.UUID // of the form: the same sent twice is one message
	Said uuid.UUID // the newest message of the staff's that the writer had seen
}

// maxReply is how many characters an answer has at most: as many as the narrowest messenger takes in one message.
const maxReply = 4000

// blank is a variable of a canned reply that nothing was put in place of.
var blank = regexp.MustCompile(`\{\p{L}[\p{L} ]{1,30}\}`)

// Reply says something to the person. Whoever answers has the conversation from then on. It is refused where a colleague has it
// ("chat_of_another") or has answered meanwhile ("chat_answered"): the writer looks first. The same key again changes nothing.
func (d Desk) Reply(ctx context.Context, who core.Actor, a Answer) error {
	a.Text = strings.TrimSpace(conversation.Clean(a.Text))
	switch {
	case a.Text == "" || a.Key == uuid.Nil:
		return core.Refuse(core.Invalid, "reply_empty")
	case utf8.RuneCountInString(a.Text) > maxReply:
		return core.Refuse(core.Invalid, "reply_long")
	}
	if left := blank.FindString(a.Text); left != "" {
		return core.Refuse(core.Invalid, "reply_blank", "What", left)
	}
	return d.work(ctx, who, "reply", func(tx *store.Tx) error {
		s, err := d.claim(ctx, tx, a.Chat)
		if err != nil {
			return err
		}
		key := "human:" + a.Key.String()
		if again, err := tx.InboxKeyStands(ctx, key); err != nil || again {
			return err
		}
		if err := d.free(ctx, tx, who, s, a.Said); err != nil {
			return err
		}
		if err := d.say(ctx, tx, s.chat, key, conversation.Outgoing{Text: a.Text}); err != nil {
			return err
		}
		return d.spoken(ctx, tx, who, s)
	})
}

// reaches refuses to write where nobody reads, and where a colleague has the conversation.
func (s stand) reaches(who core.Actor) error {
	if s.chat.BlockedAt != nil {
		return core.Refuse(core.Conflict, "chat_blocked")
	}
	if s.State == Open && s.StaffID != nil && *s.StaffID != who.ID {
		return core.Refuse(core.Conflict, "chat_of_another", "Who", s.Staff)
	}
	return nil
}

// free refuses to talk over a colleague.
func (d Desk) free(ctx context.Context, tx *store.Tx, who core.Actor, s stand, seen uuid.UUID) error {
	if err := s.reaches(who); err != nil {
		return err
	}
	last, err := d.lastOfStaff(ctx, tx, s.ConversationID)
	if err != nil {
		return err
	}
	if last.ID != seen && store.ID(last.StaffID) != who.ID {
		return core.Refuse(core.Conflict, "chat_answered", "Who", last.Staff)
	}
	return nil
}

// spoken is what follows from an answer: the conversation is the writer's, nobody waits in it, and the bot is silent.
func (d Desk) spoken(ctx context.Context, tx *store.Tx, who core.Actor, s stand) error {
	s.open(d.Clock(), &who.ID)
	s.Answered, s.WaitingSince = true, nil
	if err := s.human(ctx, tx); err != nil {
		return err
	}
	if err := s.put(ctx, tx); err != nil {
		return err
	}
	if err := d.answered(ctx, tx, who, s.ConversationID); err != nil {
		return err
	}
	return d.note(ctx, tx, "replied", s.ConversationID)
}

// say queues a message of the staff's.
func (d Desk) say(ctx context.Context, tx *store.Tx, chat db.Conversation, key string, out conversation.Outgoing) error {
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	now := d.Clock()
	return tx.InboxReply(ctx, db.InboxReplyParams{
		Key: key, CreatedAt: now, ID: d.IDs(), ConversationID: chat.ID, Channel: chat.Channel, Body: body, NotBefore: d.goes(chat, now), StaffID: &tx.Actor.ID,
	})
}

// botSays queues a line of the bot's own.
func (d Desk) botSays(ctx context.Context, tx *store.Tx, chat db.Conversation, text string) error {
	body, err := json.Marshal(conversation.Outgoing{Text: text})
	if err != nil {
		return err
	}
	id, now := d.IDs(), d.Clock()
	return tx.OutboxAdd(ctx, db.OutboxAddParams{
		ID: id, ConversationID: chat.ID, Channel: chat.Channel, Lane: "reply", Kind: "dialog", Key: "back:" + id.String(), Body: body, State: "queued",
		NotBefore: d.goes(chat, now), CreatedAt: now,
	})
}

// answerFor is how long what is said counts as an answer, which goes at any hour. Later it waits for the day, as reminders do.
const answerFor = 24 * time.Hour

// goes is when a message may go.
func (d Desk) goes(chat db.Conversation, now time.Time) time.Time {
	if d.Zone == nil || d.QuietFrom == d.QuietTo || (chat.LastInboundAt != nil && now.Sub(*chat.LastInboundAt) <= answerFor) {
		return now
	}
	here := now.In(d.Zone)
	morning := time.Date(here.Year(), here.Month(), here.Day(), d.QuietTo, 0, 0, 0, d.Zone)
	switch {
	case here.Hour() < d.QuietTo:
		return morning
	case here.Hour() >= d.QuietFrom:
		return morning.AddDate(0, 0, 1)
	}
	return now
}

// Again sends once more what did not arrive, once ("message_sent_again"), where a reply would go too. Its words go without the buttons of then.
func (d Desk) Again(ctx context.Context, who core.Actor, chat, message uuid.UUID) error {
	return d.work(ctx, who, "send again", func(tx *store.Tx) error {
		s, err := d.claim(ctx, tx, chat)
		if err != nil {
			return err
		}
		if err := s.reaches(who); err != nil {
			return err
		}
		row, err := tx.InboxMessage(ctx, db.InboxMessageParams{ID: message, ConversationID: chat})
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		if !(Line{State: row.State}).Lost() || row.DataClass != "" { // what has a class goes by that class's own way
			return core.Refuse(core.Conflict, "message_not_lost")
		}
		var out conversation.Outgoing
		if err := json.Unmarshal(row.Body, &out); err != nil {
			return err
		}
		key := "again:" + message.String()
		stands, err := tx.InboxKeyStands(ctx, key)
		if err != nil {
			return err
		}
		if stands {
			return core.Refuse(core.Conflict, "message_sent_again")
		}
		if err := d.say(ctx, tx, s.chat, key, conversation.Outgoing{Text: out.Text, File: out.File}); err != nil {
			return err
		}
		now := d.Clock()
		if err := tx.InboxDeliveryDone(ctx, db.InboxDeliveryDoneParams{At: &now, Who: &who.ID, Key: message.String()}); err != nil {
			return err
		}
		return d.note(ctx, tx, "sent_again", chat)
	})
}
