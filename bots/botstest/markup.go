package botstest

import (
	"encoding/json"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// markup is a reply_markup, read.
type markup struct {
	buttons [][]conversation.Choice
	phone   string
	remove  bool
}

// wireMarkup is any of Telegram's kinds of reply_markup.
type wireMarkup struct {
	Inline [][]struct {
		Text string  `json:"text"`
		Data *string `json:"callback_data"`
		URL  string  `json:"url"`
	} `json:"inline_keyboard"`
	Reply [][]struct {
		Text    string `json:"text"`
		Contact bool   `json:"request_contact"`
	} `json:"keyboard"`
	Remove bool `json:"remove_keyboard"`
}

// readMarkup reads raw and refuses what Telegram refuses.
func readMarkup(raw string) (markup, error) {
	if raw == "" {
		return markup{}, nil
	}
	var wire wireMarkup
	if err := json.Unmarshal([]byte(raw), &wire); err != nil {
		return markup{}, bad("can't parse reply keyboard markup JSON object")
	}
	m := markup{remove: wire.Remove}
	for _, row := range wire.Reply {
		for _, b := range row {
			if b.Contact {
				m.phone = b.Text
			}
		}
	}
	count := 0
	for _, row := range wire.Inline {
		line := make([]conversation.Choice, 0, len(row))
		for _, b := range row {
			switch {
			case b.Text == "":
				return markup{}, bad("field \"text\" must be non-empty")
			case b.Data == nil && b.URL == "":
				return markup{}, bad("text buttons are unallowed in the inline keyboard")
			case b.Data != nil && (len(*b.Data) == 0 || len(*b.Data) > 64):
				return markup{}, bad("BUTTON_DATA_INVALID")
			}
			choice := conversation.Choice{Label: b.Text, URL: b.URL}
			if b.Data != nil {
				choice.Data = *b.Data
			}
			line = append(line, choice)
		}
		count += len(row)
		if len(row) > 8 || count > 100 {
			return markup{}, bad("reply markup is too long")
		}
		m.buttons = append(m.buttons, line)
	}
	return m, nil
}
