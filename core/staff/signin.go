package staff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/throttle"
)

// How often one may try a password: at one account, and from one address, behind which a whole clinic may sit.
func accountLimit() throttle.Limit {
	return throttle.Limit{Free: 5, Pause: time.Minute, Longest: 15 * time.Minute, Forget: 24 * time.Hour}
}

func addressLimit() throttle.Limit {
	return throttle.Limit{Free: 30, Pause: time.Minute, Longest: time.Hour, Forget: 24 * time.Hour}
}

// SignIn returns whose login and password these are; from is the address that they come from. Whether the login, the password or the
// demo was wrong is not told apart, nor by how long it takes, nor by when it is too often (guess_wait). Both outcomes go on record
// for a login that exists.
func (r *Roster) SignIn(ctx context.Context, login, password, from string) (Member, error) {
	wrong := core.Refuse(core.Denied, "sign_in_wrong")
	row, found, err := r.byLogin(ctx, login)
	if err != nil {
		return Member{}, fmt.Errorf("sign in: %w", err)
	}
	account := throttle.Key{What: "sign_in.account", Who: login, Subject: row.ID, Limit: accountLimit()}
	address := throttle.Key{What: "sign_in.address", Who: from, Limit: addressLimit()}
	if err := r.door.Try(ctx, account, address); err != nil {
		return Member{}, fmt.Errorf("sign in: %w", err)
	}
	if utf8.RuneCountInString(password) > longest {
		return Member{}, wrong
	}
	same, err := r.passwords.match(ctx, password, store.Str(row.PasswordHash))
	if err != nil {
		return Member{}, fmt.Errorf("sign in: %w", err)
	}
	if !found {
		return Member{}, wrong
	}
	m, err := r.member(row)
	if err != nil || !same {
		return Member{}, cmp.Or(r.record(ctx, "staff.sign_in_refused", row.ID), wrong)
	}
	if err := r.door.Right(ctx, account, address); err != nil {
		return Member{}, fmt.Errorf("sign in: %w", err)
	}
	return m, r.record(ctx, "staff.sign_in", row.ID)
}

// record puts an act of the sign-in on record by itself.
func (r *Roster) record(ctx context.Context, action string, id uuid.UUID) error {
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error { return r.note(ctx, tx, action, id) })
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}

func (r *Roster) byLogin(ctx context.Context, login string) (db.Staff, bool, error) {
	var row db.Staff
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		var err error
		row, err = tx.StaffByLogin(ctx, login)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return db.Staff{}, false, nil
	}
	return row, err == nil, err
}
