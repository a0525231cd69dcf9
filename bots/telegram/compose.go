package telegram

import (
	"errors"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// The methods that make up a conversation.
const (
	sendMessage    = "sendMessage"
	sendDocument   = "sendDocument"
	editText       = "editMessageText"
	editMarkup     = "editMessageReplyMarkup"
	answerCallback = "answerCallbackQuery"
	deleteMessage  = "deleteMessage"
	sendChatAction = "sendChatAction"
)

// step is one request on the way to saying an Outgoing.
type step struct {
	method string
	params tgbotapi.Params
	file   *conversation.Attachment
	main   bool // its message is the receipt's
}

// edits says that repeating the step changes nothing.
func (s step) edits() bool { return s.method == editText }

// instead is the step that says the same where there is nothing to edit.
func (s step) instead() step {
	params := tgbotapi.Params{}
	for name, value := range s.params {
		if name != "message_id" {
			params[name] = value
		}
	}
	s.method, s.params = sendMessage, params
	return s
}

func newStep(method, chat string) step {
	return step{method: method, params: tgbotapi.Params{"chat_id": chat}}
}

var errNothing = errors.New("nothing to say")

// compose makes the requests that say out, in order. Buttons hang on the last message, which is the receipt's.
//
// A message has either inline buttons or the keyboard that asks for the phone. So AskPhone without buttons is one message with
// that keyboard, and AskPhone beside buttons is a second message, whose text is the label. A keyboard cannot come by
// an edit: such a card is sent anew, and the old one loses its buttons.
func compose(to conversation.To, out conversation.Outgoing) ([]step, error) {
	if _, err := strconv.ParseInt(to.Chat, 10, 64); err != nil {
		return nil, errors.New("a chat that is not a number")
	}
	markup, err := inline(out.Buttons)
	if err != nil {
		return nil, err
	}
	phone := strings.TrimSpace(out.AskPhone)
	if phone != "" && markup == "" && strings.TrimSpace(out.Text) != "" {
		if markup, err = askPhone(phone); err != nil {
			return nil, err
		}
		out.Edit, phone = "", ""
	}
	steps := body(to.Chat, out)
	if len(steps) == 0 && phone == "" {
		return nil, errNothing
	}
	if len(steps) > 0 {
		last := &steps[len(steps)-1]
		last.main = true
		last.params.AddNonEmpty("reply_markup", markup)
	}
	if phone == "" {
		return steps, nil
	}
	asks, err := phoneStep(to.Chat, phone)
	asks.main = len(steps) == 0
	return append(steps, asks), err
}

// phoneStep is the message that brings nothing but the phone's keyboard.
func phoneStep(chat, label string) (step, error) {
	keyboard, err := askPhone(label)
	s := newStep(sendMessage, chat)
	s.params["text"], s.params["reply_markup"] = label, keyboard
	return s, err
}

// body makes the messages without their buttons: the text in as many as it takes, a file with the text as its caption where it fits.
func body(chat string, out conversation.Outgoing) []step {
	var steps []step
	parts := split(out.Text, maxText)
	if out.File != nil {
		file := newStep(sendDocument, chat)
		file.file = out.File
		if len(parts) == 1 && fits(parts[0], maxCaption) == len(parts[0]) {
			file.params["caption"] = parts[0]
			parts = nil
		}
		return append(texts(chat, parts), file)
	}
	steps = texts(chat, parts)
	if out.Edit != "" && len(steps) > 0 {
		steps[0].method = editText
		steps[0].params["message_id"] = out.Edit
	}
	return steps
}

func texts(chat string, parts []string) []step {
	steps := make([]step, 0, len(parts)+1)
	for _, part := range parts {
		s := newStep(sendMessage, chat)
		s.params["text"] = part
		steps = append(steps, s)
	}
	return steps
}

// stale are the cards that lose their buttons once out is said: the one it replaces, and the one it could not edit.
func stale(out conversation.Outgoing, steps []step) []string {
	var ids []string
	if out.Strip != "" && out.Strip != out.Edit {
		ids = append(ids, out.Strip)
	}
	if out.Edit != "" && steps[0].method != editText {
		ids = append(ids, out.Edit)
	}
	return ids
}
