-- name: SettingsAsk :exec
INSERT INTO settings_request (id, kind, subject_id, branch_id, change, state, asked_by, at) VALUES ($1, $2, $3, $4, $5, 'asked', $6, $7);

-- name: SettingsRequest :one
SELECT * FROM settings_request WHERE id = $1;

-- name: SettingsRequests :many
-- The newest that the actor may see.
SELECT * FROM settings_request ORDER BY at DESC, id LIMIT 100;

-- name: SettingsDecide :one
UPDATE settings_request SET state = sqlc.arg(state), decided_by = sqlc.arg(who) WHERE id = sqlc.arg(id) AND state = 'asked' RETURNING id;

-- name: SettingsApproved :many
-- What was decided and is yet to be carried out. Two sweepers never take the same one.
SELECT * FROM settings_request WHERE state = 'approved' ORDER BY at LIMIT 20 FOR UPDATE SKIP LOCKED;

-- name: SettingsDone :exec
UPDATE settings_request SET state = 'done' WHERE id = $1;

-- name: ServicePrice :one
UPDATE service SET price = $2 WHERE id = $1 RETURNING id;
