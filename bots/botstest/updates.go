package botstest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Update is one update as it goes to the bot. It can be pushed again: Telegram, too, delivers twice.
type Update struct {
	ID  int64
	Raw []byte
}

// queue holds the updates that wait for getUpdates.
type queue struct {
	mu      sync.Mutex
	waiting []Update
	polling bool
	changed signal
}

// NotTakenError says that the webhook did not take an update: its status. Telegram would bring it again.
type NotTakenError int

func (e NotTakenError) Error() string { return fmt.Sprintf("the webhook answered %d", int(e)) }

// Push delivers an update: at once to the webhook, where one is set, else it waits for getUpdates.
func (f *FakeTelegram) Push(u Update) error {
	f.mu.Lock()
	address, secret := f.webhook, f.secret
	f.mu.Unlock()
	if address != "" {
		return f.post(address, secret, u.Raw)
	}
	f.queue.mu.Lock()
	defer f.queue.mu.Unlock()
	f.queue.add(u)
	return nil
}

// add puts u at the end; the caller holds the mutex.
func (q *queue) add(u Update) {
	q.waiting = append(q.waiting, u)
	q.changed.fire()
}

func (f *FakeTelegram) post(address, secret string, raw []byte) error {
	req, err := http.NewRequestWithContext(f.running, http.MethodPost, address, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	resp, err := f.client.Do(req)
	if err != nil {
		return fmt.Errorf("posting an update: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return fmt.Errorf("posting an update: %w", err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return NotTakenError(resp.StatusCode)
	}
	return nil
}

// Waiting is how many updates are not confirmed by getUpdates yet.
func (f *FakeTelegram) Waiting() int {
	f.queue.mu.Lock()
	defer f.queue.mu.Unlock()
	return len(f.queue.waiting)
}

// WaitConfirmed waits until every update is confirmed.
func (f *FakeTelegram) WaitConfirmed(ctx context.Context) error {
	for {
		f.queue.mu.Lock()
		waiting, changed := len(f.queue.waiting), f.queue.changed.wait()
		f.queue.mu.Unlock()
		if waiting == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d updates are not confirmed: %w", waiting, ctx.Err())
		}
	}
}

// getUpdates confirms what stands before offset, and waits up to timeout seconds for something to give.
func (f *FakeTelegram) getUpdates(ctx context.Context, p params) (any, error) {
	if f.Webhook() != "" {
		return nil, &refusal{
			http.StatusConflict, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", 0,
		}
	}
	q := &f.queue
	q.mu.Lock()
	if q.polling {
		q.mu.Unlock()
		return nil, &refusal{http.StatusConflict, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", 0}
	}
	q.polling = true
	q.confirm(p.number("offset"))
	q.mu.Unlock()
	defer func() {
		q.mu.Lock()
		q.polling = false
		q.mu.Unlock()
	}()
	timer := time.NewTimer(time.Duration(p.number("timeout")) * time.Second)
	defer timer.Stop()
	for {
		batch, changed := q.batch(int(p.number("limit")))
		if len(batch) > 0 {
			return batch, nil
		}
		select {
		case <-changed:
		case <-timer.C:
			return batch, nil
		case <-ctx.Done():
			return nil, errCut
		case <-f.running.Done():
			return nil, errCut
		}
	}
}

func (q *queue) confirm(offset int64) {
	kept := q.waiting[:0]
	for _, u := range q.waiting {
		if u.ID >= offset {
			kept = append(kept, u)
		}
	}
	if len(kept) < len(q.waiting) {
		q.changed.fire()
	}
	clear(q.waiting[len(kept):])
	q.waiting = kept
}

// batch is what getUpdates gives now: never nil, for its JSON is a list.
func (q *queue) batch(limit int) ([]json.RawMessage, <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if limit <= 0 || limit > 100 {
		limit = 100
	}
	batch := make([]json.RawMessage, 0, min(limit, len(q.waiting)))
	for _, u := range q.waiting[:min(limit, len(q.waiting))] {
		batch = append(batch, u.Raw)
	}
	return batch, q.changed.wait()
}

func (q *queue) depth() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}
