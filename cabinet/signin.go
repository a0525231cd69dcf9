package cabinet

import (
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"github.com/zapis-clinic/zapis/core"
)

// How often one may try: a login from an address, and an address in all.
const (
	triesOfLogin   = 5
	triesOfAddress = 30
	triesWithin    = time.Minute
)

// maxForm bounds a form.
const maxForm = 8 << 10

// attempts slow down who guesses.
func (s *Server) attempts() []func(http.Handler) http.Handler {
	tooMany := httprate.WithLimitHandler(func(w http.ResponseWriter, r *http.Request) {
		s.message(w, r, http.StatusTooManyRequests, "error.too_many")
	})
	bounded := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			next.ServeHTTP(w, r)
		})
	}
	return []func(http.Handler) http.Handler{
		bounded,
		httprate.LimitBy(triesOfAddress, triesWithin, address, tooMany),
		httprate.LimitBy(triesOfLogin, triesWithin, loginOf, tooMany),
	}
}

// address is the connection's, and nothing that the client says of itself. Behind a proxy the server puts the client's there, from a
// header that the proxy vouches for.
func address(r *http.Request) (string, error) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr) // empty where the connection has none: then all count as one
	return httprate.CanonicalizeIP(host), nil
}

// loginOf is whom somebody tries to be, from where.
func loginOf(r *http.Request) (string, error) {
	from, err := address(r)
	return from + " " + strings.ToLower(strings.TrimSpace(r.PostFormValue("login"))) + " " + chi.URLParam(r, "token"), err
}

// door is GET /cabinet.
func (s *Server) door(w http.ResponseWriter, r *http.Request) {
	_, err := s.who(r.Context())
	switch {
	case err == nil:
		http.Redirect(w, r, "/cabinet/schedule", http.StatusSeeOther)
	case core.Refusal(err) != nil:
		s.render(w, r, http.StatusOK, loginPage(s.view(r), "", ""))
	default:
		s.fault(w, r, err)
	}
}

// signIn is POST /cabinet/login.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	login := strings.ToLower(strings.TrimSpace(r.PostFormValue("login")))
	m, err := s.roster.SignIn(r.Context(), login, r.PostFormValue("password"))
	if core.Refusal(err) != nil {
		s.render(w, r, http.StatusUnauthorized, loginPage(s.view(r), login, "error.sign_in_wrong"))
		return
	}
	if err == nil {
		err = s.begin(r.Context(), m)
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.Log.InfoContext(r.Context(), "signed in", "staff", m.ID, "role", m.Role)
	http.Redirect(w, r, "/cabinet/schedule", http.StatusSeeOther)
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
		s.render(w, r, http.StatusOK, invitePage(s.view(r), m.Login, ""))
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
		s.render(w, r, http.StatusUnprocessableEntity, invitePage(s.view(r), invited.Login, "error."+why.Key))
		return
	}
	if err == nil {
		err = s.begin(r.Context(), invited)
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, "/cabinet/schedule", http.StatusSeeOther)
}

// demoLogins are the demo clinic's, each named for its role.
func demoLogins() []string {
	return []string{"admin", "doctor", "head", "cashier", "marketing", "director", "security"}
}
