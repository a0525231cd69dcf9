-- name: ThrottleTry :one
-- Counts a guess before it is looked at; 0 where it comes too soon.
SELECT coalesce(throttle_try(sqlc.arg(key), sqlc.arg(now), sqlc.arg(free), sqlc.arg(pause), sqlc.arg(longest), sqlc.arg(forget)), 0)::int AS fails;

-- name: Throttled :one
SELECT fails, at FROM throttle WHERE key = $1;

-- name: ThrottleClear :exec
DELETE FROM throttle WHERE key = $1;

-- name: ThrottleBack :exec
-- A guess that was right does not count.
UPDATE throttle SET fails = greatest(fails - 1, 0) WHERE key = $1;

-- name: ThrottleSweep :exec
DELETE FROM throttle WHERE key IN (SELECT t.key FROM throttle t WHERE t.at < sqlc.arg(before)::timestamptz ORDER BY t.at LIMIT 50 FOR UPDATE SKIP LOCKED);
