package jobs

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

// gate lets one goroutine of this process at a chat at a time. Other replicas are kept out by the chat's row.
type gate struct {
	mu     sync.Mutex
	inside map[uuid.UUID]*stay
}

// stay is a chat under way.
type stay struct {
	more bool          // something has come in meanwhile
	over chan struct{} // closed when it is left
}

// enter claims a chat; false: another is at it.
func (g *gate) enter(id uuid.UUID) bool {
	_, ok := g.try(id)
	return ok
}

func (g *gate) try(id uuid.UUID) (*stay, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s, busy := g.inside[id]; busy {
		return s, false
	}
	if g.inside == nil {
		g.inside = map[uuid.UUID]*stay{}
	}
	s := &stay{over: make(chan struct{})}
	g.inside[id] = s
	return s, true
}

// enterWithin claims a chat, and waits a little where another is at it: a person who taps at once finds the answer's delivery just
// being marked.
func (g *gate) enterWithin(ctx context.Context, id uuid.UUID, d time.Duration) bool {
	var limit *time.Timer
	for {
		s, ok := g.try(id)
		if ok {
			return true
		}
		if limit == nil {
			limit = time.NewTimer(d)
			defer limit.Stop()
		}
		select {
		case <-s.over:
		case <-limit.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// again tells whoever is at a chat that there is more; false: nobody is.
func (g *gate) again(id uuid.UUID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	s, busy := g.inside[id]
	if busy {
		s.more = true
	}
	return busy
}

// finished leaves a chat unless more has come in.
func (g *gate) finished(id uuid.UUID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s, ok := g.inside[id]; ok && s.more {
		s.more = false
		return false
	}
	g.close(id)
	return true
}

// leave leaves a chat whatever has come in.
func (g *gate) leave(id uuid.UUID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.close(id)
}

func (g *gate) close(id uuid.UUID) {
	if s, ok := g.inside[id]; ok {
		delete(g.inside, id)
		close(s.over)
	}
}
