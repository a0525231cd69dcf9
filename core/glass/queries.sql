-- name: GlassBreak :exec
INSERT INTO glass (id, kind, staff_id, role, patient_id, reason, about_sealed, at, until)
VALUES (sqlc.arg(id), 'emergency', sqlc.arg(staff_id), sqlc.arg(role), sqlc.arg(patient_id), sqlc.arg(reason), sqlc.arg(about), sqlc.arg(at), sqlc.arg(until));

-- name: GlassShift :one
-- Whether the acting clinician works now.
SELECT actor_on_shift()::boolean AS works;

-- name: GlassActive :many
-- What is broken now by the acting member, for the banner.
SELECT id, patient_id, until FROM glass
WHERE staff_id = sqlc.arg(staff_id) AND kind = 'emergency' AND role = sqlc.arg(role) AND at <= sqlc.arg(now)::timestamptz AND until > sqlc.arg(now)::timestamptz
ORDER BY until;

-- name: GlassToReview :many
-- What waits for a verdict, the oldest first.
SELECT * FROM glass WHERE reviewed_at IS NULL AND kind = 'emergency' ORDER BY at LIMIT 200;

-- name: GlassReview :one
-- A verdict, once.
UPDATE glass SET reviewed_by = sqlc.arg(by), reviewed_at = sqlc.arg(at), verdict = sqlc.arg(verdict)
WHERE id = sqlc.arg(id) AND reviewed_at IS NULL AND kind = 'emergency'
RETURNING patient_id;

-- name: GlassTaskDone :exec
UPDATE task SET state = 'done', closed_at = sqlc.arg(at) WHERE key = sqlc.arg(key) AND kind IN ('glass_review', 'incident') AND state = 'open';

-- name: GlassToTell :many
-- What nobody has been written to about. Two sweepers never take the same row.
UPDATE glass SET notified_at = sqlc.arg(now)
WHERE id IN (SELECT g.id FROM glass g WHERE g.notified_at IS NULL AND g.kind = 'emergency' ORDER BY g.at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING id, staff_id;

-- name: GlassLate :many
-- What nobody has judged in time becomes an incident.
UPDATE glass SET escalated_at = sqlc.arg(now)
WHERE id IN (SELECT g.id FROM glass g WHERE g.reviewed_at IS NULL AND g.escalated_at IS NULL AND g.kind = 'emergency' AND g.at <= sqlc.arg(before)::timestamptz
             ORDER BY g.at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING id, staff_id, patient_id;

-- name: GlassWatchers :many
-- The chats of those who are told: whoever may take one of some roles and has linked a messenger.
SELECT l.conversation_id, c.channel, coalesce(c.lang, '')::text AS lang, l.staff_id
FROM staff s
JOIN staff_link l ON l.staff_id = s.id
JOIN conversation c ON c.id = l.conversation_id
WHERE s.active AND c.blocked_at IS NULL AND (s.role = ANY (sqlc.arg(roles)::text[]) OR s.roles && sqlc.arg(roles)::text[])
ORDER BY l.conversation_id
LIMIT 100;
