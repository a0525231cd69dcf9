package cabinet

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/document"
	"github.com/zapis-clinic/zapis/core/lab"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/record"
	"github.com/zapis-clinic/zapis/core/staff"
)

// form is what was posted about a patient.
type form struct {
	actor   core.Actor
	patient uuid.UUID
	id      uuid.UUID // of what it is about, where it is about something that is there
	field   func(string) string
}

// medicalDone is POST /cabinet/patients/{id}/medical: "do" says what, and the field "id" of which.
func (s *Server) medicalDone(w http.ResponseWriter, r *http.Request, m staff.Member) {
	f := form{actor: s.acting(r, m), patient: subject(r), field: r.PostFormValue}
	if id, err := uuid.Parse(f.field("id")); err == nil {
		f.id = id
	}
	if f.field("do") == "document.hand_over" {
		s.handOver(w, r, m, f)
		return
	}
	err := s.recordDone(r.Context(), f)
	if why := core.Refusal(err); why != nil {
		s.refuse(w, r, why)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	http.Redirect(w, r, "/cabinet/patients/"+f.patient.String()+"/medical", http.StatusSeeOther)
}

func (s *Server) recordDone(ctx context.Context, f form) error {
	b := s.records()
	var err error
	switch f.field("do") {
	case "record.draft":
		_, err = b.Draft(ctx, f.actor, record.New{Patient: f.patient, Kind: record.Kind(f.field(keyKind)), Label: f.field("label"), Text: f.field("text")})
	case "record.edit":
		err = b.Edit(ctx, f.actor, f.id, f.field("text"), f.field("label"))
	case "record.sign":
		err = b.Sign(ctx, f.actor, f.id)
	case "record.replace":
		_, err = b.Replace(ctx, f.actor, f.id, f.field("text"))
	case "record.review":
		err = b.Review(ctx, f.actor, f.id, f.field("verdict"), f.field("text"))
	case "record.refer":
		to, bad := uuid.Parse(f.field("to"))
		if bad != nil {
			return core.Refuse(core.Invalid, "referral_to_whom")
		}
		_, err = b.Refer(ctx, f.actor, record.Sent{Patient: f.patient, To: to, Text: f.field("text")})
	default:
		err = s.orderDone(ctx, f)
	}
	return err
}

func (s *Server) orderDone(ctx context.Context, f form) error {
	p, b := s.prescriptions(), s.bench()
	var err error
	switch f.field("do") {
	case "prescription.draft":
		_, err = p.Draft(ctx, f.actor, record.NewPrescription{Patient: f.patient, Label: f.field("label"), Text: f.field("text")})
	case "prescription.sign":
		err = p.Sign(ctx, f.actor, f.id)
	case "prescription.void":
		err = p.Void(ctx, f.actor, f.id)
	case "prescription.mark":
		err = p.Mark(ctx, f.actor, f.id)
	case "result.order":
		_, err = b.Order(ctx, f.actor, lab.Order{Patient: f.patient, Kind: lab.Kind(f.field(keyKind))})
	case "result.sample":
		err = b.Sample(ctx, f.actor, f.id)
	case "result.release":
		err = b.Release(ctx, f.actor, f.id)
	default:
		err = core.Refuse(core.NotFound, "not_found")
	}
	return err
}

// handOver shows the link that is to be given to the patient, once.
func (s *Server) handOver(w http.ResponseWriter, r *http.Request, m staff.Member, x form) {
	token, err := s.papers().HandOver(r.Context(), x.actor, x.id, s.Random)
	if why := core.Refusal(err); why != nil {
		s.refuse(w, r, why)
		return
	}
	f := file{}
	if err == nil {
		f, err = s.file(r, x.actor)
	}
	f.Link = s.PublicURL + "/p/" + token
	s.fileShown(w, r, m, f, err)
}

// documentGift is what a patient's link to a document gives.
func (s *Server) documentGift(w http.ResponseWriter, r *http.Request, k patient.Ticket) error {
	d, data, err := s.papers().Given(r.Context(), k)
	if err != nil {
		return err
	}
	s.attach(w, r, d, data)
	return nil
}

var _ Gift = (*Server)(nil).documentGift

// gifts are the patients' links that the cabinet serves, beside those it was given.
func (s *Server) gifts() map[string]Gift {
	all := map[string]Gift{document.Purpose: s.documentGift}
	for purpose, g := range s.Gifts {
		all[purpose] = g
	}
	return all
}
