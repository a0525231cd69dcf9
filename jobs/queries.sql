-- name: OrderAdd :exec
-- What a member of staff told the worker to do.
INSERT INTO act_order (id, staff_id, fields_sealed, at) VALUES ($1, $2, $3, $4);

-- name: OrderTake :one
-- It goes with the act, so that it is done once.
DELETE FROM act_order WHERE id = $1 RETURNING fields_sealed;

-- name: OrdersPrune :exec
-- Orders whose job is gone: refused, or never queued.
DELETE FROM act_order WHERE at < $1;

-- name: AlarmTask :one
-- The open task of a chat in which something dangerous was said, or may have been.
SELECT id FROM task WHERE kind = sqlc.arg(kind) AND conversation_id = sqlc.arg(conversation_id) AND state = 'open' ORDER BY created_at DESC LIMIT 1;

-- name: SaidSince :one
-- Whether a message of this key was written since a moment.
SELECT EXISTS (SELECT 1 FROM outbox_key WHERE key = sqlc.arg(key) AND at > sqlc.arg(since));

-- name: CardsOfChat :many
-- What the cards of one of a chat's people, or of those of a relation, say of their body; two where it is not clear who is meant.
SELECT p.birth_date, p.sex
FROM patient_link l
JOIN patient p ON p.id = l.patient_id
WHERE l.conversation_id = sqlc.arg(conversation_id) AND (p.id = sqlc.arg(patient_id) OR l.relation = sqlc.arg(relation))
LIMIT 2;
