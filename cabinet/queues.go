package cabinet

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/health"
	"github.com/zapis-clinic/zapis/core/staff"
)

// QueuesPath is where the pages of the queue are. They are River's own, and stand for nothing that Zapis says itself.
const QueuesPath = adminPath + "/queues"

func (s *Server) queueRoutes(r chi.Router) {
	if s.Queues == nil {
		return
	}
	r.Get("/admin/queues", s.member(s.queues, true))
	r.Get("/admin/queues/*", s.member(s.queues, true))
	r.Post("/admin/queues/api/jobs/retry", s.member(s.queuesRetry, true))
}

// queuesPolicy is River's pages' own: they write styles into themselves, which no other page may; scripts are this address's alone, as
// everywhere, and there are no forms.
const queuesPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// queues is GET /cabinet/admin/queues/…: whoever may change policies reads. Nothing else of what River can do has an address here.
func (s *Server) queues(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if s.queueKeeper(w, r, m) {
		w.Header().Set("Content-Security-Policy", queuesPolicy)
		s.Queues.ServeHTTP(w, r)
	}
}

// queueKeeper says whether somebody may; whoever may not is told so.
func (s *Server) queueKeeper(w http.ResponseWriter, r *http.Request, m staff.Member) bool {
	if !changesStaff(s.acting(r, m)) {
		s.refuse(w, r, &core.Error{Code: core.Denied, Key: "queues_not_yours"})
		return false
	}
	return true
}

// queuesRetry is POST /cabinet/admin/queues/api/jobs/retry: it stands on record before it is done.
func (s *Server) queuesRetry(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if !s.queueKeeper(w, r, m) {
		return
	}
	var asked struct {
		IDs []json.RawMessage `json:"ids"`
	}
	body, err := io.ReadAll(r.Body) // bounded
	if err != nil || json.Unmarshal(body, &asked) != nil || len(asked.IDs) == 0 {
		s.refuse(w, r, &core.Error{Code: core.Invalid, Key: "not_found"})
		return
	}
	desk := health.Desk{In: s.DB, Clock: s.Clock, IDs: s.IDs}
	if err := desk.Retrying(r.Context(), s.acting(r, m), len(asked.IDs)); err != nil {
		s.failed(w, r, err)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.Header().Set("Content-Security-Policy", queuesPolicy)
	s.Queues.ServeHTTP(w, r)
}
