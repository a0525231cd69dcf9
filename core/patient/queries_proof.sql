-- name: PatientCodesVoid :exec
UPDATE patient_code SET used_at = sqlc.arg(now)::timestamptz WHERE patient_id = $1 AND used_at IS NULL;

-- name: PatientCodeAdd :exec
INSERT INTO patient_code (id, patient_id, code_mac, issued_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: ProveIdentity :one
SELECT coalesce(prove_identity(sqlc.arg(patient_id), sqlc.arg(codes)::bytea[], sqlc.arg(born)::date, sqlc.arg(now)), 'wrong')::text AS outcome;

-- name: PatientLinkVerify :many
-- The desk has seen the document of the person whose chat this is.
UPDATE patient_link SET verified_at = sqlc.arg(now)::timestamptz, verified_by = sqlc.arg(by)::uuid
WHERE conversation_id = $1 AND patient_id = $2
RETURNING patient_id;

-- name: PatientVerified :exec
UPDATE patient SET verified_at = sqlc.arg(now)::timestamptz, version = version + 1 WHERE id = $1;

-- name: PatientsOfPhone :many
-- Other cards with one of these phones that a chat is linked to: a new account of the same person, or a number that has found another owner.
SELECT DISTINCT c.patient_id
FROM patient_contact c
JOIN patient_link l ON l.patient_id = c.patient_id
WHERE c.kind = 'phone' AND c.value_index = ANY (sqlc.arg(phones)::bytea[]) AND c.patient_id <> sqlc.arg(patient_id)
LIMIT 20;

-- name: PatientTicketAdd :exec
INSERT INTO patient_ticket (token_hash, patient_id, purpose, object_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: PatientTicket :one
SELECT patient_id, purpose, object_id FROM patient_ticket
WHERE token_hash = $1 AND used_at IS NULL AND tries < sqlc.arg(most)::int AND expires_at > sqlc.arg(now)::timestamptz;

-- name: PatientTicketTry :one
-- A try counts before it is looked at.
UPDATE patient_ticket SET tries = tries + 1
WHERE token_hash = $1 AND used_at IS NULL AND tries < sqlc.arg(most)::int AND expires_at > sqlc.arg(now)::timestamptz
RETURNING patient_id, purpose, object_id;

-- name: PatientTicketUse :many
UPDATE patient_ticket SET used_at = sqlc.arg(now)::timestamptz WHERE token_hash = $1 AND used_at IS NULL RETURNING patient_id;

-- name: PatientLinks :many
-- The chats that act for a patient, for the desk's page of who has proved to be whom.
SELECT l.conversation_id, c.channel, l.relation, l.verified_at, (l.verified_by IS NOT NULL)::boolean AS seen
FROM patient_link l
JOIN conversation c ON c.id = l.conversation_id
WHERE l.patient_id = $1
ORDER BY l.created_at, l.conversation_id
LIMIT 20;
