package cabinet

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// Gift answers a request with what a patient's one-time link was made for. The link is used up by then: who could not take the gift gets a
// new link. An error is a fault, before anything was written.
type Gift func(w http.ResponseWriter, r *http.Request, t patient.Ticket) error

// ticketRoutes are the patients' one-time links. No page of theirs tells an address that holds one to anybody.
func (s *Server) ticketRoutes(r chi.Router, own, pages func(http.Handler) http.Handler) {
	page := edge.Page{Random: s.Random, Referrer: "no-referrer"}
	r.Route("/p", func(r chi.Router) {
		r.Use(page.Headers, own, pages, bounded)
		r.Get("/{token}", s.ticket)
		r.Post("/{token}", s.ticketUsed)
	})
}

func (s *Server) tickets() patient.Tickets {
	return patient.Tickets{Cards: s.cards(), Random: s.Random}
}

// ticket is GET /p/{token}: it asks for the last digits of the phone. Messengers open links too, so looking uses nothing up.
func (s *Server) ticket(w http.ResponseWriter, r *http.Request) { s.ticketShown(w, r, nil) }

func (s *Server) ticketShown(w http.ResponseWriter, r *http.Request, why *core.Error) {
	purpose, err := s.tickets().Stands(r.Context(), chi.URLParam(r, "token"))
	if err == nil && s.Gifts[purpose] == nil {
		err = core.Refuse(core.NotFound, "ticket_unknown")
	}
	if gone := core.Refusal(err); gone != nil {
		s.refuse(w, r, gone)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	v, status, problem := s.view(r), http.StatusOK, ""
	if why != nil {
		status, problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, ticketPage(v, problem))
}

// ticketUsed is POST /p/{token}.
func (s *Server) ticketUsed(w http.ResponseWriter, r *http.Request) {
	t, err := s.tickets().Use(r.Context(), chi.URLParam(r, "token"), r.PostFormValue("digits"), address(r))
	if why := core.Refusal(err); why != nil {
		s.ticketShown(w, r, why)
		return
	}
	if gift := s.Gifts[t.Purpose]; err == nil && gift != nil {
		err = gift(w, r, t)
	}
	if err != nil {
		s.fault(w, r, err)
	}
}
