package cabinet

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/visit"
)

// plan reads where a visit is to be moved: what is not told stays as it is.
func (s *Server) plan(r *http.Request, actor core.Actor, id uuid.UUID) (visit.Plan, error) {
	now, err := s.calendar(0).Find(r.Context(), actor, id)
	if err != nil {
		return visit.Plan{}, err
	}
	p := visit.Plan{Branch: now.Branch, Doctor: now.Doctor, Start: now.Start, Over: strings.TrimSpace(r.PostFormValue(keyOver))}
	if text := r.PostFormValue(keyDoctor); text != "" {
		if p.Doctor, err = uuid.Parse(text); err != nil {
			return p, core.Refuse(core.Invalid, "doctor_unknown")
		}
	}
	if at := r.PostFormValue(keyDate) + " " + r.PostFormValue(keyTime); at != " " {
		if p.Start, err = time.ParseInLocation(dateForm+" 15:04", at, now.Start.Location()); err != nil {
			return p, core.Refuse(core.Invalid, "time_wrong")
		}
	}
	p.Length, err = minutesOf(r.PostFormValue(keyMinutes))
	return p, err
}

// inTheWay says what stands where a visit was to be moved.
func (s *Server) inTheWay(r *http.Request, actor core.Actor, id uuid.UUID) []conflict {
	ctx := r.Context()
	p, err := s.plan(r, actor, id)
	if err != nil {
		return nil
	}
	now, err := s.calendar(0).Find(ctx, actor, id)
	if err != nil {
		return nil
	}
	if p.Length == 0 {
		p.Length = now.End.Sub(now.Start)
	}
	list, err := s.calendar(0).Conflicts(ctx, actor, visit.Wish{Service: now.Service, Patient: now.Patient}, p, id)
	return s.conflictsSaid(ctx, s.view(r), list, err)
}

// bookingConflicts says what stands where somebody was to be booked.
func (s *Server) bookingConflicts(r *http.Request, actor core.Actor, f bookingFrame) []conflict {
	w, p, err := s.wished(actor, f)
	if err != nil {
		return nil
	}
	list, err := s.calendar(0).Conflicts(r.Context(), actor, w, p, uuid.Nil)
	return s.conflictsSaid(r.Context(), s.view(r), list, err)
}

// conflictsSaid puts conflicts into words. Where they cannot be read, the refusal itself has to do.
func (s *Server) conflictsSaid(ctx context.Context, v view, list []visit.Conflict, err error) []conflict {
	if err != nil {
		if core.Refusal(err) == nil {
			s.Log.WarnContext(ctx, "conflicts not told", "error", err)
		}
		return nil
	}
	names := map[uuid.UUID]string{}
	out := make([]conflict, 0, len(list))
	for _, c := range list {
		out = append(out, conflict{s.conflictSaid(ctx, v, c, names)})
	}
	return out
}

func (s *Server) conflictSaid(ctx context.Context, v view, c visit.Conflict, names map[uuid.UUID]string) string {
	text := v.Say("conflict." + string(c.Kind))
	if c.Other.ID == uuid.Nil {
		return text
	}
	d, _ := s.Book.Current().Doctor(c.Other.Doctor)
	by := ""
	if !c.By.At.IsZero() {
		by = strings.NewReplacer("{who}", s.whoDid(ctx, v, c.By, names), "{time}", c.By.At.In(c.Other.Start.Location()).Format("02.01 15:04")).Replace(v.Say("conflict.by"))
	}
	return strings.TrimSpace(strings.NewReplacer(
		"{from}", c.Other.Start.Format("15:04"), "{to}", c.Other.End.Format("15:04"), "{patient}", v.orElse(c.Other.Name, "schedule.somebody"),
		"{service}", c.Other.ServiceName, "{doctor}", d.Short(),
	).Replace(text) + " " + by)
}
