package telegram

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// allowedUpdates are the kinds of update that Parse understands.
const allowedUpdates = `["message","edited_message","callback_query","my_chat_member"]`

// update is what we read of an update. The library's own type knows nothing of the last years' fields, forwards among them.
type update struct {
	ID       *int64    `json:"update_id"`
	Message  *message  `json:"message"`
	Edited   *message  `json:"edited_message"`
	Callback *callback `json:"callback_query"`
	Member   *member   `json:"my_chat_member"`
}

type message struct {
	ID      int64    `json:"message_id"`
	Date    int64    `json:"date"` // seconds since 1970
	Chat    chat     `json:"chat"`
	From    person   `json:"from"`
	Text    string   `json:"text"`
	Caption string   `json:"caption"`
	Album   string   `json:"media_group_id"`
	Contact *contact `json:"contact"`

	Photo     media   `json:"photo"`
	Voice     media   `json:"voice"`
	Audio     media   `json:"audio"`
	Video     media   `json:"video"`
	VideoNote media   `json:"video_note"`
	Animation media   `json:"animation"`
	Document  media   `json:"document"`
	Sticker   present `json:"sticker"`
	Location  present `json:"location"`

	ForwardOrigin present `json:"forward_origin"`
	ForwardDate   present `json:"forward_date"` // before Bot API 7.0

	// Things that the messenger says by itself.
	Pinned      present `json:"pinned_message"`
	AutoDelete  present `json:"message_auto_delete_timer_changed"`
	WriteAccess present `json:"write_access_allowed"`
	Background  present `json:"chat_background_set"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

type person struct {
	ID   int64  `json:"id"`
	Lang string `json:"language_code"`
}

type contact struct {
	Phone  string `json:"phone_number"`
	UserID int64  `json:"user_id"`
}

type callback struct {
	ID      string   `json:"id"`
	From    person   `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

type member struct {
	Date int64  `json:"date"`
	Chat chat   `json:"chat"`
	From person `json:"from"`
	New  struct {
		Status string `json:"status"`
	} `json:"new_chat_member"`
}

// present says that a field was there and was not null, whatever stood in it.
type present bool

// UnmarshalJSON keeps nothing of the value.
func (p *present) UnmarshalJSON(raw []byte) error {
	*p = present(!bytes.Equal(raw, []byte("null")))
	return nil
}

var errNoID = errors.New("an update without update_id")

func readUpdate(raw []byte) (update, error) {
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		return update{}, fmt.Errorf("reading an update: %w", withoutWords(err))
	}
	if u.ID == nil {
		return update{}, errNoID
	}
	return u, nil
}

// withoutWords makes an error that quotes nothing of what the person wrote.
func withoutWords(err error) error {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return fmt.Errorf("field %s at %d", wrongType.Field, wrongType.Offset)
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not json at %d", syntax.Offset)
	}
	return errors.New("not json")
}
