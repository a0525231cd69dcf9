package main

import (
	"crypto/rand"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/integration"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token; it is shown once, and below it, where the contract has payments, the key that requests are signed by."`
	List   tokenListCmd   `cmd:"" help:"List the tokens, without their secrets."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token, from its next request on."`
}

type tokenCreateCmd struct {
	Name  string `required:"" help:"What the integration is called: small letters, digits, dots, dashes."`
	Scope string `required:"" help:"The classes of data that the contract names, by spaces or commas; one kind of a class as class:kind." placeholder:"\"contacts appointments results\""`
	Days  int    `default:"365" help:"How long it is good for, 730 at most."`
}

// Run makes a token.
func (t tokenCreateCmd) Run(e *env) error {
	return withTokens(e, func(tokens integration.Tokens) error {
		made, err := tokens.Create(e.ctx, core.Sys("cli"), t.Name, t.Scope, time.Duration(t.Days)*24*time.Hour)
		if err != nil {
			return err
		}
		e.say("%s", made.Token)
		if made.Key != "" {
			e.say("%s", made.Key)
		}
		return nil
	})
}

type tokenListCmd struct{}

// Run lists the tokens.
func (tokenListCmd) Run(e *env) error {
	return withTokens(e, func(tokens integration.Tokens) error {
		list, err := tokens.List(e.ctx, core.Sys("cli"))
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
		for _, t := range list {
			state := "good until " + t.Expires.Format(time.DateOnly)
			if t.Revoked != nil {
				state = "revoked on " + t.Revoked.Format(time.DateOnly)
			}
			_, _ = fmt.Fprintf(out, "%s\t%s\t%s\n", t.Name, t.Scope, state)
		}
		return out.Flush()
	})
}

type tokenRevokeCmd struct {
	Name string `arg:"" help:"Which one."`
}

// Run ends a token.
func (t tokenRevokeCmd) Run(e *env) error {
	return withTokens(e, func(tokens integration.Tokens) error { return tokens.Revoke(e.ctx, core.Sys("cli"), t.Name) })
}

func withTokens(e *env, fn func(integration.Tokens) error) error {
	c, err := load()
	if err != nil {
		return err
	}
	return withVault(e.ctx, c, func(db *store.DB, k *vault.Keeper) error {
		return fn(integration.Tokens{In: db, Vault: k.Vault, Clock: time.Now, IDs: core.NewIDs(nil), Random: rand.Reader})
	})
}
