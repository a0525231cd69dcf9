package cabinet

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/staff"
)

// proving is what the page is drawn from.
type proving struct {
	ID uuid.UUID
	patient.Identity
	Code    string // six digits, shown this once
	Paper   bool   // the code is printed, and lasts longer
	Problem string
}

// to is an address of the patient's page.
func (p proving) to(step string) string {
	return "/cabinet/patients/" + p.ID.String() + "/identity" + step
}

func (s *Server) identityRoutes(r chi.Router) {
	r.Get("/patients/{id}/identity", s.member(s.identity, true))
	r.Post("/patients/{id}/identity/verify", s.member(s.identityVerified, true))
	r.Post("/patients/{id}/identity/code", s.member(s.identityCode, true))
	r.Post("/patients/{id}/identity/born", s.member(s.identityBorn, true))
}

func (s *Server) cards() patient.Cards {
	return patient.Cards{In: s.DB, Vault: s.Vault, Clock: s.Clock, IDs: s.IDs}
}

// identity is GET /cabinet/patients/{id}/identity: who has proved to be whom, for the desk.
func (s *Server) identity(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.identityShown(w, r, m, proving{}, nil)
}

// identityShown shows the page, with why something was refused on it. Whoever may not, and an id of nobody, get the same answer.
func (s *Server) identityShown(w http.ResponseWriter, r *http.Request, m staff.Member, p proving, why error) {
	v, status := s.viewOf(r, m), http.StatusOK
	p.ID = patientID(r)
	var err error
	if p.Identity, err = s.cards().Identity(r.Context(), s.acting(r, m), p.ID); err == nil && core.Refusal(why) == nil {
		err = why
	}
	if gone := core.Refusal(err); gone != nil {
		s.refuse(w, r, gone)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	if refusal := core.Refusal(why); refusal != nil {
		status, p.Problem = s.refusedWith(w, refusal), s.sentence(v, refusal)
	}
	s.render(w, r, status, identityPage(v, p))
}

// patientID is the id in the address, the nil id for anything else: nobody has that.
func patientID(r *http.Request) uuid.UUID {
	id, err := uuid.Parse(chi.URLParam(r, "id"))
	if err != nil {
		return uuid.Nil
	}
	return id
}

// identityVerified is POST /cabinet/patients/{id}/identity/verify: the desk has seen a document of the person whose chat this is.
func (s *Server) identityVerified(w http.ResponseWriter, r *http.Request, m staff.Member) {
	chat, err := uuid.Parse(r.PostFormValue("chat"))
	if err != nil {
		err = core.Refuse(core.NotFound, "patient_unknown")
	} else {
		err = s.cards().Verify(r.Context(), s.acting(r, m), patient.Seen{Patient: patientID(r), Chat: chat})
	}
	if err != nil {
		s.identityShown(w, r, m, proving{}, err)
		return
	}
	http.Redirect(w, r, proving{ID: patientID(r)}.to(""), http.StatusSeeOther)
}

// identityBorn is POST /cabinet/patients/{id}/identity/born: the birth date that the desk has read in a document.
func (s *Server) identityBorn(w http.ResponseWriter, r *http.Request, m staff.Member) {
	id := patientID(r)
	in := acts.Input{ID: id, Fields: map[string]string{"born": r.PostFormValue("born")}}
	if _, err := s.Acts.Do(r.Context(), s.acting(r, m), core.Contacts, core.Update, in); err != nil {
		s.identityShown(w, r, m, proving{}, err)
		return
	}
	s.tellNext(r, s.view(r).Say("identity.born_written"))
	http.Redirect(w, r, proving{ID: id}.to(""), http.StatusSeeOther)
}

// identityCode is POST /cabinet/patients/{id}/identity/code: a code, shown in this answer and never again.
func (s *Server) identityCode(w http.ResponseWriter, r *http.Request, m staff.Member) {
	p := proving{Paper: r.PostFormValue(keyPaper) != ""}
	var err error
	p.Code, err = s.cards().IssueCode(r.Context(), s.acting(r, m), patientID(r), s.Random, p.Paper)
	s.identityShown(w, r, m, p, err)
}
