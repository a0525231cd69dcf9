-- name: TaskList :many
-- What waits for a human, the urgent and the late first; or, the other way round, what is done. Whose name stands in a card is told to whom
-- the card is shown.
SELECT t.id, t.kind, t.state, t.urgent, t.created_at, t.due_at, t.later_until, t.escalated_at, t.closed_at, t.outcome, t.version,
    t.conversation_id, t.visit_id, t.patient_id, t.owner_id, t.text_sealed,
    coalesce(colleague(t.owner_id), '')::text AS owner, coalesce(p.surname || ' ' || p.given, '')::text AS patient
FROM task t
LEFT JOIN patient p ON p.id = t.patient_id
WHERE t.state = sqlc.arg(state)
  AND (sqlc.narg(owner)::uuid IS NULL OR t.owner_id = sqlc.narg(owner))
  AND (NOT sqlc.arg(free)::boolean OR t.owner_id IS NULL)
  AND (sqlc.narg(kind)::text IS NULL OR t.kind = sqlc.narg(kind))
  AND (sqlc.arg(state) = 'done' OR sqlc.arg(put_off)::boolean = (t.later_until IS NOT NULL AND t.later_until > sqlc.arg(now)::timestamptz))
ORDER BY CASE WHEN t.state = 'done' THEN t.closed_at END DESC NULLS LAST, t.urgent DESC, t.due_at, t.id
LIMIT sqlc.arg(most)::integer OFFSET sqlc.arg(skip)::integer;

-- name: TaskCounts :one
-- How much waits: in all, of nobody, of the one who asks, too late, put off.
SELECT count(*) FILTER (WHERE awake)::bigint AS open, count(*) FILTER (WHERE awake AND owner_id IS NULL)::bigint AS free,
    count(*) FILTER (WHERE awake AND owner_id = sqlc.arg(me)::uuid)::bigint AS mine,
    count(*) FILTER (WHERE awake AND due_at < sqlc.arg(now)::timestamptz)::bigint AS late, count(*) FILTER (WHERE NOT awake)::bigint AS put_off
FROM (SELECT owner_id, due_at, (later_until IS NULL OR later_until <= sqlc.arg(now)::timestamptz) AS awake FROM task WHERE state = 'open') t;

-- name: TaskOne :one
SELECT t.id, t.kind, t.state, t.urgent, t.created_at, t.due_at, t.later_until, t.escalated_at, t.closed_at, t.outcome, t.version,
    t.conversation_id, t.visit_id, t.patient_id, t.owner_id, t.text_sealed,
    coalesce(colleague(t.owner_id), '')::text AS owner, coalesce(p.surname || ' ' || p.given, '')::text AS patient
FROM task t
LEFT JOIN patient p ON p.id = t.patient_id
WHERE t.id = $1;

-- name: TaskOwn :one
-- Somebody's, or nobody's again; only as whoever asks has seen it.
UPDATE task SET owner_id = sqlc.narg(owner), version = version + 1 WHERE id = sqlc.arg(id) AND version = sqlc.arg(version) AND state = 'open'
RETURNING task.id;

-- name: TaskLater :one
UPDATE task SET later_until = sqlc.arg(until), version = version + 1 WHERE id = sqlc.arg(id) AND version = sqlc.arg(version) AND state = 'open'
RETURNING task.id;

-- name: TaskClose :one
UPDATE task SET state = 'done', closed_at = sqlc.arg(at), closed_by = sqlc.arg(who), outcome = sqlc.arg(outcome), version = version + 1
WHERE id = sqlc.arg(id) AND version = sqlc.arg(version) AND state = 'open'
RETURNING task.id;

-- name: TaskReopen :one
UPDATE task SET state = 'open', closed_at = NULL, closed_by = NULL, outcome = NULL, escalated_at = NULL, version = version + 1,
    due_at = task.due_at + (sqlc.arg(now)::timestamptz - task.closed_at)
WHERE task.id = sqlc.arg(id) AND task.version = sqlc.arg(version) AND task.state = 'done'
  AND NOT EXISTS (SELECT FROM task t WHERE t.kind = task.kind AND t.key = task.key AND t.state = 'open')
RETURNING task.id;

-- name: TaskManual :exec
INSERT INTO task (id, kind, key, patient_id, conversation_id, visit_id, owner_id, due_at, urgent, text_sealed, created_at)
VALUES ($1, 'manual', $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: TaskSaid :exec
INSERT INTO task_event (id, task_id, at, staff_id, what, to_staff_id, text_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: TaskStory :many
SELECT e.id, e.at, e.what, e.text_sealed, coalesce(colleague(e.staff_id), '')::text AS who, coalesce(colleague(e.to_staff_id), '')::text AS to_whom
FROM task_event e
WHERE e.task_id = $1
ORDER BY e.at, e.id
LIMIT 200;

-- name: TaskHands :many
-- Whose work tasks are.
SELECT h.id::uuid AS id, h.login::text AS login FROM task_hands() h;

-- name: TasksLate :many
-- What is late and was told to nobody. Two sweepers never take the same row.
UPDATE task SET escalated_at = sqlc.arg(now)
WHERE id IN (SELECT t.id FROM task t WHERE t.state = 'open' AND t.escalated_at IS NULL AND t.due_at <= sqlc.arg(now)::timestamptz
               AND (t.later_until IS NULL OR t.later_until <= sqlc.arg(now)::timestamptz)
             ORDER BY t.due_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING id, kind;

-- name: TaskRules :many
SELECT kind, escalate FROM task_rule;
