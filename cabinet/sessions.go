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

// How long a session lasts at most, and how long a clinical one may lie idle: a doctor's screen is walked past by patients.
const (
	lifetime     = 12 * time.Hour
	clinicalIdle = 15 * time.Minute
	seenEvery    = time.Minute // how exactly idleness is known
)

// What a session holds.
const (
	keySession    = "session" // its id, for its owner's list
	keyStaff      = "staff"
	keyRole       = "role" // the active one
	keyDone       = "done" // what has just been done, for the next page
	keyGeneration = "generation"
	keyBegun      = "begun"
	keySeen       = "seen"
	keyFresh      = "fresh" // when a second factor was last shown
	keyAbout      = "about" // the browser
)

// begin signs a member in. The session gets a new token, so that one planted before is worth nothing. proved says that a second factor
// was shown just now.
func (s *Server) begin(r *http.Request, m staff.Member, proved bool) error {
	ctx := r.Context()
	if err := s.sessions.Clear(ctx); err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	now := s.Clock().Unix()
	s.sessions.Put(ctx, keySession, s.IDs().String())
	s.sessions.Put(ctx, keyStaff, m.ID.String())
	s.sessions.Put(ctx, keyRole, m.Role)
	s.sessions.Put(ctx, keyGeneration, int(m.Generation))
	s.sessions.Put(ctx, keyBegun, now)
	s.sessions.Put(ctx, keySeen, now)
	s.sessions.Put(ctx, keyAbout, aboutOf(r))
	if proved {
		s.sessions.Put(ctx, keyFresh, now)
	}
	s.Log.InfoContext(ctx, "signed in", "staff", m.ID, "role", m.Role)
	return nil
}

// renew gives a session a new token with its rights, and never more time than it had.
func (s *Server) renew(ctx context.Context) error {
	until := s.sessions.Deadline(ctx)
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew a session: %w", err)
	}
	s.sessions.SetDeadline(ctx, until)
	return nil
}

// who is signed in now; a refusal where nobody is. It is asked at every request, so that a session ends with what it rests on: the
// password, the second factor, the role, the place on the staff, the demo.
func (s *Server) who(ctx context.Context) (staff.Member, error) {
	nobody := core.Refuse(core.Denied, "not_signed_in")
	id, err := uuid.Parse(s.sessions.GetString(ctx, keyStaff))
	if err != nil {
		return staff.Member{}, nobody
	}
	m, err := s.roster.Find(ctx, id)
	if err == nil {
		m, err = m.As(s.sessions.GetString(ctx, keyRole))
	}
	switch {
	case core.Refusal(err) != nil:
		return staff.Member{}, nobody
	case err != nil:
		return staff.Member{}, err
	}
	if int(m.Generation) != s.sessions.GetInt(ctx, keyGeneration) || s.since(ctx, keySeen) > idleFor(m.Role) || s.since(ctx, keyBegun) > lifetime {
		return staff.Member{}, nobody
	}
	if at := s.sessions.GetInt64(ctx, keyFresh); at > 0 {
		m.Fresh = time.Unix(at, 0).UTC()
	}
	return m, nil
}

// since is how long ago something of the session was.
func (s *Server) since(ctx context.Context, key string) time.Duration {
	return s.Clock().Sub(time.Unix(s.sessions.GetInt64(ctx, key), 0))
}

func idleFor(role string) time.Duration {
	switch role {
	case roleDoctor, "nurse", roleHead:
		return clinicalIdle
	default:
		return lifetime
	}
}

// touch notes that the person is there, and not only their page.
func (s *Server) touch(ctx context.Context) {
	if s.since(ctx, keySeen) >= seenEvery {
		s.sessions.Put(ctx, keySeen, s.Clock().Unix())
	}
}

// member serves a handler to whoever is signed in. byHand says that a person asks and not their page by itself; they are shown the
// door, a page gets 401.
func (s *Server) member(h handler, byHand bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m, err := s.who(r.Context())
		switch {
		case core.Refusal(err) != nil && byHand && r.Method == http.MethodGet:
			http.Redirect(w, r, "/cabinet", http.StatusSeeOther)
			return
		case core.Refusal(err) != nil:
			w.WriteHeader(http.StatusUnauthorized)
			return
		case err != nil:
			s.fault(w, r, err)
			return
		}
		if byHand && r.Method != http.MethodGet { // to look at something changes nothing: the page says by itself that somebody is there
			s.touch(r.Context())
		}
		h(w, r, m)
	}
}

// active is POST /cabinet/active: the page says that somebody is at it.
func (s *Server) active(w http.ResponseWriter, _ *http.Request, _ staff.Member) {
	w.WriteHeader(http.StatusNoContent)
}
