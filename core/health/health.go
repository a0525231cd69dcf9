// Package health tells how the clinic's machinery is: what waits, since when, and how much room there is. It knows of no person.
package health

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
)

// Figures are of one moment. A time is nil where nothing waits, or nothing is known.
type Figures struct {
	Size        int64 // of the database, in bytes
	Connections int
	Version     string     // of the database's server
	Copied      *time.Time // the last piece of the database's log that was put away, where the server does so
	Inbound     int64      // messages that nobody has answered yet
	Outbox      int64      // messages that are to be sent
	OutboxSince *time.Time
	Overdue     int64 // reminders
	Dead        int64 // open tasks: messages that could not be worked on
	Unknown     int64 // open tasks: nobody knows whether it arrived
	Jobs        map[string]int64
	JobsSince   *time.Time // the longest that a job has been due
	Sealed      *time.Time // the journal's newest seal
	Unsealed    int64
}

// Look is for whoever may read policies.
func Look(ctx context.Context, in store.Opener, actor core.Actor) (Figures, error) {
	if _, err := access.Require(actor, core.Ask{Action: core.Read, Class: core.Policies}); err != nil {
		return Figures{}, err
	}
	f := Figures{Jobs: map[string]int64{}}
	err := in.InTx(ctx, core.Sys("health"), func(tx *store.Tx) error { return f.read(ctx, tx) })
	if err != nil {
		return Figures{}, fmt.Errorf("how the machinery is: %w", err)
	}
	return f, nil
}

func (f *Figures) read(ctx context.Context, tx *store.Tx) error {
	err := tx.QueryRow(ctx, `
SELECT pg_database_size(current_database()), (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
    split_part(current_setting('server_version'), ' ', 1), (SELECT last_archived_time FROM pg_stat_archiver),
    (SELECT count(*) FROM inbound WHERE state = 'new'),
    (SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')),
    (SELECT min(not_before) FROM outbox WHERE state = 'queued' AND not_before < now()),
    (SELECT count(*) FROM reminder WHERE state = 'due' AND due_at < now()),
    (SELECT count(*) FROM task WHERE kind = 'dead_letter' AND state = 'open'),
    (SELECT count(*) FROM task WHERE kind = 'unknown_delivery' AND state = 'open')`).Scan(
		&f.Size, &f.Connections, &f.Version, &f.Copied, &f.Inbound, &f.Outbox, &f.OutboxSince, &f.Overdue, &f.Dead, &f.Unknown)
	if err != nil {
		return err
	}
	head, err := tx.AuditHead(ctx)
	if err != nil {
		return err
	}
	if f.Unsealed = head.Waiting; head.Seq > 0 {
		f.Sealed = &head.At
	}
	return f.queues(ctx, tx)
}

// queues counts jobs, where there is a queue yet.
func (f *Figures) queues(ctx context.Context, tx *store.Tx) error {
	var there bool
	if err := tx.QueryRow(ctx, "SELECT to_regclass('river.river_job') IS NOT NULL").Scan(&there); err != nil || !there {
		return err
	}
	rows, err := tx.Query(ctx, `
SELECT state::text AS state, count(*) AS jobs, min(scheduled_at) FILTER (WHERE state = 'available') AS since
FROM river.river_job
WHERE state <> 'completed'
GROUP BY state`)
	if err != nil {
		return err
	}
	states, err := pgx.CollectRows(rows, pgx.RowToStructByName[struct {
		State string
		Jobs  int64
		Since *time.Time
	}])
	for _, one := range states {
		if f.Jobs[one.State] = one.Jobs; one.Since != nil {
			f.JobsSince = one.Since
		}
	}
	return err
}
