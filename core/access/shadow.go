package access

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// weighed are live rules beside which a candidate is weighed. The candidate decides nothing.
type weighed struct {
	*Rules
	candidate *Rules
	to        *shadow
}

// sampled is of how many questions one is put to the candidate.
const sampled = 4

// Decide is the live rules' answer.
func (w *weighed) Decide(who core.Actor, ask core.Ask) core.Verdict {
	v := w.Rules.Decide(who, ask)
	if who.Kind != core.System && w.to.asked.Add(1)%sampled == 1 {
		if c := w.candidate.Decide(who, ask); c.Allowed != v.Allowed || c.View != v.View {
			w.to.note(who, ask, v, c)
		}
	}
	return v
}

// shadow gathers where a candidate answers otherwise, until it is written down. It knows no person, and keeps no more than maxDiffering
// questions between two writings.
type shadow struct {
	asked atomic.Uint64
	mu    sync.Mutex
	seen  map[differing]int64
	lost  int64
}

const maxDiffering = 1000

type differing struct {
	candidate, live int32
	place           place
	setting         setting
	said, would     string
}

func (s *shadow) note(who core.Actor, ask core.Ask, said, would core.Verdict) {
	d := differing{
		candidate: would.Version, live: said.Version, place: place{roleOf(who), ask.Action, ask.Class},
		setting: setting{facts: given(who, ask), kind: ask.Facts.Kind}, said: answer(said), would: answer(would),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[differing]int64{}
	}
	if _, known := s.seen[d]; !known && len(s.seen) >= maxDiffering {
		s.lost++
		return
	}
	s.seen[d]++
}

func answer(v core.Verdict) string {
	if !v.Allowed {
		return "no"
	}
	return v.View
}

// take empties the shadow.
func (s *shadow) take() (map[differing]int64, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen, lost := s.seen, s.lost
	s.seen, s.lost = nil, 0
	return seen, lost
}

// flush writes down what the shadow has gathered.
func (g *Guard) flush(ctx context.Context) error {
	seen, lost := g.shadow.take()
	if len(seen) == 0 {
		return nil
	}
	err := g.db.InTx(ctx, core.Sys("policies"), func(tx *store.Tx) error {
		for d, n := range seen {
			if err := tx.PolicyDiffers(ctx, g.row(d, n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write down where policies differ: %w", err)
	}
	if lost > 0 {
		g.log.WarnContext(ctx, "more kinds of questions differ than are kept", "lost", lost)
	}
	return nil
}

func (g *Guard) row(d differing, n int64) db.PolicyDiffersParams {
	role, kind := d.place.role, d.setting.kind
	if !slices.Contains(Roles(), role) {
		role = "nobody"
	}
	const longest = 40 // a kind is a word of the matrix
	return db.PolicyDiffersParams{
		Candidate: d.candidate, Live: d.live, Role: role, Class: string(d.place.class), Action: string(d.place.action),
		Kind: kind[:min(len(kind), longest)], Facts: d.setting.facts.String(), Said: d.said, Would: d.would, Times: n, LastAt: g.clock(),
	}
}
