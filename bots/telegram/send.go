package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// maxToast is how many characters answerCallbackQuery shows.
const maxToast = 200

// Send says out in plain text, in as many messages as it takes. The receipt is the message that bears the buttons.
//
// Where the message to edit is gone, it is sent anew. Taking the buttons off an older card is tried and never fails a send.
// Once one new message is out, no later failure is retryable, for the whole would be said twice; the receipt beside such an error
// is the card, if that was sent before.
func (b *Bot) Send(ctx context.Context, to conversation.To, out conversation.Outgoing) (conversation.Receipt, error) {
	steps, err := compose(to, out)
	if err != nil {
		return conversation.Receipt{}, &conversation.SendError{Kind: conversation.BadRequest, Err: err}
	}
	if out.AskPhone == "" {
		b.hideKeyboard(ctx, to.Chat, out.Card, steps)
	}
	var receipt conversation.Receipt
	said := false
	for _, s := range steps {
		id, fresh, err := b.say(ctx, s)
		if err != nil {
			return receipt, partly(said, err)
		}
		said = said || fresh
		if s.main {
			receipt.MessageID = id
		}
	}
	if out.AskPhone != "" {
		b.keyboards.put(to.Chat)
	}
	for _, id := range stale(out, steps) {
		if id != receipt.MessageID {
			b.strip(ctx, to.Chat, id)
		}
	}
	return receipt, nil
}

// say makes one step's request; fresh says that a new message came of it.
func (b *Bot) say(ctx context.Context, s step) (id string, fresh bool, err error) {
	if s.edits() {
		_, err := b.call(ctx, s.method, s.params)
		if refused := conversation.Refused(err); refused == nil || refused.Kind != conversation.Gone {
			return s.params["message_id"], false, err
		}
		s = s.instead()
	}
	var raw json.RawMessage
	if s.file != nil {
		raw, err = b.upload(ctx, s)
	} else {
		raw, err = b.call(ctx, s.method, s.params)
	}
	if err != nil {
		return "", false, err
	}
	id, err = messageID(raw)
	return id, true, err
}

func messageID(raw json.RawMessage) (string, error) {
	var sent struct {
		ID int64 `json:"message_id"`
	}
	if err := json.Unmarshal(raw, &sent); err != nil || sent.ID == 0 {
		return "", &conversation.SendError{Kind: conversation.Ambiguous, Err: errors.New("an answer without message_id")}
	}
	return id(sent.ID), nil
}

// partly is err of a message of which something has been said already.
func partly(said bool, err error) error {
	refused := conversation.Refused(err)
	if said && refused.Retryable() {
		return &conversation.SendError{Kind: conversation.Ambiguous, Err: fmt.Errorf("after the first part: %w", refused.Err)}
	}
	return refused
}

// strip takes the buttons off a card. The card may be gone; the new one stands all the same.
func (b *Bot) strip(ctx context.Context, chat, messageID string) {
	s := newStep(editMarkup, chat)
	s.params["message_id"] = messageID
	_, _ = b.call(ctx, s.method, s.params)
}

// hideKeyboard takes the phone's keyboard away where this chat was shown it. A plain message takes it away itself. One with inline buttons
// cannot, and a live card that did could never be edited: then a silent message does it and is deleted at once.
func (b *Bot) hideKeyboard(ctx context.Context, chat string, card bool, steps []step) {
	if !b.keyboards.take(chat) {
		return
	}
	for _, s := range steps {
		live := card && s.main
		if s.method == sendMessage && s.params["reply_markup"] == "" && !live {
			s.params["reply_markup"] = removeKeyboard
			return
		}
	}
	s := newStep(sendMessage, chat)
	s.params["text"], s.params["reply_markup"], s.params["disable_notification"] = "✓", removeKeyboard, "true"
	id, _, err := b.say(ctx, s)
	if err != nil {
		b.keyboards.put(chat)
		return
	}
	gone := newStep(deleteMessage, chat)
	gone.params["message_id"] = id
	_, _ = b.call(ctx, gone.method, gone.params)
}

// Ack answers a tapped button. An answer that comes too late is a BadRequest, and nothing is lost by it.
func (b *Bot) Ack(ctx context.Context, _ conversation.To, callbackID, toast string) error {
	params := map[string]string{"callback_query_id": callbackID}
	if runes := []rune(toast); len(runes) > maxToast {
		toast = string(runes[:maxToast-1]) + "…"
	}
	if toast != "" {
		params["text"] = toast
	}
	_, err := b.call(ctx, answerCallback, params)
	return err
}

// Typing shows for five seconds that an answer is being made.
func (b *Bot) Typing(ctx context.Context, to conversation.To) error {
	s := newStep(sendChatAction, to.Chat)
	s.params["action"] = "typing"
	_, err := b.call(ctx, s.method, s.params)
	return err
}
