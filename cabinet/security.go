package cabinet

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/personal"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/start"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// The roles that have to do with it, beside the head doctor's.
const (
	roleAdmin    = "admin"
	roleSecurity = "security"
	roleDirector = "director"
)

// securityPath is where what concerns personal data is looked after.
const securityPath = "/cabinet/security"

// duties is what the page is drawn from: a part for each that the role has to do with, nil where it has not.
type duties struct {
	Now       time.Time
	Requests  []wished
	Found     []consentOf
	Searched  bool
	Proposals []personal.Proposal
	Incidents []personal.Incident
	Registry  []personal.Processor
	Rules     []personal.ChannelRule
	Problem   string
	Lacks     start.List
}

// wished is a request with what it asks, where this role may read that.
type wished struct {
	personal.Request
	Wish personal.Change
}

// part says whether a role has to do with a part of the page: who sees which is the matrix of roles; the rules and the database decide.
func part(role, name string) bool {
	parts := map[string][]string{
		"requests":  {roleAdmin, roleHead, roleSecurity},
		"consents":  {roleAdmin, roleHead},
		"retention": {roleSecurity, roleDirector, roleHead},
		"incidents": {roleSecurity, roleDirector, roleHead},
		"registry":  {roleSecurity},
	}
	return slices.Contains(parts[name], role)
}

// keepsData says whose header leads to the page.
func keepsData(m *staff.Member) bool {
	return m != nil && (part(m.Role, "requests") || part(m.Role, "retention"))
}

func (s *Server) securityRoutes(r chi.Router) {
	r.Get("/security", s.member(s.security, true))
	r.Post("/security/consents", s.member(s.consentsFound, true))
	r.Post("/security/consents/sign", s.member(s.consentSigned, true))
	r.Post("/security/requests/{id}/{answer}", s.member(s.correctionDecided, true))
	r.Post("/security/retention/{id}/approve", s.member(s.fresh(s.retentionApproved), true))
	r.Post("/security/processors", s.member(s.fresh(s.processorAdded), true))
	r.Post("/security/processors/end", s.member(s.fresh(s.processorEnded), true))
	r.Post("/security/channels", s.member(s.fresh(s.channelRuled), true))
	r.Post("/security/incidents", s.member(s.incidentOpened, true))
	r.Post("/security/incidents/{id}/{step}", s.member(s.incidentStep, true))
	r.With(s.Gate.Admit(edge.Export)).Post("/security/incidents/{id}/export", s.member(s.fresh(s.incidentExport), true))
}

// security is GET /cabinet/security.
func (s *Server) security(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.securityShown(w, r, m, duties{}, nil)
}

// acting is a member as the rules judge them.
func (s *Server) acting(r *http.Request, m staff.Member) core.Actor {
	return s.Guard.Admit(m.Actor(channel)).During(r.Context())
}

func (s *Server) securityShown(w http.ResponseWriter, r *http.Request, m staff.Member, d duties, why *core.Error) {
	v, status := s.viewOf(r, m), http.StatusOK
	d.Lacks = s.lacks(r.Context(), s.acting(r, m))
	if !keepsData(&m) {
		s.render(w, r, http.StatusForbidden, refusedPage(v, "error.not_allowed"))
		return
	}
	if why != nil {
		status, d.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	if err := s.gatherDuties(r.Context(), s.acting(r, m), &d); err != nil {
		s.fault(w, r, err)
		return
	}
	s.render(w, r, status, securityPage(v, d))
}

func (s *Server) gatherDuties(ctx context.Context, actor core.Actor, d *duties) error {
	office := s.office()
	d.Now = s.Clock()
	var err error
	read := func(name string, do func() error) {
		if err == nil && part(actor.Role, name) {
			err = do()
		}
	}
	read("requests", func() error { d.Requests, err = s.requests(ctx, actor); return err })
	read("retention", func() error { d.Proposals, err = office.Proposals(ctx, actor); return err })
	read("incidents", func() error { d.Incidents, err = office.Incidents(ctx, actor); return err })
	read("registry", func() error { d.Registry, err = office.Processors(ctx, actor); return err })
	read("registry", func() error { d.Rules, err = office.ChannelRules(ctx, actor); return err })
	return err
}

// requests lists what people asked. Only the desk reads what a correction is to be.
func (s *Server) requests(ctx context.Context, actor core.Actor) ([]wished, error) {
	list, err := s.office().Requests(ctx, actor)
	out := make([]wished, 0, len(list))
	for _, one := range list {
		x := wished{Request: one}
		if err == nil && actor.Role == roleAdmin && one.Kind == personal.Correction && one.State == stateAsked {
			x.Wish, err = s.office().Wished(ctx, actor, one.ID)
			if core.Refusal(err) != nil { // decided meanwhile
				err = nil
			}
		}
		out = append(out, x)
	}
	return out, err
}

// done goes back to the page, with a sentence where something was refused.
func (s *Server) done(w http.ResponseWriter, r *http.Request, m staff.Member, err error) {
	if why := core.Refusal(err); why != nil {
		s.securityShown(w, r, m, duties{}, why)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, securityPath, http.StatusSeeOther)
}

// named is the id in the address; the nil id, which nothing has, for what is none.
func named(r *http.Request) uuid.UUID {
	id, err := uuid.Parse(chi.URLParam(r, "id"))
	if err != nil {
		return uuid.Nil
	}
	return id
}

// correctionDecided is POST /cabinet/security/requests/{id}/accept or …/refuse.
func (s *Server) correctionDecided(w http.ResponseWriter, r *http.Request, m staff.Member) {
	answer := chi.URLParam(r, "answer")
	if answer != "accept" && answer != "refuse" {
		s.done(w, r, m, core.Refuse(core.NotFound, "not_found"))
		return
	}
	s.done(w, r, m, s.office().Decide(r.Context(), s.acting(r, m), named(r), answer == "accept"))
}

// retentionApproved is POST /cabinet/security/retention/{id}/approve.
func (s *Server) retentionApproved(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.done(w, r, m, s.office().Approve(r.Context(), s.acting(r, m), named(r)))
}

// processorAdded is POST /cabinet/security/processors.
func (s *Server) processorAdded(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.done(w, r, m, s.office().AddProcessor(r.Context(), s.acting(r, m), personal.Processor{
		Kind: r.PostFormValue(keyKind), Name: r.PostFormValue("name"), Who: r.PostFormValue("who"), Country: r.PostFormValue("country"),
		Purpose: r.PostFormValue("purpose"), Basis: r.PostFormValue("basis"), Medical: r.PostFormValue("medical") != "",
	}))
}

// processorEnded is POST /cabinet/security/processors/end.
func (s *Server) processorEnded(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.done(w, r, m, s.office().EndProcessor(r.Context(), s.acting(r, m), r.PostFormValue("name")))
}

// channelRuled is POST /cabinet/security/channels.
func (s *Server) channelRuled(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.done(w, r, m, s.office().SetChannelRule(r.Context(), s.acting(r, m), personal.ChannelRule{
		Channel: r.PostFormValue("channel"), Class: core.Class(r.PostFormValue("class")), Rule: personal.Rule(r.PostFormValue("rule")),
	}))
}
