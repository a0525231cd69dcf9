package access

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// tried is a set that passed its trial, or did not.
type tried struct {
	version int32
	sum     string
	rules   *Rules // nil: it was refused
}

// remembered is how many trials are kept, so that a set is tried once and not at every look.
const remembered = 16

// Refresh looks what is in force and lets it in: the text is what its hash says, it parses, and it passes its matrix. A set that does not
// is refused with an alert, and the policies in force stay.
func (g *Guard) Refresh(ctx context.Context) error {
	if g.db == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var rows []db.PolicyInForceRow
	err := g.db.InTx(ctx, core.Sys("policies"), func(tx *store.Tx) (err error) {
		rows, err = tx.PolicyInForce(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("which policies are in force: %w", err)
	}
	old := g.now.Load()
	live, candidate, found := old.live, (*Rules)(nil), false
	for _, row := range rows {
		rules, err := g.admitted(ctx, row)
		switch {
		case err != nil:
			return err
		case row.State == "active":
			found = true
			if rules != nil {
				live = rules
			}
		default:
			candidate = rules
		}
	}
	if !found && live.Version() != 0 {
		g.once(ctx, live.Version(), "the set in force is gone from the database")
	}
	if live != old.live || candidate.Version() != old.candidate() {
		g.enforce(live, candidate)
	}
	return nil
}

// candidate is the version in the shadow; 0 where there is none.
func (e *entry) candidate() int32 {
	if w, ok := e.rules.(*weighed); ok {
		return w.candidate.version
	}
	return 0
}

// admitted is a set that passed, nil for one that did not.
func (g *Guard) admitted(ctx context.Context, row db.PolicyInForceRow) (*Rules, error) {
	for _, t := range g.known {
		if t.version != row.Version {
			continue
		}
		if t.sum != row.Sha256 { // a version never changes
			g.once(ctx, row.Version, "it is not what it was")
			return nil, nil //nolint:nilnil // refused
		}
		return t.rules, nil
	}
	var set db.PolicySet
	err := g.db.InTx(ctx, core.Sys("policies"), func(tx *store.Tx) (err error) {
		set, err = tx.PolicySet(ctx, row.Version)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read policies %d: %w", row.Version, err)
	}
	rules, why := g.trial(set)
	switch {
	case errors.Is(why, errTampered): // it may be put right again
		g.once(ctx, set.Version, why.Error())
		return nil, nil //nolint:nilnil // refused
	case why != nil:
		g.alert(ctx, set.Version, why.Error())
	default:
		rules = rules.as(set.Version, g.watch())
	}
	if g.known = append(g.known, tried{set.Version, row.Sha256, rules}); len(g.known) > remembered {
		g.known = g.known[1:]
	}
	return rules, nil
}

var errTampered = errors.New("the text is not what its hash says")

// trial tries a set, unless the very same text passed before under another number.
func (g *Guard) trial(set db.PolicySet) (*Rules, error) {
	if set.Sha256 != Sum(set.Text, set.Matrix) {
		return nil, errTampered
	}
	for _, t := range g.known {
		if t.sum == set.Sha256 && t.rules != nil {
			return t.rules, nil
		}
	}
	return Vet(set.Text, set.Matrix)
}

// once is alert for what would be found again at every look.
func (g *Guard) once(ctx context.Context, version int32, why string) {
	if _, again := g.told.LoadOrStore([2]any{version, why}, true); !again {
		g.alert(ctx, version, why)
	}
}

func (g *Guard) alert(ctx context.Context, version int32, why string) {
	g.counts.refused.Add(1)
	g.log.ErrorContext(ctx, "policies are not let in; those in force stay", "version", version, "why", why)
}

// Follow keeps the policies those in force until ctx ends: at once where PostgreSQL tells, else within every. While the database is away,
// the policies stay. What the shadow has seen is written down at the same pace.
func (g *Guard) Follow(ctx context.Context, every time.Duration) {
	told := make(chan struct{}, 1)
	var wait sync.WaitGroup
	wait.Go(func() { g.listen(ctx, told, every) })
	tick := time.NewTicker(every)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := g.look(ctx); err != nil && ctx.Err() == nil {
			g.log.WarnContext(ctx, "policies not looked at", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-told:
		}
	}
	wait.Wait()
}

func (g *Guard) look(ctx context.Context) error {
	return errors.Join(g.Refresh(ctx), g.flush(ctx))
}

// listen passes on what PostgreSQL tells; a connection that was lost is made anew at the pace of the polls.
func (g *Guard) listen(ctx context.Context, told chan<- struct{}, every time.Duration) {
	for ctx.Err() == nil {
		if err := g.hear(ctx, told); err != nil && ctx.Err() == nil {
			g.log.WarnContext(ctx, "not told of policies, polling", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
}

func (g *Guard) hear(ctx context.Context, told chan<- struct{}) error {
	conn, err := g.db.Pool().Acquire(ctx)
	if err != nil {
		return err
	}
	raw := conn.Hijack() // LISTEN must not leak into the pool
	defer func() { _ = raw.Close(context.WithoutCancel(ctx)) }()
	if _, err := raw.Exec(ctx, "LISTEN zapis_policy"); err != nil {
		return err
	}
	return forward(ctx, raw, told)
}

func forward(ctx context.Context, raw *pgx.Conn, told chan<- struct{}) error {
	for {
		if _, err := raw.WaitForNotification(ctx); err != nil {
			return err
		}
		select {
		case told <- struct{}{}:
		default: // a look is due already
		}
	}
}
