-- name: StaffByLogin :one
SELECT * FROM staff WHERE login = $1 AND active;

-- name: Staff :one
SELECT * FROM staff WHERE id = $1 AND active;

-- name: StaffAdd :one
INSERT INTO staff (id, login, role, roles, practitioner_id, branches, password_hash, demo, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING *;

-- name: StaffSetRoles :one
-- Other roles are other rights: sessions of before are void.
UPDATE staff SET role = $2, roles = $3, generation = generation + 1 WHERE id = $1 AND active RETURNING *;

-- name: StaffPassword :exec
-- A new password voids every session made under the old one.
UPDATE staff SET password_hash = $2, generation = generation + 1 WHERE id = $1;

-- name: StaffInviteAdd :exec
INSERT INTO staff_invite (token_hash, staff_id, purpose, expires_at) VALUES ($1, $2, $3, $4);

-- name: StaffInviteUse :one
-- Once only.
UPDATE staff_invite SET used_at = sqlc.arg(now)::timestamptz
WHERE token_hash = sqlc.arg(token_hash) AND purpose = sqlc.arg(purpose) AND used_at IS NULL AND expires_at > sqlc.arg(now)::timestamptz
RETURNING staff_id;

-- name: StaffInvited :one
-- Whom a link that still works is for; looking at it does not use it up.
SELECT s.*
FROM staff_invite i
JOIN staff s ON s.id = i.staff_id
WHERE i.token_hash = sqlc.arg(token_hash) AND i.purpose = sqlc.arg(purpose) AND i.used_at IS NULL AND i.expires_at > sqlc.arg(now)::timestamptz AND s.active;

-- name: StaffInvitesVoid :exec
-- Once a link was used, or a newer one was made, the others are worth nothing.
UPDATE staff_invite SET used_at = sqlc.arg(now)::timestamptz WHERE staff_id = sqlc.arg(staff_id) AND purpose = sqlc.arg(purpose) AND used_at IS NULL;
