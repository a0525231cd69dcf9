-- name: StaffTOTP :one
-- The authenticator in use.
SELECT id, totp_sealed, last_step FROM staff_totp WHERE staff_id = $1 AND confirmed_at IS NOT NULL;

-- name: StaffTOTPShown :one
-- The one that is being set up.
SELECT id, totp_sealed, created_at FROM staff_totp WHERE staff_id = $1 AND confirmed_at IS NULL;

-- name: StaffTOTPShow :exec
INSERT INTO staff_totp (id, staff_id, totp_sealed, created_at) VALUES ($1, $2, $3, $4);

-- name: StaffTOTPForgetShown :exec
DELETE FROM staff_totp WHERE staff_id = $1 AND confirmed_at IS NULL;

-- name: StaffTOTPForget :many
DELETE FROM staff_totp WHERE staff_id = $1 AND confirmed_at IS NOT NULL RETURNING id;

-- name: StaffTOTPConfirm :many
-- Takes the one that is shown into use, with its first code used up.
UPDATE staff_totp SET confirmed_at = sqlc.arg(now)::timestamptz, last_step = sqlc.arg(step) WHERE id = $1 AND confirmed_at IS NULL RETURNING id;

-- name: StaffTOTPUse :many
-- A code is good once: of two who show the same one, the second finds the step used.
UPDATE staff_totp SET last_step = sqlc.arg(step) WHERE id = $1 AND last_step < sqlc.arg(step) RETURNING id;

-- name: StaffRecoveryAdd :exec
INSERT INTO staff_recovery (staff_id, code_hash) VALUES ($1, $2);

-- name: StaffRecoveryForget :exec
DELETE FROM staff_recovery WHERE staff_id = $1;

-- name: StaffRecoveryUse :many
UPDATE staff_recovery SET used_at = sqlc.arg(now)::timestamptz WHERE staff_id = $1 AND code_hash = $2 AND used_at IS NULL RETURNING staff_id;

-- name: StaffFactors :one
-- What somebody has beside their password.
SELECT EXISTS (SELECT FROM staff_totp t WHERE t.staff_id = sqlc.arg(staff_id) AND t.confirmed_at IS NOT NULL) AS totp,
       (SELECT count(*) FROM staff_passkey p WHERE p.staff_id = sqlc.arg(staff_id) AND p.doubted_at IS NULL)::int AS passkeys,
       (SELECT count(*) FROM staff_recovery c WHERE c.staff_id = sqlc.arg(staff_id) AND c.used_at IS NULL)::int AS recovery;

-- name: StaffRenew :one
-- Whatever somebody signs in with has changed: every session made before is void.
UPDATE staff SET generation = generation + 1 WHERE id = $1 AND active RETURNING *;

-- name: StaffLockRow :one
SELECT id FROM staff WHERE id = $1 AND active FOR UPDATE;

-- name: StaffFactorsForget :exec
WITH totp AS (DELETE FROM staff_totp t WHERE t.staff_id = sqlc.arg(staff_id)),
     codes AS (DELETE FROM staff_recovery c WHERE c.staff_id = sqlc.arg(staff_id)),
     keys AS (DELETE FROM staff_passkey p WHERE p.staff_id = sqlc.arg(staff_id))
DELETE FROM staff_oidc o WHERE o.staff_id = sqlc.arg(staff_id);
