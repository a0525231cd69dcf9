-- name: SessionFind :one
SELECT data FROM session WHERE token = $1 AND ended_at IS NULL AND expires_at > sqlc.arg(now)::timestamptz;

-- name: SessionPut :exec
-- A session that has ended stays so, and one never becomes somebody else's: whoever signs in gets a new token.
INSERT INTO session (token, data, expires_at, id, staff_id, about, begun_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (token) DO UPDATE
SET data = excluded.data, expires_at = excluded.expires_at, id = excluded.id, staff_id = excluded.staff_id, about = excluded.about,
    begun_at = excluded.begun_at, seen_at = excluded.seen_at
WHERE session.ended_at IS NULL AND (session.staff_id IS NULL OR session.staff_id = excluded.staff_id);

-- name: SessionEnd :exec
UPDATE session SET ended_at = sqlc.arg(now)::timestamptz, data = '' WHERE token = $1 AND ended_at IS NULL;

-- name: SessionsSweep :exec
-- Sessions that ran out; each sign-in takes some of them along.
DELETE FROM session WHERE token IN (SELECT s.token FROM session s WHERE s.expires_at <= sqlc.arg(now)::timestamptz LIMIT 100 FOR UPDATE SKIP LOCKED);

-- name: SessionsOf :many
-- Where somebody is signed in, for their own page.
SELECT id, about, begun_at, seen_at FROM session
WHERE staff_id = $1 AND ended_at IS NULL AND expires_at > sqlc.arg(now)::timestamptz
ORDER BY seen_at DESC
LIMIT 50;

-- name: SessionEndOne :many
UPDATE session SET ended_at = sqlc.arg(now)::timestamptz, data = '' WHERE id = $1 AND staff_id = $2 AND ended_at IS NULL RETURNING id;

-- name: SessionsEndOthers :exec
-- Everywhere but in the session that asks.
UPDATE session SET ended_at = sqlc.arg(now)::timestamptz, data = '' WHERE staff_id = $1 AND id <> $2 AND ended_at IS NULL;
