package main

import (
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
)

type policyShowCmd struct {
	Version *int32 `arg:"" optional:"" help:"Which; by default the one in force."`
	List    bool   `help:"The versions there have been, the newest first."`
	Matrix  bool   `help:"The matrix instead of the policies."`
}

// Run prints policies as their author wrote them.
func (s policyShowCmd) Run(e *env) error {
	return withPolicies(e, func(_ *store.DB, guard *access.Guard, book access.Book) error {
		if s.List {
			sets, err := book.Sets(e.ctx, core.Sys("cli"))
			for _, x := range sets {
				e.say("%d\t%s\t%s\tshadow %t\t%s", x.Version, x.State, x.Created.Format("2006-01-02 15:04"), x.Shadow, x.SHA256[:12])
			}
			return err
		}
		version := guard.Version()
		if s.Version != nil {
			version = *s.Version
		}
		text, matrix, err := book.Text(e.ctx, core.Sys("cli"), version)
		if s.Matrix {
			text = matrix
		}
		if err != nil {
			return inWordsOfPolicies(err)
		}
		e.say("%s", text)
		return nil
	})
}

type policyProposeCmd struct {
	files
	as
}

// Run proposes a set.
func (p policyProposeCmd) Run(e *env) error {
	text, matrix, err := p.read()
	if err != nil {
		return usageError{err}
	}
	return p.withBook(e, func(book access.Book, who core.Actor) error {
		version, err := book.Propose(e.ctx, who, text, matrix)
		if err == nil {
			e.say("proposed as version %d; now somebody else: zapis policy approve %d --as LOGIN", version, version)
		}
		return err
	})
}

// numbered is a version as a step's argument.
type numbered struct {
	Version int32 `arg:"" help:"Which."`
	as
}

type policyApproveCmd struct{ numbered }

// Run approves a set.
func (p policyApproveCmd) Run(e *env) error {
	return p.withBook(e, func(book access.Book, who core.Actor) error { return book.Approve(e.ctx, who, p.Version) })
}

type policyActivateCmd struct{ numbered }

// Run puts a set in force.
func (p policyActivateCmd) Run(e *env) error {
	return p.withBook(e, func(book access.Book, who core.Actor) error { return book.Activate(e.ctx, who, p.Version) })
}

type policyRollbackCmd struct{ numbered }

// Run proposes an earlier set again.
func (p policyRollbackCmd) Run(e *env) error {
	return p.withBook(e, func(book access.Book, who core.Actor) error {
		version, err := book.Rollback(e.ctx, who, p.Version)
		if err == nil {
			e.say("proposed as version %d; now somebody else: zapis policy approve %d --as LOGIN", version, version)
		}
		return err
	})
}

type policyShadowCmd struct{ numbered }

// Run puts a set into the shadow.
func (p policyShadowCmd) Run(e *env) error {
	return p.withBook(e, func(book access.Book, who core.Actor) error { return book.Shadow(e.ctx, who, p.Version) })
}

type policyDifferencesCmd struct {
	Version int32 `arg:"" help:"Which."`
}

// Run lists what the shadow has seen.
func (p policyDifferencesCmd) Run(e *env) error {
	return withPolicies(e, func(_ *store.DB, _ *access.Guard, book access.Book) error {
		list, err := book.Differences(e.ctx, core.Sys("cli"), p.Version)
		for _, d := range list {
			e.say("%d\t%s\t%s %s %s\t%s\tsaid %s, would say %s", d.Times, d.Role, d.Action, d.Class, d.Kind, d.Facts, d.Said, d.Would)
		}
		return err
	})
}
