package cabinet

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/jobs/entry"
)

// dataRoutes are /cabinet/data/{class}[/{id}][/{action}]: every act, for whoever is signed in, as their active role may.
func (s *Server) dataRoutes(r chi.Router) {
	if s.Acts == nil {
		return
	}
	r.Route("/data", func(r chi.Router) { entry.Routes(r, s.member(s.data, false)) })
}

// data does one act, and answers in JSON.
func (s *Server) data(w http.ResponseWriter, r *http.Request, m staff.Member) {
	q, err := entry.Ask(r)
	if err == nil {
		var out acts.Output
		if out, err = s.Acts.Do(r.Context(), s.Guard.Admit(m.Actor(channel)).During(r.Context()), q.Class, q.Action, q.In); err == nil {
			entry.Answer(w, out)
			return
		}
	}
	if why := core.Refusal(err); why != nil {
		entry.Refusal(w, why, s.sentence(s.view(r), why))
		return
	}
	s.fault(w, r, err)
}
