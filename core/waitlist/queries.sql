-- name: WaitlistAdd :exec
-- One wait of a person for a speciality in a chat: a newer wish takes the older one's place.
INSERT INTO waitlist (id, conversation_id, patient_id, specialty, service_id, practitioner_id, branch_id, from_at, until_at, state, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10)
ON CONFLICT (conversation_id, patient_id, specialty) WHERE state = 'waiting' DO UPDATE
SET service_id = excluded.service_id, practitioner_id = excluded.practitioner_id,
    branch_id = excluded.branch_id, from_at = excluded.from_at, until_at = excluded.until_at, created_at = excluded.created_at;

-- name: WaitlistOf :many
-- What a chat waits for.
SELECT * FROM waitlist WHERE conversation_id = $1 AND state = 'waiting' AND until_at > sqlc.arg(now)::timestamptz ORDER BY created_at LIMIT 20;

-- name: WaitlistLeave :exec
UPDATE waitlist SET state = 'left' WHERE conversation_id = $1 AND state = 'waiting';

-- name: OpeningAdd :exec
INSERT INTO opening (id, branch_id, practitioner_id, specialty, starts_at, ends_at, due_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: OpeningsDue :many
-- Times to be offered now. Two sweepers never take the same one.
SELECT * FROM opening WHERE state = 'due' AND due_at <= sqlc.arg(now)::timestamptz ORDER BY due_at LIMIT sqlc.arg(rows)::integer
FOR UPDATE SKIP LOCKED;

-- name: OpeningPut :exec
-- When the next are asked.
UPDATE opening SET due_at = $2 WHERE id = $1;

-- name: OpeningOver :exec
UPDATE opening SET state = 'over', why = $2 WHERE id = $1;

-- name: WaitlistNext :many
-- Whom to offer a time to: those not asked lately first, and nobody too often. Whoever has booked that speciality since, in whatever
-- chat or by phone, waits no more. That the service fits in is the caller's to see.
SELECT w.id, w.conversation_id, w.patient_id, w.service_id, c.channel, c.lang, p.given, coalesce(l.relation, '')::text AS relation
FROM waitlist w
JOIN conversation c ON c.id = w.conversation_id
JOIN patient p ON p.id = w.patient_id
LEFT JOIN patient_link l ON l.conversation_id = w.conversation_id AND l.patient_id = w.patient_id
WHERE w.state = 'waiting' AND w.specialty = sqlc.arg(specialty)
  AND (w.practitioner_id IS NULL OR w.practitioner_id = sqlc.arg(practitioner)::uuid)
  AND (w.branch_id IS NULL OR w.branch_id = sqlc.arg(branch)::uuid)
  AND w.from_at <= sqlc.arg(starts_at)::timestamptz AND w.until_at > sqlc.arg(starts_at)::timestamptz
  AND c.blocked_at IS NULL AND p.deceased_at IS NULL
  AND NOT EXISTS (SELECT FROM waitlist_offer o WHERE o.opening_id = sqlc.arg(opening)::uuid AND o.waitlist_id = w.id)
  AND (SELECT count(*) FROM waitlist_offer o WHERE o.waitlist_id = w.id AND o.at > sqlc.arg(since)::timestamptz) < sqlc.arg(most)::bigint
  AND NOT EXISTS (
      SELECT FROM visit v
      WHERE v.patient_id = w.patient_id AND v.status IN ('booked', 'confirmed', 'arrived', 'in_progress', 'done')
        AND ((v.specialty = w.specialty AND v.created_at > w.created_at)
             OR (v.starts_at < sqlc.arg(ends_at)::timestamptz AND v.ends_at > sqlc.arg(starts_at)::timestamptz)) -- comes to another doctor then
  )
  AND NOT coalesce((
      SELECT e.action = 'withdrawn'
      FROM consent_event e
      JOIN consent_text t ON t.id = e.text_id
      WHERE t.purpose = 'processing' AND (e.conversation_id = c.id OR e.patient_id = w.patient_id)
      ORDER BY e.at DESC, e.id DESC
      LIMIT 1
  ), false)
ORDER BY w.asked_at NULLS FIRST, w.created_at
LIMIT sqlc.arg(rows)::integer
FOR UPDATE OF w SKIP LOCKED;

-- name: WaitlistOffered :exec
WITH said AS (
    INSERT INTO waitlist_offer (opening_id, waitlist_id, at, message_id)
    SELECT sqlc.arg(opening), s.id, sqlc.arg(at), s.message
    FROM (SELECT unnest(sqlc.arg(ids)::uuid[]) AS id, unnest(sqlc.arg(messages)::uuid[]) AS message) s
    ON CONFLICT DO NOTHING
    RETURNING waitlist_id
)
UPDATE waitlist w SET asked_at = sqlc.arg(at) FROM said WHERE w.id = said.waitlist_id;

-- name: ConversationMute :exec
-- What a chat does not want to be told, as a whole.
UPDATE conversation SET muted = $2 WHERE id = $1;

-- name: ConversationMuted :one
SELECT muted FROM conversation WHERE id = $1;
