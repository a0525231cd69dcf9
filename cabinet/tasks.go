package cabinet

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/task"
	"github.com/zapis-clinic/zapis/jobs"
)

const (
	tasksPath = "/cabinet/tasks"
	keyText   = "text"
	keyPaper  = "paper"
	keyKey    = "key" // of a form: pressed twice, it does one thing
	keyPhone  = "phone"
	showOpen  = "open"
	showLater = "later"
)

// worklist is what the page of tasks is drawn from.
type worklist struct {
	Show   string // mine, free, open, later, done
	Kind   string
	List   []task.Task
	Counts task.Counts
	More   bool
	Page   int
	Now    time.Time
}

// seesTasks says whose work tasks are.
func seesTasks(m *staff.Member) bool {
	return m != nil && slices.Contains([]string{roleAdmin, roleHead, roleSecurity}, m.Role)
}

func (s *Server) taskRoutes(r chi.Router) {
	r.Get("/tasks", s.member(s.tasks, true))
	r.Post("/tasks", s.member(s.taskAdded, true))
	r.Get("/tasks/{id}", s.member(s.taskOpened, true))
	r.Post("/tasks/{id}/{do}", s.member(s.taskDone, true))
}

func (s *Server) tasksOffice() task.Office {
	return task.Office{In: s.DB, Clock: s.Clock, IDs: s.IDs, Vault: s.Vault}
}

// tasks is GET /cabinet/tasks?show=&kind=&page=: what waits for a human.
func (s *Server) tasks(w http.ResponseWriter, r *http.Request, m staff.Member) {
	f, err := s.worklist(r, m)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	if r.Header.Get("Hx-Request") == "true" {
		s.render(w, r, http.StatusOK, taskList(s.viewOf(r, m), f))
		return
	}
	s.render(w, r, http.StatusOK, tasksPage(s.viewOf(r, m), f, newTask{}))
}

func (s *Server) worklist(r *http.Request, m staff.Member) (worklist, error) {
	q := r.URL.Query()
	f := worklist{Show: q.Get("show"), Kind: q.Get(keyKind), Now: s.Clock()}
	if !slices.Contains(strings.Fields("mine free open later done"), f.Show) {
		f.Show = showOpen
	}
	if !slices.Contains(task.Kinds(), f.Kind) {
		f.Kind = ""
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 && n < 1000 {
		f.Page = n
	}
	ask := task.Filter{Mine: f.Show == "mine", Free: f.Show == "free", PutOff: f.Show == showLater, Done: f.Show == "done", Kind: f.Kind, Page: f.Page}
	list, err := s.tasksOffice().List(r.Context(), s.acting(r, m), ask)
	f.List, f.Counts, f.More = list.Tasks, list.Counts, list.More
	return f, err
}

// at is the address of a part of the list.
func (f worklist) at(show, kind string, page int) string {
	q := url.Values{"show": {show}}
	if kind != "" {
		q.Set(keyKind, kind)
	}
	if page > 0 {
		q.Set("page", strconv.Itoa(page))
	}
	return tasksPath + "?" + q.Encode()
}

// failed shows a refusal as a page, or reports a fault.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, err error) {
	if why := core.Refusal(err); why != nil {
		s.refuse(w, r, why)
		return
	}
	s.fault(w, r, err)
}

// newTask is the form of a task that somebody writes down, as they filled it in.
type newTask struct {
	Text, Due string
	Urgent    bool
	Patient   uuid.UUID
	Problem   string
}

// localForm is how a browser writes a moment of the clinic's clock.
const localForm = "2006-01-02T15:04"

// taskAdded is POST /cabinet/tasks.
func (s *Server) taskAdded(w http.ResponseWriter, r *http.Request, m staff.Member) {
	form := newTask{Text: r.PostFormValue(keyText), Due: r.PostFormValue("due"), Urgent: r.PostFormValue("urgent") != ""}
	form.Patient, _ = uuid.Parse(r.PostFormValue("patient")) // none, where it is no id
	n := task.New{Text: form.Text, Urgent: form.Urgent, Patient: form.Patient}
	var err error
	if form.Due != "" {
		due, bad := time.ParseInLocation(localForm, form.Due, s.zone())
		n.Due = &due
		if bad != nil {
			err = core.Refuse(core.Invalid, "field_invalid", "Field", "due")
		}
	}
	if err == nil {
		_, err = s.tasksOffice().Add(r.Context(), s.acting(r, m), n)
	}
	if why := core.Refusal(err); why != nil && why.Code != core.Denied {
		s.tasksAgain(w, r, m, form, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.Hub.Tell(jobs.TasksTopic)
	s.tellNext(r, s.view(r).Say("task.added"))
	http.Redirect(w, r, tasksPath, http.StatusSeeOther)
}

func (s *Server) tasksAgain(w http.ResponseWriter, r *http.Request, m staff.Member, form newTask, why *core.Error) {
	f, err := s.worklist(r, m)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v := s.viewOf(r, m)
	form.Problem = s.sentence(v, why)
	s.render(w, r, s.refusedWith(w, why), tasksPage(v, f, form))
}

// opened is a task with all there is to it.
type opened struct {
	Task    task.Task
	Story   []task.Event
	Hands   []task.Hand
	Now     time.Time
	Problem string
	Text    string // typed and refused
}

// taskOpened is GET /cabinet/tasks/{id}.
func (s *Server) taskOpened(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.taskShown(w, r, m, nil)
}

func (s *Server) taskShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	id, _ := uuid.Parse(chi.URLParam(r, "id")) // the nil id is nobody's
	o, status, v := opened{Now: s.Clock(), Text: r.PostFormValue(keyText)}, http.StatusOK, s.viewOf(r, m)
	var err error
	if o.Task, o.Story, err = s.tasksOffice().One(r.Context(), s.acting(r, m), id); err == nil {
		o.Hands, err = s.tasksOffice().Hands(r.Context(), s.acting(r, m))
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	if why != nil {
		status, o.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, taskPage(v, o))
}

// taskDone is POST /cabinet/tasks/{id}/{do}: take, release, give, later, note, close, reopen.
func (s *Server) taskDone(w http.ResponseWriter, r *http.Request, m staff.Member) {
	err := s.doTask(r, m)
	if why := core.Refusal(err); why != nil && (why.Code == core.Conflict || why.Code == core.Invalid) {
		s.taskShown(w, r, m, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.Hub.Tell(jobs.TasksTopic)
	next := r.PostFormValue("next")
	if !strings.HasPrefix(next, tasksPath) {
		next = tasksPath + "/" + chi.URLParam(r, "id")
	}
	http.Redirect(w, r, ownPath(next), http.StatusSeeOther) //nolint:gosec // ownPath leads nowhere but into the cabinet
}

func (s *Server) doTask(r *http.Request, m staff.Member) error {
	id, err := uuid.Parse(chi.URLParam(r, "id"))
	version, bad := strconv.ParseInt(r.PostFormValue("version"), 10, 32)
	do := chi.URLParam(r, "do")
	if err != nil || (bad != nil && do != keyNote) {
		return core.Refuse(core.NotFound, "not_found")
	}
	ctx, o, who, ref := r.Context(), s.tasksOffice(), s.acting(r, m), task.Ref{ID: id, Version: int32(version)}
	switch do {
	case "take":
		return o.Take(ctx, who, ref)
	case "release":
		return o.Release(ctx, who, ref)
	case "give":
		to, _ := uuid.Parse(r.PostFormValue("to")) // the nil id is nobody's
		return o.Give(ctx, who, ref, to)
	case showLater:
		until, err := time.ParseInLocation(localForm, r.PostFormValue("until"), s.zone())
		if err != nil {
			return core.Refuse(core.Invalid, "field_invalid", "Field", "until")
		}
		return o.PutOff(ctx, who, ref, until)
	case keyNote:
		return o.Note(ctx, who, id, r.PostFormValue(keyText))
	case "close":
		return o.Close(ctx, who, ref, r.PostFormValue("outcome"), r.PostFormValue(keyText))
	case "reopen":
		return o.Reopen(ctx, who, ref)
	}
	return core.Refuse(core.NotFound, "not_found")
}

// taskEvents is GET /cabinet/tasks/events: tells an open list that something has changed.
func (s *Server) taskEvents(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if !seesTasks(&m) {
		s.refuse(w, r, &core.Error{Code: core.Denied, Key: "not_allowed"})
		return
	}
	s.tell(w, r, jobs.TasksTopic)
}
