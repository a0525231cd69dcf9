package access

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
)

// Guard holds the policies in force and gives them to whoever enters. A nil Guard gives none, and then nothing is allowed.
type Guard struct {
	db     *store.DB // none: the policies Zapis comes with, and no others
	clock  core.Clock
	log    *slog.Logger
	now    atomic.Pointer[entry]
	mu     sync.Mutex // of a refresh, and of what it knows
	known  []tried
	told   sync.Map // what somebody was told of already
	shadow shadow
	counts counts
}

// entry is what an actor is given.
type entry struct {
	live  *Rules
	rules core.Rules // the live ones, with a shadow where there is one
}

// counts are of this process, since it began.
type counts struct{ denied, broken, refused atomic.Int64 }

// Tally is what a Guard has met: questions answered with no; policies that could not be evaluated (each a no); sets that were not let in.
type Tally struct{ Denied, Broken, Refused int64 }

// Config is what a Guard works with.
type Config struct {
	DB    *store.DB
	Clock core.Clock
	Log   *slog.Logger
}

// Default is a Guard over the policies Zapis comes with, without a database: for tests, and for programs that have none.
func Default() *Guard {
	g := &Guard{log: slog.New(slog.DiscardHandler)}
	g.standard()
	return g
}

// Open is a Guard over the policies in force in the database.
func Open(ctx context.Context, c Config) (*Guard, error) {
	g := &Guard{db: c.DB, clock: c.Clock, log: c.Log}
	g.standard()
	if err := g.Refresh(ctx); err != nil {
		return nil, err
	}
	return g, nil
}

// standard puts version 0 in force. A test reads it; if it could not be read, nothing would be allowed.
func (g *Guard) standard() {
	if r, err := Parse(defaultText); err == nil {
		g.enforce(r.as(0, g.watch()), nil)
	}
}

// Admit gives an actor the policies in force now. Whoever has theirs already keeps them: a request is judged by one version to its end.
func (g *Guard) Admit(who core.Actor) core.Actor {
	if g == nil || who.Rules != nil {
		return who
	}
	if e := g.now.Load(); e != nil {
		who.Rules = e.rules
	}
	return who
}

// Version is that of the policies in force here.
func (g *Guard) Version() int32 {
	if e := g.now.Load(); e != nil {
		return e.live.Version()
	}
	return 0
}

// Tally is for metrics.
func (g *Guard) Tally() Tally {
	return Tally{Denied: g.counts.denied.Load(), Broken: g.counts.broken.Load(), Refused: g.counts.refused.Load()}
}

func (g *Guard) enforce(live, candidate *Rules) {
	e := &entry{live: live, rules: live}
	if candidate != nil {
		e.rules = &weighed{Rules: live, candidate: candidate.as(candidate.version, Watch{}), to: &g.shadow}
	}
	g.now.Store(e)
}

// watch counts, and tells of each broken policy once.
func (g *Guard) watch() Watch {
	return Watch{
		Denied: func(string, core.Ask) { g.counts.denied.Add(1) },
		Broken: func(version int32, policy string) {
			g.counts.broken.Add(1)
			if _, again := g.told.LoadOrStore([2]any{version, policy}, true); !again {
				g.log.Error("a policy cannot be evaluated: whatever it speaks of is denied", "version", version, "policy", policy)
			}
		},
	}
}
