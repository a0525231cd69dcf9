-- name: WebchatRows :many
-- What both sides said in a chat after a moment, the newest first. A message of the clinic counts from the moment it was marked
-- sent, not from its number: one that was put off until morning has an older number than what was said meanwhile. The bytes of a
-- file stay behind; see WebchatFile.
SELECT r.id, r.side, r.body, r.at::timestamptz AS at, r.message_id
FROM (
    SELECT i.id, 'in'::text AS side, i.body, i.received_at AS at, i.external_id AS message_id, i.position AS place
    FROM inbound i
    WHERE i.conversation_id = sqlc.arg(conversation_id)::uuid AND i.received_at > sqlc.arg(after)::timestamptz
    UNION ALL
    SELECT o.id, 'out', o.body #- '{file,data}', o.sent_at, coalesce(o.external_id, ''), o.seq
    FROM outbox o
    WHERE o.conversation_id = sqlc.arg(conversation_id)::uuid AND o.state = 'sent' AND o.sent_at > sqlc.arg(after)::timestamptz
) r
ORDER BY r.at DESC, r.place DESC
LIMIT sqlc.arg(rows)::integer;

-- name: WebchatFile :one
-- A file that the clinic sent, for whoever it was sent to.
SELECT body FROM outbox WHERE id = $1 AND conversation_id = $2 AND state = 'sent';
