package webchat

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"github.com/zapis-clinic/zapis/jobs/edge"
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
	page := edge.Page{Random: s.Random, FramedBy: framedBy(s.Sites), NoForms: true, TrustedTypes: true}
	own := edge.SameOrigin(func(w http.ResponseWriter, _ *http.Request) { s.refuse(w, http.StatusForbidden, "foreign_origin") })
	admit := s.Gate.Admit(edge.Chat)
	r.Route("/chat", func(r chi.Router) {
		r.Use(page.Headers, own)
		for name, a := range s.assets {
			if name != pageFile {
				r.Get("/"+name, a.serve)
			}
		}
		r.With(admit).Get("/", s.page)
		r.With(admit).Get("/history", s.history)
		r.With(admit).Get("/files/{id}", s.download)
		r.With(admit, s.limit(perAddress, edge.ByAddress), s.limit(perVisitor, s.byVisitor), s.few).Post("/messages", s.take)
		r.With(s.Gate.Admit(edge.Streams), s.limit(streams, s.byVisitor), edge.Stream).Get("/events", s.events)
	})
}

// few answers 429 to an address with more visitors than any waiting room has.
func (s *Server) few(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address, err := edge.ByAddress(r)
		if who, ok := s.visitor(r); ok && (err != nil || !s.crowd.admits(address, who.chat)) {
			s.refuse(w, http.StatusTooManyRequests, "too_many")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// framedBy is who may show the chat in a frame.
func framedBy(sites []string) []string {
	ancestors := []string{"'self'"}
	for _, site := range sites {
		ancestors = append(ancestors, strings.TrimRight(site, "/"))
	}
	return ancestors
}

// limit answers 429 to whoever asks too often; the page keeps its message and comes again.
func (s *Server) limit(n int, key httprate.KeyFunc) func(http.Handler) http.Handler {
	return httprate.LimitBy(n, within, key, httprate.WithLimitHandler(func(w http.ResponseWriter, _ *http.Request) {
		s.refuse(w, http.StatusTooManyRequests, "too_many")
	}))
}

// byVisitor tells visitors apart by cookie and address.
func (s *Server) byVisitor(r *http.Request) (string, error) {
	address, err := edge.ByAddress(r)
	who, _ := s.visitor(r)
	return address + " " + who.chat, err
}
