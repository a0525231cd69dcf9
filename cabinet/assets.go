package cabinet

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
)

// The built scripts and styles; `make assets` puts them there. Only a placeholder is committed, so that the program builds without.
//
//go:embed all:assets/dist
var dist embed.FS

// assets are the built files by name.
type assets map[string]asset

type asset struct {
	data []byte
	tag  string
}

func readAssets() (assets, error) {
	list, err := dist.ReadDir("assets/dist")
	if err != nil {
		return nil, fmt.Errorf("assets of the cabinet: %w", err)
	}
	out := assets{}
	for _, f := range list {
		if f.IsDir() || f.Name()[0] == '.' {
			continue
		}
		data, err := dist.ReadFile("assets/dist/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("assets of the cabinet: %w", err)
		}
		sum := sha256.Sum256(data)
		out[f.Name()] = asset{data: data, tag: `W/"` + hex.EncodeToString(sum[:8]) + `"`}
	}
	return out, nil
}

// built says that there is something to serve.
func (a assets) built() bool { return len(a) > 0 }

// serve answers from memory; a browser asks each time and is told that nothing has changed.
func (a assets) serve(w http.ResponseWriter, r *http.Request) {
	name := chi.URLParam(r, "name")
	file, ok := a[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", file.tag)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(file.data))
}
