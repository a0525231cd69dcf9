package cabinet

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// handler serves whoever is signed in.
type handler = func(http.ResponseWriter, *http.Request, staff.Member)

// fresh serves a handler to whoever has shown a second factor in the last five minutes (staff.FreshFor), and asks the others for one:
// before an export, a refund, breaking the glass, a change of roles or keys.
func (s *Server) fresh(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, m staff.Member) {
		if !m.IsFresh(s.Clock()) {
			s.stepUp(w, r)
			return
		}
		h(w, r, m)
	}
}

// stepUp sends a browser to show a second factor, and back to the page that it is on. What was to be posted is asked for again: nothing
// is done on the way back.
func (s *Server) stepUp(w http.ResponseWriter, r *http.Request) {
	back := r.URL.RequestURI()
	if r.Method != http.MethodGet {
		back = ""
		if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host {
			back = from.RequestURI()
		}
	}
	to := "/cabinet/step-up?" + url.Values{"next": {ownPath(back)}}.Encode()
	if !strings.Contains(r.Header.Get("Accept"), "text/html") && r.Header.Get("Sec-Fetch-Mode") == "cors" { // a page's script
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusForbidden)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// ownPath is an address within the cabinet, or the cabinet's first page for anything else: nobody is sent elsewhere.
func ownPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || u.Fragment != "" ||
		strings.ContainsAny(next, "\\\x00\r\n\t") || path.Clean(u.Path) != u.Path || !strings.HasPrefix(u.Path, door+"/") ||
		u.EscapedPath() != u.Path {
		return door
	}
	return u.RequestURI()
}

// stepUpPage is GET /cabinet/step-up?next=.
func (s *Server) stepUpAsked(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.stepUpShown(w, r, m, nil)
}

func (s *Server) stepUpShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	has, err := s.roster.Factors(r.Context(), m)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	v, status := s.viewOf(r, m), http.StatusOK
	ask := asked{Has: has, To: "/cabinet/step-up", Next: ownPath(r.FormValue("next")), Demo: m.Demo}
	if why != nil {
		status, ask.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, stepUpPage(v, ask))
}

// stepUpGiven is POST /cabinet/step-up. Whoever has no second factor is shown where to set one up; a demo's login, whose password is
// everybody's, shows it again.
func (s *Server) stepUpGiven(w http.ResponseWriter, r *http.Request, m staff.Member) {
	var err error
	if m.Demo {
		err = s.roster.Again(r.Context(), m, r.PostFormValue("password"), address(r))
	} else {
		err = s.roster.Second(r.Context(), m, r.PostFormValue("code"), address(r))
	}
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

// steppedUp notes that a second factor was shown just now. The session gets a new token with its new rights.
func (s *Server) steppedUp(r *http.Request) error {
	s.sessions.Put(r.Context(), keyFresh, s.Clock().Unix())
	return s.renew(r.Context())
}
