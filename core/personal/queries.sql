-- name: PersonalSelf :one
-- What is kept of the person in a chat, in numbers. Asked as the chat: what it may not see is not counted.
SELECT l.patient_id, coalesce(l.patient_id = ANY (actor_wards()), false)::boolean AS verified, (p.verified_at IS NOT NULL)::boolean AS checked,
       coalesce(concat_ws(' ', nullif(p.surname, ''), p.given, nullif(p.patronymic, '')), '')::text AS name, p.birth_date,
       (SELECT count(*) FROM visit v WHERE v.patient_id = l.patient_id AND v.status <> 'held') AS visits,
       (SELECT count(*) FROM inbound i WHERE i.conversation_id = c.id) AS messages,
       ((SELECT count(*) FROM record r WHERE r.patient_id = l.patient_id) + (SELECT count(*) FROM prescription r WHERE r.patient_id = l.patient_id)
        + (SELECT count(*) FROM lab_report r WHERE r.patient_id = l.patient_id)
        + (SELECT count(*) FROM document d WHERE d.patient_id = l.patient_id AND d.class = 'medical'))::bigint AS medical,
       (SELECT count(*) FROM payment y WHERE y.patient_id = l.patient_id) AS payments
FROM conversation c
LEFT JOIN patient_link l ON l.conversation_id = c.id AND l.relation = 'self'
LEFT JOIN patient p ON p.id = l.patient_id
WHERE c.id = sqlc.arg(chat)::uuid;

-- name: PersonalAsked :one
-- Whether a chat's request is under way, and how many there were lately.
SELECT count(*) FILTER (WHERE state = 'asked') AS open, count(*) FILTER (WHERE asked_at > sqlc.arg(since)::timestamptz) AS lately
FROM personal_request
WHERE conversation_id = sqlc.arg(conversation_id) AND kind = sqlc.arg(kind);

-- name: PersonalRequestAdd :exec
INSERT INTO personal_request (id, patient_id, conversation_id, kind, fields, change_sealed, asked_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: PersonalRequestsOpen :many
-- What waits for the job. Older than a moment, so that the turn that asked has said its say.
SELECT * FROM personal_request
WHERE state = 'asked' AND kind = sqlc.arg(kind) AND asked_at < sqlc.arg(before)::timestamptz
ORDER BY asked_at
LIMIT 20;

-- name: PersonalRequestLock :one
-- One job at a time works on a request; a second finds it done.
SELECT * FROM personal_request WHERE id = $1 AND state = 'asked' FOR UPDATE SKIP LOCKED;

-- name: PersonalRequestDone :exec
UPDATE personal_request SET state = sqlc.arg(state), done_at = sqlc.arg(at), decided_by = sqlc.arg(decided_by), done = sqlc.arg(done), change_sealed = NULL
WHERE id = sqlc.arg(id) AND state = 'asked';

-- name: PersonalChats :many
-- The chats in which a patient writes for themselves.
SELECT c.id, c.lang, c.channel FROM patient_link l JOIN conversation c ON c.id = l.conversation_id
WHERE l.patient_id = $1 AND l.relation = 'self'
LIMIT 50;

-- name: PersonalProved :one
-- Whether the acting chat has proved whose it is, and there is a birth date to ask for before a copy is handed out.
SELECT EXISTS (SELECT FROM patient p WHERE p.id = sqlc.arg(patient)::uuid AND p.birth_date IS NOT NULL AND p.id = ANY ((SELECT actor_wards())::uuid[]))::boolean;

-- name: CopyAdd :exec
INSERT INTO personal_copy (id, request_id, patient_id, token_hash, archive_sealed, bytes, medical, made_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: CopyByToken :one
-- A copy that is still to be had, with the birth date that opens it.
SELECT k.id, k.bytes, k.medical, k.patient_id, k.tries, k.made_at, p.birth_date
FROM personal_copy k
LEFT JOIN patient p ON p.id = k.patient_id
WHERE k.token_hash = sqlc.arg(token_hash) AND k.expires_at > sqlc.arg(now)::timestamptz AND k.taken_at IS NULL AND k.archive_sealed IS NOT NULL AND k.tries < 5;

-- name: CopyTake :one
-- Once: of two who come at the same time one gets it.
UPDATE personal_copy SET taken_at = sqlc.arg(now) WHERE id = sqlc.arg(id) AND taken_at IS NULL RETURNING archive_sealed;

-- name: CopyTried :exec
UPDATE personal_copy SET tries = tries + 1 WHERE id = $1;

-- name: CopiesEmpty :exec
-- What was taken, guessed at or has run out keeps no bytes.
UPDATE personal_copy SET archive_sealed = NULL
WHERE archive_sealed IS NOT NULL AND (expires_at < sqlc.arg(now)::timestamptz OR taken_at IS NOT NULL OR tries >= 5);

-- name: PatientBorn :exec
UPDATE patient SET birth_date = sqlc.arg(birth_date), version = version + 1 WHERE id = sqlc.arg(id);

-- name: ContactsOnly :exec
-- A corrected contact takes the place of the others of its kind.
DELETE FROM patient_contact WHERE patient_id = sqlc.arg(patient_id) AND kind = sqlc.arg(kind) AND NOT value_index = ANY (sqlc.arg(indexes)::bytea[]);

-- name: PersonalRequest :one
SELECT * FROM personal_request WHERE id = $1;

-- name: PersonalRequests :many
-- What people asked, what is open first and what is due first among it.
SELECT r.id, r.kind, r.state, r.fields, r.asked_at, r.due_at, r.done_at, r.patient_id, r.conversation_id
FROM personal_request r
ORDER BY (r.state = 'asked') DESC, CASE WHEN r.state = 'asked' THEN r.due_at END, r.asked_at DESC
LIMIT 200;

-- name: PatientsByPhone :many
-- Who has a phone, of those whom the acting member may see.
SELECT DISTINCT p.id, concat_ws(' ', nullif(p.surname, ''), p.given, nullif(p.patronymic, ''))::text AS name
FROM patient_contact c
JOIN patient p ON p.id = c.patient_id
WHERE c.kind = 'phone' AND c.value_index = ANY (sqlc.arg(indexes)::bytea[]) AND p.merged_into IS NULL
ORDER BY name
LIMIT 20;
