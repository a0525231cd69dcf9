package cabinet

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// How long a session lasts at most, and how long a clinical one may lie idle: a doctor's screen is walked past by patients.
const (
	lifetime     = 12 * time.Hour
	clinicalIdle = 15 * time.Minute
	seenEvery    = time.Minute // how exactly idleness is known
)

// What a session holds.
const (
	keyStaff      = "staff"
	keyGeneration = "generation"
	keySeen       = "seen"
)

func newSessions(in store.Opener, clock core.Clock, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = sessionStore{in: in, clock: clock}
	m.HashTokenInStore = true
	m.Lifetime = lifetime
	m.Cookie.Name, m.Cookie.Secure, m.Cookie.SameSite = "zapis_cabinet", secure, http.SameSiteLaxMode
	if secure {
		m.Cookie.Name = "__Host-zapis_cabinet"
	}
	return m
}

// sessionStore keeps sessions in the database. It has no store of its own library because every access here says who acts.
type sessionStore struct {
	in    store.Opener
	clock core.Clock
}

var _ scs.CtxStore = sessionStore{}

// FindCtx implements scs.CtxStore.
func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := s.in.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		var err error
		data, err = tx.SessionFind(ctx, db.SessionFindParams{Token: token, Now: s.clock()})
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find a session: %w", err)
	}
	return data, true, nil
}

// CommitCtx implements scs.CtxStore.
func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	err := s.in.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		if err := tx.SessionsSweep(ctx, s.clock()); err != nil {
			return err
		}
		return tx.SessionPut(ctx, db.SessionPutParams{Token: token, Data: data, ExpiresAt: expires})
	})
	if err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

// DeleteCtx implements scs.CtxStore.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	err := s.in.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error { return tx.SessionDrop(ctx, token) })
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// Find implements scs.Store; the manager calls FindCtx.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store; the manager calls CommitCtx.
func (s sessionStore) Commit(token string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expires)
}

// Delete implements scs.Store; the manager calls DeleteCtx.
func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// begin signs a member in. The session gets a new token, so that one planted before is worth nothing.
func (s *Server) begin(ctx context.Context, m staff.Member) error {
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	s.sessions.Put(ctx, keyStaff, m.ID.String())
	s.sessions.Put(ctx, keyGeneration, int(m.Generation))
	s.sessions.Put(ctx, keySeen, s.Clock().Unix())
	return nil
}

// who is signed in now; a refusal where nobody is. It is asked at every request, so that a session ends with what it rests on: the
// password, the place on the staff, the demo.
func (s *Server) who(ctx context.Context) (staff.Member, error) {
	nobody := core.Refuse(core.Denied, "not_signed_in")
	id, err := uuid.Parse(s.sessions.GetString(ctx, keyStaff))
	if err != nil {
		return staff.Member{}, nobody
	}
	m, err := s.roster.Find(ctx, id)
	switch {
	case core.Refusal(err) != nil:
		return staff.Member{}, nobody
	case err != nil:
		return staff.Member{}, err
	}
	idle := s.Clock().Sub(time.Unix(s.sessions.GetInt64(ctx, keySeen), 0))
	if int(m.Generation) != s.sessions.GetInt(ctx, keyGeneration) || idle > idleFor(m.Role) {
		return staff.Member{}, nobody
	}
	return m, nil
}

func idleFor(role string) time.Duration {
	switch role {
	case "doctor", "nurse", "head":
		return clinicalIdle
	default:
		return lifetime
	}
}

// touch notes that the person is there, and not only their page.
func (s *Server) touch(ctx context.Context) {
	now := s.Clock()
	if now.Sub(time.Unix(s.sessions.GetInt64(ctx, keySeen), 0)) >= seenEvery {
		s.sessions.Put(ctx, keySeen, now.Unix())
	}
}

// member serves a handler to whoever is signed in. byHand says that a person asks and not their page by itself; they are shown the
// door, a page gets 401.
func (s *Server) member(h func(http.ResponseWriter, *http.Request, staff.Member), byHand bool) http.HandlerFunc {
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
		if byHand {
			s.touch(r.Context())
		}
		h(w, r, m)
	}
}

// active is POST /cabinet/active: the page says that somebody is at it.
func (s *Server) active(w http.ResponseWriter, _ *http.Request, _ staff.Member) {
	w.WriteHeader(http.StatusNoContent)
}
