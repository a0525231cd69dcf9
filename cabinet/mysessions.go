package cabinet

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// signedIn is one of somebody's sessions, for their own page.
type signedIn struct {
	ID    uuid.UUID
	About string
	Begun time.Time
	Seen  time.Time
	Here  bool // the one that asks
}

// sessionsOf lists where somebody is signed in, the latest first.
func (s *Server) sessionsOf(ctx context.Context, m staff.Member) ([]signedIn, error) {
	var out []signedIn
	here := s.sessions.GetString(ctx, keySession)
	err := s.DB.InTx(ctx, core.Sys(channel), func(tx *store.Tx) error {
		rows, err := tx.SessionsOf(ctx, db.SessionsOfParams{StaffID: &m.ID, Now: s.Clock()})
		for _, r := range rows {
			if r.ID != nil && r.BegunAt != nil && r.SeenAt != nil {
				out = append(out, signedIn{ID: *r.ID, About: r.About, Begun: *r.BegunAt, Seen: *r.SeenAt, Here: r.ID.String() == here})
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sessions of %s: %w", m.ID, err)
	}
	return out, nil
}

// endSession is POST /cabinet/me/sessions/{id}/end: one of one's own sessions ends. Somebody else's is like none.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request, m staff.Member) {
	id, err := uuid.Parse(chi.URLParam(r, "id"))
	if err != nil {
		s.toMe(w, r, core.Refuse(core.NotFound, "session_unknown"))
		return
	}
	s.toMe(w, r, s.endOne(r.Context(), m, id))
}

func (s *Server) endOne(ctx context.Context, m staff.Member, id uuid.UUID) error {
	return s.DB.InTx(ctx, core.Sys(channel), func(tx *store.Tx) error {
		ended, err := tx.SessionEndOne(ctx, db.SessionEndOneParams{ID: &id, StaffID: &m.ID, Now: s.Clock()})
		if err == nil && len(ended) == 0 {
			err = core.Refuse(core.NotFound, "session_unknown")
		}
		if err != nil {
			return err
		}
		return s.noteOf(ctx, tx, m, "staff.session_end")
	})
}

// endSessions is POST /cabinet/me/sessions/end: every session of one's own ends but the one that asks.
func (s *Server) endSessions(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.toMe(w, r, s.endOthers(r.Context(), m))
}

func (s *Server) endOthers(ctx context.Context, m staff.Member) error {
	here, err := uuid.Parse(s.sessions.GetString(ctx, keySession))
	if err != nil {
		return fmt.Errorf("the session's own id: %w", err)
	}
	return s.DB.InTx(ctx, core.Sys(channel), func(tx *store.Tx) error {
		if err := tx.SessionsEndOthers(ctx, db.SessionsEndOthersParams{StaffID: &m.ID, ID: &here, Now: s.Clock()}); err != nil {
			return err
		}
		return s.noteOf(ctx, tx, m, "staff.sessions_end")
	})
}

// noteOf puts something that a member did to their own sign-in on record, in their name.
func (s *Server) noteOf(ctx context.Context, tx *store.Tx, m staff.Member, action string, fields ...string) error {
	tx.Actor = s.Guard.Admit(m.Actor(channel))
	return audit.Add(ctx, tx, audit.Entry{ID: s.IDs(), At: s.Clock(), Action: action, Object: "staff", Subject: m.ID, Fields: fields})
}

// toMe goes back to one's own page, or says why not.
func (s *Server) toMe(w http.ResponseWriter, r *http.Request, err error) {
	if why := core.Refusal(err); why != nil {
		s.refuse(w, r, why)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, "/cabinet/me", http.StatusSeeOther)
}
