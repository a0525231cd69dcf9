package botstest

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf16"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// do is the Bot API as far as the fake knows it.
func (f *FakeTelegram) do(ctx context.Context, method string, p params) (any, error) {
	switch method {
	case "getMe":
		return map[string]any{"id": botID, "is_bot": true, "first_name": botName, "username": FakeUsername}, nil
	case "getUpdates":
		return f.getUpdates(ctx, p)
	case "setWebhook":
		f.UseWebhook(p["url"], p["secret_token"])
		return true, nil
	case "deleteWebhook":
		f.UseWebhook("", "")
		return true, nil
	case "getWebhookInfo":
		return map[string]any{"url": f.Webhook(), "pending_update_count": f.queue.depth()}, nil
	case "setMyCommands":
		f.mu.Lock()
		defer f.mu.Unlock()
		f.menus[p["language_code"]] = p["commands"]
		return true, nil
	case "getFile":
		return f.getFile(p)
	case "answerCallbackQuery":
		return f.answerTap(p)
	default:
		return f.inChat(method, p)
	}
}

// inChat are the methods of one chat.
func (f *FakeTelegram) inChat(method string, p params) (any, error) {
	id := p.number("chat_id")
	if id <= 0 {
		return nil, bad("chat not found")
	}
	c := f.Chat(id)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.blocked {
		return nil, &refusal{http.StatusForbidden, "Forbidden: bot was blocked by the user", 0}
	}
	defer c.changed.fire()
	switch method {
	case "sendMessage":
		return c.send(p)
	case "sendDocument":
		return c.document(p)
	case "editMessageText":
		return c.edit(p, p["text"])
	case "editMessageReplyMarkup":
		return c.editMarkup(p)
	case "deleteMessage":
		at := c.find(p.number("message_id"))
		if at < 0 {
			return nil, bad("message to delete not found")
		}
		c.messages = append(c.messages[:at:at], c.messages[at+1:]...)
		return true, nil
	case "sendChatAction":
		c.typing++
		return true, nil
	default:
		return nil, &refusal{http.StatusNotFound, "Not Found", 0}
	}
}

// sent is a message as a method's result tells it.
type sent struct {
	ID   int64  `json:"message_id"`
	From ref    `json:"from"`
	Chat ref    `json:"chat"`
	Date int64  `json:"date"`
	Text string `json:"text,omitempty"`
}

type ref struct {
	ID    int64  `json:"id"`
	IsBot bool   `json:"is_bot,omitempty"`
	Type  string `json:"type,omitempty"`
	First string `json:"first_name,omitempty"`
	Lang  string `json:"language_code,omitempty"`
}

const (
	botID   = 4242
	botName = "Zapis"
)

func theBot() ref { return ref{ID: botID, IsBot: true, First: botName} }

func (c *Chat) sent(m Message) sent {
	return sent{
		ID: m.ID, From: theBot(), Chat: ref{ID: c.id, Type: "private"},
		Date: c.fake.clock().Unix(), Text: m.Text,
	}
}

// checkText trims a text as Telegram does, and refuses what it refuses.
func checkText(text string, limit int) (string, error) {
	text = strings.TrimSpace(text)
	if len(text) > limit && len(utf16.Encode([]rune(text))) > limit {
		return "", bad("message is too long")
	}
	return text, nil
}

func (c *Chat) send(p params) (any, error) {
	text, err := checkText(p["text"], 4096)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, bad("message text is empty")
	}
	return c.add(Message{Text: text}, p["reply_markup"])
}

func (c *Chat) document(p params) (any, error) {
	name, uploaded := p["document.filename"]
	if !uploaded {
		return nil, bad("there is no document in the request")
	}
	text, err := checkText(p["caption"], 1024)
	if err != nil {
		return nil, bad("message caption is too long")
	}
	file := &conversation.Attachment{Name: name, Data: []byte(p["document"])}
	return c.add(Message{Text: text, File: file}, p["reply_markup"])
}

func (c *Chat) add(m Message, raw string) (any, error) {
	board, err := readMarkup(raw)
	if err != nil {
		return nil, err
	}
	m.Buttons, m.Phone, m.markup = board.buttons, board.phone, raw
	switch {
	case board.remove:
		c.keyboard = ""
	case board.phone != "":
		c.keyboard = board.phone
	}
	c.last++
	m.ID = c.last
	c.messages = append(c.messages, m)
	return c.sent(m), nil
}

// editable is the message that p means, with its place.
func (c *Chat) editable(p params) (Message, int, error) {
	at := c.find(p.number("message_id"))
	if at < 0 {
		return Message{}, 0, bad("message to edit not found")
	}
	m := c.messages[at]
	if m.markup != "" && m.Buttons == nil {
		return Message{}, 0, bad("message can't be edited")
	}
	return m, at, nil
}

func (c *Chat) edit(p params, text string) (any, error) {
	m, at, err := c.editable(p)
	if err != nil {
		return nil, err
	}
	if text, err = checkText(text, 4096); err != nil {
		return nil, err
	}
	switch {
	case text == "":
		return nil, bad("message text is empty")
	case m.File != nil:
		return nil, bad("there is no text in the message to edit")
	}
	return c.replace(at, m, text, p["reply_markup"])
}

func (c *Chat) editMarkup(p params) (any, error) {
	m, at, err := c.editable(p)
	if err != nil {
		return nil, err
	}
	return c.replace(at, m, m.Text, p["reply_markup"])
}

func (c *Chat) replace(at int, m Message, text, raw string) (any, error) {
	if m.Text == text && m.markup == raw {
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same " +
			"as a current content and reply markup of the message")
	}
	board, err := readMarkup(raw)
	switch {
	case err != nil:
		return nil, err
	case board.phone != "" || board.remove:
		return nil, bad("inline keyboard expected")
	}
	m.Text, m.Buttons, m.markup = text, board.buttons, raw
	m.Edits++
	c.messages[at] = m
	return c.sent(m), nil
}

func (f *FakeTelegram) answerTap(p params) (any, error) {
	found, ok := f.taps.LoadAndDelete(p["callback_query_id"])
	c, isChat := found.(*Chat)
	if !ok || !isChat {
		return nil, bad("query is too old and response timeout expired or query ID is invalid")
	}
	if len([]rune(p["text"])) > 200 {
		return nil, bad("MESSAGE_TOO_LONG")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	c.toasts = append(c.toasts, p["text"])
	c.changed.fire()
	return true, nil
}
