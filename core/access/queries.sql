-- name: PolicyInForce :many
-- Every few seconds, by every replica: the set in force and the one in its shadow, if there are.
SELECT version, sha256, state, shadow
FROM policy_set
WHERE state = 'active' OR shadow;

-- name: PolicySet :one
SELECT * FROM policy_set WHERE version = $1;

-- name: PolicySets :many
-- The newest first, without their texts.
SELECT version, sha256, author, approver, tests_passed, state, shadow, restores, created_at, approved_at, activated_at
FROM policy_set
ORDER BY version DESC
LIMIT 200;

-- name: PolicyLock :exec
-- Sets are numbered and put in force one after another.
SELECT pg_advisory_xact_lock(hashtext('policy_set'));

-- name: PolicyAdd :one
INSERT INTO policy_set (version, id, text, matrix, sha256, author, tests_passed, state, restores, created_at)
SELECT coalesce(max(version), 0) + 1, sqlc.arg(id)::uuid, sqlc.arg(text)::text, sqlc.arg(matrix)::text, sqlc.arg(sha256)::text, sqlc.arg(author)::uuid, true,
    'proposed', sqlc.narg(restores)::integer, sqlc.arg(created_at)::timestamptz
FROM policy_set
RETURNING version;

-- name: PolicyApprove :one
UPDATE policy_set SET state = 'approved', approver = sqlc.arg(approver)::uuid, approved_at = sqlc.arg(now)::timestamptz
WHERE version = sqlc.arg(version) AND state = 'proposed'
RETURNING id;

-- name: PolicyRetire :exec
-- Whatever is in force makes room.
UPDATE policy_set SET state = 'retired' WHERE state = 'active';

-- name: PolicyActivate :one
UPDATE policy_set SET state = 'active', shadow = false, activated_at = sqlc.arg(now)::timestamptz
WHERE version = sqlc.arg(version) AND state = 'approved'
RETURNING id;

-- name: PolicyWithdraw :one
-- Only what is not in force, and never was.
UPDATE policy_set SET state = 'retired', shadow = false WHERE version = $1 AND state IN ('proposed', 'approved')
RETURNING id;

-- name: PolicyNames :many
-- Who wrote sets and approved them.
SELECT id, login FROM staff WHERE id = ANY (sqlc.arg(ids)::uuid[]) LIMIT 400;

-- name: PolicyNotify :exec
-- Other replicas look at once, and not at their next poll.
SELECT pg_notify('zapis_policy', '');

-- name: PolicyUnshadow :many
UPDATE policy_set SET shadow = false WHERE shadow AND version <> sqlc.arg(but)::integer
RETURNING id;

-- name: PolicyShadow :one
UPDATE policy_set SET shadow = true WHERE version = $1 AND state IN ('proposed', 'approved')
RETURNING id;

-- name: PolicyPeople :many
-- Who works here in one of these roles: a set that leaves nobody to propose the next or to approve it is not put in force.
SELECT id, array_append(roles, role)::text[] AS roles
FROM staff
WHERE active AND (role = ANY (sqlc.arg(roles)::text[]) OR roles && sqlc.arg(roles)::text[])
LIMIT 1000;

-- name: PolicyDiffers :exec
INSERT INTO policy_shadow (candidate, live, role, class, action, kind, facts, said, would, times, last_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT ON CONSTRAINT policy_shadow_pkey DO UPDATE SET times = policy_shadow.times + excluded.times, last_at = excluded.last_at;

-- name: PolicyDifferences :many
SELECT * FROM policy_shadow WHERE candidate = $1 ORDER BY times DESC, role, class, action LIMIT 500;
