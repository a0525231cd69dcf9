package cabinet

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/health"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/vault"
)

const (
	healthPath = adminPath + "/health"
	keysPath   = adminPath + "/keys"
)

// Probe is one thing that Zapis needs, as `zapis check` says it: State is ok, bad or off, About says why.
type Probe struct{ Name, State, About string }

func (s *Server) healthRoutes(r chi.Router) {
	r.Get("/admin/health", s.member(s.healthShown, true))
	if s.Keys != nil {
		r.Get("/admin/keys", s.member(s.keysPage, true))
		r.Post("/admin/keys/{step}", s.member(s.fresh(s.keysStep), true))
	}
}

// wellbeing is what the page of health shows.
type wellbeing struct {
	health.Figures

	Now    time.Time
	Probes []Probe
	Keys   bool
	Queues bool // the pages of the queue are there, for whoever looks
}

// healthShown is GET /cabinet/admin/health.
func (s *Server) healthShown(w http.ResponseWriter, r *http.Request, m staff.Member) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	b := wellbeing{Now: s.Clock(), Keys: s.Keys != nil, Queues: s.Queues != nil && changesStaff(who)}
	var err error
	if b.Figures, err = health.Look(r.Context(), s.DB, who); err != nil {
		s.failed(w, r, err)
		return
	}
	if s.Probes != nil {
		b.Probes = s.Probes(r.Context())
	}
	s.render(w, r, http.StatusOK, healthPage(s.viewOf(r, m), b))
}

// ring is what the page of keys shows.
type ring struct {
	vault.Standing

	May     bool
	Problem string
}

// keysPage is GET /cabinet/admin/keys.
func (s *Server) keysPage(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.keysShown(w, r, m, nil)
}

func (s *Server) keysShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	who, ok := s.policyReader(w, r, m)
	if !ok {
		return
	}
	standing, err := s.Keys.Standing(r.Context(), who)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v, k, status := s.viewOf(r, m), ring{Standing: standing, May: changesStaff(who)}, http.StatusOK
	if why != nil {
		status, k.Problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, keysView(v, k))
}

// keysStep is POST /cabinet/admin/keys/{step}.
func (s *Server) keysStep(w http.ResponseWriter, r *http.Request, m staff.Member) {
	step := chi.URLParam(r, "step")
	id, err := strconv.ParseUint(r.PostFormValue("key"), 10, 32)
	if err != nil && (step == vault.StepPromote || step == vault.StepRetire) {
		s.failed(w, r, core.Refuse(core.NotFound, "not_found"))
		return
	}
	err = s.Keys.Step(r.Context(), s.acting(r, m), step, uint32(id))
	if why := core.Refusal(err); why != nil && why.Code != core.NotFound {
		s.Log.WarnContext(r.Context(), "a step of the keys not done", "step", step, "error", err)
		s.keysShown(w, r, m, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.tellNext(r, s.view(r).Say("health.done_"+step))
	http.Redirect(w, r, keysPath, http.StatusSeeOther)
}

// ready says that every program that runs has a key, so that it may be taken into use.
func (k ring) ready(id uint32) bool {
	for _, one := range k.Replicas {
		for _, lacks := range one.Lacks {
			if lacks == id {
				return false
			}
		}
	}
	return true
}

// current says that every program that runs seals under the keys in use.
func (k ring) current() bool {
	for _, one := range k.Replicas {
		if one.Old || one.Trouble != "" {
			return false
		}
	}
	return true
}

// size is a number of bytes as people write it.
func (v view) size(bytes int64) string {
	value, unit := float64(bytes)/(1<<20), "health.mb"
	if value >= 1024 {
		value, unit = value/1024, "health.gb"
	}
	return strings.ReplaceAll(v.fill(unit, "count", strconv.FormatFloat(value, 'f', 1, 64)), ".0", "")
}

// ago is how long ago something was, in the largest unit that fits.
func (v view) ago(now time.Time, at *time.Time) string {
	if at == nil {
		return v.Say("health.unknown")
	}
	switch past := now.Sub(*at); {
	case past < time.Minute:
		return v.Say("health.just_now")
	case past < time.Hour:
		return v.number("health.minutes", int(past.Minutes()))
	case past < 48*time.Hour:
		return v.number("health.hours", int(past.Hours()))
	default:
		return v.moment(*at)
	}
}

func keyNumber(k vault.KeyStanding) string { return strconv.FormatUint(uint64(k.ID), 10) }
