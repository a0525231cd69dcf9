-- name: StaffPasskeyAdd :exec
INSERT INTO staff_passkey (id, staff_id, name, credential, created_at) VALUES ($1, $2, $3, $4, $5);

-- name: StaffPasskeys :many
SELECT id, name, credential, created_at, used_at, doubted_at FROM staff_passkey WHERE staff_id = $1 ORDER BY created_at, id LIMIT 50;

-- name: StaffPasskeysLocked :many
-- The same, for a sign-in: two at once must not see the same counter.
SELECT id, credential, doubted_at FROM staff_passkey WHERE staff_id = $1 ORDER BY id LIMIT 50 FOR UPDATE;

-- name: StaffPasskeyUsed :exec
UPDATE staff_passkey SET credential = $2, used_at = sqlc.arg(now)::timestamptz WHERE id = $1;

-- name: StaffPasskeyDoubt :exec
UPDATE staff_passkey SET doubted_at = sqlc.arg(now)::timestamptz WHERE id = $1;

-- name: StaffPasskeyRename :many
UPDATE staff_passkey SET name = $3 WHERE id = $1 AND staff_id = $2 RETURNING id;

-- name: StaffPasskeyRemove :many
DELETE FROM staff_passkey WHERE id = $1 AND staff_id = $2 RETURNING id;
