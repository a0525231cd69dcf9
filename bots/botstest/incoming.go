package botstest

import (
	"time"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// Incoming is a row of a channel's table of what comes in: raw as the messenger delivers it, and what it means to us.
// Bad rows are an error of Parse; rows without Want concern nobody.
type Incoming struct {
	Name string
	Raw  string
	Want []conversation.Incoming
	Bad  bool
}

// TelegramAccount is the account of the tables' bot.
const TelegramAccount = "telegram:main"

// TelegramIncoming is Telegram's table.
func TelegramIncoming() []Incoming {
	var all []Incoming
	for _, part := range [][]Incoming{telegramWords(), telegramThings(), telegramContacts(), telegramButtons(), telegramOthers()} {
		all = append(all, part...)
	}
	return all
}

const (
	tgFrom = `"from":{"id":77001,"is_bot":false,"first_name":"Лариса","username":"larisa","language_code":"ru"},`
	tgHead = `{"update_id":880001,"message":{"message_id":15,` + tgFrom + tgChat + `"date":1795420800,`
	tgChat = `"chat":{"id":77001,"first_name":"Лариса","username":"larisa","type":"private"},`
	tgCard = `"message":{"message_id":14,"from":{"id":4242,"is_bot":true,"first_name":"Zapis","username":"zapis_fake_bot"},` + tgChat +
		`"date":1795420000,"text":"Когда вам удобно?","reply_markup":{"inline_keyboard":[[{"text":"вт 10:00","callback_data":"v1.t.9"}]]}},`
)

// one is what a message of the table's person becomes.
func one(kind conversation.Kind, change func(*conversation.Incoming)) []conversation.Incoming {
	in := conversation.Incoming{
		Channel: "telegram", Account: TelegramAccount, ExternalID: "880001", Chat: "77001", Position: 880001,
		At: time.Unix(1795420800, 0).UTC(), Kind: kind, MessageID: "15", Lang: "ru",
	}
	if change != nil {
		change(&in)
	}
	return []conversation.Incoming{in}
}

func text(words string) func(*conversation.Incoming) {
	return func(in *conversation.Incoming) { in.Text = words }
}

func telegramWords() []Incoming {
	start := func(payload string) []conversation.Incoming {
		return one(conversation.Opened, func(in *conversation.Incoming) { in.Start = payload })
	}
	command := `"entities":[{"offset":0,"length":6,"type":"bot_command"}],`
	longest := "aZ09_-aZ09_-aZ09_-aZ09_-aZ09_-aZ09_-aZ09_-aZ09_-aZ09_-aZ09_-aZ09"
	return []Incoming{
		{Name: "words", Raw: tgHead + `"text":"хочу к кардиологу завтра после обеда"}}`, Want: one(conversation.Text, text("хочу к кардиологу завтра после обеда"))},
		{Name: "NUL is dropped", Raw: tgHead + `"text":"а\u0000б"}}`, Want: one(conversation.Text, text("аб"))},
		{Name: "a lone surrogate is replaced", Raw: tgHead + `"text":"ой \ud83d!"}}`, Want: one(conversation.Text, text("ой \uFFFD!"))},
		{Name: "bytes that are no UTF-8 are replaced", Raw: tgHead + "\"text\":\"ой \xff!\"}}", Want: one(conversation.Text, text("ой \uFFFD!"))},
		{Name: "only emoji", Raw: tgHead + `"text":"👍🏽"}}`, Want: one(conversation.Text, text("👍🏽"))},
		{Name: "a command stays words", Raw: tgHead + command + `"text":"/visits"}}`, Want: one(conversation.Text, text("/visits"))},
		{Name: "a command to this bot by name", Raw: tgHead + command + `"text":"/book@zapis_fake_bot к терапевту"}}`, Want: one(conversation.Text, text("/book к терапевту"))},
		{Name: "the start", Raw: tgHead + command + `"text":"/start"}}`, Want: start("")},
		{Name: "a deep link", Raw: tgHead + command + `"text":"/start dr_7Kx-2"}}`, Want: start("dr_7Kx-2")},
		{Name: "a deep link by name", Raw: tgHead + command + `"text":"/start@zapis_fake_bot dr_7Kx-2"}}`, Want: start("dr_7Kx-2")},
		{Name: "the longest payload", Raw: tgHead + `"text":"/start ` + longest + `"}}`, Want: start(longest)},
		{Name: "a payload too long", Raw: tgHead + `"text":"/start ` + longest + `x"}}`, Want: start("")},
		{Name: "a payload of other letters", Raw: tgHead + `"text":"/start врач"}}`, Want: start("")},
		{Name: "a payload of two words", Raw: tgHead + `"text":"/start a b"}}`, Want: start("")},
		{Name: "not quite a start", Raw: tgHead + `"text":"/started"}}`, Want: one(conversation.Text, text("/started"))},
	}
}

func telegramThings() []Incoming {
	file := `{"file_id":"AgACAgIAAx","file_unique_id":"AQADx","file_size":1253`
	with := func(name, mime string, more func(*conversation.Incoming)) func(*conversation.Incoming) {
		return func(in *conversation.Incoming) {
			in.File = &conversation.FileRef{ID: "AgACAgIAAx", Name: name, MIME: mime, Size: 1253}
			if more != nil {
				more(in)
			}
		}
	}
	long := func(in *conversation.Incoming) { in.File.Seconds = 4 }
	return []Incoming{
		{Name: "a photo with words", Raw: tgHead + `"caption":"вот направление","photo":[` + file + `,"width":90,"height":67}]}}`, Want: one(conversation.Photo, with("", "", text("вот направление")))},
		{Name: "one of an album", Raw: tgHead + `"media_group_id":"138990","photo":[` + file + `,"width":90,"height":67}]}}`, Want: one(conversation.Photo, with("", "", func(in *conversation.Incoming) { in.Album = "138990" }))},
		{Name: "a voice", Raw: tgHead + `"voice":` + file + `,"duration":4,"mime_type":"audio/ogg"}}}`, Want: one(conversation.Voice, with("", "audio/ogg", long))},
		{Name: "a recording", Raw: tgHead + `"audio":` + file + `,"duration":4,"mime_type":"audio/mpeg","title":"Запись"}}}`, Want: one(conversation.Voice, with("", "audio/mpeg", long))},
		{Name: "a video", Raw: tgHead + `"video":` + file + `,"width":1,"height":1,"duration":4}}}`, Want: one(conversation.File, with("", "", long))},
		{Name: "a round video", Raw: tgHead + `"video_note":` + file + `,"length":240,"duration":4}}}`, Want: one(conversation.Voice, with("", "", long))},
		{Name: "a gif is a document too", Raw: tgHead + `"animation":` + file + `},"document":` + file + `}}}`, Want: one(conversation.File, with("", "", nil))},
		{Name: "a document", Raw: tgHead + `"caption":"анализы","document":` + file + `,"file_name":"analiz.pdf"}}}`, Want: one(conversation.File, with("analiz.pdf", "", text("анализы")))},
		{Name: "a photo in sizes", Raw: tgHead + `"photo":[{"file_id":"small","file_size":90},` + file + `},{"file_id":"middle","file_size":700}]}}`, Want: one(conversation.Photo, with("", "", nil))},
		{Name: "a file that nobody can read", Raw: tgHead + `"document":"?"}}`, Want: one(conversation.File, nil)},
		{Name: "a sticker", Raw: tgHead + `"sticker":` + file + `,"type":"regular","width":512,"height":512,"emoji":"👍"}}}`, Want: one(conversation.Sticker, nil)},
		{Name: "a place", Raw: tgHead + `"location":{"latitude":55.75,"longitude":37.61}}}`, Want: one(conversation.Location, nil)},
		{Name: "an organisation's place", Raw: tgHead + `"location":{"latitude":55.75,"longitude":37.61},"venue":{"location":{"latitude":55.75,"longitude":37.61},"title":"Аптека","address":"ул. Ленина"}}}`, Want: one(conversation.Location, nil)},
		{Name: "a die", Raw: tgHead + `"dice":{"emoji":"🎲","value":4}}}`, Want: one(conversation.Other, nil)},
		{Name: "what nobody has thought of yet", Raw: tgHead + `"hologram":{"depth":3}}}`, Want: one(conversation.Other, nil)},
		{Name: "an edited message", Raw: `{"update_id":880001,"edited_message":{"message_id":15,` + tgFrom + tgChat + `"date":1795420800,"edit_date":1795420860,"text":"нет, послезавтра"}}`, Want: one(conversation.Edited, text("нет, послезавтра"))},
		{Name: "an edited start opens nothing", Raw: `{"update_id":880001,"edited_message":{"message_id":15,` + tgFrom + tgChat + `"date":1795420800,"edit_date":1795420860,"text":"/start abc"}}`, Want: one(conversation.Edited, text("/start abc"))},
	}
}

func telegramContacts() []Incoming {
	phone := func(own bool) []conversation.Incoming {
		return one(conversation.Contact, func(in *conversation.Incoming) { in.Phone, in.OwnPhone = "+79161234567", own })
	}
	own := `"contact":{"phone_number":"+79161234567","first_name":"Лариса","user_id":77001}`
	return []Incoming{
		{Name: "one's own contact", Raw: tgHead + `"reply_to_message":{"message_id":14,` + tgChat + `"date":1795420000,"text":"Ваш телефон?"},` + own + `}}`, Want: phone(true)},
		{Name: "somebody else's contact", Raw: tgHead + `"contact":{"phone_number":"+79161234567","first_name":"Пётр","user_id":77002}}}`, Want: phone(false)},
		{Name: "a contact out of the phone's book", Raw: tgHead + `"contact":{"phone_number":"+79161234567","first_name":"Лариса","vcard":"BEGIN:VCARD\nTEL:+79161234567\nEND:VCARD"}}}`, Want: phone(false)},
		{Name: "a forwarded contact", Raw: tgHead + `"forward_origin":{"type":"user","sender_user":{"id":77002,"is_bot":false,"first_name":"Пётр"},"date":1795420700},` + own + `}}`, Want: phone(false)},
		{Name: "a contact forwarded by an older server", Raw: tgHead + `"forward_sender_name":"Пётр","forward_date":1795420700,` + own + `}}`, Want: phone(false)},
		{Name: "a contact from nobody", Raw: `{"update_id":880001,"message":{"message_id":15,` + tgChat + `"date":1795420800,"contact":{"phone_number":"+79161234567","first_name":"Лариса"}}}`, Want: one(conversation.Contact, func(in *conversation.Incoming) { in.Phone, in.Lang = "+79161234567", "" })},
	}
}

func telegramButtons() []Incoming {
	tap := func(message, data string) []conversation.Incoming {
		return one(conversation.Button, func(in *conversation.Incoming) {
			in.At, in.MessageID, in.Button, in.CallbackID = time.Time{}, message, data, "330712999887766"
		})
	}
	head := `{"update_id":880001,"callback_query":{"id":"330712999887766",` + tgFrom
	return []Incoming{
		{Name: "a tap", Raw: head + tgCard + `"chat_instance":"-56","data":"v1.t.9"}}`, Want: tap("14", "v1.t.9")},
		{Name: "a tap on a card too old to come along", Raw: head + `"message":{` + tgChat + `"message_id":14,"date":0},"chat_instance":"-56","data":"v1.t.9"}}`, Want: tap("14", "v1.t.9")},
		{Name: "a tap without its card", Raw: head + `"chat_instance":"-56","data":"v1.t.9"}}`, Want: tap("", "v1.t.9")},
		{Name: "a tap that carries nothing", Raw: head + tgCard + `"chat_instance":"-56"}}`, Want: tap("14", "")},
		{Name: "a tap in a group", Raw: head + `"message":{"message_id":14,"chat":{"id":-1001,"type":"supergroup","title":"Дом"},"date":1795420000},"chat_instance":"-56","data":"v1.t.9"}}`},
	}
}

func telegramOthers() []Incoming {
	member := func(status string) string {
		return `{"update_id":880001,"my_chat_member":{` + tgChat + tgFrom + `"date":1795420800,"old_chat_member":{"user":{"id":4242,"is_bot":true,"first_name":"Zapis"},"status":"member"},` +
			`"new_chat_member":{"user":{"id":4242,"is_bot":true,"first_name":"Zapis"},"status":"` + status + `","until_date":0}}}`
	}
	unnumbered := func(in *conversation.Incoming) { in.MessageID = "" }
	group := `{"update_id":880001,"message":{"message_id":15,` + tgFrom + `"chat":{"id":-100123,"title":"Дом","type":"supergroup"},"date":1795420800,`
	return []Incoming{
		{Name: "shut out", Raw: member("kicked"), Want: one(conversation.Blocked, unnumbered)},
		{Name: "let in again", Raw: member("member"), Want: one(conversation.Unblocked, unnumbered)},
		{Name: "some other standing", Raw: member("restricted")},
		{Name: "a group", Raw: group + `"text":"всем привет"}}`},
		{Name: "a channel's post", Raw: `{"update_id":880001,"channel_post":{"message_id":15,"chat":{"id":-100123,"title":"Новости","type":"channel"},"date":1795420800,"text":"акция"}}`},
		{Name: "a pinned message", Raw: tgHead + `"pinned_message":{"message_id":3,` + tgChat + `"date":1795420000,"text":"x"}}}`},
		{Name: "a kind of update that we did not ask for", Raw: `{"update_id":880001,"poll":{"id":"1","question":"?","options":[]}}`},
		{Name: "an update with nothing in it", Raw: `{"update_id":880001}`},
		{Name: "no update at all", Raw: `{}`, Bad: true},
		{Name: "not json", Raw: `update`, Bad: true},
		{Name: "half of an update", Raw: tgHead + `"text":"хоч`, Bad: true},
		{Name: "nothing", Raw: ``, Bad: true},
		{Name: "a list", Raw: `[1,2]`, Bad: true},
		{Name: "a number where words belong", Raw: tgHead + `"text":17}}`, Bad: true},
		{Name: "an id past all numbers", Raw: `{"update_id":99999999999999999999}`, Bad: true},
	}
}
