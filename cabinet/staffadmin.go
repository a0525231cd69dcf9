package cabinet

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/staff"
)

const staffPath = adminPath + "/staff"

func (s *Server) staffRoutes(r chi.Router) {
	r.Get("/admin/staff", s.member(s.staffList, true))
	r.Post("/admin/staff", s.member(s.fresh(s.staffHired), true))
	r.Get("/admin/staff/new", s.member(s.fresh(s.staffNew), true))
	r.Get("/admin/staff/{id}", s.member(s.staffOne, true))
	r.Post("/admin/staff/{id}/{do}", s.member(s.fresh(s.staffDone), true))
}

func (s *Server) staffOffice() staff.Office { return staff.Office{Roster: s.roster} }

// changesStaff says whether somebody may change others' rights at all.
func changesStaff(who core.Actor) bool {
	_, err := access.Require(who, core.Ask{Action: core.Update, Class: core.Policies})
	return err == nil
}

// roll is the list of the staff as it was asked for.
type roll struct {
	staff.Wanted

	List []staff.Person
	More bool
	May  bool
}

func (f roll) at(after int) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": f.Found, keyRole: f.Role} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Blocked {
		q.Set("blocked", "1")
	}
	if after > 0 {
		q.Set("after", strconv.Itoa(after))
	}
	return staffPath + "?" + q.Encode()
}

// staffList is GET /cabinet/admin/staff.
func (s *Server) staffList(w http.ResponseWriter, r *http.Request, m staff.Member) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	q := r.URL.Query()
	after, _ := strconv.Atoi(q.Get("after")) // from the beginning, where it is no number
	f := roll{Wanted: staff.Wanted{Found: strings.ToLower(cut(q.Get("q"), maxAsked)), Role: q.Get("role"), Blocked: q.Get("blocked") != "", After: after}, May: changesStaff(who)}
	var err error
	if f.List, f.More, err = s.staffOffice().People(r.Context(), who, f.Wanted); err != nil {
		s.failed(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, staffPage(s.viewOf(r, m), f))
}

// cut bounds what was typed.
func cut(text string, most int) string { return text[:min(len(text), most)] }

// hire is somebody to be put on the staff, as they were typed in.
type hire struct {
	staff.Newcomer

	Problem string
	Field   string // that the problem is of
	Doctors []clinic.Doctor
	All     []clinic.Branch
}

// wrong is what is said beside a field.
func (h hire) wrong(field string) string {
	if h.Field == field {
		return h.Problem
	}
	return ""
}

// staffNew is GET /cabinet/admin/staff/new.
func (s *Server) staffNew(w http.ResponseWriter, r *http.Request, m staff.Member) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	if !changesStaff(who) {
		s.refuse(w, r, &core.Error{Code: core.Denied, Key: "staff_not_yours"})
		return
	}
	s.render(w, r, http.StatusOK, hirePage(s.viewOf(r, m), s.hiring(staff.Newcomer{Role: roleAdmin})))
}

func (s *Server) hiring(n staff.Newcomer) hire {
	now := s.Book.Current()
	return hire{Newcomer: n, Doctors: now.Doctors, All: now.Branches}
}

// staffHired is POST /cabinet/admin/staff: the link is shown once, on the answer.
func (s *Server) staffHired(w http.ResponseWriter, r *http.Request, m staff.Member) {
	n := staff.Newcomer{Login: strings.ToLower(strings.TrimSpace(r.PostFormValue("login"))), Role: r.PostFormValue("role"), OneRoom: r.PostFormValue("one_room") != ""}
	n.Roles = slices.DeleteFunc(r.PostForm["roles"], func(one string) bool { return one == n.Role })
	place, err := s.placeIn(r)
	n.Doctor, n.Branches = place.Doctor, place.Branches
	var token string
	if err == nil {
		token, err = s.staffOffice().Hire(r.Context(), s.acting(r, m), n)
	}
	if why := core.Refusal(err); why != nil && why.Code != core.Denied {
		v, h := s.viewOf(r, m), s.hiring(n)
		h.Problem, h.Field = s.sentence(v, why), fieldOf(why.Key)
		s.render(w, r, s.refusedWith(w, why), hirePage(v, h))
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.invitation(w, r, m, n.Login, token)
}

// fieldOf is the field of the form that a refusal is about.
func fieldOf(key string) string {
	switch key {
	case "login_invalid", "login_taken":
		return "login"
	case "roles_combined", "role_unknown":
		return "role"
	case "doctor_unlinked", "doctor_unknown":
		return keyDoctor
	}
	return ""
}

// placeIn is where somebody works, as a form says; branches that there are not are left out.
func (s *Server) placeIn(r *http.Request) (staff.Place, error) {
	p := staff.Place{Branches: []uuid.UUID{}}
	if text := r.PostFormValue("doctor"); text != "" {
		id, err := uuid.Parse(text)
		if err != nil {
			return p, core.Refuse(core.Invalid, "doctor_unknown")
		}
		p.Doctor = id
	}
	for _, b := range s.Book.Current().Branches {
		if slices.Contains(r.PostForm["branch"], b.ID.String()) {
			p.Branches = append(p.Branches, b.ID)
		}
	}
	return p, nil
}

func (s *Server) invitation(w http.ResponseWriter, r *http.Request, m staff.Member, login, token string) {
	link := s.PublicURL + "/cabinet/invite/" + token
	picture, err := drawQR(link)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, invitationPage(s.viewOf(r, m), login, link, picture))
}

// personnel is somebody with what may be done about them.
type personnel struct {
	staff.Person

	May     bool
	Self    bool
	Doctors []clinic.Doctor
	All     []clinic.Branch
	Problem string
}

// staffOne is GET /cabinet/admin/staff/{id}.
func (s *Server) staffOne(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.staffShown(w, r, m, nil)
}

func (s *Server) staffShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	one, err := s.staffOffice().One(r.Context(), who, named(r))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	now, v, status := s.Book.Current(), s.viewOf(r, m), http.StatusOK
	p := personnel{Person: one, May: changesStaff(who), Self: one.ID == m.ID, Doctors: now.Doctors, All: now.Branches}
	if why != nil {
		status, p.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, personPage(v, p))
}

// staffDone is POST /cabinet/admin/staff/{id}/{do}: roles, place, block, unblock, sessions, factors, invite.
func (s *Server) staffDone(w http.ResponseWriter, r *http.Request, m staff.Member) {
	do := chi.URLParam(r, "do")
	token, err := s.doStaff(r, s.acting(r, m), do)
	if why := core.Refusal(err); why != nil && why.Code != core.NotFound {
		s.staffShown(w, r, m, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	if token != "" {
		s.invitation(w, r, m, cut(r.PostFormValue("login"), maxAsked), token)
		return
	}
	s.tellNext(r, s.view(r).Say("staff.done_"+do))
	http.Redirect(w, r, staffPath+"/"+named(r).String(), http.StatusSeeOther) //nolint:gosec // an id under our own address
}

func (s *Server) doStaff(r *http.Request, who core.Actor, do string) (string, error) {
	generation, err := strconv.ParseInt(r.PostFormValue("generation"), 10, 32)
	if err != nil {
		return "", core.Refuse(core.NotFound, "not_found")
	}
	ctx, o, ref := r.Context(), s.staffOffice(), staff.Ref{ID: named(r), Generation: int32(generation)}
	switch do {
	case "roles":
		return "", o.GiveRoles(ctx, who, ref, staff.NewRoles{Usual: r.PostFormValue("role"), Others: r.PostForm["roles"], OneRoom: r.PostFormValue("one_room") != ""})
	case "place":
		place, err := s.placeIn(r)
		if err != nil {
			return "", err
		}
		return "", o.Put(ctx, who, ref, place)
	case "block", "unblock":
		return "", o.Block(ctx, who, ref, do == "block")
	case "sessions":
		return "", o.SignOut(ctx, who, ref)
	case "factors":
		return "", o.ResetFactors(ctx, who, ref)
	case "invite":
		return o.Reinvite(ctx, who, ref)
	}
	return "", core.Refuse(core.NotFound, "not_found")
}
