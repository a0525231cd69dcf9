package cabinet

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/personal"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// office is personal data's.
func (s *Server) office() personal.Office {
	return personal.Office{In: s.DB, Clock: s.Clock, IDs: s.IDs, Random: s.Random, Vault: s.Vault}
}

// copyRoutes are the pages of a one-time link to a copy of one's data. Nobody is signed in there.
func (s *Server) copyRoutes(r chi.Router) {
	r.Get("/", s.copyAsked)
	r.With(s.Gate.Admit(edge.Export)).Post("/", s.copyTaken)
}

// copyAsked is GET /p/data/{token}: it says what waits, and takes nothing.
func (s *Server) copyAsked(w http.ResponseWriter, r *http.Request) { s.copyShown(w, r, nil) }

func (s *Server) copyShown(w http.ResponseWriter, r *http.Request, why *core.Error) {
	link, err := s.office().Look(r.Context(), chi.URLParam(r, "token"))
	if refusal := core.Refusal(err); refusal != nil {
		s.refuse(w, r, refusal)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	v, status, problem := s.view(r), http.StatusOK, ""
	if why != nil {
		status, problem = s.refusedWith(w, why), s.sentence(v, why)
	}
	s.render(w, r, status, copyPage(v, link, problem))
}

// copyTaken is POST /p/data/{token}: the archive, once.
func (s *Server) copyTaken(w http.ResponseWriter, r *http.Request) {
	data, err := s.office().Take(r.Context(), chi.URLParam(r, "token"), r.PostFormValue("born"))
	if refusal := core.Refusal(err); refusal != nil {
		s.copyShown(w, r, refusal)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	edge.Attachment(w, r, edge.File{Name: "my-data.zip", MIME: "application/zip", Data: data})
}
