package cabinet

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/staff"
)

// schedule is GET /cabinet/schedule?branch=&date=: the frame of the page; its script asks for the day.
func (s *Server) schedule(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v := s.viewOf(r, m)
	see, ok := scopeOf(s.Guard.Admit(m.Actor(channel)))
	if !ok {
		s.render(w, r, http.StatusForbidden, refusedPage(v, "error.no_schedule"))
		return
	}
	branches := see.open(s.Book.Current())
	lacks := s.lacks(r.Context(), s.acting(r, m))
	if len(branches) == 0 {
		s.render(w, r, http.StatusOK, noBranchPage(v, lacks))
		return
	}
	branch := chosen(branches, r)
	date := s.date(branch, r)
	s.render(w, r, http.StatusOK, schedulePage(v, scheduleFrame{
		Branches: branches, Branch: branch.ID, Date: date.Format(dateForm), Today: s.today(branch).Format(dateForm), Title: s.dates.Day(v.Lang, date),
		Can:   canOf(s.Guard.Admit(m.Actor(channel)), see),
		Words: s.group(v.Lang, "status", "schedule", "field"), Lacks: lacks,
	}))
}

// scheduleData is GET /cabinet/schedule/data?branch=&date=.
func (s *Server) scheduleData(w http.ResponseWriter, r *http.Request, m staff.Member) {
	see, ok := scopeOf(s.Guard.Admit(m.Actor(channel)))
	branches := see.open(s.Book.Current())
	if !ok || len(branches) == 0 {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	branch := chosen(branches, r)
	d, err := s.day(r.Context(), page{actor: s.Guard.Admit(m.Actor(channel)), scope: see, branch: branch, date: s.date(branch, r), lang: langOf(r)})
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.show(w, r, d)
}

// channel is what Actor.Channel says of the cabinet.
const channel = "cabinet"

// chosen is the branch in the address, or the first of those that are open: a branch that is not open does not exist.
func chosen(branches []clinic.Branch, r *http.Request) clinic.Branch {
	id, err := uuid.Parse(r.URL.Query().Get("branch"))
	for _, b := range branches {
		if err == nil && b.ID == id {
			return b
		}
	}
	return branches[0]
}

// date is the day in the address, or today where there is none.
func (s *Server) date(b clinic.Branch, r *http.Request) time.Time {
	day, err := time.ParseInLocation(dateForm, r.URL.Query().Get("date"), b.Zone)
	if err != nil {
		return s.today(b)
	}
	return day
}

func (s *Server) today(b clinic.Branch) time.Time {
	now := s.Clock().In(b.Zone)
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, b.Zone)
}

// events is GET /cabinet/events?branch=: says that the day of a branch has changed, and never what. The page asks for the day anew,
// and there its rights are looked at.
func (s *Server) events(w http.ResponseWriter, r *http.Request, m staff.Member) {
	see, ok := scopeOf(s.Guard.Admit(m.Actor(channel)))
	branches := see.open(s.Book.Current())
	if !ok || len(branches) == 0 {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	s.tell(w, r, "branch:"+chosen(branches, r).ID.String())
}
