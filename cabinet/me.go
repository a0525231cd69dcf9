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
	Factors  staff.Factors
	Passkeys []staff.Passkey
	SignOn   boundSince
	Links    []staff.Linked
	Bot      bool // there is a bot to link to
	Sessions []signedIn
}

// ownRoutes are the addresses under which one looks after one's own sign-in.
func (s *Server) ownRoutes(r chi.Router) {
	s.passkeyRoutes(r)
	s.signOnRoutes(r)
	r.Get("/me", s.member(s.me, true))
	r.Post("/me/sessions/{id}/end", s.member(s.endSession, true))
	r.Post("/me/sessions/end", s.member(s.endSessions, true))
	r.Post("/me/link", s.member(s.fresh(s.linkOffer), true))
	r.Post("/me/link/{chat}/end", s.member(s.fresh(s.unlink), true))
	r.Post("/role", s.member(s.fresh(s.switchRole), true))
	r.Get("/second", s.halfIn(s.second))
	r.Post("/second", s.halfIn(s.secondGiven))
	r.Get("/step-up", s.member(s.stepUpAsked, true))
	r.Post("/step-up", s.member(s.stepUpGiven, true))
	r.Get("/enrol", s.enrolling(s.enrol))
	r.Post("/totp/begin", s.enrolling(s.totpBegin))
	r.Get("/totp", s.enrolling(s.totp))
	r.Post("/totp", s.enrolling(s.totpConfirm))
	r.Post("/totp/remove", s.member(s.fresh(s.totpRemove), true))
	r.Post("/recovery", s.member(s.fresh(s.recoveryNew), true))
}

// me is GET /cabinet/me: how one signs in, and where one is signed in.
func (s *Server) me(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v := s.viewOf(r, m)
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
	if about.Factors, err = s.roster.Factors(ctx, m); err != nil {
		return mine{}, err
	}
	if about.Passkeys, err = s.passkeys.List(ctx, m); err != nil {
		return mine{}, err
	}
	if about.SignOn, err = s.signOnOf(ctx, m); err != nil {
		return mine{}, err
	}
	if about.Links, err = s.roster.Links(ctx, m); err != nil {
		return mine{}, err
	}
	about.Bot = s.hasBot()
	about.Sessions, err = s.sessionsOf(ctx, m)
	return about, err
}

// moment is a time as the clinic's clock shows it.
func (v view) moment(at time.Time) string { return at.In(v.Zone).Format("02.01.2006 15:04") }
