-- name: AuditAdd :exec
-- Every act, in the transaction that it is a part of. Who acts is filled in by the database.
INSERT INTO audit_intake (id, at, on_behalf_of, channel, action, class, object_type, object_id, objects, patient_id, decision, glass, policy_version, request_id, fields)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- name: AuditSeal :one
-- Seals what waits.
SELECT s.seq::bigint AS seq, s.rows::integer AS rows, s.backwards::boolean AS backwards FROM audit_seal_next(sqlc.arg(now)::timestamptz, sqlc.arg(most)::integer) s;

-- name: AuditHead :one
-- The newest seal, zeros where there is none yet, and how many rows wait for the next.
SELECT coalesce(h.seq, 0)::bigint AS seq, coalesce(h.at, '2000-01-01 00:00+00')::timestamptz AS at, coalesce(h.total, 0)::bigint AS total,
    coalesce(h.root, '')::bytea AS root, coalesce(h.waiting, 0)::bigint AS waiting
FROM audit_head() h;

-- name: AuditSeals :many
-- The chain, in its order; for whoever verifies, as the owner.
SELECT * FROM audit_seal WHERE seq > sqlc.arg(after)::bigint ORDER BY seq LIMIT sqlc.arg(most)::integer;

-- name: AuditLength :one
-- How long the chain is: its last seal and how many rows that says there are.
SELECT coalesce(max(seq), 0)::bigint AS seq, coalesce(max(total), 0)::bigint AS total FROM (SELECT seq, total FROM audit_seal ORDER BY seq DESC LIMIT 1) s;

-- name: AuditSealedRows :many
-- The rows of some seals as they are hashed; for whoever verifies, as the owner.
SELECT id, at, recorded_at, actor_kind, actor_id, role, on_behalf_of, channel, action, class, object_type, object_id, objects, patient_id, decision,
    glass, policy_version, request_id, fields::text AS fields, seal::bigint AS seal, position::integer AS position, leaf
FROM audit_sealed
WHERE seal BETWEEN sqlc.arg(first)::bigint AND sqlc.arg(last)::bigint
ORDER BY seal, position, id
LIMIT sqlc.arg(most)::integer;

-- name: AuditStray :many
-- Rows put away under a seal that there is not, before the chain or after it.
SELECT a.id, a.at, a.seal::bigint AS seal FROM audit_sealed a
WHERE (a.seal > sqlc.arg(head)::bigint OR a.seal < 1) AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.seq = a.seal)
ORDER BY a.seal, a.position
LIMIT sqlc.arg(most)::integer;

-- name: AuditUnsealed :many
-- Rows that have waited for a seal since before a moment of the server's clock.
SELECT id, at FROM audit_intake WHERE recorded_at < clock_timestamp() - make_interval(secs => sqlc.arg(seconds)::double precision) ORDER BY recorded_at LIMIT sqlc.arg(most)::integer;

-- name: AuditLooks :many
-- Who looked at a patient's medical data, for the patient.
SELECT l.day::date AS day, l.kind::text AS kind, l.role::text AS role, l.surname::text AS surname, l.given::text AS given, l.patronymic::text AS patronymic,
    l.class::text AS class, l.channel::text AS channel, l.glass::boolean AS glass, l.looks::bigint AS looks, l.changes::bigint AS changes,
    l.first_at::timestamptz AS first_at, l.last_at::timestamptz AS last_at
FROM audit_looks(sqlc.arg(patient)::uuid, sqlc.arg(zone)::text, sqlc.narg(before)::date, sqlc.arg(most)::integer) l;

-- name: AuditSearch :many
-- What stands on record, for whose work it is to look.
SELECT s.id::uuid AS id, s.at::timestamptz AS at, s.kind::text AS kind, coalesce(s.actor_id, '00000000-0000-0000-0000-000000000000')::uuid AS actor_id,
    s.login::text AS login, s.role::text AS role, coalesce(s.on_behalf_of, '00000000-0000-0000-0000-000000000000')::uuid AS on_behalf_of,
    s.channel::text AS channel, s.action::text AS action, s.class::text AS class, s.object_type::text AS object_type,
    coalesce(s.object_id, '00000000-0000-0000-0000-000000000000')::uuid AS object_id, s.objects::integer AS objects,
    coalesce(s.patient_id, '00000000-0000-0000-0000-000000000000')::uuid AS patient_id, s.decision::text AS decision, s.glass::boolean AS glass,
    s.policy_version::integer AS policy_version, s.request_id::text AS request_id, s.fields::text[] AS fields, s.seal::bigint AS seal
FROM audit_search(sqlc.narg(who)::text, sqlc.narg(patient)::uuid, sqlc.narg(what)::text, sqlc.narg(since)::timestamptz, sqlc.narg(until)::timestamptz,
    sqlc.narg(before_at)::timestamptz, sqlc.narg(before_id)::uuid, sqlc.arg(most)::integer,
    sqlc.narg(class)::text, sqlc.narg(object)::uuid, sqlc.narg(decision)::text) s;

-- name: AuditWard :one
-- Whether a patient is one whose medical content the acting chat may see.
SELECT coalesce(sqlc.arg(patient)::uuid = ANY (actor_wards()), false)::boolean AS ward;
