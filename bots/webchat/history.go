package webchat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// item is one thing said, as the page reads it. An item of the clinic may change an earlier one (Edit) or take its buttons (Strip).
type item struct {
	Row      uuid.UUID               `json:"row"` // the same row twice is one
	Side     string                  `json:"side"`
	ID       string                  `json:"id"` // of the message on the screen
	At       time.Time               `json:"at"`
	Text     string                  `json:"text,omitempty"`
	Buttons  [][]conversation.Choice `json:"buttons,omitempty"`
	AskPhone string                  `json:"ask_phone,omitempty"`
	Edit     bool                    `json:"edit,omitempty"`
	Strip    string                  `json:"strip,omitempty"`
	File     *file                   `json:"file,omitempty"`
}

type file struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// The sides of a talk.
const (
	sideIn  = "in"
	sideOut = "out"
)

// shown is how many things a page shows at once: a talk of weeks.
const shown = 300

// overlap is looked at again at every reading: what was marked at one moment may be committed a little later than what was marked after it.
const overlap = time.Minute

// read lists what both sides said after a moment, the oldest first, and the moment of the last of it.
func (s *Server) read(ctx context.Context, who visitor, after time.Time) ([]item, time.Time, error) {
	var rows []db.WebchatRowsRow
	err := s.DB.InTx(ctx, s.Guard.Admit(who.actor()).During(ctx), func(tx *store.Tx) error {
		var err error
		rows, err = tx.WebchatRows(ctx, db.WebchatRowsParams{ConversationID: who.conversation(), After: after, Rows: shown})
		return err
	})
	if err != nil {
		return nil, after, fmt.Errorf("read a chat: %w", err)
	}
	slices.Reverse(rows)
	items := make([]item, 0, len(rows))
	for _, r := range rows {
		it, err := itemOf(r)
		if err != nil {
			return nil, after, err
		}
		items = append(items, it)
		if r.At.After(after) {
			after = r.At
		}
	}
	return items, after, nil
}

func itemOf(r db.WebchatRowsRow) (item, error) {
	it := item{Row: r.ID, Side: r.Side, At: r.At}
	if r.Side == sideIn {
		var in conversation.Incoming
		if err := json.Unmarshal(r.Body, &in); err != nil {
			return it, fmt.Errorf("read a journalled message: %w", err)
		}
		it.ID = pageID(r.MessageID)
		it.Text = in.Text // a tap and an opening have none, and are not shown
		return it, nil
	}
	var out conversation.Outgoing
	if err := json.Unmarshal(r.Body, &out); err != nil {
		return it, fmt.Errorf("read a sent message: %w", err)
	}
	it.ID, it.Text, it.Buttons, it.AskPhone = r.MessageID, out.Text, out.Buttons, out.AskPhone
	it.Edit, it.Strip = out.Edit != "", out.Strip
	if out.File != nil {
		it.File = &file{Name: out.File.Name, URL: "/chat/files/" + r.ID.String()}
	}
	return it, nil
}

// cursor is a moment as pages carry it: microseconds. What cannot be read is the beginning.
func cursor(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// back is the moment from which to read again after a cursor.
func back(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-overlap)
}

// history is GET /chat/history?after=cursor.
func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	who, ok := s.visitor(r)
	if !ok {
		s.refuse(w, http.StatusUnauthorized, "no_visitor")
		return
	}
	items, last, err := s.read(r.Context(), who, back(cursor(r.URL.Query().Get("after"))))
	if err != nil {
		s.unavailable(w, r, who, err)
		return
	}
	next := int64(0)
	if !last.IsZero() {
		next = last.UnixMicro()
	}
	s.show(w, http.StatusOK, map[string]any{"messages": items, "cursor": next})
}

func (s *Server) unavailable(w http.ResponseWriter, r *http.Request, who visitor, err error) {
	s.Log.ErrorContext(r.Context(), "chat not read", "conversation", who.conversation(), "error", err)
	w.Header().Set("Retry-After", retryAfter)
	s.refuse(w, http.StatusServiceUnavailable, "unavailable")
}

// download is GET /chat/files/{id}: a file that the clinic sent to this visitor. Another's file does not exist.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	who, ok := s.visitor(r)
	id, err := uuid.Parse(chi.URLParam(r, "id"))
	if !ok || err != nil {
		http.NotFound(w, r)
		return
	}
	out, err := s.sent(r.Context(), who, id)
	switch {
	case core.Refusal(err) != nil, err == nil && out.File == nil:
		http.NotFound(w, r)
	case err != nil:
		s.unavailable(w, r, who, err)
	default:
		edge.Attachment(w, r, edge.File{Name: out.File.Name, MIME: out.File.MIME, Data: out.File.Data})
	}
}

func (s *Server) sent(ctx context.Context, who visitor, id uuid.UUID) (conversation.Outgoing, error) {
	var out conversation.Outgoing
	err := s.DB.InTx(ctx, s.Guard.Admit(who.actor()).During(ctx), func(tx *store.Tx) error {
		body, err := tx.WebchatFile(ctx, db.WebchatFileParams{ID: id, ConversationID: who.conversation()})
		if err != nil {
			return store.NoRows(err, "file_unknown")
		}
		return json.Unmarshal(body, &out)
	})
	if err != nil {
		return out, fmt.Errorf("read a file of the chat: %w", err)
	}
	return out, nil
}
