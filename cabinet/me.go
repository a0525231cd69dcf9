package cabinet

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core/staff"
)

// mine is what one's own page is drawn from.
type mine struct {
	Sessions []signedIn
}

// ownRoutes are the addresses under which one looks after one's own sign-in.
func (s *Server) ownRoutes(r chi.Router) {
	r.Get("/me", s.member(s.me, true))
	r.Post("/me/sessions/{id}/end", s.member(s.endSession, true))
	r.Post("/me/sessions/end", s.member(s.endSessions, true))
}

// me is GET /cabinet/me: how one signs in, and where one is signed in.
func (s *Server) me(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v := s.view(r)
	v.Member = &m
	about, err := s.mine(r.Context(), m)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, mePage(v, about))
}

func (s *Server) mine(ctx context.Context, m staff.Member) (mine, error) {
	var about mine
	var err error
	about.Sessions, err = s.sessionsOf(ctx, m)
	return about, err
}

// moment is a time as the clinic's clock shows it.
func (v view) moment(at time.Time) string { return at.In(v.Zone).Format("02.01.2006 15:04") }
