package cabinet

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/visit"
)

// schedulePath is the schedule, and what is under it.
const schedulePath = "/cabinet/schedule"

func (s *Server) scheduleRoutes(r chi.Router) {
	r.Get("/schedule", s.member(s.schedule, true))
	r.Get("/schedule/data", s.member(s.scheduleData, false))
	r.Get("/schedule/week", s.member(s.scheduleWeek, false))
	r.Get("/schedule/sheet", s.member(s.sheet, true))
	r.Get("/schedule/free", s.member(s.nearestFree, true))
	r.Get("/schedule/unmarked", s.member(s.unmarked, true))
	r.Get("/schedule/stranded", s.member(s.stranded, true))
	r.Get("/schedule/feed", s.member(s.feedShown, true))
	r.Post("/schedule/feed/{do}", s.member(s.feedDone, true))
	r.Get("/schedule/new", s.member(s.booking, true))
	r.Post("/schedule/patients", s.member(s.patientsFound, true))
	r.Post("/schedule/visits", s.member(s.booked, true))
	r.Get("/schedule/visits/{id}", s.member(s.visit, true))
	r.Post("/schedule/visits/{id}/{do}", s.member(s.visitDone, true))
}

// calendar changes visits as the page's person does: by a button, having looked at the version that the form carries.
func (s *Server) calendar(seen int32) visit.Desk {
	return visit.Desk{
		In: s.DB, Book: s.Book, Clock: s.Clock, IDs: s.IDs, Vault: s.Vault, Button: true, Seen: seen,
		Changed: func(branch uuid.UUID) { s.Hub.Tell("branch:" + branch.String()) },
	}
}

// visitFrame is what the window of a visit is drawn from. What the role may not know is empty.
type visitFrame struct {
	visit.Visit
	Place    string
	Doctor   clinic.Doctor
	Doctors  []clinic.Doctor // to whom it may be moved
	Patient  *patient.Card
	Phones   []string
	Note     string
	Over     string
	History  []step
	Problem  string
	Arrange  bool // may be moved
	Cancel   bool
	Restore  bool
	Write    bool // the note
	Marks    []visit.Status
	Confirm  bool
	Card     string // address of the patient's card, where the role has one
	Minutes  int
	Typed    map[string]string // of a refused form
	Conflict []conflict
}

// step is a line of a visit's history, in words.
type step struct{ At, What, Who, About string }

// visit is GET /cabinet/schedule/visits/{id}.
func (s *Server) visit(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.visitShown(w, r, m, visitFrame{}, nil)
}

// visitShown shows a visit's window, with why a change of it was refused.
func (s *Server) visitShown(w http.ResponseWriter, r *http.Request, m staff.Member, f visitFrame, why *core.Error) {
	v, status := s.viewOf(r, m), http.StatusOK
	err := s.gatherVisit(r, s.acting(r, m), v, &f)
	if gone := core.Refusal(err); gone != nil {
		s.render(w, r, s.refusedWith(w, gone), sentencePart(v, s.sentence(v, gone), fragment(r)))
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	if why != nil {
		status, f.Problem = s.refusedWith(w, why), s.sentence(v, why)
		if why.Key == "visit_changed" && len(f.History) > 0 {
			f.Problem += " " + f.History[0].What + ": " + f.History[0].Who + ", " + f.History[0].At + "."
		}
	}
	s.render(w, r, status, windowOf(r, v, v.Say("visit.title"), visitPart(v, f)))
}

// gatherVisit reads all that the role may know of a visit, and what it may do with it.
func (s *Server) gatherVisit(r *http.Request, actor core.Actor, v view, f *visitFrame) error {
	ctx, desk := r.Context(), s.calendar(0)
	var err error
	if f.Visit, err = desk.Find(ctx, actor, subject(r)); err != nil {
		return err
	}
	c := s.Book.Current()
	branch, _ := c.Branch(f.Branch)
	f.Place = branch.Name.In(v.Lang)
	f.Doctor, _ = c.Doctor(f.Visit.Doctor)
	f.Minutes = int(f.End.Sub(f.Start) / time.Minute)
	events, err := desk.History(ctx, actor, f.ID)
	if core.Refusal(err) != nil { // the price and the time are all that is theirs
		return nil //nolint:nilerr // a refusal that narrows the window
	}
	if err != nil {
		return err
	}
	s.permit(actor, c, f)
	names := map[uuid.UUID]string{}
	for _, e := range events {
		f.History = append(f.History, s.step(ctx, v, e, names))
	}
	if f.Note, err = desk.Note(ctx, actor, f.ID); err != nil {
		return err
	}
	return s.whose(ctx, actor, f)
}

// whose adds the patient as far as the actor may know them, which stands on record as a look at their card.
func (s *Server) whose(ctx context.Context, actor core.Actor, f *visitFrame) error {
	if f.Visit.Patient == uuid.Nil {
		return nil
	}
	card, err := s.cards().Open(ctx, actor, f.Visit.Patient)
	if core.Refusal(err) != nil {
		return nil //nolint:nilerr // a visit without its patient's name
	}
	if err != nil {
		return err
	}
	f.Patient = &card
	for _, k := range card.Contacts {
		if k.Kind == vault.Phone {
			f.Phones = append(f.Phones, s.dates.Phone(k.Value))
		}
	}
	if actor.Role == roleAdmin {
		f.Card = "/cabinet/patients/" + f.Visit.Patient.String() + "/identity"
	} else if staff.Clinical(actor.Role) {
		f.Card = "/cabinet/patients/" + f.Visit.Patient.String() + "/medical"
	}
	return nil
}

// permit says what the actor may do with the visit, so that the window has those buttons and no others. The core decides again.
func (s *Server) permit(actor core.Actor, c *clinic.Catalog, f *visitFrame) {
	today := s.Clock().In(f.Start.Location()).Format(time.DateOnly) == f.Start.Format(time.DateOnly)
	facts := core.Facts{Branch: true, Schedule: actor.Doctor != uuid.Nil && actor.Doctor == f.Visit.Doctor, Today: today}
	may := func(action core.Action, facts core.Facts) string {
		verdict, err := access.Require(actor, core.Ask{Action: action, Class: core.Appointments, Facts: facts})
		if err != nil {
			return ""
		}
		return verdict.View
	}
	change, ahead := may(core.Update, facts), f.Status == visit.Booked || f.Status == visit.Confirmed
	f.Write = change == access.Full
	f.Arrange = ahead && may(core.Update, core.Facts{Branch: true}) == access.Full
	f.Cancel = ahead && may(core.Void, facts) == access.Full
	f.Restore = f.Status == visit.Cancelled && may(core.Void, facts) == access.Full && f.Start.After(s.Clock())
	f.Confirm = f.Status == visit.Booked && f.Write && f.Start.After(s.Clock())
	f.Marks = marks(f.Status, change, !f.Start.After(s.Clock().Add(12*time.Hour)))
	if f.Arrange {
		f.Doctors = c.DoctorsOf(f.Specialty, f.Branch)
	}
}

// marks are what may be said of a visit next, as the table of transitions has it; who sees the status alone says that somebody has come. Of
// a visit that is far ahead nothing is said yet.
func marks(now visit.Status, change string, near bool) []visit.Status {
	if change == "" || !near {
		return nil
	}
	next := map[visit.Status][]visit.Status{
		visit.Booked:     {visit.Arrived, visit.Done, visit.NoShow},
		visit.Confirmed:  {visit.Arrived, visit.Done, visit.NoShow},
		visit.Arrived:    {visit.InProgress, visit.Done},
		visit.InProgress: {visit.Done},
		visit.NoShow:     {visit.Arrived},
	}[now]
	if change != access.Status {
		return next
	}
	for _, to := range next {
		if to == visit.Arrived {
			return []visit.Status{to}
		}
	}
	return nil
}

// step puts an event into words. Whoever did it is named by the part they play and, of staff, by their login.
func (s *Server) step(ctx context.Context, v view, e visit.Event, names map[uuid.UUID]string) step {
	out := step{At: e.At.Format("02.01.2006 15:04"), What: v.Say("event." + e.Action), Who: s.whoDid(ctx, v, e, names)}
	if !e.From.IsZero() {
		from, to := e.From.Format("02.01 15:04")+"–"+e.Until.Format("15:04"), e.Start.Format("02.01 15:04")+"–"+e.End.Format("15:04")
		out.About = from + " → " + to
		if d, ok := s.Book.Current().Doctor(e.Was); ok {
			out.About = d.Short() + ", " + out.About
		}
	}
	if e.Reason != "" && e.Action == "cancelled" {
		out.About = v.Say("reason." + strings.ReplaceAll(e.Reason, " ", "_"))
	}
	return out
}

func (s *Server) whoDid(ctx context.Context, v view, e visit.Event, names map[uuid.UUID]string) string {
	if e.Kind != core.Staff {
		return v.Say("who." + string(e.Kind))
	}
	name, known := names[e.Who]
	if !known {
		name = v.Say("who.staff")
		if m, err := s.roster.Find(ctx, e.Who); err == nil {
			name = m.Login
		}
		names[e.Who] = name
	}
	return name
}

// visitDone is POST /cabinet/schedule/visits/{id}/{do}.
func (s *Server) visitDone(w http.ResponseWriter, r *http.Request, m staff.Member) {
	do, actor := chi.URLParam(r, "do"), s.acting(r, m)
	seen, _ := strconv.ParseInt(r.PostFormValue("version"), 10, 32) // what is no number has seen nothing
	if seen <= 0 {
		seen = -1
	}
	f := visitFrame{Typed: typed(r, keyDate, keyTime, keyMinutes, keyDoctor, keyOver, "reason", keyNote)}
	now, err := s.change(r, actor, s.calendar(int32(seen)), do)
	if err == nil {
		next := s.dayOf(now)
		if back := r.PostFormValue("back"); back == unmarkedPath || back == strandedPath {
			next = back + "?branch=" + now.Branch.String()
		}
		s.finished(w, r, s.told(s.view(r), do, now), next)
		return
	}
	why := core.Refusal(err)
	if why == nil {
		s.fault(w, r, err)
		return
	}
	if do == "move" && why.Code == core.Conflict {
		f.Conflict = s.inTheWay(r, actor, subject(r))
	}
	if byScript(r) || do == doUndo {
		s.refusedShort(w, r, why, f.Conflict)
		return
	}
	s.visitShown(w, r, m, f, why)
}

// change does what a button of a visit's window says.
func (s *Server) change(r *http.Request, actor core.Actor, desk visit.Desk, do string) (visit.Visit, error) {
	ctx, id := r.Context(), subject(r)
	switch do {
	case "confirm":
		return desk.Accept(ctx, actor, id)
	case "mark":
		return desk.Mark(ctx, actor, id, visit.Status(r.PostFormValue("status")))
	case "cancel":
		reason := r.PostFormValue("reason")
		if !known(reasons(), reason) {
			return visit.Visit{}, core.Refuse(core.Invalid, "reason_unknown")
		}
		return desk.Cancel(ctx, actor, id, reason)
	case "restore":
		return desk.Restore(ctx, actor, id)
	case doUndo:
		return desk.Undo(ctx, actor, id)
	case keyNote:
		return desk.Remark(ctx, actor, id, r.PostFormValue(keyNote))
	case "move":
		p, err := s.plan(r, actor, id)
		if err != nil {
			return visit.Visit{}, err
		}
		return desk.Rearrange(ctx, actor, id, p)
	default:
		return visit.Visit{}, core.Refuse(core.NotFound, "visit_unknown")
	}
}

// reasons are why the clinic cancels, in its own codes.
func reasons() []string {
	return []string{visit.Asked, "doctor ill", "doctor away", "leave", "branch closed", "equipment", keyOther}
}

func known(list []string, word string) bool {
	for _, x := range list {
		if x == word {
			return true
		}
	}
	return false
}

// told says what has been done, and how it is taken back.
func (s *Server) told(v view, do string, now visit.Visit) notice {
	key := "told." + do
	if do == "mark" {
		key = "told." + string(now.Status)
	}
	n := notice{Text: strings.ReplaceAll(v.Say(key), "{time}", now.Start.Format("02.01 15:04"))}
	back := map[string]string{"move": doUndo, "mark": doUndo, "confirm": doUndo, "cancel": "restore"}[do]
	if back != "" {
		n.Undo = &undo{
			Label: v.Say("button.undo"), Path: schedulePath + "/visits/" + now.ID.String() + "/" + back,
			Values: map[string]string{"version": strconv.Itoa(int(now.Version))},
		}
	}
	return n
}

// dayOf is the address of the schedule on a visit's day.
func (s *Server) dayOf(v visit.Visit) string {
	return schedulePath + "?branch=" + v.Branch.String() + "&date=" + v.Start.Format(dateForm)
}

// refusedShort says a refusal where there is no form to come back: to a script, or after a notice's button.
func (s *Server) refusedShort(w http.ResponseWriter, r *http.Request, why *core.Error, list []conflict) {
	v := s.view(r)
	said := []string{s.sentence(v, why)}
	for _, c := range list {
		said = append(said, c.Text)
	}
	text := strings.Join(said, " ")
	if byScript(r) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(s.refusedWith(w, why))
		s.show(w, r, map[string]string{"problem": text})
		return
	}
	w.Header().Set("HX-Reswap", "none")
	trigger(w, map[string]any{"toast": notice{Text: text}})
	w.WriteHeader(s.refusedWith(w, why))
}

// typed keeps what was typed into some fields, for a form that comes back.
func typed(r *http.Request, names ...string) map[string]string {
	out := map[string]string{}
	for _, name := range names {
		out[name] = r.PostFormValue(name)
	}
	return out
}
