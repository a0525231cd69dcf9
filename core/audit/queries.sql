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
