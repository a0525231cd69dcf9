package cabinet

import (
	"encoding/base64"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// What a session holds between the two halves of a ceremony with a passkey.
const (
	keyCeremony      = "ceremony"
	keyCeremonySince = "ceremony_since"
)

// passkeyRoutes are the addresses of passkeys. A page's script asks for the options of a ceremony, has the browser answer, and posts the
// answer as a form.
func (s *Server) passkeyRoutes(r chi.Router) {
	if !s.passkeys.Work() {
		return
	}
	nobody := func(h handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { h(w, r, staff.Member{}) }
	}
	r.Post("/passkey/begin", nobody(s.passkeyAsked))
	r.Post("/passkey", nobody(s.passkeyEntered))
	r.Post("/second/passkey/begin", s.halfIn(s.passkeyAsked))
	r.Post("/second/passkey", s.halfIn(s.passkeyEntered))
	r.Post("/step-up/passkey/begin", s.member(s.passkeyAsked, true))
	r.Post("/step-up/passkey", s.member(s.passkeyStepUp, true))
	r.Post("/passkeys/begin", s.enrolling(s.passkeyOffered))
	r.Post("/passkeys", s.enrolling(s.passkeyAdded))
	r.Post("/passkeys/{id}/name", s.member(s.passkeyRenamed, true))
	r.Post("/passkeys/{id}/remove", s.member(s.fresh(s.passkeyRemoved), true))
}

// hand gives a page's script the options of a ceremony, whose state the session keeps.
func (s *Server) hand(w http.ResponseWriter, r *http.Request, c staff.Ceremony, err error) {
	if why := core.Refusal(err); why != nil {
		w.WriteHeader(s.refusedWith(w, why))
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	ctx := r.Context()
	if s.sessions.Token(ctx) == "" { // of nobody yet: it need not last
		s.sessions.SetDeadline(ctx, s.sessions.Deadline(ctx).Add(halfFor-lifetime))
	}
	s.sessions.Put(ctx, keyCeremony, string(c.State))
	s.sessions.Put(ctx, keyCeremonySince, s.Clock().Unix())
	s.show(w, r, c.Options)
}

// begun takes the state of the ceremony out of the session: each is answered once, within ten minutes.
func (s *Server) begun(r *http.Request) (staff.Ceremony, error) {
	ctx := r.Context()
	late := s.since(ctx, keyCeremonySince) > halfFor
	state := s.sessions.PopString(ctx, keyCeremony)
	if state == "" || late {
		return staff.Ceremony{}, core.Refuse(core.Denied, "passkey_wrong")
	}
	return staff.Ceremony{State: []byte(state)}, nil
}

// passkeyAsked is POST …/passkey/begin.
func (s *Server) passkeyAsked(w http.ResponseWriter, r *http.Request, m staff.Member) {
	c, err := s.passkeys.BeginShow(r.Context(), m)
	s.hand(w, r, c, err)
}

// shownBy is whose passkey a form brings: m's, or anybody's where m is nobody yet.
func (s *Server) shownBy(r *http.Request, m staff.Member) (staff.Member, error) {
	c, err := s.begun(r)
	if err != nil {
		return staff.Member{}, err
	}
	return s.passkeys.Show(r.Context(), m, c, []byte(r.PostFormValue("credential")))
}

// passkeyEntered is POST /cabinet/passkey, without a password, and POST /cabinet/second/passkey, after it.
func (s *Server) passkeyEntered(w http.ResponseWriter, r *http.Request, m staff.Member) {
	who, err := s.shownBy(r, m)
	if why := core.Refusal(err); why != nil {
		v := s.view(r)
		s.render(w, r, s.refusedWith(w, why), loginPage(v, "", s.sentence(v, why)))
		return
	}
	if err == nil {
		err = s.begin(r, who, true)
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, door, http.StatusSeeOther)
}

// passkeyStepUp is POST /cabinet/step-up/passkey.
func (s *Server) passkeyStepUp(w http.ResponseWriter, r *http.Request, m staff.Member) {
	_, err := s.shownBy(r, m)
	if why := core.Refusal(err); why != nil {
		s.stepUpShown(w, r, m, why)
		return
	}
	if err == nil {
		err = s.steppedUp(r)
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, ownPath(r.PostFormValue("next")), http.StatusSeeOther) //nolint:gosec // ownPath lets nothing else through
}

// passkeyOffered is POST /cabinet/passkeys/begin.
func (s *Server) passkeyOffered(w http.ResponseWriter, r *http.Request, m staff.Member) {
	c, err := s.passkeys.BeginRegister(r.Context(), m)
	s.hand(w, r, c, err)
}

// passkeyAdded is POST /cabinet/passkeys. The first second factor brings recovery codes, shown this once.
func (s *Server) passkeyAdded(w http.ResponseWriter, r *http.Request, m staff.Member) {
	codes, err := s.added(r, m)
	switch {
	case err != nil:
		s.toMe(w, r, err)
	case len(codes) > 0:
		s.render(w, r, http.StatusOK, recoveryPage(s.view(r), codes))
	default:
		http.Redirect(w, r, "/cabinet/me", http.StatusSeeOther)
	}
}

func (s *Server) added(r *http.Request, m staff.Member) ([]string, error) {
	c, err := s.begun(r)
	if err != nil {
		return nil, err
	}
	name := r.PostFormValue("name")
	if name == "" {
		name = aboutOf(r)
	}
	after, codes, err := s.passkeys.Register(r.Context(), m, c, []byte(r.PostFormValue("credential")), name)
	if err != nil {
		return nil, err
	}
	return codes, s.enrolled(r, after)
}

// passkeyRenamed is POST /cabinet/passkeys/{id}/name.
func (s *Server) passkeyRenamed(w http.ResponseWriter, r *http.Request, m staff.Member) {
	id, err := passkeyID(r)
	if err == nil {
		err = s.passkeys.Rename(r.Context(), m, id, r.PostFormValue("name"))
	}
	s.toMe(w, r, err)
}

// passkeyRemoved is POST /cabinet/passkeys/{id}/remove.
func (s *Server) passkeyRemoved(w http.ResponseWriter, r *http.Request, m staff.Member) {
	id, err := passkeyID(r)
	if err == nil {
		var after staff.Member
		if after, err = s.passkeys.Remove(r.Context(), m, id); err == nil {
			err = s.carryOn(r.Context(), after)
		}
	}
	s.toMe(w, r, err)
}

func passkeyID(r *http.Request) ([]byte, error) {
	id, err := base64.RawURLEncoding.DecodeString(chi.URLParam(r, "id"))
	if err != nil || len(id) == 0 {
		return nil, core.Refuse(core.NotFound, "factor_unknown")
	}
	return id, nil
}

// path64 is a passkey's place among the addresses.
func path64(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }
