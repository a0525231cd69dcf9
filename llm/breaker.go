package llm

import (
	"sync"
	"time"

	"github.com/zapis-clinic/zapis/core"
)

// The breaker opens after so many failures in a row, and lets one call through to look after so long.
const (
	breakAfter = 5
	breakFor   = 30 * time.Second
)

// breaker spares people the wait for a server that does not answer.
type breaker struct {
	clock core.Clock

	mu     sync.Mutex
	failed int
	until  time.Time // open till then; zero while it is closed
	probe  bool      // one call is looking whether the server is back
}

// Breaker states, as the metrics show them.
const (
	breakerClosed = iota
	breakerHalf
	breakerOpen
)

// admit says whether a call may go.
func (b *breaker) admit() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.until.IsZero():
		return true
	case b.probe || b.clock().Before(b.until):
		return false
	}
	b.probe = true
	return true
}

// done notes how a call ended: nil is well; a failure that says nothing of the server leaves things as they are.
func (b *breaker) done(f *Error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	probe := b.probe
	switch {
	case f == nil || f.unfit(): // it answers
		b.failed, b.until, b.probe = 0, time.Time{}, false
	case !f.counts():
		b.probe = false
	default:
		b.failed++
		b.probe = false
		if probe || b.failed >= breakAfter {
			b.until = b.clock().Add(breakFor)
		}
	}
}

func (b *breaker) state() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.until.IsZero():
		return breakerClosed
	case b.probe || !b.clock().Before(b.until):
		return breakerHalf
	}
	return breakerOpen
}
