package personal

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Processor is somebody who gets people's data: a messenger, a model, a laboratory.
type Processor struct {
	Kind        string // channel, model, laboratory, other
	Name        string // as settings call it: telegram, llm
	Who         string // the company
	Country     string // ISO 3166, two letters
	Purpose     string
	Basis       string
	Medical     bool // may get medical data
	CrossBorder bool // of another country than Russia
	Since       time.Time
	Ended       *time.Time
}

// Kinds of processor.
func processorKinds() []string { return []string{"channel", "model", "laboratory", "other"} }

// Registered says whether an entry stands: without it a channel or a model is not switched on.
func (o Office) Registered(ctx context.Context, name string) (bool, error) {
	var yes bool
	err := o.In.InTx(ctx, core.Sys("cli"), func(tx *store.Tx) error {
		var err error
		yes, err = tx.ProcessorStands(ctx, name)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("registry of processors: %w", err)
	}
	return yes, nil
}

// Approved says whether an entry stands, and whether it is for medical data too.
func (o Office) Approved(ctx context.Context, name string) (stands, medical bool, err error) {
	err = o.In.InTx(ctx, core.Sys("cli"), func(tx *store.Tx) error {
		medical, err = tx.ProcessorApproved(ctx, name)
		if stands = err == nil; errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return false, false, fmt.Errorf("registry of processors: %w", err)
	}
	return stands, stands && medical, nil
}

// Processors lists the registry, those that stand first.
func (o Office) Processors(ctx context.Context, actor core.Actor) ([]Processor, error) {
	var out []Processor
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.Processors(ctx)
		for _, r := range rows {
			out = append(out, Processor{
				Kind: r.Kind, Name: r.Name, Who: r.Who, Country: r.Country, Purpose: r.Purpose, Basis: r.Basis, Medical: r.Medical,
				CrossBorder: r.CrossBorder, Since: r.Since, Ended: r.EndedAt,
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("registry of processors: %w", err)
	}
	return out, nil
}

// AddProcessor puts somebody into the registry.
func (o Office) AddProcessor(ctx context.Context, actor core.Actor, p Processor) error {
	for _, s := range []*string{&p.Name, &p.Who, &p.Country, &p.Purpose, &p.Basis} {
		if *s = strings.TrimSpace(*s); *s == "" || len(*s) > 500 {
			return core.Refuse(core.Invalid, "processor_incomplete")
		}
	}
	if !slices.Contains(processorKinds(), p.Kind) || !regexp.MustCompile(`^[A-Z]{2}$`).MatchString(p.Country) {
		return core.Refuse(core.Invalid, "processor_incomplete")
	}
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if _, err := access.Require(actor, core.Ask{Action: core.Create, Class: core.Policies}); err != nil {
			return err
		}
		stands, err := tx.ProcessorStands(ctx, p.Name)
		if err == nil && stands {
			err = core.Refuse(core.Conflict, "processor_stands")
		}
		if err != nil {
			return err
		}
		id := o.IDs()
		err = tx.ProcessorAdd(ctx, db.ProcessorAddParams{
			ID: id, Kind: p.Kind, Name: p.Name, Who: p.Who, Country: p.Country, Purpose: p.Purpose, Basis: p.Basis, Medical: p.Medical, Since: o.Clock(),
		})
		if err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: "personal.processor_add", Object: "processor", Subject: id})
	})
	if err != nil {
		return fmt.Errorf("add a processor: %w", err)
	}
	return nil
}

// EndProcessor says that somebody gets nothing any more. A messenger's bot stops within seconds, in every program that runs.
func (o Office) EndProcessor(ctx context.Context, actor core.Actor, name string) error {
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if _, err := access.Require(actor, core.Ask{Action: core.Update, Class: core.Policies}); err != nil {
			return err
		}
		id, err := tx.ProcessorEnd(ctx, db.ProcessorEndParams{At: o.moment(), Name: name})
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: "personal.processor_end", Object: "processor", Subject: id})
	})
	if err != nil {
		return fmt.Errorf("end a processor: %w", err)
	}
	return nil
}
