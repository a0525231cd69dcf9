-- name: ThrottleTry :many
-- Counts a guess before it is looked at, unless it comes too soon: then there is no row.
INSERT INTO throttle AS t (key, fails, at) VALUES (sqlc.arg(key), 1, sqlc.arg(now)::timestamptz)
ON CONFLICT (key) DO UPDATE SET
    fails = CASE WHEN t.at <= sqlc.arg(now)::timestamptz - sqlc.arg(forget)::float8 * interval '1 second' THEN 1 ELSE t.fails + 1 END,
    at = sqlc.arg(now)::timestamptz
WHERE t.fails < sqlc.arg(free)::int
   OR t.at + least(sqlc.arg(pause)::float8 * 2 ^ least(t.fails - sqlc.arg(free)::int, 30), sqlc.arg(longest)::float8) * interval '1 second' <= sqlc.arg(now)::timestamptz
   OR t.at <= sqlc.arg(now)::timestamptz - sqlc.arg(forget)::float8 * interval '1 second'
RETURNING fails;

-- name: Throttled :one
SELECT fails, at FROM throttle WHERE key = $1;

-- name: ThrottleClear :exec
DELETE FROM throttle WHERE key = $1;

-- name: ThrottleBack :exec
-- A guess that was right does not count.
UPDATE throttle SET fails = greatest(fails - 1, 0) WHERE key = $1;

-- name: ThrottleSweep :exec
DELETE FROM throttle WHERE key IN (SELECT t.key FROM throttle t WHERE t.at < sqlc.arg(before)::timestamptz ORDER BY t.at LIMIT 50 FOR UPDATE SKIP LOCKED);
