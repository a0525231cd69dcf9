-- name: Messenger :one
-- For a replica that looks whether its bot is still the one, and for the page of channels.
SELECT m.*, coalesce(s.login, '')::text AS login
FROM messenger m
LEFT JOIN staff s ON s.id = m.set_by
WHERE m.channel = $1;

-- name: MessengerSet :one
-- A bot is connected, over the row as it was seen: 0 rows where somebody was quicker.
INSERT INTO messenger AS m (id, channel, bot_id, username, mode, token_sealed, set_by, set_at)
VALUES (sqlc.arg(id), sqlc.arg(channel), sqlc.arg(bot_id), sqlc.arg(username), sqlc.arg(mode), sqlc.arg(token_sealed), sqlc.arg(set_by), sqlc.arg(at))
ON CONFLICT ON CONSTRAINT messenger_one DO UPDATE
SET bot_id = excluded.bot_id, username = excluded.username, mode = excluded.mode, token_sealed = excluded.token_sealed, version = m.version + 1,
    set_by = excluded.set_by, set_at = excluded.set_at
WHERE m.version = sqlc.arg(version)::integer
RETURNING m.version;

-- name: MessengerMode :one
-- How messages come to the bot that is connected.
UPDATE messenger
SET mode = sqlc.arg(mode), version = version + 1, set_by = sqlc.arg(set_by), set_at = sqlc.arg(at)
WHERE channel = sqlc.arg(channel) AND version = sqlc.arg(version) AND token_sealed IS NOT NULL
RETURNING version;

-- name: MessengerOff :one
-- The bot is disconnected; which it was stays known.
UPDATE messenger
SET token_sealed = NULL, version = version + 1, set_by = sqlc.arg(set_by), set_at = sqlc.arg(at)
WHERE channel = sqlc.arg(channel) AND version = sqlc.arg(version) AND token_sealed IS NOT NULL
RETURNING version;

-- name: MessengerReplicaSeen :exec
-- A running program says what it makes of it.
INSERT INTO messenger_replica (id, channel, source, version, state, seen_at)
VALUES ($1, $2, $3, $4, $5, clock_timestamp())
ON CONFLICT (id, channel) DO UPDATE
SET source = excluded.source, version = excluded.version, state = excluded.state, seen_at = excluded.seen_at;

-- name: MessengerReplicaLeft :exec
-- It ends; those that died without a word go too.
DELETE FROM messenger_replica WHERE id = $1 OR seen_at < clock_timestamp() - interval '1 day';

-- name: MessengerReplicas :many
-- Those that have said so lately.
SELECT id, source, version, state
FROM messenger_replica
WHERE channel = $1 AND seen_at > clock_timestamp() - interval '30 seconds'
ORDER BY id
LIMIT 100;

-- name: MessengerTroubles :many
-- What did not go out lately, by channel and class of error: for the page of channels, without a person or a word of theirs.
SELECT channel, error::text AS error, state, count(*) AS messages, max(created_at)::timestamptz AS last
FROM outbox
WHERE created_at > sqlc.arg(since) AND error IS NOT NULL
GROUP BY channel, error, state
ORDER BY count(*) DESC, channel, error, state
LIMIT 50;

-- name: MessengerOwnChat :one
-- The chat that a member of staff has bound to themselves, to try the bot on.
SELECT external_id
FROM staff_link
WHERE staff_id = sqlc.arg(staff_id) AND channel = sqlc.arg(channel)
ORDER BY linked_at
LIMIT 1;
