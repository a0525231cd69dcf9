-- name: StaffPeople :many
-- A page of who works here and who did, for whoever answers for rights. found is a part of the login.
SELECT s.id, s.login, s.role, s.roles, s.practitioner_id, s.branches, s.active, s.demo, s.generation, s.created_at, s.seen_at,
    (s.password_hash IS NOT NULL)::boolean AS has_password,
    EXISTS (SELECT FROM staff_totp t WHERE t.staff_id = s.id AND t.confirmed_at IS NOT NULL) AS totp,
    (SELECT count(*) FROM staff_passkey p WHERE p.staff_id = s.id AND p.doubted_at IS NULL)::integer AS passkeys,
    EXISTS (SELECT FROM staff_oidc o WHERE o.staff_id = s.id) AS sign_on,
    (SELECT count(*) FROM session e WHERE e.staff_id = s.id AND e.ended_at IS NULL AND e.expires_at > sqlc.arg(now)::timestamptz)::integer AS sessions
FROM staff s
WHERE (sqlc.narg(id)::uuid IS NULL OR s.id = sqlc.narg(id)::uuid)
  AND (sqlc.arg(found)::text = '' OR position(sqlc.arg(found)::text IN s.login) > 0)
  AND (sqlc.arg(role)::text = '' OR s.role = sqlc.arg(role)::text OR sqlc.arg(role)::text = ANY (s.roles))
  AND (sqlc.narg(active)::boolean IS NULL OR s.active = sqlc.narg(active)::boolean)
ORDER BY s.active DESC, s.login
LIMIT 51 OFFSET sqlc.arg(after)::integer;

-- name: StaffAlone :exec
-- Until this transaction ends nobody else changes who may do what.
SELECT pg_advisory_xact_lock(hashtextextended('staff', 0));

-- name: StaffHeld :one
-- The row that is about to change, and nobody else changes meanwhile.
SELECT * FROM staff WHERE id = $1 FOR UPDATE;

-- name: StaffSetPlace :exec
-- Another calendar and other branches are other rights: sessions of before are void.
UPDATE staff SET practitioner_id = $2, branches = $3, generation = generation + 1 WHERE id = $1;

-- name: StaffSetActive :exec
UPDATE staff SET active = $2, generation = generation + 1 WHERE id = $1;

-- name: StaffSessionsEnd :exec
UPDATE session SET ended_at = sqlc.arg(now)::timestamptz WHERE staff_id = sqlc.arg(staff_id)::uuid AND ended_at IS NULL;

-- name: StaffOthersWith :one
-- How many others work here in a role: the last is not taken away.
SELECT count(*)::integer FROM staff WHERE active AND id <> sqlc.arg(id)::uuid AND (role = sqlc.arg(role)::text OR sqlc.arg(role)::text = ANY (roles));

-- name: PractitionerLink :one
-- A practitioner somebody may be: they still work here.
SELECT id FROM practitioner WHERE id = $1;
