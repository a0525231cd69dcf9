package cabinet

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/staff"
)

// nearestFrame is what the search for free time is drawn from.
type nearestFrame struct {
	Branches    []clinic.Branch
	Specialties []clinic.Specialty
	Doctors     []clinic.Doctor
	Services    []clinic.Service
	Asked       map[string]string
	Slots       []slotShown
	Why         schedule.Why
	Looked      bool
}

// slotShown is a free time with the way to book it.
type slotShown struct{ When, Doctor, Place, Path string }

// Parts of a day in minutes, as patients name them: morning until noon, day until five, evening.
func parts() map[string][2]int {
	return map[string][2]int{"morning": {8 * 60, 12 * 60}, "day": {12 * 60, 17 * 60}, "evening": {17 * 60, 21 * 60}}
}

// nearestMost bounds the list.
const nearestMost = 20

// nearestFree is GET /cabinet/schedule/free?branch=&specialty=&doctor=&service=&part=&from=: the nearest free times, each a way to book it.
func (s *Server) nearestFree(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v, actor := s.viewOf(r, m), s.acting(r, m)
	see, ok := scopeOf(actor)
	branches := see.open(s.Book.Current())
	if !ok || len(branches) == 0 || !mayBook(actor) {
		s.render(w, r, http.StatusForbidden, sentencePart(v, v.Say("error.book_not_yours"), fragment(r)))
		return
	}
	f := nearestFrame{Branches: branches, Asked: map[string]string{}}
	for _, name := range []string{keyBranch, keySpecialty, keyDoctor, keyService, "part", keyFrom} {
		f.Asked[name] = r.URL.Query().Get(name)
	}
	if err := s.searchFree(r, actor, &f); err != nil {
		s.fault(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, windowOf(r, v, v.Say("nearest.title"), nearestPart(v, f)))
}

func (s *Server) searchFree(r *http.Request, actor core.Actor, f *nearestFrame) error {
	c := s.Book.Current()
	branch := chosenOf(f.Branches, f.Asked[keyBranch])
	ask := schedule.Ask{Specialty: f.Asked[keySpecialty], Branch: branch.ID, Limit: nearestMost}
	ask.Doctor, _ = uuid.Parse(f.Asked[keyDoctor]) // none is any
	if actor.Role == roleDoctor {
		ask.Doctor = actor.Doctor
	}
	ask.Service, _ = uuid.Parse(f.Asked[keyService])
	if from, err := time.ParseInLocation(dateForm, f.Asked["from"], branch.Zone); err == nil {
		ask.From = from
	}
	if part, ok := parts()[f.Asked["part"]]; ok {
		ask.DayFrom, ask.DayTo = part[0], part[1]
	}
	f.Specialties = c.Bookable()
	f.Doctors = c.DoctorsOf(ask.Specialty, branch.ID)
	if d, ok := c.Doctor(ask.Doctor); ok {
		for _, code := range d.Specialties {
			f.Services = append(f.Services, c.ServicesOf(code, d.ID)...)
		}
	} else if ask.Specialty != "" {
		f.Services = c.ServicesOf(ask.Specialty, uuid.Nil)
	}
	if ask.Specialty == "" && ask.Doctor == uuid.Nil {
		return nil
	}
	f.Looked = true
	free := schedule.Free{In: s.DB, Book: s.Book, Clock: s.Clock}
	slots, err := free.Nearest(r.Context(), actor, ask)
	if err == nil && len(slots) == 0 {
		f.Why, err = free.Explain(r.Context(), actor, ask)
	}
	for _, x := range slots {
		d, _ := c.Doctor(x.Doctor)
		to := url.Values{keyBranch: {x.Branch.String()}, keyDoctor: {x.Doctor.String()}, "start": {x.Start.Format("2006-01-02T15:04")}, keyService: {f.Asked[keyService]}}
		f.Slots = append(f.Slots, slotShown{s.dates.Moment(langOf(r), x.Start), d.Short(), branch.Name.In(langOf(r)), schedulePath + "/new?" + to.Encode()})
	}
	return err
}
