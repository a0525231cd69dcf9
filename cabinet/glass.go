package cabinet

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/glass"
	"github.com/zapis-clinic/zapis/core/staff"
)

func (s *Server) glassCase() glass.Case { return glass.Case{Chart: s.chart()} }

// viewOf is the view of somebody who is signed in, with the glass that they have broken.
func (s *Server) viewOf(r *http.Request, m staff.Member) view {
	v := s.view(r)
	v.Member, v.Done = &m, s.sessions.PopString(r.Context(), keyDone)
	var err error
	if v.Glass, err = s.glassCase().Active(r.Context(), s.acting(r, m)); err != nil && r.Context().Err() == nil {
		s.Log.WarnContext(r.Context(), "banner of broken glass not shown", "error", err)
	}
	return v
}

// glass is GET /cabinet/patients/{id}/glass: what one is about to do, and the form.
func (s *Server) glass(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.glassShown(w, r, m, nil)
}

func (s *Server) glassShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	v, status, problem := s.viewOf(r, m), http.StatusOK, ""
	if !staff.Clinical(m.Role) {
		why = &core.Error{Code: core.Denied, Key: "glass_not_for_you"}
	}
	if why != nil {
		status, problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, glassPage(v, glassFrame{Patient: subject(r), Problem: problem, Why: r.PostFormValue("why"), Reason: r.PostFormValue("reason")}))
}

// glassFrame is what the page before the glass is drawn from.
type glassFrame struct {
	Patient     uuid.UUID
	Problem     string
	Why, Reason string
}

// glassBroken is POST /cabinet/patients/{id}/glass. A refusal stands on record as well.
func (s *Server) glassBroken(w http.ResponseWriter, r *http.Request, m staff.Member) {
	actor, id := s.acting(r, m), subject(r)
	_, err := s.glassCase().Break(r.Context(), actor, glass.Breach{Patient: id, Reason: r.PostFormValue("reason"), Why: r.PostFormValue("why")})
	if why := core.Refusal(err); why != nil {
		if err := audit.Denied(r.Context(), s.DB, actor, audit.Entry{ID: s.IDs(), At: s.Clock(), Action: "glass.break", Class: core.Records, Object: "glass"}); err != nil {
			s.fault(w, r, err)
			return
		}
		s.glassShown(w, r, m, why)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, "/cabinet/patients/"+id.String()+"/medical", http.StatusSeeOther) //nolint:gosec // an id
}

// glassWaiting is GET /cabinet/glass: what is to be judged.
func (s *Server) glassWaiting(w http.ResponseWriter, r *http.Request, m staff.Member) {
	actor := s.acting(r, m)
	list, err := s.glassCase().Waiting(r.Context(), actor)
	if why := core.Refusal(err); why != nil {
		s.refuse(w, r, why)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	names := map[uuid.UUID]string{}
	for _, b := range list {
		if member, err := s.roster.Find(r.Context(), b.Staff); err == nil {
			names[b.Staff] = member.Login
		}
	}
	s.render(w, r, http.StatusOK, glassWaitingPage(s.viewOf(r, m), list, names))
}

// glassJudged is POST /cabinet/glass/{id}.
func (s *Server) glassJudged(w http.ResponseWriter, r *http.Request, m staff.Member) {
	err := s.glassCase().Judge(r.Context(), s.acting(r, m), subject(r), r.PostFormValue("verdict"))
	if why := core.Refusal(err); why != nil {
		s.refuse(w, r, why)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, "/cabinet/glass", http.StatusSeeOther)
}
