package cabinet

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/staff"
)

// weekOf is seven days of one doctor in a branch, as the page's script reads them.
type weekOf struct {
	Branch  uuid.UUID `json:"branch"`
	Date    string    `json:"date"` // that was asked for
	Title   string    `json:"title"`
	Doctor  uuid.UUID `json:"doctor"`
	Doctors []column  `json:"doctors"` // to choose from
	Days    []day     `json:"days"`
}

// scheduleWeek is GET /cabinet/schedule/week?branch=&date=&doctor=.
func (s *Server) scheduleWeek(w http.ResponseWriter, r *http.Request, m staff.Member) {
	actor := s.acting(r, m)
	see, ok := scopeOf(actor)
	branches := see.open(s.Book.Current())
	if !ok || len(branches) == 0 {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	branch := chosen(branches, r)
	p := page{actor: actor, scope: see, branch: branch, date: s.date(branch, r), lang: langOf(r)}
	out := weekOf{Branch: branch.ID, Date: p.date.Format(dateForm), Doctors: s.staffOf(p), Days: []day{}}
	if len(out.Doctors) == 0 {
		s.show(w, r, out)
		return
	}
	p.scope.doctor = chosenDoctor(out.Doctors, r.URL.Query().Get(keyDoctor))
	out.Doctor = p.scope.doctor
	first := p.date.AddDate(0, 0, -(int(p.date.Weekday())+6)%7)
	for i := range 7 {
		p.date = first.AddDate(0, 0, i)
		d, err := s.day(r.Context(), p)
		if err != nil {
			s.fault(w, r, err)
			return
		}
		out.Days = append(out.Days, d)
	}
	out.Title = first.Format("02.01") + "–" + first.AddDate(0, 0, 6).Format("02.01.2006")
	s.show(w, r, out)
}

// staffOf are the doctors of a branch that somebody may look at.
func (s *Server) staffOf(p page) []column {
	hours := map[uuid.UUID][]window{}
	for _, d := range s.Book.Current().DoctorsOf("", p.branch.ID) {
		if p.scope.doctor == uuid.Nil || d.ID == p.scope.doctor {
			hours[d.ID] = nil
		}
	}
	return columns(s.Book.Current(), hours, p)
}

func chosenDoctor(list []column, id string) uuid.UUID {
	for _, c := range list {
		if c.ID.String() == id {
			return c.ID
		}
	}
	return list[0].ID
}

// sheetOf is a day on paper: a table for each doctor.
type sheetOf struct {
	Title, Place string
	Printed      time.Time
	Doctors      []sheetDoctor
	Names        bool
}

type sheetDoctor struct {
	column
	Visits []block
}

// sheet is GET /cabinet/schedule/sheet?branch=&date=&doctor=: the day to print.
func (s *Server) sheet(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v, actor := s.viewOf(r, m), s.acting(r, m)
	see, ok := scopeOf(actor)
	branches := see.open(s.Book.Current())
	if !ok || len(branches) == 0 {
		s.render(w, r, http.StatusForbidden, refusedPage(v, "error.no_schedule"))
		return
	}
	branch := chosen(branches, r)
	p := page{actor: actor, scope: see, branch: branch, date: s.date(branch, r), lang: v.Lang}
	if one, err := uuid.Parse(r.URL.Query().Get(keyDoctor)); err == nil && see.doctor == uuid.Nil {
		p.scope.doctor = one
	}
	d, err := s.day(r.Context(), p)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	out := sheetOf{Title: d.Title, Place: d.Place, Printed: s.Clock().In(branch.Zone), Names: see.names}
	for _, c := range d.Doctors {
		part := sheetDoctor{column: c}
		for _, x := range d.Visits {
			if x.Doctor == c.ID && x.Status != "held" {
				part.Visits = append(part.Visits, x)
			}
		}
		out.Doctors = append(out.Doctors, part)
	}
	s.render(w, r, http.StatusOK, sheetPage(v, out))
}
