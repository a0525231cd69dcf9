package cabinet

import (
	"context"
	"net/http"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
)

// switchRole is POST /cabinet/role: another of one's roles becomes the active one, in the place of the one before. Rights are never
// added up, and nobody changes their rights without showing a second factor.
func (s *Server) switchRole(w http.ResponseWriter, r *http.Request, m staff.Member) {
	next, err := m.As(r.PostFormValue("role"))
	if err == nil && next.Role != m.Role {
		err = s.become(r.Context(), m, next)
	}
	if err != nil {
		s.toMe(w, r, err)
		return
	}
	http.Redirect(w, r, door, http.StatusSeeOther)
}

func (s *Server) become(ctx context.Context, m, next staff.Member) error {
	err := s.DB.InTx(ctx, core.Sys(channel), func(tx *store.Tx) error {
		if err := s.noteOf(ctx, tx, m, "staff.role_leave", m.Role); err != nil {
			return err
		}
		return s.noteOf(ctx, tx, next, "staff.role_take", next.Role)
	})
	if err != nil {
		return err
	}
	s.sessions.Put(ctx, keyRole, next.Role)
	return s.renew(ctx)
}
