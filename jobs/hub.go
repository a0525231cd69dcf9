package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Hub tells whoever looks at something that it has changed: a page of the cabinet, a chat on the site. A wake-up carries no data and
// may be lost; the listener reads the rows, also at every (re)connection. Other replicas are told through PostgreSQL.
type Hub struct {
	mu        sync.Mutex
	listeners map[string]map[chan struct{}]bool
	pending   map[string]bool
	wake      chan struct{}
}

// NewHub makes a Hub that so far reaches this process only; see Run.
func NewHub() *Hub {
	return &Hub{listeners: map[string]map[chan struct{}]bool{}, pending: map[string]bool{}, wake: make(chan struct{}, 1)}
}

// Listen returns a channel that gets a value after each change of topic, and how to stop.
func (h *Hub) Listen(topic string) (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners[topic] == nil {
		h.listeners[topic] = map[chan struct{}]bool{}
	}
	h.listeners[topic][ch] = true
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if delete(h.listeners[topic], ch); len(h.listeners[topic]) == 0 {
			delete(h.listeners, topic)
		}
	}
}

// Tell wakes the listeners of topic here, and soon those of other replicas.
func (h *Hub) Tell(topic string) {
	if h == nil {
		return
	}
	h.here(topic)
	h.mu.Lock()
	h.pending[topic] = true
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

func (h *Hub) here(topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.listeners[topic] {
		select {
		case ch <- struct{}{}:
		default: // a wake-up is waiting already
		}
	}
}

// channel is the name other replicas listen to.
const channel = "zapis_changed"

// gather is how long changes are gathered before other replicas are told: NOTIFY makes commits queue, so it stays out of them.
const gather = 100 * time.Millisecond

// Run joins this process to the other replicas until ctx ends. While the database is away, changes stay here.
func (h *Hub) Run(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) {
	var wait sync.WaitGroup
	wait.Go(func() { h.publish(ctx, pool, log) })
	for ctx.Err() == nil {
		if err := h.listen(ctx, pool); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "not listening to other replicas", "error", err)
			pause(ctx, time.Second)
		}
	}
	wait.Wait()
}

func (h *Hub) publish(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.wake:
		}
		pause(ctx, gather)
		h.mu.Lock()
		topics := make([]string, 0, len(h.pending))
		for t := range h.pending {
			topics = append(topics, t)
		}
		clear(h.pending)
		h.mu.Unlock()
		if _, err := pool.Exec(ctx, "SELECT pg_notify($1, t) FROM unnest($2::text[]) AS t", channel, topics); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "other replicas not told", "error", err)
		}
	}
}

func (h *Hub) listen(ctx context.Context, pool *pgxpool.Pool) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	raw := conn.Hijack() // LISTEN must not leak into the pool
	defer func() { _ = raw.Close(context.WithoutCancel(ctx)) }()
	if _, err := raw.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		n, err := raw.WaitForNotification(ctx)
		if errors.Is(err, context.Canceled) {
			return nil
		}
		if err != nil {
			return err
		}
		h.here(n.Payload)
	}
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
