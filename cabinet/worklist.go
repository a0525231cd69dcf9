package cabinet

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/visit"
)

// listFrame is what a list of visits is drawn from: of those without a mark, or those to be moved.
type listFrame struct {
	Branches []clinic.Branch
	Branch   clinic.Branch
	Visits   []visit.Planned
	Doctors  map[uuid.UUID]string
	Cancel   bool // the role may offer other times
	Stranded bool
	Problem  string
}

// The lists of what is to be done with visits.
const (
	unmarkedPath = schedulePath + "/unmarked"
	strandedPath = schedulePath + "/stranded"
)

// unmarked is GET /cabinet/schedule/unmarked?branch=: visits of the past of which nobody has said what became of them.
func (s *Server) unmarked(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.listShown(w, r, m, false)
}

// stranded is GET /cabinet/schedule/stranded?branch=: visits outside working time, to be moved.
func (s *Server) stranded(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.listShown(w, r, m, true)
}

func (s *Server) listShown(w http.ResponseWriter, r *http.Request, m staff.Member, stranded bool) {
	v, actor := s.viewOf(r, m), s.acting(r, m)
	see, ok := scopeOf(actor)
	f := listFrame{Branches: see.open(s.Book.Current()), Doctors: map[uuid.UUID]string{}, Stranded: stranded, Cancel: m.Role == roleAdmin}
	if !ok || !see.names || len(f.Branches) == 0 {
		s.render(w, r, http.StatusForbidden, refusedPage(v, "error.no_schedule"))
		return
	}
	f.Branch = chosen(f.Branches, r)
	list := s.calendar(0).Unmarked
	if stranded {
		list = s.calendar(0).Stranded
	}
	var err error
	if f.Visits, err = list(r.Context(), actor, f.Branch.ID); err != nil {
		s.fault(w, r, err)
		return
	}
	for _, d := range s.Book.Current().Doctors {
		f.Doctors[d.ID] = d.Short()
	}
	if fragment(r) {
		s.render(w, r, http.StatusOK, visitList(v, f))
		return
	}
	s.render(w, r, http.StatusOK, listPage(v, f))
}
