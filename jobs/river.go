package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
)

// Schema is where River keeps its tables.
const Schema = "river"

// Queues, from the hurried to the patient.
const (
	queueNotices     = "notices"
	queueBulk        = "bulk"
	queueMaintenance = "maintenance"
	queueFiles       = "files"
)

// sweepArgs are the arguments of a sweeper: none. The rows say what there is to do.
type (
	inboundArgs   struct{}
	outboxArgs    struct{}
	holdsArgs     struct{}
	remindersArgs struct{}
	talksArgs     struct{}
	openingsArgs  struct{}
	keysArgs      struct{}
	sealsArgs     struct{}
	houseArgs     struct{}
	personalArgs  struct{}
	glassArgs     struct{}
	tasksArgs     struct{}
	dutiesArgs    struct{}
	resultsArgs   struct{}
	filesArgs     struct{}
)

func (inboundArgs) Kind() string   { return "sweep_inbound" }
func (outboxArgs) Kind() string    { return "sweep_outbox" }
func (holdsArgs) Kind() string     { return "sweep_holds" }
func (remindersArgs) Kind() string { return "sweep_reminders" }
func (talksArgs) Kind() string     { return "sweep_talks" }
func (openingsArgs) Kind() string  { return "sweep_openings" }
func (keysArgs) Kind() string      { return "sweep_keys" }
func (sealsArgs) Kind() string     { return "sweep_seals" }
func (houseArgs) Kind() string     { return "housekeeping" }
func (personalArgs) Kind() string  { return "sweep_personal" }
func (glassArgs) Kind() string     { return "sweep_glass" }
func (tasksArgs) Kind() string     { return "sweep_tasks" }
func (dutiesArgs) Kind() string    { return "sweep_duties" }
func (resultsArgs) Kind() string   { return "sweep_results" }
func (filesArgs) Kind() string     { return "sweep_files" }

// sweeper runs a plain function as a job.
type sweeper[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	run func(context.Context) error
}

func (s sweeper[T]) Work(ctx context.Context, _ *river.Job[T]) error { return s.run(ctx) }

// MigrateRiver brings River's own tables up to date, as the owner.
func MigrateRiver(ctx context.Context, ownerURL string) error {
	pool, err := pgxpool.New(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+Schema); err != nil {
		return fmt.Errorf("schema of the queue: %w", err)
	}
	quiet := slog.New(slog.DiscardHandler)
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: Schema, Logger: quiet})
	if err != nil {
		return fmt.Errorf("tables of the queue: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("tables of the queue: %w", err)
	}
	_, err = pool.Exec(ctx, `
GRANT USAGE ON SCHEMA `+Schema+` TO zapis_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA `+Schema+` TO zapis_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA `+Schema+` TO zapis_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA `+Schema+` TO zapis_app`)
	if err != nil {
		return fmt.Errorf("rights on the queue: %w", err)
	}
	return nil
}

// NewRiver makes the client that runs every sweeper. pool is its own, so that a busy clinic never starves the queue.
func (t *Talks) NewRiver(pool *pgxpool.Pool) (*river.Client[pgx.Tx], error) {
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Schema:               Schema,
		Logger:               slog.New(leveled{t.Log.Handler(), slog.LevelWarn}),
		Workers:              t.Crew().Workers,
		Middleware:           []rivertype.Middleware{&discreet{log: t.Log}},
		FetchCooldown:        10 * time.Millisecond, // the default of 100 ms was measured at a p90 of 0.9 s under a steady stream
		JobTimeout:           30 * time.Second,
		RescueStuckJobsAfter: 90 * time.Second,
		SoftStopTimeout:      20 * time.Second,
		Queues: map[string]river.QueueConfig{
			queueNotices: {MaxWorkers: 8}, queueBulk: {MaxWorkers: 4}, queueMaintenance: {MaxWorkers: 2},
			queueFiles: {MaxWorkers: 2}, // each may hold a file of 20 MB, and its sealed copy
		},
		CompletedJobRetentionPeriod: 10 * time.Minute, // sweeps are many and say nothing afterwards
		PeriodicJobs: []*river.PeriodicJob{
			every(2*time.Second, inboundArgs{}, queueNotices),
			every(time.Second, outboxArgs{}, queueNotices),
			every(5*time.Second, holdsArgs{}, queueMaintenance),
			every(5*time.Second, remindersArgs{}, queueNotices),
			every(15*time.Second, talksArgs{}, queueBulk),
			every(10*time.Second, openingsArgs{}, queueBulk),
			every(5*time.Second, keysArgs{}, queueMaintenance),
			every(2*time.Second, sealsArgs{}, queueMaintenance),
			every(10*time.Second, personalArgs{}, queueBulk),
			every(5*time.Second, glassArgs{}, queueNotices),
			every(30*time.Second, tasksArgs{}, queueNotices),
			every(15*time.Minute, dutiesArgs{}, queueMaintenance),
			every(10*time.Second, campaignsArgs{}, queueBulk),
			every(5*time.Second, settingsArgs{}, queueMaintenance),
			every(2*time.Second, intakeArgs{}, queueBulk),
			every(time.Minute, resultsArgs{}, queueBulk),
			every(2*time.Second, filesArgs{}, queueNotices),
			every(time.Hour, houseArgs{}, queueMaintenance),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("the queue: %w", err)
	}
	return client, nil
}

// NewInserter makes a client that only leaves work for others: of a replica that has no workers.
func NewInserter(pool *pgxpool.Pool) (*river.Client[pgx.Tx], error) {
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: Schema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("the queue: %w", err)
	}
	return client, nil
}

// every plans a sweep. One that is still under way or waiting is not doubled.
func every(d time.Duration, args river.JobArgs, queue string) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(d), func() (river.JobArgs, *river.InsertOpts) {
		return args, &river.InsertOpts{Queue: queue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: underWay()}}
	}, &river.PeriodicJobOpts{RunOnStart: true})
}

// underWay are the states in which a sweep keeps the next one out; a finished one does not.
func underWay() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}
}

// leveled lets through what is at least as grave as its level: the queue's own count of jobs is no news.
type leveled struct {
	slog.Handler
	least slog.Level
}

// Enabled implements slog.Handler.
func (l leveled) Enabled(_ context.Context, level slog.Level) bool { return level >= l.least }
