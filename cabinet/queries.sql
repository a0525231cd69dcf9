-- name: VisitOfChat :one
-- Where the demo's calendar looks: what the chat holds now, else the newest visit of its people.
SELECT v.id, v.branch_id, v.practitioner_id, v.during, v.status
FROM visit v
WHERE v.id IN (
    SELECT h.id FROM visit h WHERE h.holder_id = sqlc.arg(conversation_id)::uuid AND h.status = 'held'
    UNION ALL
    SELECT p.id FROM patient_link l JOIN visit p ON p.patient_id = l.patient_id
    WHERE l.conversation_id = sqlc.arg(conversation_id)::uuid AND p.active
)
ORDER BY (v.status = 'held') DESC, v.created_at DESC
LIMIT 1;

-- name: NextWorkingDay :one
-- The first day on which somebody works in a branch: what a schedule shows before there is anything else to show.
SELECT coalesce(min(w.day), sqlc.arg(day)::date)::date AS day FROM working_day w WHERE w.branch_id = sqlc.arg(branch_id)::uuid AND w.day >= sqlc.arg(day)::date;

-- name: TalkRows :many
-- A chat as the clinic sees it, the newest first.
SELECT r.id, r.side, r.body, r.at::timestamptz AS at
FROM (
    SELECT i.id, 'in'::text AS side, i.body, i.received_at AS at, i.position AS place
    FROM inbound i
    WHERE i.conversation_id = sqlc.arg(conversation_id)::uuid
    UNION ALL
    SELECT o.id, 'out', o.body #- '{file,data}', o.sent_at, o.seq
    FROM outbox o
    WHERE o.conversation_id = sqlc.arg(conversation_id)::uuid AND o.state = 'sent'
) r
ORDER BY r.at DESC, r.place DESC
LIMIT 100;
