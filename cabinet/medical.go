package cabinet

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/document"
	"github.com/zapis-clinic/zapis/core/lab"
	"github.com/zapis-clinic/zapis/core/record"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/upload"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// file is what a patient's medical page is drawn from. A block that is nil is not for this role.
type file struct {
	Patient       uuid.UUID
	Name          string
	Records       *[]record.Head
	Prescriptions *[]record.Ordered
	Results       *[]lab.Report
	Documents     *[]document.Document
	Record        *record.Record // opened
	Reviews       []record.Review
	Prescription  *record.Prescription
	Result        *lab.Result
	Doctors       map[uuid.UUID]string
	Colleagues    []clinic.Doctor
	Link          string // to hand over
}

// nothing says that nothing of it is for whoever asks.
func (f file) nothing() bool {
	return f.Records == nil && f.Prescriptions == nil && f.Results == nil && f.Documents == nil
}

func (s *Server) medicalRoutes(r chi.Router) {
	r.Get("/patients/{id}/medical", s.member(s.medical, true))
	r.Post("/patients/{id}/medical", s.member(s.medicalDone, true))
	r.Get("/documents/{id}", s.member(s.document, true))
	r.Get("/patients/{id}/glass", s.member(s.fresh(s.glass), true))
	r.Post("/patients/{id}/glass", s.member(s.fresh(s.glassBroken), true))
	r.Get("/glass", s.member(s.glassWaiting, true))
	r.Post("/glass/{id}", s.member(s.glassJudged, true))
}

func (s *Server) chart() chart.Chart {
	return chart.Chart{In: s.DB, Clock: s.Clock, IDs: s.IDs, Vault: s.Vault, Button: true}
}

func (s *Server) records() record.Book                { return record.Book{Chart: s.chart()} }
func (s *Server) prescriptions() record.Prescriptions { return record.Prescriptions{Chart: s.chart()} }
func (s *Server) bench() lab.Bench                    { return lab.Bench{Chart: s.chart()} }
func (s *Server) papers() document.File               { return document.File{Chart: s.chart()} }

// subject is the id in the address; an id that is none is nobody's.
func subject(r *http.Request) uuid.UUID {
	id, err := uuid.Parse(chi.URLParam(r, "id"))
	if err != nil {
		return uuid.Nil
	}
	return id
}

// medical is GET /cabinet/patients/{id}/medical?record=&prescription=&result=.
func (s *Server) medical(w http.ResponseWriter, r *http.Request, m staff.Member) {
	f, err := s.file(r, s.acting(r, m))
	s.fileShown(w, r, m, f, err)
}

func (s *Server) fileShown(w http.ResponseWriter, r *http.Request, m staff.Member, f file, err error) {
	v := s.viewOf(r, m)
	why := core.Refusal(err)
	switch {
	case err != nil && why == nil:
		s.fault(w, r, err)
	case why != nil || f.nothing():
		s.render(w, r, http.StatusNotFound, closedPage(v, subject(r)))
	default:
		s.render(w, r, http.StatusOK, medicalPage(v, f))
	}
}

// file reads what there is for the actor, and opens what the address names.
func (s *Server) file(r *http.Request, actor core.Actor) (file, error) {
	ctx, id := r.Context(), subject(r)
	f := file{Patient: id, Doctors: map[uuid.UUID]string{}, Colleagues: s.Book.Current().Doctors}
	for _, d := range f.Colleagues {
		f.Doctors[d.ID] = d.Short()
	}
	var err error
	if f.Records, err = piece(s.records().List(ctx, actor, id)); err != nil {
		return f, err
	}
	if f.Prescriptions, err = piece(s.prescriptions().List(ctx, actor, id)); err != nil {
		return f, err
	}
	if f.Results, err = piece(s.bench().List(ctx, actor, id)); err != nil {
		return f, err
	}
	if f.Documents, err = piece(s.papers().List(ctx, actor, id)); err != nil {
		return f, err
	}
	if f.Name, err = s.nameOf(ctx, actor, id); err != nil {
		return f, err
	}
	return f, s.openOne(r, actor, &f)
}

// piece is a list, or nil where it is refused.
func piece[T any](list []T, err error) (*[]T, error) {
	switch {
	case err == nil:
		return &list, nil
	case core.Refusal(err) == nil:
		return nil, err
	default: // a block that is not for this role
		return nil, nil
	}
}

// openOne opens what is asked for by name, where it is this patient's.
func (s *Server) openOne(r *http.Request, actor core.Actor, f *file) error {
	ctx := r.Context()
	if id, err := uuid.Parse(r.URL.Query().Get("record")); err == nil {
		one, err := s.records().Read(ctx, actor, id)
		if err != nil {
			return err
		}
		if f.Record = &one; one.Patient != f.Patient {
			return core.Refuse(core.NotFound, "not_found")
		}
		f.Reviews, err = s.records().Reviews(ctx, actor, id)
		return err
	}
	if id, err := uuid.Parse(r.URL.Query().Get("prescription")); err == nil {
		one, err := s.prescriptions().Read(ctx, actor, id)
		if f.Prescription = &one; err == nil && one.Patient != f.Patient {
			err = core.Refuse(core.NotFound, "not_found")
		}
		return err
	}
	if id, err := uuid.Parse(r.URL.Query().Get("result")); err == nil {
		one, err := s.bench().Read(ctx, actor, id)
		if f.Result = &one; err == nil && one.Patient != f.Patient {
			err = core.Refuse(core.NotFound, "not_found")
		}
		return err
	}
	return nil
}

// document is GET /cabinet/documents/{id}: an attachment, never a page of ours.
func (s *Server) document(w http.ResponseWriter, r *http.Request, m staff.Member) {
	d, data, err := s.papers().Read(r.Context(), s.acting(r, m), subject(r))
	if why := core.Refusal(err); why != nil {
		s.refuse(w, r, why)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.attach(w, r, d, data)
}

func (s *Server) attach(w http.ResponseWriter, r *http.Request, d document.Document, data []byte) {
	ending := upload.Kind(d.Mime).Ending()
	edge.Attachment(w, r, edge.File{Name: strings.TrimSuffix(d.Title, ending) + ending, MIME: d.Mime, Data: data})
}

// nameOf is a patient's name where the actor may know it, and nothing else.
func (s *Server) nameOf(ctx context.Context, actor core.Actor, id uuid.UUID) (string, error) {
	card, err := s.cards().Look(ctx, actor, id)
	if core.Refusal(err) != nil {
		return "", nil //nolint:nilerr // a page without a name is still theirs
	}
	return card.Name.Whole(), err
}

// keyed is what is done as a key of words: record.sign is record_sign.
func keyed(do string) string { return strings.ReplaceAll(do, ".", "_") }

// stateOf says where a record stands.
func stateOf(v view, h record.Head) string {
	switch {
	case h.Replaced:
		return v.Say("medical.replaced")
	case h.Signed:
		return v.Say("medical.signed")
	case h.Kind == record.Vitals:
		return v.Say("medical.entered")
	default:
		return v.Say("medical.draft")
	}
}

// readyOf says how far a test has come.
func readyOf(v view, r lab.Report) string {
	if r.Ready {
		return v.Say("medical.ready")
	}
	return v.Say("medical.status_" + r.Status)
}
