package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/zapis-clinic/zapis/bots/webchat"
	"github.com/zapis-clinic/zapis/cabinet"
	"github.com/zapis-clinic/zapis/core/messenger"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/jobs/edge"
	"github.com/zapis-clinic/zapis/llm"
)

type serveCmd struct {
	Roles []string `default:"web,bots,worker" help:"What this replica does: web, bots, worker."`
}

// keysEvery is how often a replica looks for changed keys.
const keysEvery = time.Second

// drainFor is how long a stopping replica finishes what it has begun.
const drainFor = 20 * time.Second

// Run serves until it is told to stop, then drains.
func (s serveCmd) Run(e *env) error {
	for _, role := range s.Roles {
		if !slices.Contains([]string{"web", "bots", "worker"}, role) {
			return usageError{fmt.Errorf("--roles: %q is none of web, bots, worker (did you mean %s?)", role, nearest(role, []string{"web", "bots", "worker"}))}
		}
	}
	c, err := load()
	if err != nil {
		return err
	}
	// A turn leaves much and keeps little: collecting less often saves a tenth of its time, and the limit keeps memory modest.
	debug.SetGCPercent(600)
	debug.SetMemoryLimit(160 << 20)
	log := c.logger(e.err)
	for _, hint := range misspelt() {
		log.WarnContext(e.ctx, "unknown setting", "hint", hint)
	}
	talks, keeper, err := openHouse(e.ctx, c, log)
	if err != nil {
		return err
	}
	defer talks.DB.Close()
	return (&server{config: c, talks: talks, keeper: keeper, log: log, roles: s.Roles, gate: edge.NewGate(0)}).serve(e.ctx)
}

// server is one replica at work.
type server struct {
	config  config
	talks   *jobs.Talks
	keeper  *vault.Keeper
	log     *slog.Logger
	roles   []string
	line    *line // the clinic's bot
	chat    *webchat.Server
	cabinet *cabinet.Server // nil where this replica serves no pages
	river   *river.Client[pgx.Tx]
	gate    *edge.Gate
	queues  queues
	model   *llm.Client // nil where the settings name none
}

func (s *server) has(role string) bool { return slices.Contains(s.roles, role) }

func (s *server) serve(ctx context.Context) error {
	if err := s.openModel(ctx); err != nil {
		return err
	}
	if err := s.openLine(ctx); err != nil {
		return err
	}
	if err := s.openChat(); err != nil {
		return err
	}
	router, err := s.routes()
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.config.Addr)
	if err != nil {
		return fmt.Errorf("ZAPIS_ADDR: cannot listen on %s: choose another address or stop what listens there", s.config.Addr)
	}
	web, err := s.web(router)
	if err != nil {
		return err
	}
	web.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	// Background work outlives the signal until the web is drained: what was accepted is finished.
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var wait sync.WaitGroup
	stopPolling, err := s.begin(background, &wait)
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	s.log.InfoContext(ctx, "serving", "addr", listener.Addr().String(), "roles", s.roles)

	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stopPolling()
	s.drain(ctx, web)
	stop()
	wait.Wait()
	return err
}

// begin sets everything going that is not asked for over the web. What it returns ends the polling, which takes in new work.
func (s *server) begin(ctx context.Context, wait *sync.WaitGroup) (context.CancelFunc, error) {
	wait.Go(func() { s.talks.Book.Follow(ctx, 5*time.Second, s.log) })
	wait.Go(func() { s.keeper.Follow(ctx, keysEvery, s.log) })
	wait.Go(func() { s.talks.Guard.Follow(ctx, 5*time.Second) })
	wait.Go(func() { s.talks.Hub.Run(ctx, s.talks.DB.Pool(), s.log) })
	if err := s.startWorker(ctx); err != nil {
		return nil, err
	}
	if err := s.openQueues(ctx); err != nil {
		return nil, err
	}
	if s.has("worker") {
		wait.Go(func() { s.talks.CatchUp(ctx) })
		wait.Go(func() { s.talks.CatchUpKeys(ctx) })
	}
	polling, stop := context.WithCancel(ctx)
	wait.Go(func() { s.line.follow(polling) })
	return stop, nil
}

// drain finishes what was begun: requests, deliveries, jobs.
func (s *server) drain(ctx context.Context, web *http.Server) {
	s.log.InfoContext(ctx, "draining")
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFor)
	defer cancel()
	s.chat.Close() // streams never end by themselves; the pages reconnect elsewhere
	if s.cabinet != nil {
		s.cabinet.Close()
	}
	if err := web.Shutdown(limit); err != nil {
		s.log.WarnContext(ctx, "requests cut off", "error", err)
		_ = web.Close()
	}
	if s.river != nil {
		if err := s.river.Stop(limit); err != nil {
			s.log.WarnContext(ctx, "jobs cut off", "error", err)
		}
	}
	s.talks.Wait()
}

func (s *server) startWorker(ctx context.Context) error {
	if !s.has("worker") {
		var err error
		s.talks.Queue, err = jobs.NewInserter(s.talks.DB.Pool())
		return err
	}
	cfg, err := pgxpool.ParseConfig(s.config.Database)
	if err != nil {
		return errors.New("ZAPIS_DATABASE_URL: not a valid address")
	}
	cfg.MaxConns = 8 // the queue's own: it works on while the web is at its limit
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("connections of the queue: %w", err)
	}
	if s.river, err = s.talks.NewRiver(pool); err != nil {
		return err
	}
	s.talks.Queue = s.river
	if err := s.river.Start(ctx); err != nil {
		return fmt.Errorf("start the queue (has `zapis migrate` been run?): %w", err)
	}
	return nil
}

// listenTelegram has updates delivered or fetches them, until ctx ends. Its error is the messenger's refusal of the bot.
func (s *server) listenTelegram(ctx context.Context, c *connection) error {
	for _, lang := range []string{"ru", "en", ""} {
		if err := c.SetCommands(ctx, lang, menu(s.talks.Words, lang)); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "the bot's menu not set", "error", err)
			break
		}
	}
	if c.mode == messenger.Webhook {
		s.setWebhook(ctx, c)
		return nil
	}
	err := c.Poll(ctx, s.talks, s.log)
	if err != nil {
		s.log.ErrorContext(ctx, "polling ended", "error", err)
	}
	return err
}

func (s *server) setWebhook(ctx context.Context, c *connection) {
	address := s.config.PublicURL + webhookPath
	for wait := time.Second; ctx.Err() == nil; wait = min(2*wait, time.Minute) {
		err := c.SetWebhook(ctx, address, webhookSecret(c.token))
		if err == nil {
			s.log.InfoContext(ctx, "webhook set")
			return
		}
		s.log.WarnContext(ctx, "webhook not set, trying again", "error", err)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// webhookPath is where Telegram delivers.
const webhookPath = "/telegram/main"

func (s *server) routes() (http.Handler, error) {
	r := chi.NewRouter()
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	r.Get("/readyz", s.ready)
	r.Get("/metrics", s.private(s.metrics()).ServeHTTP)
	r.With(s.gate.Admit(edge.Webhook)).Post(webhookPath, s.line.ServeHTTP)
	if s.has("web") {
		if err := s.mountWeb(r); err != nil {
			return nil, err
		}
	}
	return r, nil
}
