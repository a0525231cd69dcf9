-- name: StaffLinkClaim :one
SELECT coalesce(staff_link_claim(sqlc.arg(token_hash), sqlc.arg(now)), '')::text AS login;

-- name: StaffLinkTake :many
-- Whose chat it is now; no row where the link does not work.
SELECT taken::uuid AS staff_id FROM staff_link_take(sqlc.arg(token_hash), sqlc.arg(now)) AS taken WHERE taken IS NOT NULL;

-- name: StaffLinks :many
-- The messenger accounts that somebody proved to be theirs.
SELECT conversation_id, channel, linked_at FROM staff_link WHERE staff_id = $1 ORDER BY linked_at LIMIT 20;

-- name: StaffLinkDrop :many
DELETE FROM staff_link WHERE conversation_id = $1 AND staff_id = $2 RETURNING conversation_id;
