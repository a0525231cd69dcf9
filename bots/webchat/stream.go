package webchat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// heartbeat keeps proxies from closing a quiet stream. At each beat the rows are read too: a wake-up may be lost, a row is not.
const heartbeat = 20 * time.Second

// patience is how long one write to a visitor may take.
const patience = 10 * time.Second

func topic(who visitor) string { return "chat:" + who.conversation().String() }

// stream writes server-sent events.
type stream struct {
	w  http.ResponseWriter
	to *http.ResponseController
}

// events is GET /chat/events: what is said, as it is said. It begins after Last-Event-ID, or after=cursor at the first connection;
// the last minute comes again, and the page knows each row by its id.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	who, ok := s.visitor(r)
	if !ok {
		s.refuse(w, http.StatusUnauthorized, "no_visitor")
		return
	}
	from := r.Header.Get("Last-Event-ID")
	if from == "" {
		from = r.URL.Query().Get("after")
	}
	woken, leave := s.Hub.Listen(topic(who)) // before the first reading, so that nothing falls between
	defer leave()
	items, last, err := s.read(r.Context(), who, back(cursor(from)))
	if err != nil {
		s.unavailable(w, r, who, err)
		return
	}
	out := stream{w: w, to: http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	told := map[uuid.UUID]bool{}
	for err = out.begin(); err == nil; err = out.beat() {
		if told, err = out.tell(items, told); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.stop:
			return
		case <-woken:
		case <-beat.C:
		}
		if items, last, err = s.read(r.Context(), who, back(last)); err != nil {
			s.Log.WarnContext(r.Context(), "stream of the chat ended", "conversation", who.conversation(), "error", err)
			return // the page comes again
		}
	}
}

// begin says how long to wait before coming again, and that the stream stands.
func (o stream) begin() error { return o.write("retry: 2000\n: hello\n\n") }

func (o stream) beat() error { return o.write(": beat\n\n") }

// tell writes the items not told yet and returns the ids that the next reading may bring again.
func (o stream) tell(items []item, told map[uuid.UUID]bool) (map[uuid.UUID]bool, error) {
	now := make(map[uuid.UUID]bool, len(items))
	for _, it := range items {
		now[it.Row] = true
		if told[it.Row] {
			continue
		}
		data, err := json.Marshal(it)
		if err != nil {
			return now, err
		}
		if err := o.write(fmt.Sprintf("id: %d\nevent: item\ndata: %s\n\n", it.At.UnixMicro(), data)); err != nil {
			return now, err
		}
	}
	return now, nil
}

func (o stream) write(text string) error {
	// A stream outlives every deadline of the server's; a visitor who does not read is let go all the same.
	deadline := time.Now().Add(patience) //nolint:forbidigo // a deadline of the network is by the machine's clock
	if err := o.to.SetWriteDeadline(deadline); err != nil {
		return err
	}
	if _, err := o.w.Write([]byte(text)); err != nil {
		return err
	}
	return o.to.Flush()
}
