package botstest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// Chat is what one person sees of the talk with the bot.
type Chat struct {
	fake *FakeTelegram
	id   int64

	mu       sync.Mutex
	last     int64 // message id, the person's and the bot's alike
	messages []Message
	toasts   []string
	keyboard string
	typing   int
	blocked  bool
	open     int // taps not answered yet
	changed  signal
}

// Message is a message of the bot as it stands now.
type Message struct {
	ID      int64
	Text    string // or the caption
	Buttons [][]conversation.Choice
	Phone   string // the label of the button that shares the phone
	File    *conversation.Attachment
	Edits   int

	markup string
}

// Labels are the labels of the buttons, row after row.
func (m Message) Labels() []string {
	var labels []string
	for _, row := range m.Buttons {
		for _, c := range row {
			labels = append(labels, c.Label)
		}
	}
	return labels
}

// ID is the chat's, and the person's.
func (c *Chat) ID() int64 { return c.id }

// Messages are the bot's messages that stand, oldest first.
func (c *Chat) Messages() []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.messages)
}

// Last is the newest message; it is empty where there is none.
func (c *Chat) Last() Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.messages) == 0 {
		return Message{}
	}
	return c.messages[len(c.messages)-1]
}

// Toasts are what answers to taps showed; an answer without text is "".
func (c *Chat) Toasts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.toasts)
}

// Keyboard is the label of the phone's button under the input field; empty where there is none.
func (c *Chat) Keyboard() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keyboard
}

// Typing is how often the bot showed that it was typing.
func (c *Chat) Typing() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.typing
}

// Unanswered is how many taps still wait for an answer.
func (c *Chat) Unanswered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open
}

// WaitFor waits until what the chat shows satisfies done, and returns it. It looks again at every change: a message, an edit, a
// deletion, an answered tap.
func (c *Chat) WaitFor(ctx context.Context, done func([]Message) bool) ([]Message, error) {
	for {
		c.mu.Lock()
		shown, changed := slices.Clone(c.messages), c.changed.wait()
		c.mu.Unlock()
		if done(shown) {
			return shown, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return shown, fmt.Errorf("waiting for chat %d, which shows %d messages: %w", c.id, len(shown), ctx.Err())
		}
	}
}

// AtLeast waits for n messages.
func AtLeast(n int) func([]Message) bool {
	return func(shown []Message) bool { return len(shown) >= n }
}

// Says waits until the newest message has text in it.
func Says(text string) func([]Message) bool {
	return func(shown []Message) bool {
		return len(shown) > 0 && strings.Contains(shown[len(shown)-1].Text, text)
	}
}

// find is the place of a message; -1 where it does not stand.
func (c *Chat) find(id int64) int {
	for at := len(c.messages) - 1; at >= 0; at-- {
		if c.messages[at].ID == id {
			return at
		}
	}
	return -1
}
