package telegram

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// startPayload is what a deep link may carry (core.telegram.org/bots/features#deep-linking). Anything else did not come from a link of ours.
var startPayload = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Parse reads one update: at most one message comes of it, and none of a group, a channel or a kind that does not concern us.
func (b *Bot) Parse(raw []byte) ([]conversation.Incoming, error) {
	u, err := readUpdate(raw)
	if err != nil {
		return nil, err
	}
	in, ok := b.incoming(u)
	if !ok {
		return nil, nil
	}
	return []conversation.Incoming{in}, nil
}

func (b *Bot) incoming(u update) (conversation.Incoming, bool) {
	in := conversation.Incoming{
		Channel: Name, Account: b.account,
		ExternalID: strconv.FormatInt(*u.ID, 10), Position: *u.ID,
	}
	ok := false
	switch {
	case u.Message != nil:
		ok = said(&in, u.Message)
	case u.Edited != nil:
		ok = said(&in, u.Edited)
		in.Kind, in.Start, in.Text = conversation.Edited, "", conversation.Clean(u.Edited.Text+u.Edited.Caption)
	case u.Callback != nil:
		ok = tapped(&in, u.Callback)
	case u.Member != nil:
		ok = joined(&in, u.Member)
	}
	return in, ok
}

// private says that c is a talk with one person: only those have positive ids.
func (c chat) private() bool { return c.ID > 0 && (c.Type == "private" || c.Type == "") }

func moment(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

func id(n int64) string { return strconv.FormatInt(n, 10) }

// said fills in from a message of a person.
func said(in *conversation.Incoming, m *message) bool {
	if !m.Chat.private() || bool(m.Pinned || m.AutoDelete || m.WriteAccess || m.Background) {
		return false
	}
	in.Chat, in.MessageID, in.At = id(m.Chat.ID), id(m.ID), moment(m.Date)
	in.Lang = conversation.Clean(m.From.Lang)
	in.Album = conversation.Clean(m.Album)
	in.Kind = m.kind()
	in.File = m.attached()
	in.Text = conversation.Clean(m.Text + m.Caption) // a message has one of them
	switch in.Kind {
	case conversation.Text:
		command(in)
	case conversation.Contact:
		in.Phone = conversation.Clean(m.Contact.Phone)
		in.OwnPhone = m.Contact.UserID != 0 && m.Contact.UserID == m.From.ID && !bool(m.ForwardOrigin || m.ForwardDate)
	default:
	}
	return true
}

// kind names what a message holds. A video is a file to us; a recording and a round video are a voice.
func (m *message) kind() conversation.Kind {
	switch {
	case m.Contact != nil:
		return conversation.Contact
	case m.Photo.there:
		return conversation.Photo
	case m.Voice.there || m.Audio.there || m.VideoNote.there:
		return conversation.Voice
	case m.Video.there || m.Animation.there || m.Document.there:
		return conversation.File
	case bool(m.Sticker):
		return conversation.Sticker
	case bool(m.Location):
		return conversation.Location
	case m.Text != "":
		return conversation.Text
	default:
		return conversation.Other
	}
}

// command turns /start into the opening of the chat, and takes the bot's name off every other command.
func command(in *conversation.Incoming) {
	if !strings.HasPrefix(in.Text, "/") {
		return
	}
	word, rest, _ := strings.Cut(in.Text, " ")
	name, _, named := strings.Cut(word, "@")
	if name == "/start" {
		in.Kind, in.Text = conversation.Opened, ""
		if rest = strings.TrimSpace(rest); startPayload.MatchString(rest) {
			in.Start = rest
		}
		return
	}
	if named {
		in.Text = strings.TrimSpace(name + " " + rest)
	}
}

// tapped fills in from a tapped button. An old card comes without its message: the chat is then the person's own.
func tapped(in *conversation.Incoming, c *callback) bool {
	at := chat{ID: c.From.ID}
	if c.Message != nil {
		at, in.MessageID = c.Message.Chat, id(c.Message.ID)
	}
	if !at.private() {
		return false
	}
	in.Kind, in.Chat = conversation.Button, id(at.ID)
	in.Button, in.CallbackID = conversation.Clean(c.Data), conversation.Clean(c.ID)
	in.Lang = conversation.Clean(c.From.Lang)
	return true
}

// joined fills in from the bot's being shut out or let in again.
func joined(in *conversation.Incoming, m *member) bool {
	if !m.Chat.private() {
		return false
	}
	in.Chat, in.At, in.Lang = id(m.Chat.ID), moment(m.Date), conversation.Clean(m.From.Lang)
	switch m.New.Status {
	case "kicked":
		in.Kind = conversation.Blocked
	case "member":
		in.Kind = conversation.Unblocked
	default:
		return false
	}
	return true
}
