package cabinet

import (
	"net/http"
	"strconv"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/staff"
)

// maxSet bounds the form of a set: twice the longest text, as forms write it.
const maxSet = 1 << 20

// draft is a set that somebody writes.
type draft struct {
	Text, Sheet   string
	Base          int32 // what was in force when they began
	Live          int32
	Tried         bool
	Trial         access.Trial
	Lines, Matrix []access.Line
	Problem       string
}

// policyNew is GET /cabinet/admin/policies/new?from=: the text of a version to begin with, of the one in force where none is named.
func (s *Server) policyNew(w http.ResponseWriter, r *http.Request, m staff.Member) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	if !mayPropose(who) {
		s.refuse(w, r, &core.Error{Code: core.Denied, Key: "policy_not_yours"})
		return
	}
	d := draft{Base: who.Rules.Version(), Live: who.Rules.Version()}
	from := d.Live
	if n, err := strconv.ParseInt(r.URL.Query().Get("from"), 10, 32); err == nil && n >= 0 {
		from = int32(n)
	}
	var err error
	if d.Text, d.Sheet, err = s.policyBook().Text(r.Context(), who, from); err != nil {
		s.failed(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, draftPage(s.viewOf(r, m), d))
}

// draftIn is the draft of a form, tried.
func (s *Server) draftIn(r *http.Request, who core.Actor) (draft, error) {
	base, _ := strconv.ParseInt(r.PostFormValue("base"), 10, 32) // another number asks to look again
	d := draft{Text: unix(r.PostFormValue(keyText)), Sheet: unix(r.PostFormValue("matrix")), Base: int32(base), Live: who.Rules.Version(), Tried: true}
	text, sheet, err := s.policyBook().Text(r.Context(), who, d.Live)
	if err != nil {
		return draft{}, err
	}
	d.Lines, d.Matrix = access.Lines(text, d.Text), access.Lines(sheet, d.Sheet)
	d.Trial, err = s.policyBook().Examine(r.Context(), who, d.Text, d.Sheet)
	return d, err
}

// policyTried is POST /cabinet/admin/policies/try: what the text would change, before anybody proposes it.
func (s *Server) policyTried(w http.ResponseWriter, r *http.Request, m staff.Member) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	d, err := s.draftIn(r, who)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v := s.viewOf(r, m)
	if fragment(r) {
		s.render(w, r, http.StatusOK, trialPart(v, d.Trial, d.Lines, d.Matrix))
		return
	}
	s.render(w, r, http.StatusOK, draftPage(v, d))
}

// policyProposed is POST /cabinet/admin/policies.
func (s *Server) policyProposed(w http.ResponseWriter, r *http.Request, m staff.Member) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	text, sheet := unix(r.PostFormValue(keyText)), unix(r.PostFormValue("matrix"))
	base, err := strconv.ParseInt(r.PostFormValue("base"), 10, 32)
	if err != nil || int32(base) != who.Rules.Version() {
		err = core.Refuse(core.Conflict, "policy_moved", "Count", who.Rules.Version())
	}
	var version int32
	if err == nil {
		version, err = s.policyBook().Propose(r.Context(), who, text, sheet)
	}
	if why := core.Refusal(err); why != nil {
		s.draftAgain(w, r, m, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.tellNext(r, s.view(r).number("admin.done_proposed", int(version)))
	s.toVersion(w, r, version)
}

// draftAgain shows a refused draft with what was typed; it is compared with what is in force now.
func (s *Server) draftAgain(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	d, err := s.draftIn(r, s.acting(r, m))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v := s.viewOf(r, m)
	d.Problem, d.Base = s.sentence(v, why), d.Live
	s.render(w, r, s.refusedWith(w, why), draftPage(v, d))
}
