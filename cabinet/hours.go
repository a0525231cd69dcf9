package cabinet

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/core/staff"
)

const (
	hoursPath    = "/cabinet/hours"
	kindSchedule = "schedule"
)

// hoursFrame is what the page of working time is drawn from.
type hoursFrame struct {
	Branches []clinic.Branch
	Branch   clinic.Branch
	Doctors  []clinic.Doctor
	Doctor   clinic.Doctor
	Hours    settings.Hours
	Asked    []settings.Asked
	Names    map[uuid.UUID]string
	Form     planForm
	Time     timeForm
	Forecast *schedule.Forecast
	Change   bool // may ask for another plan
	Block    bool // may block hours at once
	Own      bool // a doctor's own
	Nobody   bool // there is no doctor whose hours could be shown
	Problem  string
	Now      time.Time
}

// at is the address of what is chosen.
func (f hoursFrame) at(shape string) string {
	q := url.Values{keyBranch: {f.Branch.ID.String()}, keyDoctor: {f.Doctor.ID.String()}}
	if shape != "" {
		q.Set("shape", shape)
	}
	return hoursPath + "?" + q.Encode()
}

// timeForm is the form of some hours, as it was filled in.
type timeForm struct{ What, From, To, Reason, Problem string }

func (s *Server) hoursRoutes(r chi.Router) {
	r.Get("/hours", s.member(s.workingTime, true))
	r.Post("/hours/plan", s.member(s.planned, true))
	r.Post("/hours/time", s.member(s.timed, true))
	r.Post("/hours/back", s.member(s.unblocked, true))
	r.Post("/hours/requests/{id}", s.member(s.decided, true))
}

// seesHours says whose navigation leads to working time: those who arrange it, decide on it, or have it.
func seesHours(m *staff.Member) bool {
	return m != nil && (slices.Contains([]string{roleAdmin, roleHead, "director"}, m.Role) || m.Role == roleDoctor)
}

func (s *Server) board() settings.Board {
	return settings.Board{Office: settings.Office{Clock: s.Clock, IDs: s.IDs, Book: s.Book}, In: s.DB}
}

// workingTime is GET /cabinet/hours?branch=&doctor=&shape=: who works when, and what is asked for.
func (s *Server) workingTime(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.hoursShown(w, r, m, hoursFrame{Form: emptyPlan(r.URL.Query().Get("shape"))}, nil)
}

func (s *Server) hoursShown(w http.ResponseWriter, r *http.Request, m staff.Member, f hoursFrame, why *core.Error) {
	v, actor, status := s.viewOf(r, m), s.acting(r, m), http.StatusOK
	if !seesHours(&m) || !s.chooseHours(&f, actor, r) {
		if f.Nobody {
			s.render(w, r, http.StatusOK, nobodyPage(v, f, s.lacks(r.Context(), actor)))
			return
		}
		s.render(w, r, http.StatusForbidden, refusedPage(v, "error.no_hours"))
		return
	}
	var err error
	if f.Hours, err = s.board().Hours(r.Context(), actor, f.Doctor.ID, f.Branch.ID); err == nil {
		f.Asked, err = s.board().Requests(r.Context(), actor)
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	if why != nil {
		status, f.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	f.Form.begin(f.Hours, f.Now.In(f.Branch.Zone))
	if fragment(r) {
		s.render(w, r, http.StatusOK, forecast(v, f))
		return
	}
	s.render(w, r, status, hoursPage(v, f))
}

// chooseHours finds whose hours are looked at: a doctor looks at their own.
func (s *Server) chooseHours(f *hoursFrame, actor core.Actor, r *http.Request) bool {
	catalog := s.Book.Current()
	f.Now, f.Names, f.Own = s.Clock(), map[uuid.UUID]string{}, actor.Role == roleDoctor
	f.Change, f.Block = actor.Role == roleAdmin, actor.Role == roleAdmin
	see := scope{branches: actor.Branches}
	if f.Own {
		see.doctor = actor.Doctor
	}
	f.Branches = see.open(catalog)
	f.Nobody = !f.Own
	if len(f.Branches) == 0 || f.Own && actor.Doctor == uuid.Nil {
		return false
	}
	f.Branch = chosen(f.Branches, r)
	for _, d := range catalog.Doctors {
		f.Names[d.ID] = d.Short()
		if slices.Contains(d.Branches, f.Branch.ID) && (!f.Own || d.ID == actor.Doctor) {
			f.Doctors = append(f.Doctors, d)
		}
	}
	if len(f.Doctors) == 0 {
		return false
	}
	f.Doctor, f.Nobody = f.Doctors[0], false
	for _, d := range f.Doctors {
		if d.ID.String() == r.FormValue(keyDoctor) {
			f.Doctor = d
		}
	}
	return true
}

// planned is POST /cabinet/hours/plan: "do" is preview, or ask.
func (s *Server) planned(w http.ResponseWriter, r *http.Request, m staff.Member) {
	f := hoursFrame{Form: readPlan(r)}
	actor := s.acting(r, m)
	if !seesHours(&m) || !s.chooseHours(&f, actor, r) || !f.Change {
		s.hoursShown(w, r, m, f, core.Refusal(core.Refuse(core.Denied, "not_allowed")))
		return
	}
	p, err := f.Form.plan(f.Doctor.ID, f.Branch.ID)
	if err == nil && r.PostFormValue("do") == "ask" {
		err = s.askPlan(r, actor, p)
		if err == nil {
			s.tellNext(r, s.view(r).Say("hours.asked"))
			http.Redirect(w, r, f.at(""), http.StatusSeeOther)
			return
		}
	}
	if err == nil {
		var seen schedule.Forecast
		if seen, err = s.board().Foresee(r.Context(), actor, p); err == nil {
			f.Forecast = &seen
		}
	}
	why := core.Refusal(err)
	if err != nil && why == nil {
		s.fault(w, r, err)
		return
	}
	s.hoursShown(w, r, m, f, why)
}

func (s *Server) askPlan(r *http.Request, actor core.Actor, p schedule.Plan) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = s.Acts.Do(r.Context(), actor, core.Settings, core.Update, acts.Input{Kind: kindSchedule, Button: true, Fields: map[string]string{
		keyBranch: p.Branch.String(), keyDoctor: p.Practitioner.String(), "plan": string(text),
	}})
	return err
}

// timed is POST /cabinet/hours/time: "what" is closed or extra, "from" and "to" by the branch's clock. A desk's day is done at once; what is
// longer, and what a doctor wants, is asked for.
func (s *Server) timed(w http.ResponseWriter, r *http.Request, m staff.Member) {
	f := hoursFrame{Time: timeForm{What: r.PostFormValue("what"), From: r.PostFormValue(keyFrom), To: r.PostFormValue("to"), Reason: r.PostFormValue("reason")}}
	actor := s.acting(r, m)
	if !seesHours(&m) || !s.chooseHours(&f, actor, r) || !f.Block && !f.Own {
		s.hoursShown(w, r, m, f, core.Refusal(core.Refuse(core.Denied, "not_allowed")))
		return
	}
	f.Form = emptyPlan("")
	said, err := s.takeTime(r, actor, f)
	if why := core.Refusal(err); why != nil {
		f.Time.Problem = s.sentence(s.view(r), why)
		s.hoursShown(w, r, m, f, why)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.Hub.Tell("branch:" + f.Branch.ID.String())
	s.tellNext(r, s.view(r).Say(said))
	http.Redirect(w, r, f.at(""), http.StatusSeeOther)
}

// takeTime does or asks, and says which.
func (s *Server) takeTime(r *http.Request, actor core.Actor, f hoursFrame) (string, error) {
	from, bad := time.ParseInLocation(localForm, f.Time.From, f.Branch.Zone)
	to, worse := time.ParseInLocation(localForm, f.Time.To, f.Branch.Zone)
	extra := f.Time.What == "extra"
	if bad != nil || worse != nil || !from.Before(to) {
		return "", core.Refuse(core.Invalid, "ends_before_start")
	}
	if f.Block && to.Sub(from) <= 24*time.Hour {
		c := schedule.Closure{Practitioner: f.Doctor.ID, Branch: f.Branch.ID, From: from, To: to, Reason: f.Time.Reason}
		return "hours.done_" + map[bool]string{true: "extra", false: "closed"}[extra], s.board().Block(r.Context(), actor, c, extra)
	}
	in := acts.Input{Kind: kindSchedule, Button: true, Fields: map[string]string{keyFrom: from.Format(time.RFC3339), "to": to.Format(time.RFC3339), keyBranch: f.Branch.ID.String()}}
	action := core.Create
	if extra {
		in.Fields["extra"] = "true"
	}
	if f.Block {
		action, in.Fields[keyDoctor] = core.Update, f.Doctor.ID.String()
	}
	_, err := s.Acts.Do(r.Context(), actor, core.Settings, action, in)
	return "hours.asked", err
}

// unblocked is POST /cabinet/hours/back: "id" is taken back.
func (s *Server) unblocked(w http.ResponseWriter, r *http.Request, m staff.Member) {
	f := hoursFrame{}
	actor := s.acting(r, m)
	id, _ := uuid.Parse(r.PostFormValue("id")) // the nil id is nobody's
	if !seesHours(&m) || !s.chooseHours(&f, actor, r) {
		s.refuse(w, r, core.Refusal(core.Refuse(core.Denied, "not_allowed")))
		return
	}
	if err := s.board().Unblock(r.Context(), actor, id, f.Doctor.ID, f.Branch.ID); err != nil {
		s.failed(w, r, err)
		return
	}
	s.Hub.Tell("branch:" + f.Branch.ID.String())
	s.tellNext(r, s.view(r).Say("hours.taken_back"))
	http.Redirect(w, r, f.at(""), http.StatusSeeOther)
}

// decided is POST /cabinet/hours/requests/{id}: "decision" is approved or refused.
func (s *Server) decided(w http.ResponseWriter, r *http.Request, m staff.Member) {
	id, _ := uuid.Parse(chi.URLParam(r, "id")) // the nil id is nobody's
	decision := r.PostFormValue("decision")
	_, err := s.Acts.Do(r.Context(), s.acting(r, m), core.Settings, core.Approve, acts.Input{ID: id, Button: true, Fields: map[string]string{"decision": decision}})
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.tellNext(r, s.view(r).Say("hours.said_"+decision))
	http.Redirect(w, r, hoursPath, http.StatusSeeOther)
}
