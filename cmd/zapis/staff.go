package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
)

type staffCmd struct {
	Add staffAddCmd `cmd:"" help:"Add somebody; prints a one-time link to set the password."`
}

type staffAddCmd struct {
	Login  string `required:"" help:"What they sign in with."`
	Role   string `required:"" help:"admin, doctor, nurse, head, cashier, marketing, director or security."`
	Doctor string `help:"The practitioner they are (an id), for a doctor." placeholder:"ID"`
}

// Run adds somebody to the staff.
func (a staffAddCmd) Run(e *env) error {
	newcomer := staff.Newcomer{Login: a.Login, Role: a.Role}
	if a.Doctor != "" {
		id, err := uuid.Parse(a.Doctor)
		if err != nil {
			return usageError{fmt.Errorf("--doctor: %q is not an id", a.Doctor)}
		}
		newcomer.Doctor = id
	}
	c, err := load()
	if err != nil {
		return err
	}
	return withDatabase(e.ctx, c, func(db *store.DB) error {
		roster := staff.NewRoster(staff.Config{In: db, Clock: time.Now, IDs: core.NewIDs(nil), Random: rand.Reader, Demo: c.Demo})
		token, err := roster.Add(e.ctx, core.Sys("cli"), newcomer)
		if err != nil {
			return inWords(err)
		}
		e.say("%s/cabinet/invite/%s", c.PublicURL, token)
		return nil
	})
}

// withDatabase opens the database for one command.
func withDatabase(ctx context.Context, c config, fn func(*store.DB) error) error {
	db, err := store.Open(ctx, c.Database, 2)
	if err != nil {
		return fmt.Errorf("ZAPIS_DATABASE_URL: %w", err)
	}
	defer db.Close()
	return fn(db)
}

// inWords says what a refusal means at a terminal.
func inWords(err error) error {
	switch r := core.Refusal(err); {
	case r == nil:
		return err
	case r.Key == "login_taken":
		return errors.New("--login: taken; choose another")
	case r.Key == "login_invalid":
		return usageError{errors.New("--login: expected 2 to 64 characters: small Latin letters, digits and . _ @ -")}
	case r.Key == "role_unknown":
		return usageError{fmt.Errorf("--role: expected one of %s", strings.Join(staff.Roles(), ", "))}
	case r.Key == "doctor_unknown":
		return usageError{errors.New("--doctor: no such practitioner in this clinic")}
	default:
		return usageError{fmt.Errorf("refused: %s", r.Key)}
	}
}
