package jobs

import (
	"context"
	"log/slog"
	"runtime/debug"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/logs"
)

// Crew is every worker of the queue, with the arguments that each of them takes. Arguments are kept in plain JSON for as long as the
// job's row stands: ids, numbers and enumerations, never a person's.
type Crew struct {
	Workers *river.Workers
	Args    []river.JobArgs
}

// enlist adds a worker. There is no other way to add one, so that a test sees the arguments of all.
func enlist[T river.JobArgs](c *Crew, w river.Worker[T]) {
	var args T
	c.Args = append(c.Args, args)
	river.AddWorker(c.Workers, w)
}

// Crew lists the workers.
func (t *Talks) Crew() Crew {
	c := Crew{Workers: river.NewWorkers()}
	enlist(&c, sweeper[inboundArgs]{run: t.SweepInbound})
	enlist(&c, sweeper[outboxArgs]{run: t.SweepOutbox})
	enlist(&c, sweeper[holdsArgs]{run: t.SweepHolds})
	enlist(&c, sweeper[remindersArgs]{run: t.SweepReminders})
	enlist(&c, sweeper[talksArgs]{run: t.SweepTalks})
	enlist(&c, sweeper[openingsArgs]{run: t.SweepOpenings})
	enlist(&c, sweeper[keysArgs]{run: t.SweepKeys})
	enlist(&c, sweeper[sealsArgs]{run: t.SweepSeals})
	enlist(&c, sweeper[personalArgs]{run: t.SweepPersonal})
	enlist(&c, sweeper[glassArgs]{run: t.SweepGlass})
	enlist(&c, sweeper[tasksArgs]{run: t.SweepTasks})
	enlist(&c, sweeper[dutiesArgs]{run: t.SweepDuties})
	enlist(&c, sweeper[campaignsArgs]{run: t.SweepCampaigns})
	enlist(&c, sweeper[settingsArgs]{run: t.SweepSettings})
	enlist(&c, sweeper[intakeArgs]{run: t.SweepIntake})
	enlist(&c, &doer{house: t.House})
	enlist(&c, sweeper[resultsArgs]{run: t.SweepResults})
	enlist(&c, sweeper[filesArgs]{run: t.SweepFiles})
	enlist(&c, &fetcher{talks: t})
	enlist(&c, sweeper[houseArgs]{run: t.Housekeeping})
	return c
}

// discreet stands around every job: what the queue keeps of an error or a panic has been freed of people, and what the job does stands
// on record under the job's kind.
type discreet struct {
	river.MiddlewareDefaults
	log *slog.Logger
}

var _ rivertype.WorkerMiddleware = (*discreet)(nil)

// Work implements rivertype.WorkerMiddleware.
func (d *discreet) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) (err error) {
	ctx = core.WithRequest(ctx, job.Kind)
	defer func() {
		if value := recover(); value != nil {
			err = logs.Panicked(value)
			d.log.ErrorContext(ctx, "job panicked", "job", job.ID, "error", err, "stack", string(debug.Stack()))
		}
		err = logs.Safe(err)
	}()
	return work(ctx)
}
