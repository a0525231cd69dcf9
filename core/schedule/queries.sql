-- name: DaysNearest :many
-- The first days of each practitioner with a window long enough: "nearest time", read through the primary key. A few days a
-- practitioner are enough: today's windows may already have passed.
SELECT w.practitioner_id, w.branch_id, w.day, w.room_id, w.free
FROM unnest(sqlc.arg(practitioners)::uuid[]) AS p (id)
CROSS JOIN LATERAL (
    SELECT d.practitioner_id, d.branch_id, d.day, d.room_id, d.free
    FROM working_day d
    WHERE d.practitioner_id = p.id
      AND d.day >= sqlc.arg(from_day)::date
      AND d.day < sqlc.arg(to_day)::date
      AND d.longest >= sqlc.arg(minutes)::integer
      AND d.branch_id = ANY (sqlc.arg(branches)::uuid[])
    ORDER BY d.day
    LIMIT sqlc.arg(days)::integer
) w;

-- name: DaysBetween :many
-- All days of some practitioners in a span: the calendar's month, an afternoon next week.
SELECT d.practitioner_id, d.branch_id, d.day, d.room_id, d.free
FROM working_day d
WHERE d.practitioner_id = ANY (sqlc.arg(practitioners)::uuid[])
  AND d.day >= sqlc.arg(from_day)::date
  AND d.day < sqlc.arg(to_day)::date
  AND d.longest >= sqlc.arg(minutes)::integer
  AND d.branch_id = ANY (sqlc.arg(branches)::uuid[])
ORDER BY d.day, d.practitioner_id;

-- name: DaysExplained :many
-- Why a search found nothing: who works at all then, and what is left of it.
SELECT d.branch_id, d.working, d.free
FROM working_day d
WHERE d.practitioner_id = ANY (sqlc.arg(practitioners)::uuid[])
  AND d.day >= sqlc.arg(from_day)::date
  AND d.day < sqlc.arg(to_day)::date
  AND d.branch_id = ANY (sqlc.arg(branches)::uuid[])
ORDER BY d.day, d.practitioner_id;

-- name: WorkingHours :many
-- What the cabinet's schedule shades: who works when, in one branch, in a span of days.
SELECT d.practitioner_id, d.day, d.room_id, d.working, d.free
FROM working_day d
WHERE d.branch_id = $1 AND d.day >= sqlc.arg(from_day)::date AND d.day < sqlc.arg(to_day)::date
ORDER BY d.practitioner_id, d.day;

-- name: Templates :many
-- The rules of some practitioners, for laying out their days.
SELECT * FROM schedule_template WHERE practitioner_id = ANY (sqlc.arg(practitioners)::uuid[]) ORDER BY id;

-- name: TemplateAdd :exec
INSERT INTO schedule_template (id, practitioner_id, branch_id, room_id, weekday, parity, cycle_on, cycle_off, cycle_start,
    from_time, to_time, valid_from, valid_to)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: TemplateEnd :exec
-- The last day that a rule holds.
UPDATE schedule_template SET valid_to = $2 WHERE id = $1;

-- name: TemplateDrop :exec
-- A rule that never comes into force.
DELETE FROM schedule_template WHERE id = $1;

-- name: VisitsAhead :many
-- What a practitioner has ahead in a branch, for telling whom another plan leaves outside.
SELECT id, during FROM visit
WHERE practitioner_id = sqlc.arg(practitioner) AND branch_id = sqlc.arg(branch) AND status IN ('booked', 'confirmed') AND NOT overbook
  AND starts_at >= sqlc.arg(from_at)::timestamptz AND starts_at < sqlc.arg(to_at)::timestamptz
ORDER BY starts_at, id
LIMIT 2000;

-- name: ExceptionsOf :many
-- What is ahead of a practitioner, a branch or its rooms beside the rules.
SELECT * FROM schedule_exception
WHERE (practitioner_id = sqlc.arg(practitioner) OR practitioner_id IS NULL AND branch_id = sqlc.arg(branch)) AND upper(during) > sqlc.arg(now)::timestamptz
ORDER BY lower(during), id
LIMIT 100;

-- name: Exceptions :many
-- Closures and additions that touch a span.
SELECT * FROM schedule_exception WHERE during && sqlc.arg(span)::tstzrange ORDER BY id;

-- name: ExceptionAdd :exec
INSERT INTO schedule_exception (id, practitioner_id, resource_id, branch_id, kind, during, reason) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: ExceptionDrop :one
DELETE FROM schedule_exception WHERE id = $1 RETURNING *;

-- name: WorkingDayPut :exec
-- One laid-out day; free follows from refresh_free in the same transaction.
INSERT INTO working_day (practitioner_id, branch_id, day, room_id, working, free, longest)
VALUES ($1, $2, $3, $4, $5, '{}', 0)
ON CONFLICT (practitioner_id, day, branch_id) DO UPDATE
SET room_id = excluded.room_id, working = excluded.working;

-- name: WorkingDaysDrop :exec
-- Days that the rules no longer give.
DELETE FROM working_day
WHERE practitioner_id = sqlc.arg(practitioner) AND day >= sqlc.arg(from_day)::date AND day < sqlc.arg(to_day)::date
  AND (sqlc.narg(branch)::uuid IS NULL OR branch_id = sqlc.narg(branch));

-- name: WorkingUntil :one
-- The last day laid out, of the practitioner who has the fewest.
SELECT coalesce(min(last), '2000-01-01')::date
FROM (
    SELECT max(w.day) AS last
    FROM practitioner p
    LEFT JOIN working_day w ON w.practitioner_id = p.id
    WHERE p.active
    GROUP BY p.id
) per;

-- name: RefreshFree :exec
SELECT refresh_free(sqlc.arg(practitioner)::uuid, sqlc.narg(room)::uuid, sqlc.arg(around)::tstzrange);

-- name: LockCalendars :exec
-- One writer at a time per practitioner and room; keys come sorted, so that two never wait for each other.
SELECT pg_advisory_xact_lock(k) FROM unnest(sqlc.arg(keys)::bigint[]) AS k;
