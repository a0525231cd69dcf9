package cabinet

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/sheet"
	"github.com/zapis-clinic/zapis/core/staff"
)

// journalExport is POST /cabinet/security/audit/export: the journal as a table for a spreadsheet.
func (s *Server) journalExport(w http.ResponseWriter, r *http.Request, m staff.Member) {
	actor := s.Guard.Admit(m.Actor(channel)).During(r.Context())
	filter, _ := s.filter(postedForm(r))
	t := &journalTable{v: s.view(r), to: w, name: "journal-" + s.Clock().In(s.zone()).Format(dateForm) + ".csv"}
	cut, err := s.desk().Export(r.Context(), actor, filter, t.line)
	if core.Refusal(err) != nil {
		err = audit.Denied(r.Context(), s.DB, actor, audit.Entry{ID: s.IDs(), At: s.Clock(), Action: "audit.export", Object: "audit"})
		if err == nil {
			s.refuse(w, r, &core.Error{Code: core.Denied, Key: "no_journal"})
			return
		}
	}
	if err == nil {
		err = t.end(cut)
	}
	switch {
	case err != nil && !t.begun:
		s.fault(w, r, err)
	case err != nil && r.Context().Err() == nil:
		s.Log.WarnContext(r.Context(), "export not shown in full", "error", err)
	}
}

// journalTable is the answer to an export, begun with its first line: until then it may still become a refusal.
type journalTable struct {
	v     view
	to    http.ResponseWriter
	name  string
	begun bool
	csv   sheet.CSV
}

func (t *journalTable) begin() error {
	t.begun = true
	h := t.to.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+t.name+`"`)
	var err error
	if t.csv, err = sheet.NewCSV(t.to); err != nil {
		return fmt.Errorf("begin a table: %w", err)
	}
	var names []any
	for _, name := range []string{
		keyTime, "who", keyRole, "channel", "action", "class", "object", "object_id", "count", "patient", "decision", "glass", "policy", "request", "fields", "seal", "id",
	} {
		names = append(names, t.v.Say("journal."+name))
	}
	return t.csv.Row(names...)
}

func (t *journalTable) line(l audit.Line) error {
	if !t.begun {
		if err := t.begin(); err != nil {
			return err
		}
	}
	decision, glass := "", ""
	if l.Denied {
		decision = t.v.Say("journal.denied")
	}
	if l.Glass {
		glass = t.v.Say("journal.glass")
	}
	return t.csv.Row(l.At.In(t.v.Zone), whoDid(t.v, l), l.Role, l.Channel, l.Action, string(l.Class), l.Object, idOf(l.Subject), int(l.Count), idOf(l.Patient),
		decision, glass, int(l.PolicyVersion), l.Request, strings.Join(l.Fields, " "), l.Seal, l.ID.String())
}

// end closes the table and says where it was cut off.
func (t *journalTable) end(cut bool) error {
	var err error
	if !t.begun {
		err = t.begin()
	}
	if cut && err == nil {
		err = t.csv.Row(t.v.Say("journal.cut"))
	}
	return cmp.Or(err, t.csv.Flush())
}

// postedForm is what was posted; an unreadable form is an empty one, and bounds are set before it is read.
func postedForm(r *http.Request) map[string][]string {
	if r.ParseForm() != nil {
		return nil
	}
	return r.PostForm
}
