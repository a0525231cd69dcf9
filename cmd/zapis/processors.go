package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/personal"
	"github.com/zapis-clinic/zapis/core/store"
)

type processorsCmd struct {
	List processorsListCmd `cmd:"" help:"Who gets people's data."`
	Add  processorsAddCmd  `cmd:"" help:"Put somebody into the registry: a messenger, a model, a laboratory."`
	End  processorsEndCmd  `cmd:"" help:"Somebody gets nothing any more; a channel stops within seconds."`
}

type processorsListCmd struct{}

// Run prints the registry.
func (processorsListCmd) Run(e *env) error {
	return withOffice(e, func(o personal.Office) error {
		list, err := o.Processors(e.ctx, core.Sys("cli"))
		for _, p := range list {
			state := "since " + p.Since.Format(time.DateOnly)
			if p.Ended != nil {
				state = "ended " + p.Ended.Format(time.DateOnly)
			}
			abroad := ""
			if p.CrossBorder {
				abroad = ", cross-border"
			}
			e.say("%-10s %-10s %s (%s%s), %s; %s; %s", p.Name, p.Kind, p.Who, p.Country, abroad, p.Purpose, p.Basis, state)
		}
		return err
	})
}

type processorsAddCmd struct {
	Name    string `arg:"" help:"As settings call it: telegram, llm."`
	Kind    string `default:"channel" help:"channel, model, laboratory or other."`
	Who     string `required:"" help:"The company."`
	Country string `required:"" help:"Where it is: two letters, RU."`
	Purpose string `required:"" help:"What it gets the data for."`
	Basis   string `required:"" help:"On which ground: a contract, a consent."`
	Medical bool   `help:"It may get medical data."`
}

// Run adds somebody.
func (a processorsAddCmd) Run(e *env) error {
	return withOffice(e, func(o personal.Office) error {
		err := o.AddProcessor(e.ctx, core.Sys("cli"), personal.Processor{
			Kind: a.Kind, Name: a.Name, Who: a.Who, Country: a.Country, Purpose: a.Purpose, Basis: a.Basis, Medical: a.Medical,
		})
		if r := core.Refusal(err); r != nil && r.Key == "processor_stands" {
			return fmt.Errorf("%s stands in the registry already; end it first with `zapis processors end %s`", a.Name, a.Name)
		}
		if core.Refusal(err) != nil {
			return usageError{errors.New("--kind is one of channel, model, laboratory, other; --country is two capital letters; nothing may be empty")}
		}
		return err
	})
}

type processorsEndCmd struct {
	Name string `arg:"" help:"As settings call it."`
}

// Run ends an entry.
func (a processorsEndCmd) Run(e *env) error {
	return withOffice(e, func(o personal.Office) error {
		err := o.EndProcessor(e.ctx, core.Sys("cli"), a.Name)
		if core.Refusal(err) != nil {
			return fmt.Errorf("no %s in the registry; `zapis processors list` shows who is", a.Name)
		}
		return err
	})
}

func withOffice(e *env, fn func(personal.Office) error) error {
	c, err := load()
	if err != nil {
		return err
	}
	return withDatabase(e.ctx, c, func(db *store.DB) error { return fn(office(db)) })
}

func office(db *store.DB) personal.Office {
	return personal.Office{In: db, Clock: time.Now, IDs: core.NewIDs(nil), Random: rand.Reader}
}
