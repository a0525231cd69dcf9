package cabinet

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/inbox"
	"github.com/zapis-clinic/zapis/core/staff"
)

// cannedFrame is what the page of canned replies is drawn from.
type cannedFrame struct {
	List    []inbox.Canned
	Promise inbox.Promise
	New     inbox.Canned // as it was filled in and refused
	Problem string
}

// inboxSettings is GET /cabinet/inbox/settings: canned replies, and how soon people are answered.
func (s *Server) inboxSettings(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.inboxSettingsShown(w, r, m, cannedFrame{}, nil)
}

func (s *Server) inboxSettingsShown(w http.ResponseWriter, r *http.Request, m staff.Member, f cannedFrame, why *core.Error) {
	v, status := s.viewOf(r, m), http.StatusOK
	var err error
	if f.List, err = s.inboxDesk().Canned(r.Context(), s.acting(r, m)); err == nil {
		f.Promise, err = s.inboxDesk().Promise(r.Context(), s.acting(r, m))
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	if why != nil {
		status, f.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, cannedPage(v, f))
}

// inboxPromised is POST /cabinet/inbox/settings.
func (s *Server) inboxPromised(w http.ResponseWriter, r *http.Request, m staff.Member) {
	err := s.inboxDesk().SetPromise(r.Context(), s.acting(r, m), inbox.Promise{
		First: whole(r, "first"), Next: whole(r, "next"), Escalate: whole(r, "escalate"), Version: whole(r, "version"),
	})
	s.settled(w, r, m, cannedFrame{}, err)
}

// whole is a number of a form; what is none is 0, which is refused where it matters.
func whole(r *http.Request, name string) int32 {
	n, err := strconv.ParseInt(r.PostFormValue(name), 10, 32)
	if err != nil {
		return 0
	}
	return int32(n)
}

// cannedKept is POST /cabinet/inbox/canned: a reply is written down, changed, or dropped.
func (s *Server) cannedKept(w http.ResponseWriter, r *http.Request, m staff.Member) {
	c := inbox.Canned{Title: r.PostFormValue("title"), Text: r.PostFormValue(keyText), Version: whole(r, "version")}
	c.ID, _ = uuid.Parse(r.PostFormValue("id")) // the nil id is a new one
	if r.PostFormValue("drop") != "" {
		s.settled(w, r, m, cannedFrame{}, s.inboxDesk().Drop(r.Context(), s.acting(r, m), c))
		return
	}
	s.settled(w, r, m, cannedFrame{New: c}, s.inboxDesk().Keep(r.Context(), s.acting(r, m), c))
}

func (s *Server) settled(w http.ResponseWriter, r *http.Request, m staff.Member, f cannedFrame, err error) {
	if why := core.Refusal(err); why != nil && (why.Code == core.Conflict || why.Code == core.Invalid) {
		s.inboxSettingsShown(w, r, m, f, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.tellNext(r, s.view(r).Say("inbox.saved"))
	http.Redirect(w, r, inboxPath+"/settings", http.StatusSeeOther)
}

// cannedOffered is GET /cabinet/inbox/{id}/canned: the replies with this conversation's people and visit put in, in a window.
func (s *Server) cannedOffered(w http.ResponseWriter, r *http.Request, m staff.Member) {
	list, err := s.inboxDesk().Canned(r.Context(), s.acting(r, m))
	var t inbox.Thread
	if err == nil {
		t, err = s.inboxDesk().Thread(r.Context(), s.acting(r, m), subject(r), inbox.Look{Again: true})
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v := s.viewOf(r, m)
	values := s.valuesOf(t)
	for i := range list {
		list[i].Text = inbox.Fill(list[i].Text, values)
	}
	s.render(w, r, http.StatusOK, windowOf(r, v, v.Say("inbox.canned"), cannedPart(v, list)))
}

// valuesOf are the values of variables in a conversation, in the language of the person.
func (s *Server) valuesOf(t inbox.Thread) map[string]string {
	out := map[string]string{}
	set := func(value string, names ...string) {
		for _, n := range names {
			out[n] = value
		}
	}
	if len(t.People) > 0 {
		set(t.People[0].Given, "имя", "name")
	}
	if len(t.Visits) == 0 {
		return out
	}
	visit, catalog, lang := t.Visits[0], s.Book.Current(), t.Lang
	if lang == "" {
		lang = russian
	}
	set(visit.At.Format("02.01.2006"), "дата визита", "visit date")
	set(visit.At.Format("15:04"), "время визита", "visit time")
	set(visit.Service, "услуга", "service")
	if d, ok := catalog.Doctor(visit.Doctor); ok {
		set(d.Full(), "врач", "doctor")
	}
	for _, b := range catalog.Branches {
		if b.ID == visit.Branch {
			set(b.Name.In(lang), "филиал", "branch")
			set(b.Address.In(lang), "адрес", "address")
		}
	}
	return out
}
