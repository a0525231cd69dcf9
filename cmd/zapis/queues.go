package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"

	"riverqueue.com/riverui"

	"github.com/zapis-clinic/zapis/cabinet"
)

// queues are River's own pages. They are there once the queue is: before that, and in a test without one, there is nothing.
type queues struct {
	pages atomic.Pointer[riverui.Handler]
}

// ServeHTTP implements http.Handler.
func (q *queues) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if pages := q.pages.Load(); pages != nil {
		pages.ServeHTTP(w, r)
		return
	}
	http.NotFound(w, r)
}

// openQueues makes the pages, over the client of the queue that there is. A job's arguments are shown where somebody asks for them: ids.
func (s *server) openQueues(ctx context.Context) error {
	if !s.has("web") {
		return nil
	}
	pages, err := riverui.NewHandler(&riverui.HandlerOpts{
		Endpoints: riverui.NewEndpoints(s.talks.Queue, nil), JobListHideArgsByDefault: true, Logger: slog.New(slog.DiscardHandler), Prefix: cabinet.QueuesPath,
	})
	if err == nil {
		err = pages.Start(ctx)
	}
	if err != nil {
		return fmt.Errorf("the pages of the queue: %w", err)
	}
	s.queues.pages.Store(pages)
	return nil
}
