// Package jobs decides what happens after a message came in or a moment has come: a turn of the talk, a delivery, a reminder, a
// clean-up. The rows are the truth; the process that wrote them goes on at once, and sweepers run by River pick up what a crash
// left behind.
package jobs

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/words"
)

// Sender takes messages to the people of one channel. A SendError says what became of a message that did not go.
type Sender interface {
	Send(ctx context.Context, to conversation.To, out conversation.Outgoing) (conversation.Receipt, error)
	Ack(ctx context.Context, to conversation.To, callback, toast string) error
	Typing(ctx context.Context, to conversation.To) error
}

// Switch is a Sender that may be off from one moment to the next; what is to be sent waits meanwhile.
type Switch interface{ Off() bool }

// sender takes messages to a channel's people; none where the channel is not there, or off.
func (h *House) sender(channel string) (Sender, bool) {
	s, ok := h.Senders[channel]
	if one, is := s.(Switch); is && one.Off() {
		return nil, false
	}
	return s, ok
}

// Crash is asked at named points of the way of a message; a fault drill ends the process there. Nil in production.
type Crash func(point string)

// House is what every job works with.
type House struct {
	DB      *store.DB
	Vault   *vault.Vault
	Book    *clinic.Book
	Guard   *access.Guard // gives whoever enters the policies in force
	Acts    *acts.Book    // what can be done with the clinic's data, whoever asks
	Engine  dialog.Engine
	Words   *words.Book
	Senders map[string]Sender // by channel
	Clock   core.Clock
	IDs     core.IDs
	Random  io.Reader // of button tokens
	Log     *slog.Logger
	Hub     *Hub
	Crash   Crash
	Anchors string        // file that the newest seal of the audit is remembered in; empty: nowhere
	Results time.Duration // after which routine results are released by rule; below nothing: by doctors alone

	PublicURL string // where people find the clinic's pages

	finder *knowledge.Finder // of articles; OpenActs makes it
}

func (h *House) crash(point string) {
	if h.Crash != nil {
		h.Crash(point)
	}
}
