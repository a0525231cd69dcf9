package cabinet

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
)

// maxForm bounds a form.
const maxForm = 8 << 10

// bounded reads no more of a form than a form has.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// door is GET /cabinet.
func (s *Server) door(w http.ResponseWriter, r *http.Request) {
	m, err := s.who(r.Context())
	switch {
	case err == nil:
		http.Redirect(w, r, s.home(m), http.StatusSeeOther)
	case core.Refusal(err) != nil:
		s.render(w, r, http.StatusOK, loginPage(s.view(r), "", ""))
	default:
		s.fault(w, r, err)
	}
}

// signIn is POST /cabinet/login.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	login := strings.ToLower(strings.TrimSpace(r.PostFormValue("login")))
	m, err := s.roster.SignIn(r.Context(), login, r.PostFormValue("password"), address(r))
	if why := core.Refusal(err); why != nil {
		v := s.view(r)
		s.render(w, r, s.refusedWith(w, why), loginPage(v, login, s.sentence(v, why)))
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.afterPassword(w, r, m)
}

// signOut is POST /cabinet/logout.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, "/cabinet", http.StatusSeeOther)
}

// invited is GET /cabinet/invite/{token}: it looks at the link and does not use it up, for messengers open links too.
func (s *Server) invited(w http.ResponseWriter, r *http.Request) {
	m, err := s.roster.Invited(r.Context(), chi.URLParam(r, "token"))
	switch {
	case core.Refusal(err) != nil:
		s.message(w, r, http.StatusNotFound, "error.invite_unknown")
	case err != nil:
		s.fault(w, r, err)
	default:
		s.render(w, r, http.StatusOK, invitePage(s.view(r), m.Login, chi.URLParam(r, "token"), ""))
	}
}

// setPassword is POST /cabinet/invite/{token}.
func (s *Server) setPassword(w http.ResponseWriter, r *http.Request) {
	token, password := chi.URLParam(r, "token"), r.PostFormValue("password")
	invited, err := s.roster.Invited(r.Context(), token)
	if err == nil && password != r.PostFormValue("again") {
		err = core.Refuse(core.Invalid, "password_differs")
	}
	if err == nil {
		invited, err = s.roster.SetPassword(r.Context(), token, password)
	}
	if why := core.Refusal(err); why != nil {
		if why.Code == core.NotFound {
			s.message(w, r, http.StatusNotFound, "error.invite_unknown")
			return
		}
		v := s.view(r)
		s.render(w, r, http.StatusUnprocessableEntity, invitePage(v, invited.Login, token, s.sentence(v, why)))
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.afterPassword(w, r, invited)
}

// demoLogins are the demo clinic's, each named for its role.
func demoLogins() []string {
	return []string{"admin", roleDoctor, "head", "cashier", "marketing", "director", roleSecurity}
}
