// Package bots decides how a messenger's words become ours and ours theirs.
package bots

import (
	"context"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// Channel is one messenger, or one bot of it. Its methods may be called at the same time.
type Channel interface {
	// Parse reads what the messenger delivered. One delivery may hold several messages, or none that concern us; an error
	// means that it cannot be read at all and that the same bytes will never be.
	Parse(raw []byte) ([]conversation.Incoming, error)

	// Send says out to the chat. Its error is a *conversation.SendError.
	Send(ctx context.Context, to conversation.To, out conversation.Outgoing) (conversation.Receipt, error)

	// Ack acknowledges a tapped button at once; toast, where not empty, is shown for a moment.
	Ack(ctx context.Context, to conversation.To, callbackID, toast string) error

	// Typing shows for a few seconds that an answer is being made.
	Typing(ctx context.Context, to conversation.To) error
}

// Receiver is what incoming messages are handed to. Receive returns nil only once the message is committed; an error means
// that the messenger is to deliver it again. The same message may come any number of times. Raw is the delivery as it
// came, and in is one message of it.
type Receiver interface {
	Receive(ctx context.Context, raw []byte, in conversation.Incoming) error
}
