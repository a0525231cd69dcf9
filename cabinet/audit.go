package cabinet

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/staff"
)

// journalFrame is what the journal's page is drawn from.
type journalFrame struct {
	Asked url.Values // the filter as it stands in the form
	Wrong bool       // something in it is no id and no date, and was left out
	Lines []audit.Line
	Older string // address of the next page; empty where there is none
	Head  audit.Head
	May   bool // export
}

// asked is one field of the form.
func (f journalFrame) asked(name string) string { return f.Asked.Get(name) }

// readsJournal says whose header leads to the journal; what they find there, the rules and the database decide.
func readsJournal(m *staff.Member) bool {
	if m == nil {
		return false
	}
	switch m.Role {
	case roleHead, roleSecurity, roleTill:
		return true
	default:
		return false
	}
}

func (s *Server) desk() audit.Desk { return audit.Desk{In: s.DB, Clock: s.Clock, IDs: s.IDs} }

// journal is GET /cabinet/security/audit?who=&patient=&action=&object=&class=&decided=&from=&to=&at=&id=.
func (s *Server) journal(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v := s.viewOf(r, m)
	actor := s.Guard.Admit(m.Actor(channel)).During(r.Context())
	filter, f := s.filter(r.URL.Query())
	list, more, err := s.desk().Search(r.Context(), actor, filter)
	if err == nil {
		f.Head, err = audit.Newest(r.Context(), s.DB, actor)
	}
	if why := core.Refusal(err); why != nil {
		s.render(w, r, http.StatusForbidden, refusedPage(v, "error.no_journal"))
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	f.Lines, f.May = list, m.Role == "security"
	if more {
		last := list[len(list)-1].Mark
		next := url.Values{"at": {last.At.UTC().Format(time.RFC3339Nano)}, "id": {last.ID.String()}}
		for _, name := range journalFields() {
			next[name] = f.Asked[name]
		}
		f.Older = "/cabinet/security/audit?" + next.Encode()
	}
	s.render(w, r, http.StatusOK, journalPage(v, f))
}

// keyDecided is the field that asks for what was allowed, or for what was denied.
const keyDecided = "decided"

// journalFields are the fields of the form.
func journalFields() []string {
	return []string{"who", "patient", "object", "action", "class", keyDecided, keyFrom, "to"}
}

// filter reads a form. What is not well written is left out, and said to be.
func (s *Server) filter(q url.Values) (audit.Filter, journalFrame) {
	f := journalFrame{Asked: url.Values{}}
	for _, name := range journalFields() {
		if text := strings.TrimSpace(q.Get(name)); text != "" && len(text) <= maxAsked {
			f.Asked.Set(name, text)
		}
	}
	out := audit.Filter{Who: f.asked("who"), Action: f.asked("action")}
	if text := f.asked("class"); slices.Contains(core.Classes(), core.Class(text)) {
		out.Class = core.Class(text)
	}
	out.Denied, out.Allowed = f.asked(keyDecided) == "denied", f.asked(keyDecided) == "allowed"
	var bad [5]error
	if text := f.asked("object"); text != "" {
		out.Object, bad[4] = uuid.Parse(text)
	}
	if text := f.asked("patient"); text != "" {
		out.Patient, bad[0] = uuid.Parse(text)
	}
	if text := f.asked("from"); text != "" {
		out.Since, bad[1] = time.ParseInLocation(dateForm, text, s.zone())
	}
	if text := f.asked("to"); text != "" {
		if out.Until, bad[2] = time.ParseInLocation(dateForm, text, s.zone()); bad[2] == nil {
			out.Until = out.Until.AddDate(0, 0, 1)
		}
	}
	if at := q.Get("at"); at != "" {
		out.After.At, bad[3] = time.Parse(time.RFC3339Nano, at)
		if id, err := uuid.Parse(q.Get("id")); err == nil {
			out.After.ID = id
		}
	}
	f.Wrong = cmp.Or(bad[:]...) != nil
	return out, f
}

// maxAsked bounds a field of the form.
const maxAsked = 100

// whoDid names who acted: the login of a member of staff, else what they are and their id.
func whoDid(v view, l audit.Line) string {
	name := v.Say("journal.kind_" + string(l.Kind))
	switch {
	case l.Login != "":
		return l.Login
	case l.Actor == uuid.Nil:
		return name
	default:
		return name + " " + l.Actor.String()
	}
}

// idOf is an id, or nothing for none.
func idOf(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}
