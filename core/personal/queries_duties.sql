-- name: Retentions :many
SELECT * FROM retention ORDER BY class;

-- name: ProposalPut :exec
-- One proposal of a class is open at a time; while nobody has said yes it is counted anew.
INSERT INTO retention_proposal AS p (id, class, action, before, count, examples, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (class) WHERE state IN ('proposed', 'approved') DO UPDATE
SET before = excluded.before, count = excluded.count, examples = excluded.examples, made_at = excluded.made_at
WHERE p.state = 'proposed' AND p.approved_by IS NULL;

-- name: Proposals :many
SELECT p.*, r.basis
FROM retention_proposal p
JOIN retention r ON r.class = p.class
ORDER BY (p.state IN ('proposed', 'approved')) DESC, p.made_at DESC
LIMIT 100;

-- name: Proposal :one
SELECT * FROM retention_proposal WHERE id = $1;

-- name: ProposalApprove :one
UPDATE retention_proposal
SET state = sqlc.arg(state), approved_by = sqlc.narg(approved_by), second_by = sqlc.narg(second_by), decided_at = sqlc.arg(at)
WHERE id = sqlc.arg(id) AND state = 'proposed'
RETURNING id;

-- name: ProposalsApproved :many
SELECT * FROM retention_proposal WHERE state = 'approved' ORDER BY decided_at LIMIT 20;

-- name: ProposalProgress :exec
-- The batch that finds nothing is the last.
UPDATE retention_proposal
SET done_count = done_count + sqlc.arg(n)::bigint, state = CASE WHEN sqlc.arg(n)::bigint = 0 THEN 'done' ELSE state END,
    done_at = CASE WHEN sqlc.arg(n)::bigint = 0 THEN sqlc.arg(now)::timestamptz END
WHERE id = sqlc.arg(id);

-- name: IncidentAdd :exec
INSERT INTO incident (id, kind, about, staff_id, since, opened_at, opened_by) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: Incidents :many
SELECT * FROM incident ORDER BY (closed_at IS NULL) DESC, opened_at DESC LIMIT 100;

-- name: Incident :one
SELECT * FROM incident WHERE id = $1;

-- name: IncidentStaff :one
-- The nil id where nobody has that login.
SELECT coalesce(staff_by_login(sqlc.arg(login)::text), '00000000-0000-0000-0000-000000000000')::uuid;

-- name: IncidentStep :one
UPDATE incident
SET told_at = CASE WHEN sqlc.arg(step)::text = 'told' THEN coalesce(told_at, sqlc.arg(at)) ELSE told_at END,
    found_at = CASE WHEN sqlc.arg(step)::text = 'found' THEN coalesce(found_at, sqlc.arg(at)) ELSE found_at END,
    closed_at = CASE WHEN sqlc.arg(step)::text = 'closed' THEN coalesce(closed_at, sqlc.arg(at)) ELSE closed_at END,
    closed_by = CASE WHEN sqlc.arg(step)::text = 'closed' THEN coalesce(closed_by, sqlc.arg(by)) ELSE closed_by END
WHERE id = sqlc.arg(id)
RETURNING id;

-- name: TaskOnce :exec
-- A task that was ever made for a cause is not made again, done or not.
INSERT INTO task (id, kind, key, created_at)
SELECT sqlc.arg(id), sqlc.arg(kind), sqlc.arg(key), sqlc.arg(created_at)
WHERE NOT EXISTS (SELECT FROM task t WHERE t.kind = sqlc.arg(kind) AND t.key = sqlc.arg(key));
