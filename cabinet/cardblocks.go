package cabinet

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/visit"
)

// cardBlock is GET /cabinet/patients/{id}/block/{name}: one block of a card, which asks for its own right.
func (s *Server) cardBlock(w http.ResponseWriter, r *http.Request, m staff.Member) {
	actor := s.acting(r, m)
	c, err := s.cards().Look(r.Context(), actor, subject(r))
	if err != nil {
		s.cardClosed(w, r, m, err)
		return
	}
	name, ok := blockName(r, blocksOf(actor, c))
	if !ok {
		s.cardClosed(w, r, m, core.Refuse(core.NotFound, "patient_unknown"))
		return
	}
	part, err := s.block(r.Context(), s.view(r), actor, c, name)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	if fragment(r) {
		s.render(w, r, http.StatusOK, part)
		return
	}
	s.render(w, r, http.StatusOK, blockPage(s.viewOf(r, m), c, name, part))
}

func (s *Server) block(ctx context.Context, v view, actor core.Actor, c patient.Card, name string) (templ.Component, error) {
	v.Member = &staff.Member{Role: actor.Role, Doctor: actor.Doctor}
	switch name {
	case blockVisits:
		b, err := s.visitsBlock(ctx, v, actor, c)
		return visitsPart(v, b), err
	case blockMedical, blockResults, blockPapers:
		f, err := s.fileBlock(ctx, actor, c.ID, name)
		return filePart(v, f, name), err
	case blockMoney:
		list, err := s.moneyBlock(ctx, actor, c.ID)
		return moneyPart(v, list), err
	case blockFeedback:
		list, err := s.feedbackBlock(ctx, actor, c.ID)
		return feedbackPart(v, list), err
	case blockConsents:
		list, err := s.consents().Of(ctx, actor, c.ID)
		return agreedPart(v, c, list), err
	default:
		list, more, err := (audit.Desk{In: s.DB, Clock: s.Clock, IDs: s.IDs}).Search(ctx, actor, audit.Filter{Patient: c.ID})
		return looksPart(v, list, more), err
	}
}

// visitsOf is the block of visits.
type visitsOf struct {
	Patient    uuid.UUID
	Next, Past []comeLine
	Book       bool
}

// comeLine is a visit in words.
type comeLine struct {
	visit.Come
	Doctor, Branch string
	Paid           string // of a doctor's own visit: paid, unpaid; empty is not told
	Again          string // where to book the same anew; empty: not for them
}

func (s *Server) visitsBlock(ctx context.Context, v view, actor core.Actor, c patient.Card) (visitsOf, error) {
	out := visitsOf{Patient: c.ID, Book: may(actor, core.Create, core.Appointments, core.Facts{Branch: c.Facts.Branch, Care: c.Facts.Care, Schedule: true})}
	list, err := s.calendar(0).OfPatient(ctx, actor, c.ID)
	if err != nil {
		return out, err
	}
	now, catalog := s.Clock(), s.Book.Current()
	for i, one := range list {
		line := comeLine{Come: one}
		if d, ok := catalog.Doctor(one.Doctor); ok {
			line.Doctor = d.Short()
		}
		if b, ok := catalog.Branch(one.Branch); ok && len(catalog.Branches) > 1 {
			line.Branch = b.Name.In(v.Lang)
		}
		if one.Own && i < 20 {
			if line.Paid, err = s.paid(ctx, actor, one.ID); err != nil {
				return out, err
			}
		}
		if one.End.After(now) && one.Status != visit.Cancelled {
			out.Next = append([]comeLine{line}, out.Next...)
			continue
		}
		if out.Book && one.View == access.Full && (actor.Role != roleDoctor || one.Own) {
			line.Again = schedulePath + "/new?patient=" + c.ID.String() + "&doctor=" + one.Doctor.String() + "&service=" + one.Service.String() + "&branch=" + one.Branch.String()
		}
		out.Past = append(out.Past, line)
	}
	return out, nil
}

// paid is whether a doctor's own visit is.
func (s *Server) paid(ctx context.Context, actor core.Actor, id uuid.UUID) (string, error) {
	if actor.Role != roleDoctor || s.Acts == nil {
		return "", nil
	}
	out, err := s.Acts.Do(ctx, actor, core.Payments, core.Read, acts.Input{Visit: id})
	if core.Refusal(err) != nil {
		err = nil // of a visit that is not theirs nothing is told
	}
	if err != nil || len(out.Rows) == 0 {
		return "", err
	}
	if paid, _ := out.Rows[0]["paid"].(bool); paid {
		return "paid", nil
	}
	return "unpaid", nil
}

// fileBlock reads the lists of the medical page that a block is made of; what is in them opens there.
func (s *Server) fileBlock(ctx context.Context, actor core.Actor, id uuid.UUID, name string) (file, error) {
	f := file{Patient: id, Doctors: map[uuid.UUID]string{}}
	for _, d := range s.Book.Current().Doctors {
		f.Doctors[d.ID] = d.Short()
	}
	var err error
	switch name {
	case blockMedical:
		if f.Records, err = piece(s.records().List(ctx, actor, id)); err == nil {
			f.Prescriptions, err = piece(s.prescriptions().List(ctx, actor, id))
		}
	case blockResults:
		f.Results, err = piece(s.bench().List(ctx, actor, id))
	default:
		f.Documents, err = piece(s.papers().List(ctx, actor, id))
	}
	return f, err
}

// bill is an invoice in a block. Sums are in kopecks; of who sees the least, what is due alone.
type bill struct {
	At                   time.Time
	State                string
	Due, Total, Refunded int64
	Whole                bool
}

func (s *Server) moneyBlock(ctx context.Context, actor core.Actor, id uuid.UUID) ([]bill, error) {
	out, err := s.Acts.Do(ctx, actor, core.Payments, core.Read, acts.Input{Patient: id})
	if err != nil {
		return nil, err
	}
	var list []bill
	for _, row := range out.Rows {
		var b bill
		b.State, _ = row["state"].(string) // acts' own row
		b.Due, _ = row["due"].(int64)
		b.Total, b.Whole = row["total"].(int64)
		b.Refunded, _ = row["refunded"].(int64)
		b.At = rowTime(row, "at")
		list = append(list, b)
	}
	return list, nil
}

func rowTime(row acts.Row, key string) time.Time {
	text, _ := row[key].(string)            // acts' own row
	at, _ := time.Parse(time.RFC3339, text) // no time is shown as none
	return at
}

// opinion is what a patient said of a visit.
type opinion struct {
	At     time.Time
	Score  string
	Status string
	Words  []string
}

func (s *Server) feedbackBlock(ctx context.Context, actor core.Actor, id uuid.UUID) ([]opinion, error) {
	out, err := s.Acts.Do(ctx, actor, core.Feedback, core.Read, acts.Input{Patient: id})
	if err != nil {
		return nil, err
	}
	var list []opinion
	for _, row := range out.Rows {
		o := opinion{At: rowTime(row, "at"), Score: scored(row["score"])}
		o.Status, _ = row["status"].(string) // acts' own row
		words, _ := row["words"].([]acts.Row)
		for _, w := range words {
			if text, ok := w["text"].(string); ok {
				o.Words = append(o.Words, text)
			}
		}
		list = append(list, o)
	}
	return list, nil
}

// scored is a score out of ten, or nothing.
func scored(score any) string {
	if n, ok := score.(*int16); ok && n != nil {
		return strconv.Itoa(int(*n))
	}
	return ""
}
