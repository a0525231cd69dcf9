package cabinet

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/visit"
)

// bookingFrame is what the window to book is drawn from.
type bookingFrame struct {
	Branch   clinic.Branch
	Doctors  []clinic.Doctor
	Services []clinic.Service // of the chosen doctor
	Doctor   uuid.UUID
	Found    []patient.Found
	NewCard  bool // the role may make one
	Typed    map[string]string
	Wrong    map[string]string // what is wrong, by field
	Problem  string
	Conflict []conflict
	Terms    func(doctor, service uuid.UUID) clinic.Terms
}

// say is what was typed into a field.
func (f bookingFrame) say(name string) string { return f.Typed[name] }

// about tells a booking from another: what is begun for one is nothing for the next.
func (f bookingFrame) about() string {
	return strings.Join([]string{f.Doctor.String(), f.say(keyDate), f.say(keyTime), f.say("patient")}, " ")
}

// conflict is something in the way, in words.
type conflict struct{ Text string }

// bookingFields are what the form of a booking carries.
func bookingFields() []string {
	return []string{keyBranch, keyDoctor, keyService, keyDate, keyTime, keyMinutes, "patient", "q", keyName, keyPhone, keyBorn, keyPaper, keyNote, keyOver, "source", "weeks", keyKey}
}

// booking is GET /cabinet/schedule/new?branch=&doctor=&start=&patient=&service=: the window to book.
func (s *Server) booking(w http.ResponseWriter, r *http.Request, m staff.Member) {
	f := bookingFrame{Typed: map[string]string{}}
	for _, name := range bookingFields() {
		f.Typed[name] = r.URL.Query().Get(name)
	}
	if start, err := time.Parse("2006-01-02T15:04", first(r.URL.Query().Get("start"), 16)); err == nil {
		f.Typed[keyDate], f.Typed[keyTime] = start.Format(dateForm), start.Format("15:04")
	}
	f.Typed[keyKey] = s.IDs().String()
	s.bookingShown(w, r, m, f, nil)
}

func first(text string, n int) string {
	if len(text) > n {
		return text[:n]
	}
	return text
}

// mayBook says whether somebody books at all: the desk, and a doctor those in their care.
func mayBook(actor core.Actor) bool {
	_, err := access.Require(actor, core.Ask{Action: core.Create, Class: core.Appointments, Facts: core.Facts{Branch: true, Care: true, Schedule: true}})
	return err == nil
}

func (s *Server) bookingShown(w http.ResponseWriter, r *http.Request, m staff.Member, f bookingFrame, why *core.Error) {
	v, actor, status := s.viewOf(r, m), s.acting(r, m), http.StatusOK
	see, ok := scopeOf(actor)
	branches := see.open(s.Book.Current())
	if !ok || len(branches) == 0 || !mayBook(actor) {
		s.render(w, r, http.StatusForbidden, sentencePart(v, v.Say("error.book_not_yours"), fragment(r)))
		return
	}
	f.Branch = chosenOf(branches, f.say(keyBranch))
	s.choices(actor, &f)
	if f.say(keyTime) == "" {
		s.suggest(r.Context(), actor, &f)
	}
	if id := f.say("patient"); id != "" {
		f.Found, _ = s.cards().Find(r.Context(), actor, id) // whom they may not know is not found
		s.phoned(f.Found)
	}
	_, err := access.Require(actor, core.Ask{Action: core.Create, Class: core.Contacts, Facts: core.Facts{Branch: true}})
	f.NewCard = err == nil && s.Acts != nil
	if why != nil {
		status = s.refusedWith(w, why)
		f.place(why, s.sentence(v, why))
	}
	s.render(w, r, status, windowOf(r, v, v.Say("book.title"), bookingPart(v, f)))
}

// suggest fills in the doctor's first free time from the day on, where there is one.
func (s *Server) suggest(ctx context.Context, actor core.Actor, f *bookingFrame) {
	from, err := time.ParseInLocation(dateForm, f.say(keyDate), f.Branch.Zone)
	if err != nil {
		from = s.Clock().In(f.Branch.Zone)
	}
	f.Typed[keyDate] = from.Format(dateForm)
	free := schedule.Free{In: s.DB, Book: s.Book, Clock: s.Clock}
	slots, err := free.Nearest(ctx, actor, schedule.Ask{Doctor: f.Doctor, Branch: f.Branch.ID, From: from, Limit: 1})
	if err == nil && len(slots) > 0 {
		f.Typed[keyDate], f.Typed[keyTime] = slots[0].Start.Format(dateForm), slots[0].Start.Format("15:04")
	}
}

// place puts a refusal beside the field that it is about.
func (f *bookingFrame) place(why *core.Error, sentence string) {
	field := map[string]string{
		"patient_unchosen": "q", "name_invalid": keyName, "phone_invalid": keyPhone, "consent_paper_number": keyPaper, "born_wrong": keyBorn,
		"time_past": keyTime, "time_wrong": keyTime, "length_wrong": keyMinutes, "service_unknown": keyService, "doctor_unknown": keyDoctor,
		"overbook_reason": keyOver, "overbook_full": keyOver, "series_weeks": "weeks", "text_long": keyNote, "doctor_elsewhere": keyDoctor,
	}[why.Key]
	if field == "" {
		f.Problem = sentence
		return
	}
	f.Wrong = map[string]string{field: sentence}
}

// choices are the doctors of the branch that the actor books for, and what the chosen one performs.
func (s *Server) choices(actor core.Actor, f *bookingFrame) {
	c := s.Book.Current()
	f.Terms = c.Terms
	for _, d := range c.DoctorsOf("", f.Branch.ID) {
		if actor.Role != roleDoctor || d.ID == actor.Doctor {
			f.Doctors = append(f.Doctors, d)
		}
	}
	f.Doctor, _ = uuid.Parse(f.say(keyDoctor)) // an unknown one is none
	d, ok := c.Doctor(f.Doctor)
	if !ok && len(f.Doctors) > 0 {
		d = f.Doctors[0]
		f.Doctor = d.ID
	}
	for _, code := range d.Specialties {
		f.Services = append(f.Services, c.ServicesOf(code, d.ID)...)
	}
	if f.say(keyMinutes) == "" && len(f.Services) > 0 {
		service := f.Services[0]
		for _, x := range f.Services {
			if x.ID.String() == f.say(keyService) {
				service = x
			}
		}
		f.Typed[keyMinutes] = strconv.Itoa(int(c.Terms(d.ID, service.ID).Duration / time.Minute))
	}
}

// patientsFound is POST /cabinet/schedule/patients: the cards to choose from, as a part of the window.
func (s *Server) patientsFound(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v := s.viewOf(r, m)
	asked := first(r.PostFormValue("q"), 200)
	found, err := s.cards().Find(r.Context(), s.acting(r, m), asked)
	if why := core.Refusal(err); why != nil {
		s.render(w, r, s.refusedWith(w, why), sentencePart(v, s.sentence(v, why), true))
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.phoned(found)
	s.render(w, r, http.StatusOK, foundPart(v, found, asked, ""))
}

// phoned writes phones as people read them; what is hidden stays as it is.
func (s *Server) phoned(list []patient.Found) {
	for i := range list {
		if strings.HasPrefix(list[i].Phone, "+") && !strings.Contains(list[i].Phone, "·") {
			list[i].Phone = s.dates.Phone(list[i].Phone)
		}
	}
}

// booked is POST /cabinet/schedule/visits.
func (s *Server) booked(w http.ResponseWriter, r *http.Request, m staff.Member) {
	actor := s.acting(r, m)
	f := bookingFrame{Typed: typed(r, bookingFields()...)}
	if r.PostFormValue("look") != "" { // another doctor was chosen: the form is drawn again
		f.Typed[keyService], f.Typed[keyMinutes] = "", ""
		s.bookingShown(w, r, m, f, nil)
		return
	}
	now, series, err := s.book(r.Context(), actor, &f)
	if err == nil && len(series) > 0 {
		v := s.viewOf(r, m)
		s.render(w, r, http.StatusOK, windowOf(r, v, v.Say("series.title"), seriesPart(v, s.reported(v, series))))
		return
	}
	if err == nil {
		v := s.view(r)
		s.finished(w, r, notice{Text: strings.ReplaceAll(v.Say("told.book"), "{time}", now.Start.Format("02.01 15:04"))}, s.dayOf(now))
		return
	}
	why := core.Refusal(err)
	if why == nil {
		s.fault(w, r, err)
		return
	}
	if why.Key == "not_allowed" || why.Key == "not_found" {
		why = &core.Error{Code: core.Denied, Key: "book_not_yours"}
	}
	if why.Code == core.Conflict {
		f.Conflict = s.bookingConflicts(r, actor, f)
	}
	s.bookingShown(w, r, m, f, why)
}

// book makes the card, where it is a new one, and the visit. A card that was made stays though the time is taken: it is chosen in the form
// that comes back.
func (s *Server) book(ctx context.Context, actor core.Actor, f *bookingFrame) (visit.Visit, []visit.Occurrence, error) {
	w, p, err := s.wished(actor, *f)
	if err != nil {
		return visit.Visit{}, nil, err
	}
	if w.Patient == uuid.Nil {
		if strings.TrimSpace(f.say(keyName)) == "" {
			return visit.Visit{}, nil, core.Refuse(core.Invalid, "patient_unchosen")
		}
		if w.Patient, err = s.newCard(ctx, actor, *f); err != nil {
			return visit.Visit{}, nil, err
		}
		f.Typed["patient"], f.Typed[keyName], f.Typed[keyPhone], f.Typed[keyBorn], f.Typed[keyPaper] = w.Patient.String(), "", "", "", ""
	}
	if weeks := f.say("weeks"); weeks != "" && weeks != "1" {
		n, _ := strconv.Atoi(weeks) // no number is no series, and refused
		list, err := s.calendar(0).Series(ctx, actor, w, p, n)
		return visit.Visit{}, list, err
	}
	now, err := s.calendar(0).Place(ctx, actor, w, p)
	return now, nil, err
}

// occurrence is a visit of a series, in words.
type occurrence struct {
	When, Why string
}

func (s *Server) reported(v view, list []visit.Occurrence) []occurrence {
	out := make([]occurrence, 0, len(list))
	for _, x := range list {
		one := occurrence{When: s.dates.Moment(v.Lang, x.Plan.Start)}
		if x.Why != nil {
			one.Why = s.sentence(v, x.Why)
		}
		out = append(out, one)
	}
	return out
}

// newCard makes a card from what was typed into the window.
func (s *Server) newCard(ctx context.Context, actor core.Actor, f bookingFrame) (uuid.UUID, error) {
	if s.Acts == nil {
		return uuid.Nil, core.Refuse(core.Denied, "not_allowed")
	}
	out, err := s.Acts.Do(ctx, actor, core.Contacts, core.Create, acts.Input{Button: true, Fields: map[string]string{
		keyName: f.say(keyName), keyPhone: f.say(keyPhone), keyBorn: f.say(keyBorn), keyPaper: f.say(keyPaper), keyKey: f.say(keyKey),
	}})
	if why := core.Refusal(err); why != nil && why.Key == "field_invalid" {
		return uuid.Nil, core.Refuse(core.Invalid, "born_wrong")
	}
	if err != nil || len(out.Rows) == 0 {
		return uuid.Nil, err
	}
	id, _ := out.Rows[0]["id"].(uuid.UUID) // the act's own id
	return id, nil
}

// wished reads who is to come to whom, when and for what.
func (s *Server) wished(actor core.Actor, f bookingFrame) (visit.Wish, visit.Plan, error) {
	see, ok := scopeOf(actor)
	branches := see.open(s.Book.Current())
	if !ok || len(branches) == 0 {
		return visit.Wish{}, visit.Plan{}, core.Refuse(core.Denied, "not_allowed")
	}
	branch := chosenOf(branches, f.say(keyBranch))
	w := visit.Wish{Source: "cabinet"}
	if f.say("source") == keyPhone {
		w.Source = keyPhone
	}
	w.Patient, _ = uuid.Parse(f.say("patient")) // none: a new card
	w.Service, _ = uuid.Parse(f.say(keyService))
	p := visit.Plan{Branch: branch.ID, Over: strings.TrimSpace(f.say(keyOver)), Note: f.say(keyNote)}
	p.Doctor, _ = uuid.Parse(f.say(keyDoctor))
	d, _ := s.Book.Current().Doctor(p.Doctor)
	if _, performs := d.Services[w.Service]; !performs {
		return w, p, core.Refuse(core.Invalid, "service_unknown")
	}
	var err error
	if p.Start, err = time.ParseInLocation(dateForm+" 15:04", f.say(keyDate)+" "+f.say(keyTime), branch.Zone); err != nil {
		return w, p, core.Refuse(core.Invalid, "time_wrong")
	}
	p.Length, err = minutesOf(f.say(keyMinutes))
	return w, p, err
}

// minutesOf reads a length; nothing typed is the service's own.
func minutesOf(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 || n > 720 {
		return 0, core.Refuse(core.Invalid, "length_wrong")
	}
	return time.Duration(n) * time.Minute, nil
}

// chosenOf is the branch with an id, or the first.
func chosenOf(branches []clinic.Branch, id string) clinic.Branch {
	for _, b := range branches {
		if b.ID.String() == id {
			return b
		}
	}
	return branches[0]
}
