-- name: ChannelRule :one
SELECT coalesce((SELECT rule FROM channel_policy WHERE channel = sqlc.arg(channel) AND class = sqlc.arg(class)), '')::text;

-- name: ChannelRules :many
SELECT channel, class, rule, at FROM channel_policy ORDER BY channel, class LIMIT 500;

-- name: ChannelRuleSet :exec
INSERT INTO channel_policy (channel, class, rule, set_by, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (channel, class) DO UPDATE SET rule = excluded.rule, set_by = excluded.set_by, at = excluded.at;

-- name: Processors :many
-- Who gets data, those that stand first.
SELECT * FROM processor ORDER BY (ended_at IS NULL) DESC, name, since LIMIT 200;

-- name: ProcessorAdd :exec
INSERT INTO processor (id, kind, name, who, country, purpose, basis, medical, since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: ProcessorEnd :one
UPDATE processor SET ended_at = sqlc.arg(at) WHERE name = sqlc.arg(name) AND ended_at IS NULL RETURNING id;

-- name: ProcessorApproved :one
-- Whether somebody who stands in the registry may get medical data.
SELECT medical FROM processor WHERE name = $1 AND ended_at IS NULL;

-- name: ProcessorStands :one
SELECT EXISTS (SELECT FROM processor WHERE name = $1 AND ended_at IS NULL)::boolean;
