-- name: AuditAdd :exec
-- Every change of the clinic's data, in the transaction that makes it.
INSERT INTO audit (id, at, actor_kind, actor_id, role, on_behalf_of, channel, action, object_type, object_id, patient_id, fields)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
