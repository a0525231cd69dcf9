-- name: SettingsAsk :one
INSERT INTO settings_request (id, kind, subject_id, branch_id, item, change, state, asked_by, at, due) VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7, $8, $9) RETURNING id;

-- name: SettingsRequest :one
SELECT * FROM settings_request WHERE id = $1;

-- name: SettingsRequests :many
-- The newest that the actor may see.
SELECT * FROM settings_request ORDER BY at DESC, id LIMIT 100;

-- name: SettingsDecide :one
-- Once; but what is approved and not due yet may be refused after all.
UPDATE settings_request SET state = sqlc.arg(state), decided_by = sqlc.arg(who)
WHERE id = sqlc.arg(id)
  AND (state = 'asked' OR (state = 'approved' AND sqlc.arg(state)::text = 'refused' AND due > sqlc.arg(now)::timestamptz))
RETURNING id;

-- name: SettingsWithdraw :one
-- By whoever asked, while nobody has decided.
UPDATE settings_request SET state = 'withdrawn' WHERE id = $1 AND state = 'asked' AND asked_by = sqlc.arg(who) RETURNING id;

-- name: SettingsApproved :many
-- What was decided, is due and is yet to be carried out. Two sweepers never take the same one.
SELECT * FROM settings_request
WHERE state = 'approved' AND (due IS NULL OR due <= sqlc.arg(now)::timestamptz)
ORDER BY coalesce(due, at), at
LIMIT 20
FOR UPDATE SKIP LOCKED;

-- name: SettingsDone :exec
UPDATE settings_request SET state = sqlc.arg(state), before = sqlc.narg(before), done_at = sqlc.arg(now)::timestamptz WHERE id = sqlc.arg(id);

-- name: SettingsProposals :many
-- Changes of prices and of the house, the newest first: of a subject, of an item of it, still open; the actor's policies say which.
SELECT r.* FROM settings_request r
WHERE r.kind IN ('price', 'house')
  AND (sqlc.narg(subject)::uuid IS NULL OR r.subject_id = sqlc.narg(subject))
  AND (sqlc.arg(item)::text = '' OR r.item = sqlc.arg(item) OR r.item LIKE sqlc.arg(item) || '/%')
  AND (NOT sqlc.arg(open)::boolean OR r.state IN ('asked', 'approved'))
ORDER BY r.at DESC, r.id
LIMIT sqlc.arg(rows) OFFSET sqlc.arg(past);

-- name: ServiceNow :one
SELECT * FROM service WHERE id = $1;

-- name: ServicePut :exec
-- The price has a way of its own; a new service begins with one.
INSERT INTO service (id, specialty, name_ru, name_en, kind, minutes, buffer_before, buffer_after, min_notice, code, article, price, active)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (id) DO UPDATE
SET specialty = excluded.specialty, name_ru = excluded.name_ru, name_en = excluded.name_en, kind = excluded.kind, minutes = excluded.minutes,
    buffer_before = excluded.buffer_before, buffer_after = excluded.buffer_after, min_notice = excluded.min_notice, code = excluded.code,
    article = excluded.article, active = excluded.active;

-- name: ServicePrice :one
UPDATE service SET price = $2 WHERE id = $1 RETURNING id;


-- name: StaffCalled :many
-- What those are called who asked and decided.
SELECT id, login FROM staff WHERE id = ANY (sqlc.arg(ids)::uuid[]) LIMIT 400;
