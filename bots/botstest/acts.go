package botstest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// What a person does. Each returns the update that it made, so that it can be pushed again, and the error of its delivery.

type wireUpdate struct {
	ID       int64         `json:"update_id"`
	Message  *wireMessage  `json:"message,omitempty"`
	Edited   *wireMessage  `json:"edited_message,omitempty"`
	Callback *wireCallback `json:"callback_query,omitempty"`
	Member   *wireMember   `json:"my_chat_member,omitempty"`
}

type wireMessage struct {
	ID       int64           `json:"message_id"`
	From     ref             `json:"from"`
	Chat     ref             `json:"chat"`
	Date     int64           `json:"date"`
	EditDate int64           `json:"edit_date,omitempty"`
	Text     string          `json:"text,omitempty"`
	Caption  string          `json:"caption,omitempty"`
	Album    string          `json:"media_group_id,omitempty"`
	Contact  *wireContact    `json:"contact,omitempty"`
	Photo    json.RawMessage `json:"photo,omitempty"`
	Voice    json.RawMessage `json:"voice,omitempty"`
	Document json.RawMessage `json:"document,omitempty"`
	Sticker  json.RawMessage `json:"sticker,omitempty"`
	Location json.RawMessage `json:"location,omitempty"`
}

type wireContact struct {
	Phone  string `json:"phone_number"`
	First  string `json:"first_name"`
	UserID int64  `json:"user_id,omitempty"`
}

type wireCallback struct {
	ID       string       `json:"id"`
	From     ref          `json:"from"`
	Message  *wireMessage `json:"message,omitempty"`
	Instance string       `json:"chat_instance"`
	Data     string       `json:"data"`
}

type wireMember struct {
	Chat ref        `json:"chat"`
	From ref        `json:"from"`
	Date int64      `json:"date"`
	Old  wireStatus `json:"old_chat_member"`
	New  wireStatus `json:"new_chat_member"`
}

type wireStatus struct {
	User   ref    `json:"user"`
	Status string `json:"status"`
}

// push numbers an update and delivers it. Where updates are polled for, they stand in the order of their numbers, as Telegram's do:
// confirming one confirms all before it.
func (c *Chat) push(u wireUpdate) (Update, error) {
	f := c.fake
	if f.Webhook() != "" {
		out, err := f.number(u)
		if err != nil {
			return out, err
		}
		return out, f.Push(out)
	}
	f.queue.mu.Lock()
	defer f.queue.mu.Unlock()
	out, err := f.number(u)
	if err == nil {
		f.queue.add(out)
	}
	return out, err
}

func (f *FakeTelegram) number(u wireUpdate) (Update, error) {
	u.ID = f.updateID.Add(1)
	raw, err := json.Marshal(u)
	return Update{ID: u.ID, Raw: raw}, err
}

func (c *Chat) person() ref { return ref{ID: c.id, First: "Лариса", Lang: "ru"} }

func (c *Chat) place() ref { return ref{ID: c.id, Type: "private", First: "Лариса"} }

// write pushes a message of the person.
func (c *Chat) write(m wireMessage) (Update, error) {
	c.mu.Lock()
	c.last++
	m.ID = c.last
	c.mu.Unlock()
	m.From, m.Chat, m.Date = c.person(), c.place(), c.fake.clock().Unix()
	return c.push(wireUpdate{Message: &m})
}

// Text writes; a command and "/start payload", too.
func (c *Chat) Text(text string) (Update, error) { return c.write(wireMessage{Text: text}) }

// Contact shares a phone: the person's own, or somebody else's.
func (c *Chat) Contact(phone string, own bool) (Update, error) {
	shared := &wireContact{Phone: phone, First: "Лариса", UserID: c.id}
	if !own {
		shared.UserID++
	}
	return c.write(wireMessage{Contact: shared})
}

// Photo sends a picture; album, where not empty, is what ties several together.
func (c *Chat) Photo(caption, album string) (Update, error) {
	return c.write(wireMessage{
		Caption: caption, Album: album,
		Photo: json.RawMessage(`[{"file_id":"AgACfake","file_unique_id":"AQADfake","width":90,"height":67,"file_size":1253}]`),
	})
}

// Voice sends a recording.
func (c *Chat) Voice() (Update, error) {
	return c.write(wireMessage{Voice: json.RawMessage(`{"file_id":"AwACfake","file_unique_id":"AgADfake","duration":3,"mime_type":"audio/ogg"}`)})
}

// VoiceOf sends a recording that lies under an id, and says how long it is.
func (c *Chat) VoiceOf(file string, seconds int) (Update, error) {
	return c.write(wireMessage{Voice: json.RawMessage(fmt.Sprintf(`{"file_id":%q,"duration":%d,"mime_type":"audio/ogg"}`, file, seconds))})
}

// DocumentOf sends a file that lies under an id, by a name.
func (c *Chat) DocumentOf(file, name string) (Update, error) {
	return c.write(wireMessage{Document: json.RawMessage(fmt.Sprintf(`{"file_id":%q,"file_name":%q}`, file, name))})
}

// Document sends a file.
func (c *Chat) Document(caption string) (Update, error) {
	return c.write(wireMessage{
		Caption:  caption,
		Document: json.RawMessage(`{"file_id":"BQACfake","file_unique_id":"AgADfake","file_name":"analiz.pdf","mime_type":"application/pdf"}`),
	})
}

// Sticker sends a sticker.
func (c *Chat) Sticker() (Update, error) {
	return c.write(wireMessage{Sticker: json.RawMessage(
		`{"file_id":"CAACfake","file_unique_id":"AgADfake","type":"regular","width":512,"height":512,"is_animated":false,"is_video":false,"emoji":"👍"}`)})
}

// Location sends a place.
func (c *Chat) Location() (Update, error) {
	return c.write(wireMessage{Location: json.RawMessage(`{"latitude":55.75,"longitude":37.61}`)})
}

// Edit changes what the person wrote in that message.
func (c *Chat) Edit(messageID int64, text string) (Update, error) {
	now := c.fake.clock().Unix()
	return c.push(wireUpdate{Edited: &wireMessage{
		ID: messageID, From: c.person(), Chat: c.place(), Date: now, EditDate: now, Text: text,
	}})
}

// Tap presses the button whose label begins with label, on the newest message that has one.
func (c *Chat) Tap(label string) (Update, error) {
	c.mu.Lock()
	for at := len(c.messages) - 1; at >= 0; at-- {
		for _, row := range c.messages[at].Buttons {
			for _, b := range row {
				if b.Data != "" && strings.HasPrefix(b.Label, label) {
					message := c.messages[at].ID
					c.mu.Unlock()
					return c.TapData(message, b.Data)
				}
			}
		}
	}
	c.mu.Unlock()
	return Update{}, fmt.Errorf("chat %d shows no button %q", c.id, label)
}

// TapData presses a button that carries data on a message, whether it is shown or not: what a client keeps of an old card, or forges.
func (c *Chat) TapData(messageID int64, data string) (Update, error) {
	tap := "tap-" + strconv.FormatInt(c.fake.tapID.Add(1), 10)
	c.mu.Lock()
	c.open++
	c.mu.Unlock()
	c.fake.taps.Store(tap, c)
	return c.push(wireUpdate{Callback: &wireCallback{
		ID: tap, From: c.person(), Instance: strconv.FormatInt(c.id, 10), Data: data,
		Message: &wireMessage{ID: messageID, From: theBot(), Chat: c.place(), Date: c.fake.clock().Unix()},
	}})
}

// Block shuts the bot out: what it sends is answered 403, and it is told so.
func (c *Chat) Block() (Update, error) { return c.shut(true) }

// Unblock lets it in again.
func (c *Chat) Unblock() (Update, error) { return c.shut(false) }

func (c *Chat) shut(blocked bool) (Update, error) {
	c.mu.Lock()
	c.blocked = blocked
	c.mu.Unlock()
	bot := theBot()
	before, after := wireStatus{bot, "member"}, wireStatus{bot, "kicked"}
	if !blocked {
		before, after = after, before
	}
	return c.push(wireUpdate{Member: &wireMember{
		Chat: c.place(), From: c.person(), Date: c.fake.clock().Unix(), Old: before, New: after,
	}})
}
