-- name: VisitTake :one
-- A hold or a visit, if the time is still free. The calendar's lock makes the look and the insert one act; the constraints
-- stand behind it.
INSERT INTO visit (id, branch_id, practitioner_id, service_id, specialty, room_id, patient_id, holder_id, status, during, blocked,
    local_start, tz, source, hold_expires_at, service_name, price, currency, created_at)
SELECT sqlc.arg(id), sqlc.arg(branch_id), sqlc.arg(practitioner_id), sqlc.arg(service_id), sqlc.arg(specialty), sqlc.arg(room_id), sqlc.arg(patient_id), sqlc.arg(holder_id), sqlc.arg(status), sqlc.arg(during), sqlc.arg(blocked),
    sqlc.arg(local_start), sqlc.arg(tz), sqlc.arg(source), sqlc.arg(hold_expires_at), sqlc.arg(service_name), sqlc.arg(price), sqlc.arg(currency), sqlc.arg(created_at)
WHERE EXISTS (
    SELECT FROM working_day w
    WHERE w.practitioner_id = sqlc.arg(practitioner_id) AND w.branch_id = sqlc.arg(branch_id)
      AND w.day BETWEEN sqlc.arg(day)::date - 1 AND sqlc.arg(day)::date
      AND w.free @> sqlc.arg(blocked)::tstzrange
)
RETURNING *;

-- name: VisitOverbook :one
-- A visit over the practitioner's other visits: by right, with a reason.
INSERT INTO visit (id, branch_id, practitioner_id, service_id, specialty, room_id, patient_id, holder_id, status, during, blocked,
    local_start, tz, source, service_name, price, currency, created_at, overbook, overbook_reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, true, $19)
RETURNING *;

-- name: VisitRoomTake :exec
-- The room of a visit, for its time.
SELECT take_room(sqlc.arg(visit_id)::uuid);

-- name: VisitResourceMove :exec
-- The room of the new time in the place of the old one's, where there was one.
WITH gone AS (DELETE FROM visit_resource r WHERE r.visit_id = sqlc.arg(visit_id) AND r.resource_id <> sqlc.arg(resource_id)::uuid)
SELECT take_room(sqlc.arg(visit_id)::uuid);

-- name: VisitResourceTake :one
-- A room that was let go is needed again.
UPDATE visit_resource SET active = true WHERE visit_id = $1 AND resource_id = $2 RETURNING visit_id;

-- name: VisitResourceFree :exec
UPDATE visit_resource SET active = false WHERE visit_id = $1;

-- name: Visit :one
SELECT * FROM visit WHERE id = $1;

-- name: VisitLock :one
-- Before a change of state.
SELECT * FROM visit WHERE id = $1 FOR UPDATE;

-- name: VisitBook :one
-- A hold becomes a visit.
UPDATE visit
SET status = 'booked', patient_id = sqlc.arg(patient_id), hold_expires_at = NULL, version = version + 1
WHERE id = sqlc.arg(id) AND status = 'held' AND hold_expires_at > sqlc.arg(now)::timestamptz
RETURNING *;

-- name: VisitState :one
-- A change of state among those that keep the time.
UPDATE visit SET status = $2, version = version + 1 WHERE id = $1 RETURNING *;

-- name: VisitCancel :one
UPDATE visit
SET status = 'cancelled', cancelled_at = sqlc.arg(at), cancelled_by = sqlc.arg(by), cancel_reason = sqlc.arg(reason), version = version + 1
WHERE id = sqlc.arg(id)
RETURNING *;

-- name: VisitRestore :one
-- A cancelled visit takes its time back, if that is still free.
UPDATE visit v
SET status = 'booked', cancelled_at = NULL, cancelled_by = NULL, cancel_reason = NULL, version = v.version + 1
WHERE v.id = $1 AND v.status = 'cancelled'
  AND (v.overbook OR EXISTS (
    SELECT FROM working_day w
    WHERE w.practitioner_id = v.practitioner_id AND w.branch_id = v.branch_id
      AND w.day BETWEEN v.local_start::date - 1 AND v.local_start::date
      AND w.free @> v.blocked
  ))
RETURNING *;

-- name: VisitMove :one
-- The new time is taken and the old one let go by one statement: where it is refused, the old visit stands untouched. Its own
-- time counts as free.
UPDATE visit v
SET branch_id = sqlc.arg(branch_id), practitioner_id = sqlc.arg(practitioner_id), room_id = sqlc.arg(room_id), during = sqlc.arg(during), blocked = sqlc.arg(blocked),
    local_start = sqlc.arg(local_start), tz = sqlc.arg(tz), status = 'booked', version = v.version + 1, overbook = false, overbook_reason = NULL
WHERE v.id = sqlc.arg(id)
  AND EXISTS (
    SELECT FROM working_day w
    WHERE w.practitioner_id = sqlc.arg(practitioner_id) AND w.branch_id = sqlc.arg(branch_id)
      AND w.day BETWEEN sqlc.arg(day)::date - 1 AND sqlc.arg(day)::date
      AND w.working @> sqlc.arg(blocked)::tstzrange
      AND (w.free @> sqlc.arg(blocked)::tstzrange
           OR (w.practitioner_id = v.practitioner_id AND w.free + v.blocked::tstzmultirange @> sqlc.arg(blocked)::tstzrange))
  )
RETURNING *;

-- name: VisitHolds :many
-- What a chat holds: at most two (and one is let go for the next).
SELECT * FROM visit WHERE holder_id = $1 AND status = 'held' ORDER BY created_at;

-- name: VisitRelease :one
-- A hold let go.
DELETE FROM visit WHERE id = $1 AND status = 'held' RETURNING *;

-- name: VisitExpiring :many
-- Holds that ran out, anybody's: the sweeper's.
SELECT * FROM visit WHERE status = 'held' AND hold_expires_at <= $1 ORDER BY hold_expires_at LIMIT 500;

-- name: VisitExpiringOf :many
-- Holds of a practitioner that ran out: they must go before another takes the time, for a constraint cannot know what time it is.
SELECT * FROM expired_holds(sqlc.arg(practitioner)::uuid, sqlc.arg(blocked)::tstzrange, sqlc.arg(now)::timestamptz);

-- name: VisitsUpcoming :many
-- What the chat's own people have ahead.
SELECT * FROM visit
WHERE patient_id = ANY (sqlc.arg(patients)::uuid[]) AND status IN ('booked', 'confirmed') AND ends_at > sqlc.arg(now)::timestamptz
ORDER BY starts_at
LIMIT 50;

-- name: VisitsOfPatient :many
-- A patient's visits that the actor may see, the newest first.
SELECT * FROM visit
WHERE patient_id = sqlc.arg(patient)::uuid AND status <> 'held'
ORDER BY starts_at DESC, id
LIMIT 200;

-- name: VisitsOfBranch :many
-- The day's schedule of a branch, for the cabinet.
SELECT v.*, coalesce(p.surname, '') AS surname, coalesce(p.given, '') AS given, coalesce(p.patronymic, '') AS patronymic
FROM visit v
LEFT JOIN patient p ON p.id = v.patient_id
WHERE v.branch_id = sqlc.arg(branch) AND v.active
  AND v.starts_at > sqlc.arg(from_at)::timestamptz - interval '1 day' AND v.starts_at < sqlc.arg(to_at)::timestamptz AND v.ends_at > sqlc.arg(from_at)::timestamptz
ORDER BY v.starts_at
LIMIT 5000;

-- name: VisitEventAdd :exec
INSERT INTO visit_event (visit_id, at, action, version, actor_kind, actor_id, channel, during, before, reason,
    before_practitioner, before_branch, before_status, before_overbook)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: VisitEvents :many
SELECT * FROM visit_event WHERE visit_id = $1 ORDER BY seq LIMIT 500;

-- name: RemindersPlan :exec
-- The reminders of a new visit that are still worth sending; those whose moment has passed at booking are not made: a booking of the
-- evening before is not "reminded" ten minutes later.
INSERT INTO reminder (visit_id, minutes, due_at)
SELECT sqlc.arg(visit_id), m, sqlc.arg(starts_at)::timestamptz - make_interval(mins => m)
FROM unnest(sqlc.arg(minutes)::integer[]) AS m
WHERE sqlc.arg(starts_at)::timestamptz - make_interval(mins => m) > sqlc.arg(now)::timestamptz + make_interval(mins => least(m / 4, 120));

-- name: RemindersRenew :exec
-- Those of a visit that was moved, in the place of what it had. A booking, which can have none, pays for no look under row-level security.
INSERT INTO reminder (visit_id, minutes, due_at)
SELECT sqlc.arg(visit_id), m, sqlc.arg(starts_at)::timestamptz - make_interval(mins => m)
FROM unnest(sqlc.arg(minutes)::integer[]) AS m
WHERE sqlc.arg(starts_at)::timestamptz - make_interval(mins => m) > sqlc.arg(now)::timestamptz + make_interval(mins => least(m / 4, 120))
ON CONFLICT (visit_id, minutes) DO UPDATE SET due_at = excluded.due_at, state = 'due', why = NULL, message_id = NULL;

-- name: RemindersDrop :exec
UPDATE reminder SET state = 'cancelled' WHERE visit_id = $1 AND state = 'due';

-- name: RemindersRestore :exec
-- A cancellation taken back: what was to be said of the visit at this time is to be said again.
UPDATE reminder r
SET state = 'due'
FROM visit v
WHERE r.visit_id = sqlc.arg(visit_id) AND v.id = r.visit_id AND r.state = 'cancelled' AND r.due_at = v.starts_at - make_interval(mins => r.minutes);

-- name: RemindersDue :many
-- Due reminders with all that decides whether and where to send them. Two sweepers never take the same row.
SELECT r.visit_id, r.minutes, r.due_at, r.tries,
       v.branch_id, v.practitioner_id, v.patient_id, v.status, v.version, v.during,
       p.given, p.deceased_at,
       c.id AS conversation_id, c.channel, c.lang, coalesce(c.muted && ARRAY['reminders', 'processing'], false)::boolean AS muted, coalesce(l.relation, '')::text AS relation,
       coalesce((
           SELECT e.action = 'withdrawn'
           FROM consent_event e
           JOIN consent_text t ON t.id = e.text_id
           WHERE t.purpose = 'processing' AND (e.conversation_id = c.id OR e.patient_id = v.patient_id)
           ORDER BY e.at DESC, e.id DESC
           LIMIT 1
       ), false)::boolean AS withdrawn
FROM reminder r
JOIN visit v ON v.id = r.visit_id
JOIN branch b ON b.id = v.branch_id
LEFT JOIN patient p ON p.id = v.patient_id
LEFT JOIN LATERAL (
    SELECT pl.conversation_id, pl.relation
    FROM patient_link pl
    JOIN conversation k ON k.id = pl.conversation_id
    WHERE pl.patient_id = v.patient_id AND k.blocked_at IS NULL
    ORDER BY (pl.relation = 'self') DESC, array_position(b.reminder_channels, k.channel) NULLS LAST, k.last_inbound_at DESC NULLS LAST
    LIMIT 1
) l ON true
LEFT JOIN conversation c ON c.id = l.conversation_id
WHERE r.state = 'due' AND r.due_at <= sqlc.arg(now)::timestamptz
ORDER BY r.due_at
LIMIT sqlc.arg(rows)::integer
FOR UPDATE OF r SKIP LOCKED;

-- name: RemindersSettle :exec
UPDATE reminder r
SET state = s.state, why = nullif(s.why, ''), message_id = nullif(s.message_id, '00000000-0000-0000-0000-000000000000')
FROM (
    SELECT unnest(sqlc.arg(visits)::uuid[]) AS visit_id, unnest(sqlc.arg(minutes)::integer[]) AS minutes, unnest(sqlc.arg(states)::text[]) AS state,
           unnest(sqlc.arg(whys)::text[]) AS why, unnest(sqlc.arg(messages)::uuid[]) AS message_id
) s
WHERE r.visit_id = s.visit_id AND r.minutes = s.minutes;

-- name: RemindersPut :exec
-- Put off to a better hour.
UPDATE reminder SET due_at = $3 WHERE visit_id = $1 AND minutes = $2 AND state = 'due';

-- name: RemindersAgain :exec
-- Their message found its chat blocked: they are due for the patient's next one.
UPDATE reminder SET state = 'due', due_at = sqlc.arg(now)::timestamptz, tries = tries + 1, message_id = NULL
WHERE message_id = sqlc.arg(message)::uuid AND state = 'queued';

-- name: NoticePut :exec
-- The clinic changed a visit. What the patient knows stays as it was while nothing has been said.
INSERT INTO visit_notice AS n (visit_id, due_at, known, known_practitioner, known_branch)
VALUES (sqlc.arg(visit_id), sqlc.arg(due_at), sqlc.arg(known), sqlc.arg(practitioner), sqlc.arg(branch))
ON CONFLICT (visit_id) DO UPDATE
SET due_at = excluded.due_at, state = 'due', why = NULL, message_id = NULL,
    known = CASE WHEN n.state IN ('due', 'skipped') THEN n.known ELSE excluded.known END,
    known_practitioner = CASE WHEN n.state IN ('due', 'skipped') THEN n.known_practitioner ELSE excluded.known_practitioner END,
    known_branch = CASE WHEN n.state IN ('due', 'skipped') THEN n.known_branch ELSE excluded.known_branch END;

-- name: NoticeDrop :exec
-- The patient has changed the visit, and so knows it.
UPDATE visit_notice SET state = 'cancelled' WHERE visit_id = $1 AND state IN ('due', 'skipped');

-- name: NoticeTake :one
-- A cancellation may be taken back for as long as nobody has been told of it.
UPDATE visit_notice SET due_at = sqlc.arg(due_at) WHERE visit_id = sqlc.arg(visit_id) AND state = 'due' RETURNING visit_id;

-- name: NoticesDue :many
-- Due notices with the visit as the patient knew it and as it is now. rebooked: the desk has given the patient another visit since.
SELECT n.visit_id, n.tries, n.known, n.known_practitioner, n.known_branch,
       v.branch_id, v.practitioner_id, v.patient_id, v.service_id, v.specialty, v.status, v.version, v.during, v.cancel_reason,
       p.given, p.deceased_at,
       c.id AS conversation_id, c.channel, c.lang, coalesce(l.relation, '')::text AS relation,
       coalesce((
           SELECT e.action = 'withdrawn'
           FROM consent_event e
           JOIN consent_text t ON t.id = e.text_id
           WHERE t.purpose = 'processing' AND (e.conversation_id = c.id OR e.patient_id = v.patient_id)
           ORDER BY e.at DESC, e.id DESC
           LIMIT 1
       ), false)::boolean AS withdrawn,
       EXISTS (
           SELECT FROM visit o
           WHERE o.patient_id = v.patient_id AND o.id <> v.id AND o.specialty = v.specialty AND o.status IN ('booked', 'confirmed')
             AND o.source IN ('cabinet', 'phone') AND o.created_at >= v.cancelled_at
       ) AS rebooked
FROM visit_notice n
JOIN visit v ON v.id = n.visit_id
LEFT JOIN patient p ON p.id = v.patient_id
LEFT JOIN LATERAL (
    SELECT pl.conversation_id, pl.relation
    FROM patient_link pl
    JOIN conversation k ON k.id = pl.conversation_id
    WHERE pl.patient_id = v.patient_id AND k.blocked_at IS NULL
    ORDER BY (pl.relation = 'self') DESC, k.last_inbound_at DESC NULLS LAST
    LIMIT 1
) l ON true
LEFT JOIN conversation c ON c.id = l.conversation_id
WHERE n.state = 'due' AND n.due_at <= sqlc.arg(now)::timestamptz
ORDER BY n.due_at
LIMIT sqlc.arg(rows)::integer
FOR UPDATE OF n SKIP LOCKED;

-- name: NoticeSettle :exec
UPDATE visit_notice
SET state = sqlc.arg(state), kind = sqlc.narg(kind), why = sqlc.narg(why), message_id = sqlc.narg(message_id)
WHERE visit_id = sqlc.arg(visit_id);

-- name: NoticePutOff :exec
-- To the morning.
UPDATE visit_notice SET due_at = $2 WHERE visit_id = $1 AND state = 'due';

-- name: NoticeAgain :exec
-- Its message found its chat blocked: it is due for the patient's next one.
UPDATE visit_notice SET state = 'due', due_at = sqlc.arg(now)::timestamptz, tries = tries + 1, message_id = NULL
WHERE visit_id = sqlc.arg(visit_id) AND message_id = sqlc.arg(message)::uuid AND state = 'queued';

-- name: VisitReasonPut :exec
-- A patient's own words of their visit; said again, the newer ones.
SELECT keep_reason(sqlc.arg(visit_id)::uuid, sqlc.arg(kind)::text, sqlc.arg(patient_id)::uuid, sqlc.arg(text_sealed)::bytea, sqlc.arg(at)::timestamptz);

-- name: VisitCategory :exec
-- What the desk may know of a reason.
UPDATE visit SET reason_category = sqlc.narg(category) WHERE id = sqlc.arg(id);

-- name: VisitReasons :many
SELECT * FROM visit_reason WHERE visit_id = $1;

-- name: VisitReasonAbout :one
-- Whose visit it is and what category it has, where the actor may see the visit.
SELECT coalesce((SELECT v.patient_id FROM visit v WHERE v.id = sqlc.arg(id)), '00000000-0000-0000-0000-000000000000')::uuid AS patient_id,
       coalesce((SELECT v.reason_category FROM visit v WHERE v.id = sqlc.arg(id)), '')::text AS category;
