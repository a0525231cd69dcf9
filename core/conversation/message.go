// Package conversation decides what is kept of a talk: what came in, where the talk stands, what is to be said.
package conversation

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Kind says what sort of thing a person sent.
type Kind string

// What people send. Everything a channel cannot name is Other, and is answered all the same.
const (
	Text      Kind = "text"
	Button    Kind = "button"
	Contact   Kind = "contact"
	Opened    Kind = "opened" // the chat was started; Start holds a deep link's payload
	Photo     Kind = "photo"
	Voice     Kind = "voice"
	File      Kind = "file"
	Sticker   Kind = "sticker"
	Location  Kind = "location"
	Edited    Kind = "edited"
	Blocked   Kind = "blocked"   // the person shut the bot out
	Unblocked Kind = "unblocked" // and let it in again
	Other     Kind = "other"
)

// Incoming is one thing a person sent, as every channel tells it. It is kept as JSON in the journal.
type Incoming struct {
	Channel    string    `json:"channel"`     // telegram, webchat …
	Account    string    `json:"account"`     // which bot or site: "telegram:main"
	ExternalID string    `json:"external_id"` // unique within the account; the same again is a duplicate
	Chat       string    `json:"chat"`        // the channel's id of the chat
	Position   int64     `json:"position"`    // the channel's order within the chat
	At         time.Time `json:"at"`          // when the person sent it; zero where the channel does not say
	Kind       Kind      `json:"kind"`
	Text       string    `json:"text,omitempty"`        // or a caption
	Button     string    `json:"button,omitempty"`      // what the tapped button carried
	CallbackID string    `json:"callback_id,omitempty"` // to be acknowledged at once
	MessageID  string    `json:"message_id,omitempty"`  // of the message, or of the one that bears the button
	Start      string    `json:"start,omitempty"`       // a deep link's payload
	Phone      string    `json:"phone,omitempty"`       // of a shared contact
	OwnPhone   bool      `json:"own_phone,omitempty"`   // the messenger vouches that the contact is the sender's own
	Album      string    `json:"album,omitempty"`       // several files sent as one
	Lang       string    `json:"lang,omitempty"`        // the messenger's guess
	File       *FileRef  `json:"file,omitempty"`        // of a photo, a voice, a file
	Heard      bool      `json:"heard,omitempty"`       // Text is what a model heard in the voice message
	Trouble    string    `json:"trouble,omitempty"`     // why the file was not taken or the voice not understood: a key of the words
}

// Said is what the person said in words, typed or heard; false: this is no message of words.
func (in Incoming) Said() (string, bool) {
	return in.Text, in.Kind == Text || (in.Kind == Voice && in.Heard)
}

// FileRef is what a messenger tells of a file before anybody has fetched it. Name, MIME and Size are the sender's word and prove nothing.
type FileRef struct {
	ID   string `json:"id"` // by which the channel gives the file out
	Name string `json:"name,omitempty"`
	MIME string `json:"mime,omitempty"`
	Size int64  `json:"size,omitempty"` // in bytes, 0 where not told

	Seconds int64 `json:"seconds,omitempty"` // of a recording, 0 where not told
}

// MaxText bounds what is kept of one message, in bytes: a Telegram message is 4096 characters of up to four bytes.
const MaxText = 16 << 10

// Clean makes a person's text safe to keep: valid UTF-8 without NUL, bounded.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\x00", "")
	if len(s) <= MaxText {
		return s
	}
	s = s[:MaxText]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}

// space makes conversation ids: a name-based id is the same in every replica that meets a chat for the first time.
func space() uuid.UUID { return uuid.MustParse("6f1f7b52-9f0e-4f6a-9a53-0e8f6f0c2a11") }

// ID is the conversation of a chat of an account.
func ID(account, chat string) uuid.UUID {
	return uuid.NewSHA1(space(), []byte(account+"\x00"+chat))
}

// ConversationID is the conversation that in belongs to.
func (in Incoming) ConversationID() uuid.UUID { return ID(in.Account, in.Chat) }

// Outgoing is one thing to say, as every channel is told it. It is kept as JSON in the outbox.
type Outgoing struct {
	Text    string     `json:"text,omitempty"`    // plain text; channels escape it as they must
	Buttons [][]Choice `json:"buttons,omitempty"` // rows of buttons under the text

	// AskPhone, where not empty, is the label of the button that shares the person's own phone, for channels that have one.
	AskPhone string `json:"ask_phone,omitempty"`

	// Edit is the message to change instead of sending a new one: the live card. A channel that cannot, sends.
	Edit string `json:"edit,omitempty"`

	// Strip is an older card whose buttons go, because this one takes its place.
	Strip string `json:"strip,omitempty"`

	// Card says that this message becomes the live card.
	Card bool `json:"card,omitempty"`

	File *Attachment `json:"file,omitempty"`
}

// Choice is a button. Data comes back as Incoming.Button; a URL opens instead.
type Choice struct {
	Label string `json:"label"`
	Data  string `json:"data,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Attachment is a small file made by Zapis itself: a calendar entry, a QR code.
type Attachment struct {
	Name string `json:"name"`
	MIME string `json:"mime"`
	Data []byte `json:"data"`
}

// To is where a message goes.
type To struct {
	Channel string
	Account string
	Chat    string
}

// Receipt is the channel's own id of what was sent; empty where it has none.
type Receipt struct {
	MessageID string
}
