package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// policyCmd has no Run of its own: it would run after those of its subcommands too.
type policyCmd struct {
	Show        policyShowCmd        `cmd:"" help:"The policies of a version, or in force; --list the versions there have been."`
	Check       policyCheckCmd       `cmd:"" help:"Try a file against the matrix. No database needed."`
	Propose     policyProposeCmd     `cmd:"" help:"Propose a file's policies; somebody else approves."`
	Approve     policyApproveCmd     `cmd:"" help:"Approve what somebody else proposed."`
	Activate    policyActivateCmd    `cmd:"" help:"Put an approved version in force, in every replica."`
	Rollback    policyRollbackCmd    `cmd:"" help:"Propose an earlier version again; 0 is the one Zapis comes with."`
	Shadow      policyShadowCmd      `cmd:"" help:"Weigh a version beside the one in force; 0 ends it."`
	Differences policyDifferencesCmd `cmd:"" help:"What a version would have answered otherwise while it was in the shadow."`
}

// as says who of the staff acts. Whoever has this machine's shell is believed; the record says that it was the command line.
type as struct {
	As   string `required:"" help:"Who acts, by login." placeholder:"LOGIN"`
	Role string `help:"In which of their roles; by default their first."`
}

// withBook does something with the policies as a member of staff.
func (a as) withBook(e *env, fn func(access.Book, core.Actor) error) error {
	return withPolicies(e, func(db *store.DB, guard *access.Guard, book access.Book) error {
		who, err := a.actor(e.ctx, db)
		if err != nil {
			return err
		}
		return inWordsOfPolicies(fn(book, guard.Admit(who)))
	})
}

func (a as) actor(ctx context.Context, in *store.DB) (core.Actor, error) {
	var row db.Staff
	err := in.InTx(ctx, core.Sys("cli"), func(tx *store.Tx) (err error) {
		row, err = tx.StaffByLogin(ctx, a.As)
		return store.NoRows(err, "staff_unknown")
	})
	if core.Refusal(err) != nil {
		return core.Actor{}, usageError{fmt.Errorf("--as: nobody here signs in as %q", a.As)}
	}
	if err != nil {
		return core.Actor{}, err
	}
	role := row.Role
	if a.Role != "" {
		if all := append([]string{role}, row.Roles...); !slices.Contains(all, a.Role) {
			return core.Actor{}, usageError{fmt.Errorf("--role: %s has %s", a.As, strings.Join(all, ", "))}
		}
		role = a.Role
	}
	return core.Actor{Kind: core.Staff, ID: row.ID, Role: role, Channel: "cli", Fresh: time.Now()}, nil
}

func withPolicies(e *env, fn func(*store.DB, *access.Guard, access.Book) error) error {
	c, err := load()
	if err != nil {
		return err
	}
	return withDatabase(e.ctx, c, func(db *store.DB) error {
		guard, err := access.Open(e.ctx, access.Config{DB: db, Clock: time.Now, Log: c.logger(e.err)})
		if err != nil {
			return fmt.Errorf("%w (has `zapis migrate` been run?)", err)
		}
		return fn(db, guard, access.Book{In: db, Clock: time.Now, IDs: core.NewIDs(nil)})
	})
}

// inWordsOfPolicies says what a refusal means at a terminal.
func inWordsOfPolicies(err error) error {
	r := core.Refusal(err)
	if r == nil {
		return err
	}
	if why, ok := r.Args["Why"].(string); ok {
		return errors.New(why)
	}
	switch r.Key {
	case "not_allowed":
		return errors.New("--as: this role may not; security and head propose, the director approves and puts in force, another person than proposed")
	case "policy_own":
		return errors.New("--as: nobody approves their own policies; name another person")
	case "policy_self_grant":
		return errors.New("--as: this set would give that role more rights; let another role propose it")
	case "policy_state":
		return errors.New("this version is at another step; zapis policy show --list tells which")
	case "policy_unknown":
		return usageError{errors.New("there is no such version; zapis policy show --list tells which there are")}
	case "policy_lock_out":
		return errors.New("after this set nobody could propose policies, or nobody else approve them")
	case "policy_tampered":
		return errors.New("the text in the database is not what its hash says; propose it again")
	default:
		return usageError{fmt.Errorf("refused: %s", r.Key)}
	}
}

// files are the policies and the matrix of a proposal.
type files struct {
	File   string `arg:"" help:"Policies in Cedar."`
	Matrix string `help:"The matrix they are held to; by default the one Zapis comes with." placeholder:"FILE"`
}

func (f files) read() (text, matrix string, err error) {
	body, err := os.ReadFile(f.File)
	if err != nil || f.Matrix == "" {
		return string(body), "", err
	}
	sheet, err := os.ReadFile(f.Matrix)
	return string(body), string(sheet), err
}

type policyCheckCmd struct{ files }

// Run tries a set without a database.
func (c policyCheckCmd) Run(e *env) error {
	text, matrix, err := c.read()
	if err != nil {
		return usageError{err}
	}
	if _, err := access.Vet(text, matrix); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	cells, err := access.Cells()
	if err != nil {
		return err
	}
	e.say("ok    %d cells, and what the laws turn upon", len(cells))
	return nil
}
