package webchat

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"
)

//go:embed assets
var files embed.FS

// pageFile is the page itself; the other assets are served by their names.
const pageFile = "page.html"

// asset is a file of the page, with a tag that changes when it does.
type asset struct {
	name string
	data []byte
	tag  string
}

func readAssets() (map[string]asset, error) {
	list, err := files.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("assets of the chat: %w", err)
	}
	out := map[string]asset{}
	for _, f := range list {
		data, err := files.ReadFile("assets/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("assets of the chat: %w", err)
		}
		sum := sha256.Sum256(data)
		out[f.Name()] = asset{name: f.Name(), data: data, tag: `"` + hex.EncodeToString(sum[:8]) + `"`}
	}
	return out, nil
}

// serve answers from memory; a browser asks each time and is told that nothing has changed.
func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin") // the widget is loaded by other sites
	w.Header().Set("ETag", a.tag)
	http.ServeContent(w, r, a.name, time.Time{}, bytes.NewReader(a.data))
}

// page is GET /chat.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if err := s.welcome(w, r); err != nil {
		s.Log.ErrorContext(r.Context(), "chat not opened", "error", err)
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(s.assets[pageFile].data) // a visitor who has gone is nobody's fault
}
