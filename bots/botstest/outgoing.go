package botstest

import (
	"strings"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// Outgoing is a row of a channel's table of what goes out, and the requests that are made of it in a chat whose bot has already sent
// the messages 1 and 2, each with a button. Bad rows are a BadRequest, and nothing is requested.
type Outgoing struct {
	Name string
	Out  conversation.Outgoing
	Want []Call
	Bad  bool
}

// TelegramOutgoing is Telegram's table, for the chat 77001.
func TelegramOutgoing() []Outgoing {
	return append(append(telegramSent(), telegramPhone()...), telegramRefused()...)
}

func buttons(labels ...string) [][]conversation.Choice {
	var row []conversation.Choice
	for _, l := range labels {
		row = append(row, conversation.Choice{Label: l, Data: "v1." + l})
	}
	return [][]conversation.Choice{row}
}

const (
	asked         = "Да?"
	okKeyboard    = `{"inline_keyboard":[[{"text":"ok","callback_data":"v1.ok"}]]}`
	phoneKeyboard = `{"keyboard":[[{"text":"Мой номер","request_contact":true}]],"resize_keyboard":true,"one_time_keyboard":true}`
)

// call is a request to the table's chat; params come in pairs of name and value.
func call(method string, params ...string) Call {
	c := Call{Method: method, Params: map[string]string{"chat_id": "77001"}}
	for i := 0; i+1 < len(params); i += 2 {
		c.Params[params[i]] = params[i+1]
	}
	return c
}

func telegramSent() []Outgoing {
	long, tail := strings.Repeat("о", 4000), strings.Repeat("а", 200)
	nine := buttons("1", "2", "3", "4", "5", "6", "7", "8", "9")
	ics := &conversation.Attachment{Name: "visit.ics", MIME: "text/calendar", Data: []byte("BEGIN:VCALENDAR")}
	return []Outgoing{
		{Name: "words", Out: conversation.Outgoing{Text: "Здравствуйте!"}, Want: []Call{call("sendMessage", "text", "Здравствуйте!")}},
		{Name: "signs of markup are only signs", Out: conversation.Outgoing{Text: "<b>*_5 < 6 & 7"}, Want: []Call{call("sendMessage", "text", "<b>*_5 < 6 & 7")}},
		{Name: "a card", Out: conversation.Outgoing{Text: asked, Buttons: buttons("ok"), Card: true}, Want: []Call{call("sendMessage", "text", asked, "reply_markup", okKeyboard)}},
		{Name: "a link", Out: conversation.Outgoing{Text: "Карта", Buttons: [][]conversation.Choice{{{Label: "Карта", URL: "https://example.org/m"}}}}, Want: []Call{
			call("sendMessage", "text", "Карта", "reply_markup", `{"inline_keyboard":[[{"text":"Карта","url":"https://example.org/m"}]]}`),
		}},
		{Name: "a long row goes on below", Out: conversation.Outgoing{Text: "?", Buttons: nine}, Want: []Call{
			call("sendMessage", "text", "?", "reply_markup", `{"inline_keyboard":[[`+
				`{"text":"1","callback_data":"v1.1"},{"text":"2","callback_data":"v1.2"},{"text":"3","callback_data":"v1.3"},{"text":"4","callback_data":"v1.4"},`+
				`{"text":"5","callback_data":"v1.5"},{"text":"6","callback_data":"v1.6"},{"text":"7","callback_data":"v1.7"},{"text":"8","callback_data":"v1.8"}],`+
				`[{"text":"9","callback_data":"v1.9"}]]}`),
		}},
		{Name: "a card changes", Out: conversation.Outgoing{Text: asked, Buttons: buttons("ok"), Card: true, Edit: "1"}, Want: []Call{
			call("editMessageText", "message_id", "1", "text", asked, "reply_markup", okKeyboard),
		}},
		{Name: "a card takes another's place", Out: conversation.Outgoing{Text: asked, Buttons: buttons("ok"), Card: true, Strip: "2"}, Want: []Call{
			call("sendMessage", "text", asked, "reply_markup", okKeyboard), call("editMessageReplyMarkup", "message_id", "2"),
		}},
		{Name: "a card that changes keeps its own buttons", Out: conversation.Outgoing{Text: asked, Buttons: buttons("ok"), Edit: "2", Strip: "2"}, Want: []Call{
			call("editMessageText", "message_id", "2", "text", asked, "reply_markup", okKeyboard),
		}},
		{Name: "a card that is gone is sent anew", Out: conversation.Outgoing{Text: asked, Buttons: buttons("ok"), Edit: "999"}, Want: []Call{
			call("editMessageText", "message_id", "999", "text", asked, "reply_markup", okKeyboard),
			call("sendMessage", "text", asked, "reply_markup", okKeyboard),
		}},
		{Name: "a long text is cut at a line's end, with the buttons below", Out: conversation.Outgoing{Text: long + "\n" + tail, Buttons: buttons("ok")}, Want: []Call{
			call("sendMessage", "text", long), call("sendMessage", "text", tail, "reply_markup", okKeyboard),
		}},
		{Name: "a long text begins in the card", Out: conversation.Outgoing{Text: long + "\n" + tail, Buttons: buttons("ok"), Edit: "1"}, Want: []Call{
			call("editMessageText", "message_id", "1", "text", long), call("sendMessage", "text", tail, "reply_markup", okKeyboard),
		}},
		{Name: "a file", Out: conversation.Outgoing{Text: "Календарь", File: ics}, Want: []Call{
			call("sendDocument", "caption", "Календарь", "document", "BEGIN:VCALENDAR", "document.filename", "visit.ics"),
		}},
		{Name: "a file with too much to say", Out: conversation.Outgoing{Text: long, File: ics, Buttons: buttons("ok")}, Want: []Call{
			call("sendMessage", "text", long),
			call("sendDocument", "document", "BEGIN:VCALENDAR", "document.filename", "visit.ics", "reply_markup", okKeyboard),
		}},
		{Name: "a file cannot come into a card", Out: conversation.Outgoing{File: ics, Edit: "1"}, Want: []Call{
			call("sendDocument", "document", "BEGIN:VCALENDAR", "document.filename", "visit.ics"), call("editMessageReplyMarkup", "message_id", "1"),
		}},
	}
}

func telegramPhone() []Outgoing {
	return []Outgoing{
		{Name: "asking for the phone", Out: conversation.Outgoing{Text: "Ваш телефон?", AskPhone: "Мой номер"}, Want: []Call{
			call("sendMessage", "text", "Ваш телефон?", "reply_markup", phoneKeyboard),
		}},
		{Name: "asking for the phone in place of a card", Out: conversation.Outgoing{Text: "Ваш телефон?", AskPhone: "Мой номер", Edit: "1"}, Want: []Call{
			call("sendMessage", "text", "Ваш телефон?", "reply_markup", phoneKeyboard), call("editMessageReplyMarkup", "message_id", "1"),
		}},
		{Name: "asking for the phone beside buttons", Out: conversation.Outgoing{Text: "Ваш телефон?", AskPhone: "Мой номер", Buttons: buttons("ok"), Edit: "1"}, Want: []Call{
			call("editMessageText", "message_id", "1", "text", "Ваш телефон?", "reply_markup", okKeyboard),
			call("sendMessage", "text", "Мой номер", "reply_markup", phoneKeyboard),
		}},
	}
}

func telegramRefused() []Outgoing {
	many := make([][]conversation.Choice, 0, 97)
	for range 97 {
		many = append(many, buttons("x")[0])
	}
	data := func(data string) [][]conversation.Choice { return [][]conversation.Choice{{{Label: "x", Data: data}}} }
	return []Outgoing{
		{Name: "nothing to say", Bad: true},
		{Name: "nothing but blanks", Out: conversation.Outgoing{Text: " \n\t"}, Bad: true},
		{Name: "buttons under nothing", Out: conversation.Outgoing{Buttons: buttons("ok")}, Bad: true},
		{Name: "data of 65 bytes", Out: conversation.Outgoing{Text: "?", Buttons: data(strings.Repeat("x", 65))}, Bad: true},
		{Name: "data of 33 Russian letters", Out: conversation.Outgoing{Text: "?", Buttons: data(strings.Repeat("щ", 33))}, Bad: true},
		{Name: "too many buttons", Out: conversation.Outgoing{Text: "?", Buttons: many}, Bad: true},
		{Name: "a button without a label", Out: conversation.Outgoing{Text: "?", Buttons: [][]conversation.Choice{{{Data: "x"}}}}, Bad: true},
		{Name: "a button that does nothing", Out: conversation.Outgoing{Text: "?", Buttons: [][]conversation.Choice{{{Label: "x"}}}}, Bad: true},
	}
}
