package staff

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// SignIn returns whose login and password these are. Whether the login, the password or the demo was wrong is not told apart, nor
// by how long it takes. Both outcomes go on record for a login that exists.
func (r *Roster) SignIn(ctx context.Context, login, password string) (Member, error) {
	wrong := core.Refuse(core.Denied, "sign_in_wrong")
	if utf8.RuneCountInString(password) > longest {
		return Member{}, wrong
	}
	row, found, err := r.byLogin(ctx, login)
	if err != nil {
		return Member{}, fmt.Errorf("sign in: %w", err)
	}
	same, err := r.passwords.match(ctx, password, store.Str(row.PasswordHash))
	if err != nil {
		return Member{}, fmt.Errorf("sign in: %w", err)
	}
	if !found {
		return Member{}, wrong
	}
	m, err := r.member(row)
	action := "staff.sign_in"
	if err != nil || !same {
		action = "staff.sign_in_refused"
	}
	noted := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error { return r.note(ctx, tx, action, row.ID) })
	if noted != nil {
		return Member{}, fmt.Errorf("sign in: %w", noted)
	}
	if err != nil || !same {
		return Member{}, wrong
	}
	return m, nil
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
