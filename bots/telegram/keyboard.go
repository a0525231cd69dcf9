package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// What a keyboard may hold. Data is measured in bytes (core.telegram.org/bots/api#inlinekeyboardbutton); the rest is what clients still show well.
const (
	maxRow     = 8
	maxButtons = 96
	maxData    = 64
)

type inlineKeyboard struct {
	Rows [][]inlineButton `json:"inline_keyboard"`
}

type inlineButton struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`
}

// inline makes the reply_markup of buttons, "" where there are none. A row that is too long goes on below.
func inline(rows [][]conversation.Choice) (string, error) {
	var board inlineKeyboard
	count := 0
	for _, row := range rows {
		var line []inlineButton
		for _, c := range row {
			button, err := inlineOne(c)
			if err != nil {
				return "", err
			}
			if len(line) == maxRow {
				board.Rows = append(board.Rows, line)
				line = nil
			}
			line = append(line, button)
			count++
		}
		if len(line) > 0 {
			board.Rows = append(board.Rows, line)
		}
	}
	switch {
	case count > maxButtons:
		return "", fmt.Errorf("%d buttons, at most %d", count, maxButtons)
	case count == 0:
		return "", nil
	}
	return encode(board)
}

func inlineOne(c conversation.Choice) (inlineButton, error) {
	switch {
	case strings.TrimSpace(c.Label) == "":
		return inlineButton{}, errors.New("a button without a label")
	case len(c.Data) > maxData:
		return inlineButton{}, fmt.Errorf("a button with %d bytes of data, at most %d", len(c.Data), maxData)
	case c.URL != "":
		return inlineButton{Text: c.Label, URL: c.URL}, nil
	case c.Data == "":
		return inlineButton{}, errors.New("a button that does nothing")
	default:
		return inlineButton{Text: c.Label, Data: c.Data}, nil
	}
}

type replyKeyboard struct {
	Rows    [][]replyButton `json:"keyboard"`
	Resize  bool            `json:"resize_keyboard"`
	OneTime bool            `json:"one_time_keyboard"`
}

type replyButton struct {
	Text    string `json:"text"`
	Contact bool   `json:"request_contact"`
}

// askPhone makes the keyboard that shares the person's own number.
func askPhone(label string) (string, error) {
	return encode(replyKeyboard{Rows: [][]replyButton{{{Text: label, Contact: true}}}, Resize: true, OneTime: true})
}

// removeKeyboard takes that keyboard away.
const removeKeyboard = `{"remove_keyboard":true}`

func encode(v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encoding a keyboard: %w", err)
	}
	return string(raw), nil
}

// maxKeyboards bounds the chats that keyboards remembers.
const maxKeyboards = 10_000

// keyboards remembers which chats this process has shown the phone's keyboard to, so that it can be taken away. A restart forgets them:
// the keyboard then hides by itself once it is used, for it is a one-time one.
type keyboards struct {
	mu    sync.Mutex
	chats map[string]struct{}
}

func (k *keyboards) put(chat string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.chats == nil || len(k.chats) >= maxKeyboards {
		k.chats = map[string]struct{}{}
	}
	k.chats[chat] = struct{}{}
}

// take says whether the chat has the keyboard, and forgets it.
func (k *keyboards) take(chat string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, has := k.chats[chat]
	delete(k.chats, chat)
	return has
}
