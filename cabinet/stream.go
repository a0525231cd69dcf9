package cabinet

import (
	"net/http"
	"time"
)

// heartbeat keeps proxies from closing a quiet stream.
const heartbeat = 20 * time.Second

// streamFor is how long one stream lasts. The page connects again by itself, and is looked at again: whether it still may.
const streamFor = 5 * time.Minute

// patience is how long one write may take.
const patience = 10 * time.Second

// tell says "changed" at the beginning and after each change of the topics, until the page has gone.
func (s *Server) tell(w http.ResponseWriter, r *http.Request, topics ...string) {
	woken := make(chan struct{}, 1)
	for _, topic := range topics {
		changed, leave := s.Hub.Listen(topic)
		defer leave()
		go forward(r, changed, woken)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	out := stream{w: w, to: http.NewResponseController(w)}
	beat, end := time.NewTicker(heartbeat), time.NewTimer(streamFor)
	defer beat.Stop()
	defer end.Stop()
	for err := out.write("retry: 1000\nevent: changed\ndata: \n\n"); err == nil; {
		select {
		case <-r.Context().Done():
			return
		case <-s.stop:
			return
		case <-end.C:
			return
		case <-woken:
			err = out.write("event: changed\ndata: \n\n")
		case <-beat.C:
			err = out.write(": beat\n\n")
		}
	}
}

// forward joins the wake-ups of several topics until the request ends.
func forward(r *http.Request, from <-chan struct{}, to chan<- struct{}) {
	for {
		select {
		case <-r.Context().Done():
			return
		case <-from:
		}
		select {
		case to <- struct{}{}:
		default: // a wake-up is waiting already
		}
	}
}

// stream writes server-sent events.
type stream struct {
	w  http.ResponseWriter
	to *http.ResponseController
}

func (o stream) write(text string) error {
	// A stream outlives every deadline of the server's; a page that does not read is let go all the same.
	deadline := time.Now().Add(patience) //nolint:forbidigo // a deadline of the network is by the machine's clock
	if err := o.to.SetWriteDeadline(deadline); err != nil {
		return err
	}
	if _, err := o.w.Write([]byte(text)); err != nil {
		return err
	}
	return o.to.Flush()
}
