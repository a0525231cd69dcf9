-- name: EraseInbound :one
-- Empties what came in and was dealt with, a batch at a time. What is new is answered first.
WITH gone AS (
    UPDATE inbound i SET body = '{}', raw = '', tapped = NULL
    WHERE (i.id, i.received_at) IN (
        SELECT n.id, n.received_at FROM inbound n
        WHERE n.conversation_id = sqlc.arg(conversation_id) AND n.received_at <= sqlc.arg(until)::timestamptz AND n.state <> 'new' AND n.body <> '{}'
        LIMIT sqlc.arg(rows)::integer
    )
    RETURNING 1
)
SELECT count(*) FROM gone;

-- name: EraseAttachments :one
-- Recordings, and files beside a chat; what lies in a card stays with the card. What is being looked into is waited for.
WITH gone AS (
    DELETE FROM attachment a
    WHERE a.id IN (
        SELECT n.id FROM attachment n
        WHERE n.conversation_id = sqlc.arg(conversation_id) AND n.at <= sqlc.arg(until)::timestamptz AND n.state <> 'waiting'
        LIMIT sqlc.arg(rows)::integer
    )
    RETURNING 1
)
SELECT count(*) FROM gone;

-- name: EraseOutbox :one
WITH gone AS (
    UPDATE outbox o SET body = '{}'
    WHERE (o.id, o.created_at) IN (
        SELECT n.id, n.created_at FROM outbox n
        WHERE n.conversation_id = sqlc.arg(conversation_id) AND n.created_at <= sqlc.arg(until)::timestamptz AND n.state NOT IN ('queued', 'sending') AND n.body <> '{}'
        LIMIT sqlc.arg(rows)::integer
    )
    RETURNING 1
)
SELECT count(*) FROM gone;

-- name: ErasingUnderWay :one
-- Whether something said before is still to be answered or sent.
SELECT (EXISTS (SELECT FROM inbound i WHERE i.conversation_id = sqlc.arg(conversation_id) AND i.received_at <= sqlc.arg(until)::timestamptz AND i.state = 'new')
     OR EXISTS (SELECT FROM outbox o WHERE o.conversation_id = sqlc.arg(conversation_id) AND o.created_at <= sqlc.arg(until)::timestamptz
                AND o.state IN ('queued', 'sending'))
     OR EXISTS (SELECT FROM attachment a WHERE a.conversation_id = sqlc.arg(conversation_id) AND a.at <= sqlc.arg(until)::timestamptz AND a.state = 'waiting'))::boolean;

-- name: EraseTalk :exec
-- What a talk remembers; one that is under way is new, and forgets by itself within a day.
UPDATE conversation SET session = '{}' WHERE id = $1 AND drop_at IS NULL AND session <> '{}';

-- name: EraseNotes :one
-- What the desk told itself beside a chat.
WITH gone AS (DELETE FROM inbox_note WHERE conversation_id = sqlc.arg(conversation_id) AND at <= sqlc.arg(until)::timestamptz RETURNING 1)
SELECT count(*) FROM gone;

-- name: EraseLabels :exec
UPDATE inbox SET labels = '{}' WHERE conversation_id = $1 AND labels <> '{}';

-- name: EraseKeyboards :exec
DELETE FROM keyboard WHERE conversation_id = sqlc.arg(conversation_id) AND created_at <= sqlc.arg(until)::timestamptz;

-- name: EraseQuestions :exec
DELETE FROM question WHERE conversation_id = sqlc.arg(conversation_id) AND at <= sqlc.arg(until)::timestamptz;

-- name: EraseTasks :exec
-- A dead letter whose words are gone is nobody's work any more.
UPDATE task SET state = 'done', closed_at = sqlc.arg(now)
WHERE conversation_id = sqlc.arg(conversation_id) AND kind = 'dead_letter' AND state = 'open' AND created_at <= sqlc.arg(until)::timestamptz;

-- name: EraseCampaigns :one
WITH gone AS (DELETE FROM campaign_recipient WHERE patient_id = $1 RETURNING 1)
SELECT count(*) FROM gone;

-- name: EraseWaiting :one
WITH gone AS (DELETE FROM waitlist WHERE patient_id = $1 RETURNING 1)
SELECT count(*) FROM gone;

-- name: PersonalRequestNote :exec
UPDATE personal_request SET done = $2 WHERE id = $1 AND state = 'asked';
