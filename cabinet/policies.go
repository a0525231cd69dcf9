package cabinet

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/staff"
)

const policiesPath = adminPath + "/policies"

// policyRoutes have forms as long as a set and its matrix are.
func (s *Server) policyRoutes(r chi.Router) {
	r.Get("/admin/policies", s.member(s.policiesNow, true))
	r.Post("/admin/policies", s.member(s.policyProposed, true))
	r.Post("/admin/policies/try", s.member(s.policyTried, true))
	r.Get("/admin/policies/history", s.member(s.policyHistory, true))
	r.Get("/admin/policies/new", s.member(s.policyNew, true))
	r.Get("/admin/policies/{version}", s.member(s.policyVersion, true))
	r.Post("/admin/policies/{version}/approve", s.member(s.fresh(s.policyStep(access.Book.Approve, "approved")), true))
	r.Post("/admin/policies/{version}/activate", s.member(s.fresh(s.policyStep(access.Book.Activate, "activated")), true))
	r.Post("/admin/policies/{version}/withdraw", s.member(s.fresh(s.policyStep(access.Book.Withdraw, "withdrawn")), true))
	r.Post("/admin/policies/{version}/shadow", s.member(s.policyStep(access.Book.Shadow, "shadowed"), true))
	r.Post("/admin/policies/{version}/unshadow", s.member(s.policyStep(func(b access.Book, ctx context.Context, who core.Actor, _ int32) error { return b.Shadow(ctx, who, 0) }, "unshadowed"), true))
	r.Post("/admin/policies/{version}/restore", s.member(s.policyRestored, true))
}

func (s *Server) policyBook() access.Book {
	return access.Book{In: s.DB, Clock: s.Clock, IDs: s.IDs}
}

// inForce is what the page about the set in force shows. Role "" is the table of all.
type inForce struct {
	Set    access.Set
	Matrix *access.Matrix
	Laws   []access.Law
	Role   string
	May    bool // propose another
}

// policiesNow is GET /cabinet/admin/policies?role=: who may do what, from the matrix of the set in force.
func (s *Server) policiesNow(w http.ResponseWriter, r *http.Request, m staff.Member) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	f := inForce{Role: r.URL.Query().Get("role"), May: mayPropose(who)}
	sets, err := s.policyBook().Sets(r.Context(), who)
	if err == nil {
		f.Set = setOf(sets, who.Rules.Version())
		var sheet string
		if _, sheet, err = s.policyBook().Text(r.Context(), who, f.Set.Version); err == nil {
			f.Matrix, err = access.ReadMatrix(sheet)
		}
	}
	if err == nil {
		f.Laws, err = access.Laws()
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, policiesPage(s.viewOf(r, m), f))
}

// setOf is a version among sets; 0, and one that is older than the list, has a number alone.
func setOf(sets []access.Set, version int32) access.Set {
	for _, one := range sets {
		if one.Version == version {
			return one
		}
	}
	return access.Set{Version: version, State: "active"}
}

func mayPropose(who core.Actor) bool {
	_, err := access.Require(who, core.Ask{Action: core.Create, Class: core.Policies, Facts: core.Facts{Author: true}})
	return err == nil
}

// shelf is what the list of versions shows.
type shelf struct {
	Sets []access.Set
	Live int32
	May  bool
}

// policyHistory is GET /cabinet/admin/policies/history.
func (s *Server) policyHistory(w http.ResponseWriter, r *http.Request, m staff.Member) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	sets, err := s.policyBook().Sets(r.Context(), who)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, historyPage(s.viewOf(r, m), shelf{Sets: sets, Live: who.Rules.Version(), May: mayPropose(who)}))
}

// dossier is one version with what it would change, and what may be done with it.
type dossier struct {
	Set         access.Set
	Live        int32
	Trial       access.Trial
	Text, Sheet []access.Line // against those in force
	Whole       string        // the policies as they stand
	Table       string        // and their matrix
	Seen        []access.Difference
	Mine        bool
	Approver    bool // of another's
	Weighs      bool // may put it in the shadow
	Proposer    bool
	Problem     string
}

// policyVersion is GET /cabinet/admin/policies/{version}.
func (s *Server) policyVersion(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.versionShown(w, r, m, nil)
}

func (s *Server) versionShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	d, err := s.dossier(r, who)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v, status := s.viewOf(r, m), http.StatusOK
	if why != nil {
		status, d.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, versionPage(v, d))
}

func (s *Server) dossier(r *http.Request, who core.Actor) (dossier, error) {
	version, err := versionIn(r)
	if err != nil {
		return dossier{}, err
	}
	ctx, book := r.Context(), s.policyBook()
	d := dossier{Live: who.Rules.Version(), Proposer: mayPropose(who)}
	if d.Whole, d.Table, err = book.Text(ctx, who, version); err != nil {
		return dossier{}, err
	}
	sets, err := book.Sets(ctx, who)
	if err != nil {
		return dossier{}, err
	}
	if d.Set = setOf(sets, version); d.Set.Version == 0 && d.Live != 0 {
		d.Set.State = "retired"
	}
	d.Mine = d.Set.Author == who.ID
	_, refused := access.Require(who, core.Ask{Action: core.Approve, Class: core.Policies, Facts: core.Facts{Second: true, Fresh: true}})
	d.Approver = refused == nil && !d.Mine
	_, refused = access.Require(who, core.Ask{Action: core.Update, Class: core.Policies})
	d.Weighs = refused == nil
	if version == d.Live {
		return d, nil
	}
	text, sheet, err := book.Text(ctx, who, d.Live)
	if err != nil {
		return dossier{}, err
	}
	d.Text, d.Sheet = access.Lines(text, d.Whole), access.Lines(sheet, d.Table)
	if d.Trial, err = book.Examine(ctx, who, d.Whole, d.Table); err != nil {
		return dossier{}, err
	}
	d.Seen, err = book.Differences(ctx, who, version)
	return d, err
}

func versionIn(r *http.Request) (int32, error) {
	n, err := strconv.ParseInt(chi.URLParam(r, "version"), 10, 32)
	if err != nil || n < 0 {
		return 0, core.Refuse(core.NotFound, "policy_unknown")
	}
	return int32(n), nil
}

// policyStep is POST /cabinet/admin/policies/{version}/{step}.
func (s *Server) policyStep(step func(access.Book, context.Context, core.Actor, int32) error, said string) handler {
	return func(w http.ResponseWriter, r *http.Request, m staff.Member) {
		version, err := versionIn(r)
		if err == nil {
			err = step(s.policyBook(), r.Context(), s.acting(r, m), version)
		}
		if err == nil {
			err = s.Guard.Refresh(r.Context()) // other replicas are told
		}
		if why := core.Refusal(err); why != nil && why.Code != core.NotFound {
			s.versionShown(w, r, m, why)
			return
		}
		if err != nil {
			s.failed(w, r, err)
			return
		}
		s.tellNext(r, s.view(r).number("admin.done_"+said, int(version)))
		s.toVersion(w, r, version)
	}
}

// policyRestored is POST /cabinet/admin/policies/{version}/restore: what was in force before is proposed again.
func (s *Server) policyRestored(w http.ResponseWriter, r *http.Request, m staff.Member) {
	version, err := versionIn(r)
	if err == nil {
		version, err = s.policyBook().Rollback(r.Context(), s.acting(r, m), version)
	}
	if why := core.Refusal(err); why != nil && why.Code != core.NotFound {
		s.versionShown(w, r, m, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.tellNext(r, s.view(r).number("admin.done_proposed", int(version)))
	s.toVersion(w, r, version)
}

func (s *Server) toVersion(w http.ResponseWriter, r *http.Request, version int32) {
	http.Redirect(w, r, policyAt(version), http.StatusSeeOther) //nolint:gosec // a number under our own address
}

func policyAt(version int32) string { return policiesPath + "/" + strconv.Itoa(int(version)) }

// unix is a text of a form, whose lines browsers part by two characters.
func unix(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
