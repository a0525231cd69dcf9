package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// SignOn is somebody as the clinic's own sign-on vouches for them: the provider, and its word for the person that never becomes somebody else's. An
// e-mail address, which can, is no part of it.
type SignOn struct {
	Issuer  string
	Subject string
}

// BySignOn is who signs in with the clinic's sign-on; a refusal (sign_on_unknown) where nobody has bound it to themselves.
func (r *Roster) BySignOn(ctx context.Context, s SignOn) (Member, error) {
	var m Member
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		row, err := tx.StaffOfSignOn(ctx, db.StaffOfSignOnParams{Issuer: s.Issuer, Subject: s.Subject})
		if err != nil {
			return store.NoRows(err, "sign_on_unknown")
		}
		if m, err = r.member(row); err != nil {
			return core.Refuse(core.NotFound, "sign_on_unknown")
		}
		return r.note(ctx, tx, "staff.sign_on", m.ID)
	})
	if err != nil {
		return Member{}, fmt.Errorf("sign in by sign-on: %w", err)
	}
	return m, nil
}

// BindSignOn binds a sign-on to m, who is signed in and has shown a second factor. One that is somebody's already stays theirs (sign_on_taken).
// Every other session of m ends.
func (r *Roster) BindSignOn(ctx context.Context, m Member, s SignOn) (Member, error) {
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		var err error
		m, err = r.bind(ctx, tx, m, s)
		return err
	})
	if err != nil {
		return Member{}, fmt.Errorf("bind a sign-on: %w", err)
	}
	return m, nil
}

// BindInvited binds a sign-on by a one-time link, in the place of a password. The link is used up.
func (r *Roster) BindInvited(ctx context.Context, token string, s SignOn) (Member, error) {
	var m Member
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		id, err := tx.StaffInviteUse(ctx, db.StaffInviteUseParams{TokenHash: hashOf(token), Purpose: purposePassword, Now: r.Clock()})
		if err != nil {
			return store.NoRows(err, "invite_unknown")
		}
		row, err := tx.Staff(ctx, id)
		if err != nil {
			return store.NoRows(err, "invite_unknown")
		}
		if m, err = r.member(row); err != nil {
			return err
		}
		m, err = r.bind(ctx, tx, m, s)
		return err
	})
	if err != nil {
		return Member{}, fmt.Errorf("bind a sign-on: %w", err)
	}
	return m, nil
}

func (r *Roster) bind(ctx context.Context, tx *store.Tx, m Member, s SignOn) (Member, error) {
	if m.Demo {
		return Member{}, core.Refuse(core.Denied, "demo_fixed")
	}
	bound, err := tx.StaffSignOnAdd(ctx, db.StaffSignOnAddParams{Issuer: s.Issuer, Subject: s.Subject, StaffID: m.ID, LinkedAt: r.Clock()})
	if err == nil && len(bound) == 0 {
		err = core.Refuse(core.Conflict, "sign_on_taken")
	}
	if err != nil {
		return Member{}, err
	}
	after, err := r.renewed(ctx, tx, m)
	if err != nil {
		return Member{}, err
	}
	return after, r.note(ctx, tx, "staff.sign_on_bind", m.ID, "sign_on")
}

// SignOnSince says since when m has bound a sign-on of the issuer; nil where they have not.
func (r *Roster) SignOnSince(ctx context.Context, m Member, issuer string) (*time.Time, error) {
	var since *time.Time
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		at, err := tx.StaffSignOn(ctx, db.StaffSignOnParams{StaffID: m.ID, Issuer: issuer})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		since = &at
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sign-on of %s: %w", m.ID, err)
	}
	return since, nil
}

// UnbindSignOn forgets m's sign-on. Every other session of m ends.
func (r *Roster) UnbindSignOn(ctx context.Context, m Member, issuer string) (Member, error) {
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		gone, err := tx.StaffSignOnRemove(ctx, db.StaffSignOnRemoveParams{StaffID: m.ID, Issuer: issuer})
		if err == nil && len(gone) == 0 {
			err = core.Refuse(core.NotFound, "factor_unknown")
		}
		if err != nil {
			return err
		}
		if m, err = r.renewed(ctx, tx, m); err != nil {
			return err
		}
		return r.note(ctx, tx, "staff.sign_on_unbind", m.ID, "sign_on")
	})
	if err != nil {
		return Member{}, fmt.Errorf("unbind a sign-on: %w", err)
	}
	return m, nil
}
