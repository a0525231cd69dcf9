package cabinet

import (
	"net/http"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// second is GET /cabinet/second: the second factor of whoever has shown their password.
func (s *Server) second(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.secondShown(w, r, m, nil)
}

func (s *Server) secondShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	has, err := s.roster.Factors(r.Context(), m)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	v, status := s.view(r), http.StatusOK
	ask := asked{Has: has, To: "/cabinet/second"}
	if why != nil {
		status, ask.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, secondPage(v, ask))
}

// secondGiven is POST /cabinet/second.
func (s *Server) secondGiven(w http.ResponseWriter, r *http.Request, m staff.Member) {
	err := s.roster.Second(r.Context(), m, r.PostFormValue("code"), address(r))
	if why := core.Refusal(err); why != nil {
		s.secondShown(w, r, m, why)
		return
	}
	if err == nil {
		err = s.begin(r, m, true)
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, door, http.StatusSeeOther)
}

// asked is what a page that asks for a second factor is drawn from.
type asked struct {
	Has     staff.Factors
	To      string // where the answer goes
	Next    string // where it leads, of a step-up
	Demo    bool   // a demo's login shows its password again
	Problem string
}
