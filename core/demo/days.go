package demo

import (
	"context"
	"fmt"
	"time"
)

// Days are laid out from yesterday to the horizon and a margin beyond it, so that a late nightly run closes no calendar.
const (
	horizon = 60
	margin  = 7
)

// layOut works out the demo's doctors' days [$1, $2) from the rules and exceptions as they stand in the database, the way
// package schedule does: rules and additions, less closures of the doctor, the branch or the room.
const layOut = `
INSERT INTO working_day (practitioner_id, branch_id, day, room_id, working, free, longest)
SELECT d.practitioner_id, d.branch_id, d.day, d.room_id, d.working, '{}', 0
FROM (
    SELECT o.practitioner_id, o.branch_id, o.day, o.room_id,
           o.open - coalesce((
               SELECT range_agg(e.during)
               FROM schedule_exception e
               WHERE e.kind = 'closure'
                 AND (e.practitioner_id IS NULL OR e.practitioner_id = o.practitioner_id)
                 AND (e.branch_id IS NULL OR e.branch_id = o.branch_id)
                 AND (e.resource_id IS NULL OR e.resource_id = o.room_id)), '{}') AS working
    FROM (
        SELECT practitioner_id, branch_id, day, (array_agg(room_id ORDER BY rank, id))[1] AS room_id, range_agg(span) AS open
        FROM (
            SELECT t.id, 1 AS rank, t.practitioner_id, t.branch_id, days.day, t.room_id,
                   tstzrange((days.day + t.from_time) AT TIME ZONE b.tz,
                             (days.day + t.to_time + CASE WHEN t.to_time <= t.from_time THEN interval '1 day' ELSE interval '0' END)
                                 AT TIME ZONE b.tz) AS span
            FROM schedule_template t
            JOIN demo_practitioner p ON p.id = t.practitioner_id
            JOIN branch b ON b.id = t.branch_id
            CROSS JOIN (SELECT x::date AS day FROM generate_series($1::date, $2::date - 1, interval '1 day') x) days
            WHERE days.day >= t.valid_from AND (t.valid_to IS NULL OR days.day <= t.valid_to)
              AND CASE WHEN t.weekday IS NOT NULL
                       THEN extract(isodow FROM days.day) = t.weekday
                            AND (t.parity IS NULL OR (t.parity = 'odd') = (extract(week FROM days.day)::integer % 2 = 1))
                       ELSE days.day >= t.cycle_start AND (days.day - t.cycle_start) % (t.cycle_on + t.cycle_off) < t.cycle_on
                  END
            UNION ALL
            SELECT e.id, 2, e.practitioner_id, e.branch_id, (lower(e.during) AT TIME ZONE b.tz)::date, NULL, e.during
            FROM schedule_exception e
            JOIN demo_practitioner p ON p.id = e.practitioner_id
            JOIN branch b ON b.id = e.branch_id
            WHERE e.kind = 'addition'
              AND (lower(e.during) AT TIME ZONE b.tz)::date >= $1::date AND (lower(e.during) AT TIME ZONE b.tz)::date < $2::date
        ) spans
        GROUP BY practitioner_id, branch_id, day
    ) o
) d
WHERE NOT isempty(d.working)
ON CONFLICT (practitioner_id, day, branch_id) DO UPDATE SET room_id = excluded.room_id, working = excluded.working
WHERE (working_day.room_id, working_day.working) IS DISTINCT FROM (excluded.room_id, excluded.working)`

// What takes time of a doctor or of a room, from the day $1 on. refresh_free asks the same of the visits themselves, a day at a time.
const busy = `
INSERT INTO demo_busy (calendar, blocked)
SELECT practitioner_id, blocked FROM visit WHERE active AND upper(blocked) > $1::date - 2
UNION ALL
SELECT resource_id, blocked FROM visit_resource WHERE active AND upper(blocked) > $1::date - 2`

// freeUp is what refresh_free does, for all days from $1 on at once.
const freeUp = `
UPDATE working_day w
SET free = f.free,
    longest = coalesce((SELECT max(extract(epoch FROM upper(x) - lower(x)) / 60)::integer FROM unnest(f.free) x), 0)
FROM working_day d
CROSS JOIN LATERAL (
    SELECT d.working
        - coalesce((SELECT range_agg(b.blocked) FROM demo_busy b WHERE b.calendar = d.practitioner_id AND b.blocked && d.span), '{}')
        - coalesce((SELECT range_agg(b.blocked) FROM demo_busy b WHERE b.calendar = d.room_id AND b.blocked && d.span), '{}') AS free
) f
WHERE w.practitioner_id = d.practitioner_id AND w.day = d.day AND w.branch_id = d.branch_id
  AND d.day >= $1::date AND w.free IS DISTINCT FROM f.free`

// days lays out the doctors' days and works out what visits leave of them.
func (l *loader) days(ctx context.Context) error {
	l.out.step("working days", 0)
	defer l.out.done()
	from := l.now.Truncate(24*time.Hour).AddDate(0, 0, -1)
	to := from.AddDate(0, 0, 1+horizon+margin+1)
	if _, err := l.tx.Exec(ctx, layOut, from, to); err != nil {
		return fmt.Errorf("lay out days: %w", err)
	}
	since := from.AddDate(0, 0, -smallBehind) // a visit of an earlier run that was missed gave its time back
	_, err := l.tx.Exec(ctx, "CREATE TEMPORARY TABLE demo_busy (calendar uuid NOT NULL, blocked tstzrange NOT NULL) ON COMMIT DROP")
	if err != nil {
		return fmt.Errorf("calendars: %w", err)
	}
	if _, err := l.tx.Exec(ctx, busy, since); err != nil {
		return fmt.Errorf("calendars: %w", err)
	}
	if _, err := l.tx.Exec(ctx, "CREATE INDEX ON demo_busy (calendar); ANALYZE demo_busy"); err != nil {
		return fmt.Errorf("calendars: %w", err)
	}
	if _, err := l.tx.Exec(ctx, freeUp, since); err != nil {
		return fmt.Errorf("free time: %w", err)
	}
	return nil
}
