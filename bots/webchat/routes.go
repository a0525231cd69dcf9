package webchat

import (
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"
)

// Limits. A person taps and types a few times a second at most; a clinic's waiting room may share one address.
const (
	perVisitor = 60
	perAddress = 600
	within     = time.Minute
	streams    = 60
)

// Routes adds the chat's addresses, all under /chat.
func (s *Server) Routes(r chi.Router) {
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { s.refuse(w, http.StatusForbidden, "foreign_origin") }))
	r.Route("/chat", func(r chi.Router) {
		r.Use(s.guard, own.Handler)
		r.Get("/", s.page)
		for name, a := range s.assets {
			if name != pageFile {
				r.Get("/"+name, a.serve)
			}
		}
		r.Get("/history", s.history)
		r.Get("/files/{id}", s.download)
		r.With(s.limit(streams, s.byVisitor)).Get("/events", s.events)
		r.With(s.limit(perAddress, byAddress), s.limit(perVisitor, s.byVisitor)).Post("/messages", s.take)
	})
}

// limit answers 429 to whoever asks too often; the page keeps its message and comes again.
func (s *Server) limit(n int, key httprate.KeyFunc) func(http.Handler) http.Handler {
	return httprate.LimitBy(n, within, key, httprate.WithLimitHandler(func(w http.ResponseWriter, _ *http.Request) {
		s.refuse(w, http.StatusTooManyRequests, "too_many")
	}))
}

// byVisitor tells visitors apart by cookie and address.
func (s *Server) byVisitor(r *http.Request) (string, error) {
	address, err := byAddress(r)
	who, _ := s.visitor(r)
	return address + " " + who.chat, err
}

// byAddress takes the connection's address and nothing that the client says of itself. Behind a proxy the server puts the client's
// address there, from a header that the proxy vouches for.
func byAddress(r *http.Request) (string, error) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr) // empty where the connection has none: then all count as one
	return httprate.CanonicalizeIP(host), nil
}

// policy is what the chat's page may load and who may frame it: nothing inline, nothing from elsewhere.
func policy(sites []string) string {
	ancestors := []string{"'self'"}
	for _, site := range sites {
		ancestors = append(ancestors, strings.TrimRight(site, "/"))
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; " +
		"require-trusted-types-for 'script'; frame-ancestors " + strings.Join(ancestors, " ")
}

// guard puts the headers on everything under /chat.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", s.policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
