package webchat

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// maxBody bounds one request: 4096 characters, each written as two six-byte escapes in JSON at worst, would be 48 KiB; the page
// writes UTF-8, which is 16 KiB.
const maxBody = 32 << 10

// maxText is how many characters a message may have, as in the messengers.
const maxText = 4096

// message is what the page sends: one of text, button, start and phone. ID is made by the page, so that a message sent twice is one.
type message struct {
	ID      string  `json:"id"`
	Text    string  `json:"text,omitempty"`
	Button  string  `json:"button,omitempty"`
	Message string  `json:"message,omitempty"` // that bears the button
	Start   *string `json:"start,omitempty"`   // "" opens the chat, anything else is a link's payload
	Phone   string  `json:"phone,omitempty"`
	Lang    string  `json:"lang,omitempty"`
}

// delivery is a message with what the server knows of it; it is kept in the journal as it is.
type delivery struct {
	Chat    string    `json:"chat"`
	At      time.Time `json:"at"`
	Message message   `json:"message"`
}

// invalid is a request that will never be taken as it is; it names what is wrong.
type invalid string

func (e invalid) Error() string { return "message of the chat: " + string(e) }

// incoming reads a delivery. A phone is a text like any other: nobody vouches for it here.
func (d delivery) incoming() (conversation.Incoming, error) {
	m := d.Message
	in := conversation.Incoming{
		Channel: Name, Account: Account, Chat: d.Chat, At: d.At, Position: d.At.UnixMicro(), Kind: conversation.Text, Text: cmp.Or(m.Text, m.Phone),
	}
	id, err := uuid.Parse(m.ID)
	if err != nil || d.Chat == "" {
		return in, invalid("id")
	}
	in.ExternalID = externalID(d.Chat, id)
	in.MessageID = in.ExternalID
	if len(m.Lang) <= 16 {
		in.Lang = m.Lang
	}
	switch given(m.Text != "", m.Phone != "", m.Button != "", m.Start != nil) {
	case 1:
	default:
		return in, invalid("kind")
	}
	switch {
	case m.Button != "":
		in.Kind, in.Button, in.MessageID = conversation.Button, m.Button, m.Message
	case m.Start != nil:
		in.Kind, in.Start = conversation.Opened, *m.Start
	case utf8.RuneCountInString(in.Text) > maxText:
		return in, invalid("too_long")
	case strings.TrimSpace(in.Text) == "":
		return in, invalid("empty")
	}
	return in, nil
}

func given(list ...bool) int {
	n := 0
	for _, yes := range list {
		if yes {
			n++
		}
	}
	return n
}

// externalID keeps visitors apart: an id that one of them chose never stands in another's way.
func externalID(chat string, id uuid.UUID) string { return chat + ":" + id.String() }

// pageID is the page's own id of a message.
func pageID(externalID string) string {
	_, id, _ := strings.Cut(externalID, ":")
	return id
}

// retryAfter is how many seconds the page waits before it tries again.
const retryAfter = "2"

// take is POST /chat/messages. 204 says that the message is committed; anything that may pass later is answered 503.
func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	who, ok := s.visitor(r)
	if !ok {
		s.refuse(w, http.StatusUnauthorized, "no_visitor")
		return
	}
	d := delivery{Chat: who.chat, At: s.Clock()}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(body, &d.Message)
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		s.refuse(w, http.StatusRequestEntityTooLarge, "too_long")
		return
	}
	if err != nil {
		s.refuse(w, http.StatusBadRequest, "unreadable")
		return
	}
	in, err := d.incoming()
	if err != nil {
		var why invalid
		errors.As(err, &why)
		s.refuse(w, http.StatusUnprocessableEntity, string(why))
		return
	}
	raw, err := json.Marshal(d)
	if err == nil {
		err = s.Receiver.Receive(r.Context(), raw, in)
	}
	if err != nil {
		s.Log.ErrorContext(r.Context(), "message of the chat not taken", "conversation", who.conversation(), "error", err)
		w.Header().Set("Retry-After", retryAfter)
		s.refuse(w, http.StatusServiceUnavailable, "unavailable")
		return
	}
	s.Hub.Tell(topic(who)) // other tabs show what this one said
	w.WriteHeader(http.StatusNoContent)
}

// refuse answers with a code that the page has words for.
func (s *Server) refuse(w http.ResponseWriter, status int, code string) {
	s.show(w, status, map[string]string{"error": code})
}

func (s *Server) show(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a visitor who has gone is nobody's fault
}
