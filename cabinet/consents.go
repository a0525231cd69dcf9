package cabinet

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/staff"
)

// consentOf is a patient who was looked for, with everything they have agreed to.
type consentOf struct {
	Patient uuid.UUID
	Name    string
	Events  []consent.Event
}

func (s *Server) consents() consent.Register {
	return consent.Register{In: s.DB, Clock: s.Clock, IDs: s.IDs}
}

// consentsFound is POST /cabinet/security/consents: consents of whoever has a phone. A phone does not belong into an address.
func (s *Server) consentsFound(w http.ResponseWriter, r *http.Request, m staff.Member) {
	actor, d := s.acting(r, m), duties{Searched: true}
	if !part(m.Role, "consents") {
		s.done(w, r, m, core.Refuse(core.Denied, "not_allowed"))
		return
	}
	people, err := s.office().ByPhone(r.Context(), actor, r.PostFormValue(keyPhone))
	for _, p := range people {
		one := consentOf{Patient: p.ID, Name: p.Name}
		if err == nil {
			one.Events, err = s.consents().Of(r.Context(), actor, p.ID)
		}
		d.Found = append(d.Found, one)
	}
	why := core.Refusal(err)
	if err != nil && why == nil {
		s.fault(w, r, err)
		return
	}
	s.securityShown(w, r, m, d, why)
}

// consentSigned is POST /cabinet/security/consents/sign: a consent on paper, or its withdrawal.
func (s *Server) consentSigned(w http.ResponseWriter, r *http.Request, m staff.Member) {
	patient, err := uuid.Parse(r.PostFormValue("patient"))
	if err != nil || m.Role != roleAdmin {
		s.done(w, r, m, core.Refuse(core.Denied, "not_allowed"))
		return
	}
	s.done(w, r, m, s.consents().Sign(r.Context(), s.acting(r, m), consent.Paper{
		Patient: patient, Purpose: consent.Purpose(r.PostFormValue("purpose")), Lang: russian, Withdrawn: r.PostFormValue("withdrawn") != "",
		Document: r.PostFormValue("document"),
	}))
}
