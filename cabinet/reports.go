package cabinet

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/report"
	"github.com/zapis-clinic/zapis/core/staff"
)

const reportsPath = "/cabinet/reports"

// reportFrame is what the page of reports is drawn from.
type reportFrame struct {
	Kinds   []report.Kind
	Period  string
	Sort    string
	Up      bool
	Report  report.Report
	Before  report.Report // of the span before
	Catalog *clinic.Catalog
	Open    []clinic.Branch // that may be chosen
	Problem string
	Filters []report.Filter // of one's own
	// The form that keeps one, as it was typed.
	FilterName, FilterWrong string
}

// seesReports says whose navigation leads to reports.
func seesReports(m *staff.Member) bool {
	return m != nil && slices.Contains([]string{roleAdmin, roleHead, roleDoctor, roleTill, "marketing", "director"}, m.Role)
}

func (s *Server) reportRoutes(r chi.Router) {
	r.Get("/reports", s.member(s.reports, true))
	r.Post("/reports/export", s.member(s.reportExport, true))
	r.Post("/reports/filters", s.member(s.filterKept, true))
	r.Post("/reports/filters/{id}/drop", s.member(s.filterDropped, true))
}

func (s *Server) reportOffice() report.Office {
	return report.Office{In: s.DB, Clock: s.Clock, IDs: s.IDs}
}

// reports is GET /cabinet/reports?kind=&period=&from=&to=&branch=&doctor=&specialty=&source=&sort=&up=.
func (s *Server) reports(w http.ResponseWriter, r *http.Request, m staff.Member) {
	f := s.reportAsked(r.URL.Query(), s.acting(r, m))
	if len(f.Kinds) == 0 {
		s.render(w, r, http.StatusForbidden, refusedPage(s.viewOf(r, m), "error.no_report"))
		return
	}
	s.reportsShown(w, r, m, f)
}

func (s *Server) reportsShown(w http.ResponseWriter, r *http.Request, m staff.Member, f reportFrame) {
	v, actor, status := s.viewOf(r, m), s.acting(r, m), http.StatusOK
	err := s.gatherReport(r.Context(), actor, &f)
	if why := core.Refusal(err); why != nil && why.Code == core.Invalid {
		status, f.Problem, err = s.refusedWith(w, why), s.sentence(v, why), nil
	}
	if err == nil {
		f.Filters, err = s.reportOffice().Filters(r.Context(), actor)
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	if f.FilterWrong != "" {
		status = http.StatusUnprocessableEntity
	}
	s.render(w, r, status, reportsPage(v, f))
}

// reportAsked reads what is asked for; what cannot be read is left out.
func (s *Server) reportAsked(q url.Values, actor core.Actor) reportFrame {
	f := reportFrame{Kinds: report.Seen(actor), Period: q.Get("period"), Sort: q.Get("sort"), Up: q.Get("up") == "1", Catalog: s.Book.Current()}
	if len(f.Kinds) == 0 {
		return f
	}
	a := report.Ask{Kind: report.Kind(q.Get(keyKind)), Specialty: q.Get(keySpecialty), Source: q.Get("source")}
	if a.Kind == "" {
		a.Kind = f.Kinds[0]
	}
	a.Branch, _ = uuid.Parse(q.Get(keyBranch)) // the nil id is all
	a.Doctor, _ = uuid.Parse(q.Get(keyDoctor))
	if !slices.Contains(report.Periods(), f.Period) {
		f.Period = "month"
	}
	now := s.Clock().In(s.zone())
	a.From, a.To = report.Span(f.Period, time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC))
	if f.Period == "own" {
		from, bad := time.Parse(dateForm, q.Get("from"))
		to, worse := time.Parse(dateForm, q.Get("to"))
		if bad == nil && worse == nil {
			a.From, a.To = from, to.AddDate(0, 0, 1)
		}
	}
	if scope, err := report.See(actor, a.Kind); err == nil && scope.Few {
		a.From, a.To = report.Months(a.From, a.To)
	}
	see := scope{branches: actor.Branches}
	f.Open, f.Report.Ask = see.open(f.Catalog), a
	return f
}

// gatherReport makes the report and, beside it, the one of the span before.
func (s *Server) gatherReport(ctx context.Context, actor core.Actor, f *reportFrame) error {
	ask, before := f.Report.Ask, f.Report.Ask
	before.From, before.To = report.Before(ask.From, ask.To)
	at, ctx := errgroup.WithContext(ctx)
	var made, was report.Report
	at.Go(func() (err error) {
		made, err = s.reportOffice().Make(ctx, actor, ask)
		return err
	})
	at.Go(func() (err error) {
		was, err = s.reportOffice().Make(ctx, actor, before)
		return err
	})
	if err := at.Wait(); err != nil {
		return err
	}
	f.Report, f.Before = made, was
	f.sort()
	return nil
}

// sort puts the rows of each table in the order asked for.
func (f *reportFrame) sort() {
	for _, t := range f.Report.Tables {
		t.Sort(f.Sort, f.Up)
	}
}

// query is the address of what is asked for, with some of it put otherwise.
func (f reportFrame) query(changed ...string) string {
	a := f.Report.Ask
	q := url.Values{keyKind: {string(a.Kind)}, "period": {f.Period}}
	if f.Period == "own" {
		q.Set("from", a.From.Format(dateForm))
		q.Set("to", a.To.AddDate(0, 0, -1).Format(dateForm))
	}
	if a.Branch != uuid.Nil {
		q.Set(keyBranch, a.Branch.String())
	}
	if a.Doctor != uuid.Nil {
		q.Set(keyDoctor, a.Doctor.String())
	}
	up := ""
	if f.Up {
		up = "1"
	}
	for key, value := range map[string]string{keySpecialty: a.Specialty, "source": a.Source, "sort": f.Sort, "up": up} {
		if value != "" {
			q.Set(key, value)
		}
	}
	for i := 0; i+1 < len(changed); i += 2 {
		q.Set(changed[i], changed[i+1])
	}
	return q.Encode()
}

// at is an address of the page.
func (f reportFrame) at(changed ...string) string { return reportsPath + "?" + f.query(changed...) }
