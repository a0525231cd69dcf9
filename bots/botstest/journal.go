package botstest

import (
	"context"
	"fmt"
	"maps"
	"sync"
)

// Call is one request that the bot made.
type Call struct {
	Method string
	Params map[string]string
}

// journal counts the calls, and keeps them once asked to.
type journal struct {
	mu      sync.Mutex
	keep    bool
	calls   []Call
	counts  map[string]int
	changed signal
}

func (j *journal) add(method string, p params) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.counts == nil {
		j.counts = map[string]int{}
	}
	j.counts[method]++
	if j.keep {
		j.calls = append(j.calls, Call{Method: method, Params: maps.Clone(p)})
	}
	j.changed.fire()
}

// Record keeps every call from now on, for Calls; without it they are only counted.
func (f *FakeTelegram) Record() {
	f.journal.mu.Lock()
	defer f.journal.mu.Unlock()
	f.journal.keep = true
}

// Calls are the recorded calls in the order of their coming.
func (f *FakeTelegram) Calls() []Call {
	f.journal.mu.Lock()
	defer f.journal.mu.Unlock()
	return append([]Call(nil), f.journal.calls...)
}

// Count is how many calls of method came, whether they went well or not.
func (f *FakeTelegram) Count(method string) int {
	f.journal.mu.Lock()
	defer f.journal.mu.Unlock()
	return f.journal.counts[method]
}

// WaitCount waits until n calls of method have come.
func (f *FakeTelegram) WaitCount(ctx context.Context, method string, n int) error {
	for {
		f.journal.mu.Lock()
		got, changed := f.journal.counts[method], f.journal.changed.wait()
		f.journal.mu.Unlock()
		if got >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d calls of %s, waiting for %d: %w", got, method, n, ctx.Err())
		}
	}
}

// signal wakes whoever waits for a change. It is guarded by its owner's mutex, and costs nothing while nobody waits.
type signal struct{ ch chan struct{} }

func (s *signal) wait() <-chan struct{} {
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

func (s *signal) fire() {
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}
