package edge

import (
	"net/http"
	"time"
)

// The server's own limits, for http.Server. An answer that takes longer is a stream, and says so with Stream.
const (
	HeaderTimeout = 5 * time.Second
	ReadTimeout   = 30 * time.Second
	WriteTimeout  = 60 * time.Second
	IdleTimeout   = 2 * time.Minute
	MaxHeader     = 32 << 10
)

// Stream takes the server's time limits off an answer that goes on as long as somebody listens; its writer sets one for each write.
func Stream(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := http.NewResponseController(w)
		_ = to.SetReadDeadline(time.Time{}) // a test's recorder has none
		_ = to.SetWriteDeadline(time.Time{})
		next.ServeHTTP(w, r)
	})
}
