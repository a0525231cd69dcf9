// Package stage plays conversations that are written down as plain text: what the patient does, what the clinic answers, what then
// stands in the database. The golden conversations and the terminal both play on it.
package stage

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// Message is one message as the person sees it now.
type Message struct {
	ID      string
	Text    string
	Buttons [][]conversation.Choice
	Ask     string // the button that shares a phone
	File    string
	fresh   bool
}

// Screen is a person's messenger: it shows what was sent, edits included. It is a jobs.Sender.
type Screen struct {
	mu       sync.Mutex
	messages []*Message
	toasts   []string
	Shut     bool // the person has blocked the bot
}

// Send shows a message, or changes one.
func (s *Screen) Send(_ context.Context, _ conversation.To, out conversation.Outgoing) (conversation.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Shut {
		return conversation.Receipt{}, &conversation.SendError{Kind: conversation.Shut, Err: context.Canceled}
	}
	if m := s.find(out.Strip); m != nil {
		m.Buttons = nil
	}
	m := s.find(out.Edit)
	if m == nil {
		m = &Message{ID: strconv.Itoa(len(s.messages) + 1)}
		s.messages = append(s.messages, m)
	}
	m.Text, m.Buttons, m.Ask, m.fresh = out.Text, out.Buttons, out.AskPhone, true
	if out.File != nil {
		m.File = out.File.Name
	}
	return conversation.Receipt{MessageID: m.ID}, nil
}

func (s *Screen) find(id string) *Message {
	for _, m := range s.messages {
		if id != "" && m.ID == id {
			return m
		}
	}
	return nil
}

// Ack shows a toast.
func (s *Screen) Ack(_ context.Context, _ conversation.To, _, toast string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if toast != "" {
		s.toasts = append(s.toasts, toast)
	}
	return nil
}

// Typing shows nothing.
func (*Screen) Typing(context.Context, conversation.To) error { return nil }

// News are the messages that came or changed since the last look, and the toasts.
func (s *Screen) News() (messages []Message, toasts []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		if m.fresh {
			messages = append(messages, *m)
			m.fresh = false
		}
	}
	toasts, s.toasts = s.toasts, nil
	return messages, toasts
}

// All is everything on the screen.
func (s *Screen) All() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Message, 0, len(s.messages))
	for _, m := range s.messages {
		out = append(out, *m)
	}
	return out
}

// Button finds the newest button whose label begins with label (emoji and arrows in front do not count).
func (s *Screen) Button(label string) (message string, c conversation.Choice, ok bool) {
	all := s.All()
	for i := len(all) - 1; i >= 0; i-- {
		for _, row := range all[i].Buttons {
			for _, c := range row {
				if strings.HasPrefix(bare(c.Label), bare(label)) {
					return all[i].ID, c, true
				}
			}
		}
	}
	return "", conversation.Choice{}, false
}

// bare is a label without the picture in front of its words.
func bare(s string) string {
	return strings.TrimLeftFunc(strings.ToLower(s), func(r rune) bool { return r > 0x2000 || r == ' ' })
}
