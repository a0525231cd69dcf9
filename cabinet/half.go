package cabinet

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// Whoever has shown a password and not yet the second factor is halfway in: they see the page that asks for it, and nothing else.
const (
	keyHalf           = "half"
	keyHalfGeneration = "half_generation"
	keyHalfSince      = "half_since"
	halfFor           = 10 * time.Minute
)

// afterPassword goes on with whoever has shown their password: in, to the second factor, or to setting one up.
func (s *Server) afterPassword(w http.ResponseWriter, r *http.Request, m staff.Member) {
	next, err := s.passed(r, m)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // one of the addresses below
}

func (s *Server) passed(r *http.Request, m staff.Member) (string, error) {
	has, err := s.roster.Factors(r.Context(), m)
	switch {
	case err != nil:
		return "", err
	case has.Any():
		return "/cabinet/second", s.halfway(r.Context(), m)
	case s.Demand.Of(m):
		return "/cabinet/enrol", s.halfway(r.Context(), m)
	default:
		return door, s.begin(r, m, false)
	}
}

// door is where everybody begins, and whence who is in is led to the page that their role begins with.
const door = "/cabinet"

// home is the first page of a role: the day's schedule, else the data that it answers for, else what everybody has.
func (s *Server) home(m staff.Member) string {
	if _, ok := scopeOf(s.Guard.Admit(m.Actor(channel))); ok {
		return "/cabinet/schedule"
	}
	if keepsData(&m) {
		return securityPath
	}
	return "/cabinet/me"
}

func (s *Server) halfway(ctx context.Context, m staff.Member) error {
	if err := s.sessions.Clear(ctx); err != nil {
		return fmt.Errorf("halfway in: %w", err)
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("halfway in: %w", err)
	}
	s.sessions.Put(ctx, keyHalf, m.ID.String())
	s.sessions.Put(ctx, keyHalfGeneration, int(m.Generation))
	s.sessions.Put(ctx, keyHalfSince, s.Clock().Unix())
	return nil
}

// half is who is halfway in; a refusal where nobody is. What ends a session ends this too.
func (s *Server) half(ctx context.Context) (staff.Member, error) {
	nobody := core.Refuse(core.Denied, "not_signed_in")
	id, err := uuid.Parse(s.sessions.GetString(ctx, keyHalf))
	if err != nil || s.since(ctx, keyHalfSince) > halfFor {
		return staff.Member{}, nobody
	}
	m, err := s.roster.Find(ctx, id)
	if core.Refusal(err) != nil || (err == nil && int(m.Generation) != s.sessions.GetInt(ctx, keyHalfGeneration)) {
		return staff.Member{}, nobody
	}
	return m, err
}

// halfIn serves a handler to whoever is halfway in, and shows everybody else the door.
func (s *Server) halfIn(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m, err := s.half(r.Context())
		switch {
		case core.Refusal(err) != nil:
			http.Redirect(w, r, "/cabinet", http.StatusSeeOther)
		case err != nil:
			s.fault(w, r, err)
		default:
			h(w, r, m)
		}
	}
}

// enrolling serves a handler to whoever may set up a second factor: signed in, with one shown just now where they have one already;
// or halfway in, where they have none.
func (s *Server) enrolling(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m, err := s.who(r.Context())
		inside := err == nil
		if core.Refusal(err) != nil {
			m, err = s.half(r.Context())
		}
		if core.Refusal(err) != nil {
			http.Redirect(w, r, "/cabinet", http.StatusSeeOther)
			return
		}
		var has staff.Factors
		if err == nil {
			has, err = s.roster.Factors(r.Context(), m)
		}
		switch {
		case err != nil:
			s.fault(w, r, err)
		case m.Demo:
			s.refuse(w, r, demoFixed())
		case has.Any() && !inside:
			http.Redirect(w, r, "/cabinet/second", http.StatusSeeOther)
		case has.Any() && !m.IsFresh(s.Clock()):
			s.stepUp(w, r)
		default:
			h(w, r, m)
		}
	}
}

// demoFixed refuses to change how a demo's login signs in: its next guest would stand before a closed door.
func demoFixed() *core.Error { return &core.Error{Code: core.Denied, Key: "demo_fixed"} }

// enrolled goes on after a second factor was set up: whoever was halfway in is in, and the session of whoever was in outlives the
// others, which have ended.
func (s *Server) enrolled(r *http.Request, m staff.Member) error {
	ctx := r.Context()
	if s.sessions.GetString(ctx, keyStaff) == "" {
		return s.begin(r, m, true)
	}
	s.sessions.Put(ctx, keyFresh, s.Clock().Unix())
	return s.carryOn(ctx, m)
}

// carryOn keeps this session after m's sessions were voided, under a new token.
func (s *Server) carryOn(ctx context.Context, m staff.Member) error {
	s.sessions.Put(ctx, keyGeneration, int(m.Generation))
	return s.renew(ctx)
}
