package cabinet

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/staff"
)

const patientsPath = "/cabinet/patients"

// hunt is the page of patients: what was looked for, and who was found.
type hunt struct {
	Asked   string
	Found   []patient.Found
	Known   []patient.Found // whom one may know of, where nothing was looked for
	New     bool            // one may make a card
	Doubles bool            // and bring two together
}

// cardPath is the address of a patient's card, and of a part of it.
func cardPath(id uuid.UUID, part string) string { return patientsPath + "/" + id.String() + part }

// seesPatients says whose header leads to the patients.
func seesPatients(m *staff.Member) bool {
	return m != nil && (staff.Clinical(m.Role) || m.Role == roleAdmin || m.Role == roleTill)
}

// judgesGlass says whose header leads to broken glass.
func judgesGlass(m *staff.Member) bool {
	return m != nil && (m.Role == roleHead || m.Role == roleSecurity)
}

func (s *Server) patientRoutes(r chi.Router) {
	r.Get("/patients", s.member(s.patients, true))
	r.Post("/patients/find", s.member(s.patientsSought, true))
	r.Get("/patients/new", s.member(s.patientNew, true))
	r.Post("/patients", s.member(s.patientMade, true))
	r.Get("/patients/doubles", s.member(s.doubles, true))
	r.Get("/patients/merge", s.member(s.joinShown, true))
	r.Post("/patients/merge", s.member(s.joined, true))
	r.Post("/patients/merges/{id}/undo", s.member(s.unjoined, true))
	r.Get("/patients/{id}", s.member(s.card, true))
	r.Get("/patients/{id}/block/{name}", s.member(s.cardBlock, true))
	r.Post("/patients/{id}/phone", s.member(s.phoneShown, true))
	r.Get("/patients/{id}/edit", s.member(s.cardEdit, true))
	r.Post("/patients/{id}/edit", s.member(s.cardChanged, true))
	r.Post("/patients/{id}/family", s.member(s.familyChanged, true))
	r.Get("/patients/{id}/sheet", s.member(s.cardSheet, true))
}

// may asks the rules what could be at best: for the ways that a page shows.
func may(who core.Actor, action core.Action, class core.Class, f core.Facts) bool {
	_, err := access.Require(who, core.Ask{Action: action, Class: class, Facts: f})
	return err == nil
}

// patients is GET /cabinet/patients?card=: whom one may know of; or, by the id of a card, its page.
func (s *Server) patients(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if id, err := uuid.Parse(strings.TrimSpace(r.URL.Query().Get("card"))); err == nil {
		http.Redirect(w, r, cardPath(id, ""), http.StatusSeeOther) //nolint:gosec // an id
		return
	}
	actor := s.acting(r, m)
	list, err := s.cards().First(r.Context(), actor)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, patientsPage(s.viewOf(r, m), hunt{Known: list, New: makesCards(actor), Doubles: makesCards(actor)}))
}

// makesCards says who may make a card, which is who may bring two together.
func makesCards(actor core.Actor) bool {
	return may(actor, core.Create, core.Contacts, core.Facts{Branch: true})
}

// patientsSought is POST /cabinet/patients/find: who was meant by what is typed, as a list under the field or a page. Names and phones do not
// belong into an address, and the search stands on record.
func (s *Server) patientsSought(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.hunted(w, r, m, first(r.PostFormValue("q"), 200))
}

func (s *Server) hunted(w http.ResponseWriter, r *http.Request, m staff.Member, asked string) {
	actor := s.acting(r, m)
	found, err := s.cards().Find(r.Context(), actor, asked)
	if why := core.Refusal(err); why != nil {
		v := s.view(r)
		s.render(w, r, s.refusedWith(w, why), sentencePart(v, s.sentence(v, why), fragment(r)))
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.phoned(found)
	h := hunt{Asked: asked, Found: found, New: makesCards(actor), Doubles: makesCards(actor)}
	if fragment(r) {
		s.render(w, r, http.StatusOK, findList(s.view(r), h))
		return
	}
	s.render(w, r, http.StatusOK, patientsPage(s.viewOf(r, m), h))
}
