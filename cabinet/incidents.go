package cabinet

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/personal"
	"github.com/zapis-clinic/zapis/core/sheet"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// incidentOpened is POST /cabinet/security/incidents: the clocks begin.
func (s *Server) incidentOpened(w http.ResponseWriter, r *http.Request, m staff.Member) {
	since, err := time.ParseInLocation("2006-01-02T15:04", r.PostFormValue("since"), s.zone())
	if err != nil {
		since = time.Time{} // refused as incomplete
	}
	_, err = s.office().OpenIncident(r.Context(), s.acting(r, m), personal.Incident{
		Kind: r.PostFormValue(keyKind), About: r.PostFormValue("about"), Login: strings.TrimSpace(r.PostFormValue("login")), Since: since,
	})
	s.done(w, r, m, err)
}

// incidentStep is POST /cabinet/security/incidents/{id}/told, …/found or …/closed.
func (s *Server) incidentStep(w http.ResponseWriter, r *http.Request, m staff.Member) {
	step := personal.Step(chi.URLParam(r, "step"))
	if !slices.Contains([]personal.Step{personal.Told, personal.Found, personal.Closed}, step) {
		s.done(w, r, m, core.Refuse(core.NotFound, "not_found"))
		return
	}
	s.done(w, r, m, s.office().Advance(r.Context(), s.acting(r, m), named(r), step))
}

// incidentExport is POST /cabinet/security/incidents/{id}/export: whose data, which fields, since when; ids and no names.
func (s *Server) incidentExport(w http.ResponseWriter, r *http.Request, m staff.Member) {
	list, err := s.office().Touched(r.Context(), s.acting(r, m), named(r))
	if err != nil {
		s.done(w, r, m, err)
		return
	}
	v := s.view(r)
	var text strings.Builder
	table, err := sheet.NewCSV(&text)
	if err == nil {
		err = table.Row(v.Say("security.patient"), v.Say("security.object"), v.Say("security.fields"), v.Say("security.times"), v.Say("security.first"), v.Say("security.last"))
	}
	for _, t := range list {
		if err == nil {
			err = table.Row(t.Patient.String(), t.Object, strings.Join(t.Fields, ", "), t.Times, v.moment(t.First), v.moment(t.Last))
		}
	}
	if err == nil {
		err = table.Flush()
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	edge.Attachment(w, r, edge.File{Name: "incident.csv", MIME: "text/csv", Data: []byte(text.String())})
}

// clock is how much is left of one: what is done stands still.
func clock(v view, now, by time.Time, done *time.Time) string {
	switch {
	case done != nil:
		return v.fill("security.clock_done", "time", v.moment(*done))
	case now.After(by):
		return v.fill("security.clock_over", "time", v.moment(by))
	default:
		left := int(by.Sub(now).Minutes())
		return strings.ReplaceAll(v.number("security.clock_left", left/60), "{minutes}", strconv.Itoa(left%60)) + " (" + v.moment(by) + ")"
	}
}
