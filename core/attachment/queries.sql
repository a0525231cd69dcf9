-- name: AttachmentAdd :exec
-- What a message bears, for somebody to fetch; not of a message that had come before.
INSERT INTO attachment (id, conversation_id, kind, due_at, at)
SELECT sqlc.arg(id), sqlc.arg(conversation_id), sqlc.arg(kind), sqlc.arg(at), sqlc.arg(at)
WHERE EXISTS (SELECT FROM inbound i WHERE i.id = sqlc.arg(id)::uuid AND i.received_at = sqlc.arg(at)::timestamptz);

-- name: AttachmentClaim :one
-- Takes one that waits into a worker's hands, with the message that bears it.
UPDATE attachment a SET attempts = a.attempts + 1, due_at = sqlc.arg(until)::timestamptz
FROM inbound i, conversation c
WHERE a.id = sqlc.arg(id) AND a.state = 'waiting' AND a.due_at <= sqlc.arg(now)::timestamptz
  AND i.id = a.id AND i.received_at = a.at AND c.id = a.conversation_id
RETURNING a.id, a.conversation_id, a.kind, a.at, a.attempts, i.body, c.channel, c.account, c.external_id, c.lang;

-- name: AttachmentsDue :many
-- Those that nobody has in hand, the oldest first.
SELECT id FROM attachment WHERE state = 'waiting' AND due_at <= sqlc.arg(now)::timestamptz ORDER BY due_at LIMIT 100;

-- name: AttachmentLater :exec
UPDATE attachment SET due_at = $2, why = $3 WHERE id = $1 AND state = 'waiting';

-- name: AttachmentSettle :one
-- What became of one; once.
UPDATE attachment
SET state = sqlc.arg(state), why = sqlc.narg(why), mime = coalesce(sqlc.narg(mime), mime), bytes = coalesce(sqlc.narg(bytes), bytes),
    document_id = sqlc.narg(document_id), done_at = sqlc.arg(at)::timestamptz
WHERE id = sqlc.arg(id) AND state = 'waiting'
RETURNING id;

-- name: AttachmentHeld :exec
-- What was found of a file that is worked on further.
UPDATE attachment SET mime = $2, bytes = $3 WHERE id = $1 AND state = 'waiting';

-- name: AttachmentContentAdd :exec
INSERT INTO attachment_content (attachment_id, title_sealed, bytes_sealed) VALUES ($1, $2, $3)
ON CONFLICT (attachment_id) DO NOTHING;

-- name: AttachmentContent :one
-- What lies beside a chat, with what is known of it.
SELECT a.*, c.title_sealed, c.bytes_sealed
FROM attachment a
JOIN attachment_content c ON c.attachment_id = a.id
WHERE a.id = $1;

-- name: AttachmentContentDrop :exec
DELETE FROM attachment_content WHERE attachment_id = $1;

-- name: AttachmentFiled :exec
-- What lay beside the chat lies in a card now.
UPDATE attachment SET document_id = $2 WHERE id = $1 AND document_id IS NULL;

-- name: AttachmentsBeside :many
-- Files beside chats that have exactly one card by now, and those of which somebody said whose they are.
SELECT a.id, a.conversation_id, c.channel
FROM attachment a
JOIN conversation c ON c.id = a.conversation_id
WHERE a.state = 'kept' AND a.document_id IS NULL AND a.kind <> 'voice'
  AND ((SELECT count(*) FROM patient_link l WHERE l.conversation_id = a.conversation_id) = 1
    OR EXISTS (SELECT FROM patient_link l WHERE l.conversation_id = a.conversation_id AND l.patient_id = a.whose))
ORDER BY a.at
LIMIT 100;

-- name: AttachmentWhose :one
-- Somebody of the clinic says whose it is; until it lies in a card, another word counts in its place.
UPDATE attachment SET whose = sqlc.arg(patient)::uuid
WHERE id = sqlc.arg(id) AND conversation_id = sqlc.arg(conversation_id) AND state = 'kept' AND kind <> 'voice' AND document_id IS NULL
RETURNING id;

-- name: RecordingsExpire :one
-- Recordings older than their retention go; their words stay in the chat as long as other words do.
WITH old AS (
    SELECT a.id FROM attachment a
    JOIN attachment_content c ON c.attachment_id = a.id
    WHERE a.kind = 'voice' AND a.state <> 'waiting'
      AND a.at < sqlc.arg(now)::timestamptz - make_interval(days => (SELECT r.days FROM retention r WHERE r.class = 'recording'))
    ORDER BY a.at
    LIMIT 500
), gone AS (
    UPDATE attachment a SET state = 'gone' FROM old WHERE a.id = old.id
), dropped AS (
    DELETE FROM attachment_content c USING old WHERE c.attachment_id = old.id RETURNING 1
)
SELECT count(*) FROM dropped;

-- name: InboundSettle :one
-- What was found in the file that a message bears becomes a part of the message; its chat is locked. What was erased meanwhile stays so.
UPDATE inbound SET media = 'settled', body = CASE WHEN body = '{}' THEN body ELSE sqlc.arg(body)::jsonb END
WHERE id = sqlc.arg(id) AND received_at = sqlc.arg(at)::timestamptz AND media = 'waiting'
RETURNING state;
