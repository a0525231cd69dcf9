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
	Add    staffAddCmd    `cmd:"" help:"Add somebody; prints a one-time link to set the password."`
	Invite staffInviteCmd `cmd:"" help:"Print a new one-time link: a forgotten password, a lost phone."`
	Link   staffLinkCmd   `cmd:"" help:"Print a one-time link that binds a messenger account to somebody."`
	Roles  staffRolesCmd  `cmd:"" help:"Change what somebody may be; their sessions end."`
}

// roleNames is help for --role.
const roleNames = "admin, doctor, nurse, head, cashier, marketing, director or security."

// rolesFlag is --role, once or several times: the usual role, then others to switch to.
type rolesFlag struct {
	Role    []string `required:"" help:"${roles} Several, separated by commas, are switched between: the first is the usual one."`
	OneRoom bool     `help:"A clinic of one room: security and a clinical role may go to one person."`
}

type staffAddCmd struct {
	Login     string `required:"" help:"What they sign in with."`
	rolesFlag `embed:""`
	Doctor    string `help:"The practitioner they are (an id), for a doctor." placeholder:"ID"`
}

// Run adds somebody to the staff.
func (a staffAddCmd) Run(e *env) error {
	newcomer := staff.Newcomer{Login: a.Login, Role: a.Role[0], Roles: a.Role[1:], OneRoom: a.OneRoom}
	if a.Doctor != "" {
		id, err := uuid.Parse(a.Doctor)
		if err != nil {
			return usageError{fmt.Errorf("--doctor: %q is not an id", a.Doctor)}
		}
		newcomer.Doctor = id
	}
	return withRoster(e, func(c config, roster *staff.Roster) error {
		token, err := roster.Add(e.ctx, core.Sys("cli"), newcomer)
		if err == nil {
			e.say("%s/cabinet/invite/%s", c.PublicURL, token)
		}
		return err
	})
}

type staffInviteCmd struct {
	Login         string `required:"" help:"Whom it is for."`
	ForgetFactors bool   `help:"Their second factors and recovery codes are lost: forget them, so that they set up new ones."`
}

// Run prints a new link.
func (a staffInviteCmd) Run(e *env) error {
	return withRoster(e, func(c config, roster *staff.Roster) error {
		if a.ForgetFactors {
			if err := roster.ForgetFactors(e.ctx, core.Sys("cli"), a.Login); err != nil {
				return err
			}
		}
		token, err := roster.Invite(e.ctx, core.Sys("cli"), a.Login)
		if err == nil {
			e.say("%s/cabinet/invite/%s", c.PublicURL, token)
		}
		return err
	})
}

type staffLinkCmd struct {
	Login string `required:"" help:"Whose messenger it is."`
}

// Run prints a deep link into the clinic's bot.
func (a staffLinkCmd) Run(e *env) error {
	return withRoster(e, func(c config, roster *staff.Roster) error {
		bot, err := telegramBot(e.ctx, c)
		if err != nil {
			return err
		}
		if bot == nil {
			return errors.New("ZAPIS_TELEGRAM_TOKEN: not set; the link leads into the clinic's bot")
		}
		payload, err := roster.LinkToken(e.ctx, core.Sys("cli"), a.Login)
		if err != nil {
			return err
		}
		link, err := deepLink(e.ctx, bot, payload)
		if err == nil {
			e.say("%s", link)
		}
		return err
	})
}

type staffRolesCmd struct {
	Login     string `required:"" help:"Whose."`
	rolesFlag `embed:""`
}

// Run changes somebody's roles.
func (a staffRolesCmd) Run(e *env) error {
	return withRoster(e, func(_ config, roster *staff.Roster) error {
		n := staff.NewRoles{Usual: a.Role[0], Others: a.Role[1:], OneRoom: a.OneRoom}
		return roster.SetRoles(e.ctx, core.Sys("cli"), a.Login, n)
	})
}

// withRoster opens the staff's roster for one command and says what a refusal means.
func withRoster(e *env, fn func(config, *staff.Roster) error) error {
	c, err := load()
	if err != nil {
		return err
	}
	return withDatabase(e.ctx, c, func(db *store.DB) error {
		roster := staff.NewRoster(staff.Config{In: db, Clock: time.Now, IDs: core.NewIDs(nil), Random: rand.Reader, Demo: c.Demo})
		return inWords(fn(c, roster))
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
	case r.Key == "roles_combined":
		return usageError{errors.New("--role: security and a clinical role go to different people; --one-room where there is nobody else")}
	case r.Key == "staff_unknown":
		return errors.New("--login: nobody of that name works here")
	case r.Key == "doctor_unlinked":
		return usageError{errors.New("--role: a doctor is one of the clinic's practitioners; say which (zapis staff add --doctor, or the cabinet)")}
	case r.Key == "doctor_unknown":
		return usageError{errors.New("--doctor: no such practitioner in this clinic")}
	default:
		return usageError{fmt.Errorf("refused: %s", r.Key)}
	}
}
