package staff

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Roles lists the roles there are.
func Roles() []string {
	return []string{"admin", "doctor", "nurse", "head", "cashier", "marketing", "director", "security"}
}

// Clinical says whether a role reads medical content.
func Clinical(role string) bool { return slices.Contains([]string{"doctor", "nurse", "head"}, role) }

// combined checks what roles one person may switch between, and returns the further ones without repetition. Whoever rules over rights
// does not treat patients: security and a clinical role go to one person only in a clinic of one room, which has nobody else. There they
// are two roles still, of which one is active; what a second person must do stays another person's, for it goes by the person and not
// by the role.
func combined(usual string, others []string, oneRoom bool) ([]string, error) {
	all := []string{usual}
	for _, role := range others {
		if !slices.Contains(all, role) {
			all = append(all, role)
		}
	}
	for _, role := range all {
		if !slices.Contains(Roles(), role) {
			return nil, core.Refuse(core.Invalid, "role_unknown", "Role", role)
		}
	}
	if slices.Contains(all, "security") && slices.ContainsFunc(all, Clinical) && !oneRoom {
		return nil, core.Refuse(core.Invalid, "roles_combined")
	}
	return all[1:], nil
}

// linked says that whoever has the role of a doctor is one of the clinic's practitioners.
func linked(doctor uuid.UUID, roles ...string) error {
	if doctor == uuid.Nil && slices.Contains(roles, "doctor") {
		return core.Refuse(core.Invalid, "doctor_unlinked")
	}
	return nil
}

// fieldsOf notes that an exception was made for a clinic of one room.
func fieldsOf(oneRoom bool, fields ...string) []string {
	if oneRoom {
		return append(fields, "one_room")
	}
	return fields
}

// NewRoles is what somebody may be from now on.
type NewRoles struct {
	Usual   string
	Others  []string
	OneRoom bool
}

// SetRoles changes what somebody may be. Their sessions end. Nobody gives roles to themselves (self_grant).
func (r *Roster) SetRoles(ctx context.Context, actor core.Actor, login string, n NewRoles) error {
	more, err := combined(n.Usual, n.Others, n.OneRoom)
	if err != nil {
		return err
	}
	err = r.as(ctx, actor, func(tx *store.Tx) error {
		row, err := tx.StaffByLogin(ctx, login)
		if err != nil {
			return store.NoRows(err, "staff_unknown")
		}
		if actor.Kind == core.Staff && actor.ID == row.ID {
			return core.Refuse(core.Denied, "self_grant")
		}
		if err := linked(store.ID(row.PractitionerID), append(slices.Clone(more), n.Usual)...); err != nil {
			return err
		}
		if _, err := tx.StaffSetRoles(ctx, db.StaffSetRolesParams{ID: row.ID, Role: n.Usual, Roles: more}); err != nil {
			return err
		}
		return r.note(ctx, tx, "staff.roles", row.ID, fieldsOf(n.OneRoom, "role", "roles")...)
	})
	if err != nil {
		return fmt.Errorf("change the roles of %s: %w", login, err)
	}
	return nil
}
