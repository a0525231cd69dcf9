package cabinet

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/staff"
)

// person is a patient on a list.
type person struct {
	ID   uuid.UUID
	Name string
	Born string
}

// seesPatients says whose header leads to the patients.
func seesPatients(m *staff.Member) bool {
	return m != nil && (staff.Clinical(m.Role) || m.Role == roleAdmin)
}

// judgesGlass says whose header leads to broken glass.
func judgesGlass(m *staff.Member) bool {
	return m != nil && (m.Role == roleHead || m.Role == roleSecurity)
}

// patients is GET /cabinet/patients?name=&card=: whom one may know of, by name; or, by the number of a card, anybody's page, which is
// opened or not.
func (s *Server) patients(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if id, err := uuid.Parse(strings.TrimSpace(r.URL.Query().Get("card"))); err == nil {
		http.Redirect(w, r, "/cabinet/patients/"+id.String()+"/medical", http.StatusSeeOther) //nolint:gosec // an id
		return
	}
	list, err := s.known(r.Context(), s.acting(r, m), uuid.Nil, r.URL.Query().Get("name"))
	if why := core.Refusal(err); why != nil {
		s.refuse(w, r, why)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, patientsPage(s.viewOf(r, m), list, r.URL.Query().Get("name")))
}

// known lists whom the actor may know of: the one with an id, or those whose name begins so.
func (s *Server) known(ctx context.Context, actor core.Actor, id uuid.UUID, name string) ([]person, error) {
	if s.Acts == nil {
		return nil, nil
	}
	out, err := s.Acts.Do(ctx, actor, core.Contacts, core.Read, acts.Input{ID: id, Fields: map[string]string{"name": name}})
	if err != nil {
		return nil, err
	}
	var list []person
	for _, row := range out.Rows {
		p := person{Name: strings.Join(strings.Fields(fmt.Sprint(row["surname"], " ", row["given"], " ", row["patronymic"])), " ")}
		p.ID, _ = row["id"].(uuid.UUID)  // the nil id leads nowhere
		p.Born, _ = row["born"].(string) // not everybody's is known
		list = append(list, p)
	}
	return list, nil
}
