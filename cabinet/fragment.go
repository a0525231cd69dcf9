package cabinet

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
)

// fragment says that a request wants a part of a page: a window over it, or a piece that it fetches.
func fragment(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// byScript says that a page's own script asks, and reads JSON.
func byScript(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// notice is something short that a page says of what has been done. Undo, where it is set, takes that back, for ten seconds.
type notice struct {
	Text string `json:"text"`
	Undo *undo  `json:"undo,omitempty"`
}

type undo struct {
	Label  string            `json:"label"`
	Path   string            `json:"path"`
	Values map[string]string `json:"values"`
}

// finished answers whoever did something in a window over a page: the window closes and the page says what has been done. A page of its own
// leads on to next. A script reads the notice itself.
func (s *Server) finished(w http.ResponseWriter, r *http.Request, n notice, next string) {
	switch {
	case byScript(r):
		s.show(w, r, n)
	case fragment(r) && under(r, next):
		w.Header().Set("HX-Reswap", "none")
		trigger(w, map[string]any{"close-dialog": "", "toast": n})
		w.WriteHeader(http.StatusOK)
	case fragment(r):
		s.tellNext(r, n.Text)
		w.Header().Set("HX-Redirect", next)
		w.WriteHeader(http.StatusOK)
	default:
		s.tellNext(r, n.Text)
		http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // an address of the cabinet's own
	}
}

// under says that the page which asks is the one at next, with whatever query: then it stays.
func under(r *http.Request, next string) bool {
	from, err := url.Parse(r.Header.Get("HX-Current-URL"))
	path, _, _ := strings.Cut(next, "?")
	return err == nil && from.Path == path
}

// trigger tells a page's scripts of events. A header carries ASCII alone, so that letters beyond it are escaped.
func trigger(w http.ResponseWriter, events map[string]any) {
	text, err := json.Marshal(events)
	if err != nil { // texts and maps of texts always are JSON
		return
	}
	var out strings.Builder
	for _, c := range string(text) {
		switch {
		case c < 0x7f:
			out.WriteRune(c)
		case c > 0xffff:
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+(c-0x10000)>>10, 0xdc00+(c-0x10000)&0x3ff)
		default:
			fmt.Fprintf(&out, `\u%04x`, c)
		}
	}
	w.Header().Set("HX-Trigger", out.String())
}

// windowOf is a part in the window over a page, or else a page of its own.
func windowOf(r *http.Request, v view, title string, part templ.Component) templ.Component {
	if fragment(r) {
		return windowed(title, part)
	}
	return windowPage(v, title, part)
}
