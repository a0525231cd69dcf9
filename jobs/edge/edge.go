// Package edge decides what every request of the web goes through before it is served, whatever it asks for: who sent it, how much of it
// is read, what a browser may do with the answer, and when there is no time for it at all.
package edge

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/logs"
)

// Config is what the edge is made of.
type Config struct {
	Trusted []netip.Prefix // proxies whose word on a client's address is taken; none: nobody's
	HTTPS   bool           // browsers reach us over https only
	IDs     core.IDs       // of requests
	Log     *slog.Logger
}

type key int

const (
	addressKey key = iota
	bodyKey
)

// Wrap is the first thing that a request meets. It gives the request its id and the client's address, bounds its body, puts on the
// headers that every answer has, and survives a panic. What a request says of its own id is not heard.
func Wrap(c Config, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := c.IDs().String()
		ctx := core.WithRequest(r.Context(), id)
		ctx = context.WithValue(ctx, addressKey, client(r, c.Trusted))
		ctx = context.WithValue(ctx, bodyKey, r.Body)
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		h := w.Header()
		h.Set("X-Request-Id", id)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if c.HTTPS {
			h.Set("Strict-Transport-Security", "max-age=63072000") // two years, as the preload list asks
		}
		defer c.survive(w, r)
		next.ServeHTTP(w, r)
	})
}

// survive answers a request whose handler panicked. The panic's own words may be a person's and are not kept.
func (c Config) survive(w http.ResponseWriter, r *http.Request) {
	value := recover()
	if value == nil {
		return
	}
	if value == http.ErrAbortHandler { //nolint:errorlint,err113 // the server's own sentinel, handed on as it came
		panic(value) //nolint:forbidigo // the server expects it
	}
	c.Log.ErrorContext(r.Context(), "request panicked", "route", Route(r), "error", logs.Panicked(value), "stack", string(debug.Stack()))
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}

// Route is the pattern that a request was matched by, for logs: the path itself may hold a one-time link.
func Route(r *http.Request) string {
	if at := chi.RouteContext(r.Context()); at != nil {
		return at.RoutePattern()
	}
	return ""
}

// maxBody bounds the body of a request that says nothing else: a form, a message, an update of a messenger.
const maxBody = 1 << 20

// Body bounds the body of a route otherwise than Wrap does, more or less.
func Body(limit int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			whole, ok := r.Context().Value(bodyKey).(io.ReadCloser)
			if !ok {
				whole = r.Body
			}
			r.Body = http.MaxBytesReader(w, whole, limit)
			next.ServeHTTP(w, r)
		})
	}
}

// SameOrigin refuses whatever changes something at the wish of another site's page; deny answers it. GET never changes anything and is
// let through. Machines, which send neither Origin nor Sec-Fetch-Site, are let through too: they prove themselves by a secret.
func SameOrigin(deny http.HandlerFunc) func(http.Handler) http.Handler {
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(deny)
	return own.Handler
}

// nonce is 128 random bits for one page.
func nonce(random io.Reader) (string, error) {
	var bits [16]byte
	if _, err := io.ReadFull(random, bits[:]); err != nil {
		return "", fmt.Errorf("a page's nonce: %w", err)
	}
	return encode(bits[:]), nil
}
