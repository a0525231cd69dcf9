package staff

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Office is how whoever keeps security looks after the staff. Every step asks the rules, wants a second factor shown just now, is never
// done to oneself, and goes on record; sessions that rest on what has changed end.
type Office struct{ *Roster }

// Person is somebody of the staff as the office sees them.
type Person struct {
	Member

	Active   bool
	Created  time.Time
	Seen     *time.Time // when they were last at their screen
	Password bool       // they have set one
	Factors  Factors    // without their recovery codes
	SignOn   bool       // by the clinic's own sign-on
	Sessions int        // that are open now
}

// Wanted says whom a list is to show: those whose login has Found in it, with a role, who work here (or who are blocked).
type Wanted struct {
	Found, Role string
	Blocked     bool
	After       int
}

// PageOf is how many a list shows.
const PageOf = 50

// Ref names a row as somebody saw it: a change of what has changed since is refused (staff_changed).
type Ref struct {
	ID         uuid.UUID
	Generation int32
}

// People lists the staff, at most fifty; more says that there are further ones.
func (o Office) People(ctx context.Context, actor core.Actor, w Wanted) (list []Person, more bool, err error) {
	active := !w.Blocked
	list, err = o.people(ctx, actor, db.StaffPeopleParams{Found: w.Found, Role: w.Role, Active: &active, After: int32(max(0, min(w.After, 100_000)))})
	if len(list) > PageOf {
		return list[:PageOf], true, nil
	}
	return list, false, err
}

// One is somebody of the staff.
func (o Office) One(ctx context.Context, actor core.Actor, id uuid.UUID) (Person, error) {
	list, err := o.people(ctx, actor, db.StaffPeopleParams{ID: &id})
	if err == nil && len(list) == 0 {
		err = core.Refuse(core.NotFound, "not_found")
	}
	if err != nil {
		return Person{}, err
	}
	return list[0], nil
}

func (o Office) people(ctx context.Context, actor core.Actor, p db.StaffPeopleParams) ([]Person, error) {
	if _, err := access.Require(actor, core.Ask{Action: core.Read, Class: core.Policies}); err != nil {
		return nil, err
	}
	p.Now = o.Clock()
	var out []Person
	err := o.as(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.StaffPeople(ctx, p)
		for _, r := range rows {
			out = append(out, Person{
				Member: Member{
					ID: r.ID, Login: r.Login, Role: r.Role, Roles: append([]string{r.Role}, r.Roles...), Doctor: store.ID(r.PractitionerID), Branches: r.Branches,
					Generation: r.Generation, Demo: r.Demo,
				},
				Active: r.Active, Created: r.CreatedAt, Seen: r.SeenAt, Password: r.HasPassword, SignOn: r.SignOn, Sessions: int(r.Sessions),
				Factors: Factors{TOTP: r.Totp, Passkeys: int(r.Passkeys)},
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the staff: %w", err)
	}
	return out, nil
}

// may says whether an actor may change somebody's rights; uuid.Nil is somebody new.
func (o Office) may(actor core.Actor, id uuid.UUID) error {
	self := id != uuid.Nil && id == actor.ID
	fresh := !actor.Fresh.IsZero() && o.Clock().Sub(actor.Fresh) <= FreshFor
	ask := core.Ask{Action: core.Update, Class: core.Policies, Facts: core.Facts{Self: self, Fresh: fresh}}
	if _, err := access.Require(actor, ask); err != nil {
		if self {
			return core.Refuse(core.Denied, "self_grant")
		}
		return err
	}
	if !fresh {
		return core.Refuse(core.Denied, "step_up")
	}
	return nil
}

// Hire puts somebody on the staff; the token is of a one-time link for their password.
func (o Office) Hire(ctx context.Context, actor core.Actor, n Newcomer) (string, error) {
	if err := o.may(actor, uuid.Nil); err != nil {
		return "", err
	}
	return o.Add(ctx, actor, n)
}

// Reinvite makes a new one-time link for somebody; older ones stop working.
func (o Office) Reinvite(ctx context.Context, actor core.Actor, ref Ref) (token string, err error) {
	err = o.change(ctx, actor, ref, "staff.invite", func(tx *store.Tx, row db.Staff) ([]string, error) {
		if !row.Active {
			return nil, core.Refuse(core.Conflict, "staff_blocked")
		}
		token, err = o.invite(ctx, tx, row.ID)
		return nil, err
	})
	return token, err
}

// GiveRoles changes what somebody may be; their sessions end.
func (o Office) GiveRoles(ctx context.Context, actor core.Actor, ref Ref, n NewRoles) error {
	more, err := combined(n.Usual, n.Others, n.OneRoom)
	if err != nil {
		return err
	}
	all := append(slices.Clone(more), n.Usual)
	return o.change(ctx, actor, ref, "staff.roles", func(tx *store.Tx, row db.Staff) ([]string, error) {
		if err := linked(store.ID(row.PractitionerID), all...); err != nil {
			return nil, err
		}
		if err := o.leaves(ctx, tx, row, all); err != nil {
			return nil, err
		}
		_, err := tx.StaffSetRoles(ctx, db.StaffSetRolesParams{ID: row.ID, Role: n.Usual, Roles: more})
		return fieldsOf(n.OneRoom, "role", "roles"), store.NoRows(err, "staff_blocked")
	})
}

// Place is where somebody works: the practitioner they are, and their branches; none are all.
type Place struct {
	Doctor   uuid.UUID
	Branches []uuid.UUID
}

// Put changes where somebody works; their sessions end.
func (o Office) Put(ctx context.Context, actor core.Actor, ref Ref, p Place) error {
	if p.Branches == nil {
		p.Branches = []uuid.UUID{}
	}
	return o.change(ctx, actor, ref, "staff.place", func(tx *store.Tx, row db.Staff) ([]string, error) {
		if err := linked(p.Doctor, append(row.Roles, row.Role)...); err != nil {
			return nil, err
		}
		if p.Doctor != uuid.Nil {
			if _, err := tx.PractitionerLink(ctx, p.Doctor); err != nil {
				return nil, store.NoRows(err, "doctor_unknown")
			}
		}
		return []string{"practitioner", "branches"}, tx.StaffSetPlace(ctx, db.StaffSetPlaceParams{ID: row.ID, PractitionerID: store.Ref(p.Doctor), Branches: p.Branches})
	})
}

// Block keeps somebody out from the next request on, or lets them in again.
func (o Office) Block(ctx context.Context, actor core.Actor, ref Ref, blocked bool) error {
	action := "staff.unblock"
	if blocked {
		action = "staff.block"
	}
	return o.change(ctx, actor, ref, action, func(tx *store.Tx, row db.Staff) ([]string, error) {
		if blocked {
			if err := o.leaves(ctx, tx, row, nil); err != nil {
				return nil, err
			}
			if err := tx.StaffInvitesVoid(ctx, db.StaffInvitesVoidParams{StaffID: row.ID, Purpose: purposePassword, Now: o.Clock()}); err != nil {
				return nil, err
			}
		}
		return []string{"active"}, tx.StaffSetActive(ctx, db.StaffSetActiveParams{ID: row.ID, Active: !blocked})
	})
}

// SignOut ends all of somebody's sessions.
func (o Office) SignOut(ctx context.Context, actor core.Actor, ref Ref) error {
	return o.change(ctx, actor, ref, "staff.sessions_end", func(tx *store.Tx, row db.Staff) ([]string, error) {
		_, err := tx.StaffRenew(ctx, row.ID)
		return nil, store.NoRows(err, "staff_blocked")
	})
}

// ResetFactors takes away what somebody has lost: authenticator, passkeys, recovery codes, the clinic's sign-on. Their sessions end.
func (o Office) ResetFactors(ctx context.Context, actor core.Actor, ref Ref) error {
	return o.change(ctx, actor, ref, "staff.factors_forget", func(tx *store.Tx, row db.Staff) ([]string, error) {
		if err := tx.StaffFactorsForget(ctx, row.ID); err != nil {
			return nil, err
		}
		_, err := tx.StaffRenew(ctx, row.ID)
		return []string{"totp", "passkeys", "recovery", "sign_on"}, store.NoRows(err, "staff_blocked")
	})
}

// leaves refuses to take the last one away who holds a role without which rights could never change again.
func (o Office) leaves(ctx context.Context, tx *store.Tx, row db.Staff, keeps []string) error {
	for _, role := range []string{"security", "director"} {
		if slices.Contains(keeps, role) || !slices.Contains(append(row.Roles, row.Role), role) || !row.Active {
			continue
		}
		others, err := tx.StaffOthersWith(ctx, db.StaffOthersWithParams{ID: row.ID, Role: role})
		if err != nil {
			return err
		}
		if others == 0 {
			return core.Refuse(core.Conflict, "staff_last")
		}
	}
	return nil
}

// change does something to a row that is still as it was seen, ends the sessions that rested on it, and puts it on record. Changes go one after
// the other: two at once could each take away the last but one.
func (o Office) change(ctx context.Context, actor core.Actor, ref Ref, action string, do func(*store.Tx, db.Staff) ([]string, error)) error {
	if err := o.may(actor, ref.ID); err != nil {
		return err
	}
	err := o.as(ctx, actor, func(tx *store.Tx) error {
		if err := tx.StaffAlone(ctx); err != nil {
			return err
		}
		row, err := tx.StaffHeld(ctx, ref.ID)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		if row.Generation != ref.Generation {
			return core.Refuse(core.Conflict, "staff_changed")
		}
		fields, err := do(tx, row)
		if err != nil {
			return err
		}
		if action != "staff.invite" {
			if err := tx.StaffSessionsEnd(ctx, db.StaffSessionsEndParams{StaffID: row.ID, Now: o.Clock()}); err != nil {
				return err
			}
		}
		return o.note(ctx, tx, action, row.ID, fields...)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}
