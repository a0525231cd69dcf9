package edge

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

const (
	worth  = 1 << 10  // bytes below which an answer travels as it is
	jitter = 64       // bytes at most by which its length is blurred
	first  = 16 << 10 // bytes of an answer that say by how many
)

// Compress shortens what is text on its way to a browser that can read it so. Lengths are blurred: whoever watches the line is
// not to learn from them what stands on a page beside their own words (BREACH). A stream is left alone: it has to arrive at once.
func Compress(next http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(worth), gzhttp.EnableZstd(false), gzhttp.RandomJitter(jitter, first, false), gzhttp.ContentTypes([]string{
		"text/html", "text/css", "text/javascript", "text/plain", "text/csv", "application/json", "image/svg+xml",
	}))
	if err != nil {
		return nil, fmt.Errorf("compress answers: %w", err)
	}
	short := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			next.ServeHTTP(w, r)
			return
		}
		short.ServeHTTP(w, r)
	}), nil
}
