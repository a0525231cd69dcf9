package cabinet

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// filterKept is POST /cabinet/reports/filters?…: what the page of the same address asks is kept under a name.
func (s *Server) filterKept(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v, actor := s.viewOf(r, m), s.acting(r, m)
	f := s.reportAsked(r.URL.Query(), actor)
	if len(f.Kinds) == 0 {
		s.render(w, r, http.StatusForbidden, refusedPage(v, "error.no_report"))
		return
	}
	f.FilterName = r.PostFormValue("name")
	err := s.reportOffice().Keep(r.Context(), actor, f.FilterName, f.query())
	if why := core.Refusal(err); why != nil && why.Code == core.Invalid {
		f.FilterWrong = s.sentence(v, why)
		s.reportsShown(w, r, m, f)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.tellNext(r, v.Say("report.filter_kept"))
	http.Redirect(w, r, f.at(), http.StatusSeeOther) //nolint:gosec // at is the page of reports, with parameters read and written anew
}

// filterDropped is POST /cabinet/reports/filters/{id}/drop?…
func (s *Server) filterDropped(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v, actor := s.viewOf(r, m), s.acting(r, m)
	id, err := uuid.Parse(chi.URLParam(r, "id"))
	if err != nil {
		s.failed(w, r, core.Refuse(core.NotFound, "not_found"))
		return
	}
	if err := s.reportOffice().Drop(r.Context(), actor, id); err != nil {
		s.failed(w, r, err)
		return
	}
	s.tellNext(r, v.Say("report.filter_dropped"))
	f := s.reportAsked(r.URL.Query(), actor)
	http.Redirect(w, r, f.at(), http.StatusSeeOther) //nolint:gosec // at is the page of reports, with parameters read and written anew
}

// keep and drop are the addresses at which what is asked is kept, or a kept one dropped.
func (f reportFrame) keep() string { return reportsPath + "/filters?" + f.query() }

func (f reportFrame) drop(id uuid.UUID) string {
	return reportsPath + "/filters/" + id.String() + "/drop?" + f.query()
}
