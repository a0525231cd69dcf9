package cabinet

import (
	"context"
	"crypto/subtle"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// What a session holds of a person who was sent to the clinic's sign-on, and why.
const (
	keyAskState    = "ask_state"
	keyAskNonce    = "ask_nonce"
	keyAskVerifier = "ask_verifier"
	keyAskSince    = "ask_since"
	keyAskWhy      = "ask_why"
	keyAskInvite   = "ask_invite"

	whySignIn = "sign_in"
	whyBind   = "bind"
	whyInvite = "invite"
)

// signOnRoutes are the addresses of the clinic's own sign-on.
func (s *Server) signOnRoutes(r chi.Router) {
	if s.signOn == nil {
		return
	}
	r.Post("/sso", func(w http.ResponseWriter, r *http.Request) { s.leave(w, r, whySignIn) })
	r.Post("/invite/{token}/sso", func(w http.ResponseWriter, r *http.Request) { s.leave(w, r, whyInvite) })
	r.Post("/me/sso", s.member(s.fresh(func(w http.ResponseWriter, r *http.Request, _ staff.Member) { s.leave(w, r, whyBind) }), true))
	r.Post("/me/sso/end", s.member(s.fresh(s.unbind), true))
	r.Get("/sso/callback", s.returned)
	r.Post("/sso/callback", s.vouchedFor)
}

// leave sends somebody to the provider. It is a page and no redirection: a form may lead nowhere else (form-action).
func (s *Server) leave(w http.ResponseWriter, r *http.Request, why string) {
	ctx := r.Context()
	a, err := newAsking(s.Random)
	var to string
	if err == nil {
		to, err = s.signOn.address(ctx, a)
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	if s.sessions.Token(ctx) == "" {
		s.sessions.SetDeadline(ctx, s.sessions.Deadline(ctx).Add(halfFor-lifetime))
	}
	for key, value := range map[string]string{
		keyAskState: a.state, keyAskNonce: a.nonce, keyAskVerifier: a.verifier, keyAskWhy: why, keyAskInvite: chi.URLParam(r, "token"),
	} {
		s.sessions.Put(ctx, key, value)
	}
	s.sessions.Put(ctx, keyAskSince, s.Clock().Unix())
	w.Header().Set("Refresh", "0; url="+to)
	s.render(w, r, http.StatusOK, leavePage(s.view(r), to))
}

// returned is GET /cabinet/sso/callback: the provider sends people here. To look changes nothing, so the page posts what it was told.
func (s *Server) returned(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("code") == "" || q.Get("state") == "" {
		s.refuse(w, r, signOnFailed())
		return
	}
	s.render(w, r, http.StatusOK, returnedPage(s.view(r), q.Get("code"), q.Get("state")))
}

func signOnFailed() *core.Error { return &core.Error{Code: core.Denied, Key: "sign_on_failed"} }

// vouchedFor is POST /cabinet/sso/callback.
func (s *Server) vouchedFor(w http.ResponseWriter, r *http.Request) {
	a, t, err := s.asked(r)
	var who vouched
	if err == nil {
		who, err = s.signOn.redeem(r.Context(), a, r.PostFormValue("code"))
	}
	if err == nil {
		err = s.enter(w, r, who, t)
	}
	if refusal := core.Refusal(err); refusal != nil {
		s.refuse(w, r, refusal)
		return
	}
	if err != nil {
		s.fault(w, r, err)
	}
}

// errand is why somebody was sent to the provider.
type errand struct{ why, invite string }

// asked takes out of the session what was asked of the provider: once, within ten minutes, and only in the browser that was sent there.
func (s *Server) asked(r *http.Request) (asking, errand, error) {
	ctx := r.Context()
	late := s.since(ctx, keyAskSince) > halfFor
	a := asking{s.sessions.PopString(ctx, keyAskState), s.sessions.PopString(ctx, keyAskNonce), s.sessions.PopString(ctx, keyAskVerifier)}
	t := errand{why: s.sessions.PopString(ctx, keyAskWhy), invite: s.sessions.PopString(ctx, keyAskInvite)}
	if a.state == "" || late || subtle.ConstantTimeCompare([]byte(a.state), []byte(r.PostFormValue("state"))) != 1 {
		return asking{}, errand{}, signOnFailed()
	}
	return a, t, nil
}

// enter does what the person was sent to the provider for. The sign-on stands in the place of the password; where the provider says that it saw
// more than one, of the second factor too.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, who vouched, t errand) error {
	if t.why == whyBind {
		return s.bind(w, r, who)
	}
	var m staff.Member
	var err error
	if t.why == whyInvite {
		m, err = s.roster.BindInvited(r.Context(), t.invite, who.SignOn)
	} else {
		m, err = s.roster.BySignOn(r.Context(), who.SignOn)
	}
	if err != nil {
		return err
	}
	if !who.multi {
		s.afterPassword(w, r, m)
		return nil
	}
	if err := s.begin(r, m, true); err != nil {
		return err
	}
	http.Redirect(w, r, door, http.StatusSeeOther)
	return nil
}

// bind makes the sign-on the signed-in member's own. They have shown a second factor just now, or show it again.
func (s *Server) bind(w http.ResponseWriter, r *http.Request, who vouched) error {
	m, err := s.who(r.Context())
	if err != nil {
		return err
	}
	if !m.IsFresh(s.Clock()) {
		s.stepUp(w, r)
		return nil
	}
	after, err := s.roster.BindSignOn(r.Context(), m, who.SignOn)
	if err == nil {
		err = s.carryOn(r.Context(), after)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/cabinet/me", http.StatusSeeOther)
	return nil
}

// unbind is POST /cabinet/me/sso/end.
func (s *Server) unbind(w http.ResponseWriter, r *http.Request, m staff.Member) {
	after, err := s.roster.UnbindSignOn(r.Context(), m, s.signOn.Issuer)
	if err == nil {
		err = s.carryOn(r.Context(), after)
	}
	s.toMe(w, r, err)
}

// signOnOf is since when m has bound the clinic's sign-on; nil where there is none.
func (s *Server) signOnOf(ctx context.Context, m staff.Member) (boundSince, error) {
	if s.signOn == nil {
		return boundSince{}, nil
	}
	at, err := s.roster.SignOnSince(ctx, m, s.signOn.Issuer)
	return boundSince{There: true, At: at}, err
}
