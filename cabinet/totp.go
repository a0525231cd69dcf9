package cabinet

import (
	"net/http"
	"net/url"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// enrol is GET /cabinet/enrol: which second factor to set up.
func (s *Server) enrol(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.render(w, r, http.StatusOK, enrolPage(s.view(r), m.Login))
}

// totpBegin is POST /cabinet/totp/begin: a new secret is made.
func (s *Server) totpBegin(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if err := s.roster.ShowTOTP(r.Context(), m); err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, "/cabinet/totp", http.StatusSeeOther)
}

// totp is GET /cabinet/totp: the secret as a picture and in letters.
func (s *Server) totp(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.totpShown(w, r, m, nil)
}

func (s *Server) totpShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	v, status := s.view(r), http.StatusOK
	shown, err := s.roster.ShownTOTP(r.Context(), m, s.host())
	if core.Refusal(err) != nil {
		http.Redirect(w, r, "/cabinet/enrol", http.StatusSeeOther)
		return
	}
	var picture qr
	if err == nil {
		picture, err = drawQR(shown.Link)
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	problem := ""
	if why != nil {
		status, problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, totpPage(v, shown, picture, problem))
}

// totpConfirm is POST /cabinet/totp: the first code. The answer shows the recovery codes, this once.
func (s *Server) totpConfirm(w http.ResponseWriter, r *http.Request, m staff.Member) {
	m, codes, err := s.confirmed(r, m)
	if why := core.Refusal(err); why != nil {
		s.totpShown(w, r, m, why)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, recoveryPage(s.view(r), codes))
}

func (s *Server) confirmed(r *http.Request, m staff.Member) (staff.Member, []string, error) {
	after, codes, err := s.roster.ConfirmTOTP(r.Context(), m, r.PostFormValue("code"), address(r))
	if err != nil {
		return m, nil, err
	}
	return after, codes, s.enrolled(r, after)
}

// totpRemove is POST /cabinet/totp/remove.
func (s *Server) totpRemove(w http.ResponseWriter, r *http.Request, m staff.Member) {
	after, err := s.roster.RemoveTOTP(r.Context(), m)
	if err == nil {
		err = s.carryOn(r.Context(), after)
	}
	s.toMe(w, r, err)
}

// recoveryNew is POST /cabinet/recovery: new codes, shown this once.
func (s *Server) recoveryNew(w http.ResponseWriter, r *http.Request, m staff.Member) {
	codes, err := s.roster.NewRecovery(r.Context(), m)
	if err != nil {
		s.toMe(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, recoveryPage(s.view(r), codes))
}

// host names the clinic in an authenticator app: short and in plain letters, so that its QR code is coarse enough for any camera.
func (s *Server) host() string {
	if u, err := url.Parse(s.PublicURL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "zapis"
}
