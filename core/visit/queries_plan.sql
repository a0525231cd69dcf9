-- name: VisitPlace :one
-- A visit over others, or outside working time: by right, with a reason, up to the branch's cap.
UPDATE visit v
SET branch_id = sqlc.arg(branch_id), practitioner_id = sqlc.arg(practitioner_id), room_id = sqlc.narg(room_id), during = sqlc.arg(during), blocked = sqlc.arg(blocked),
    local_start = sqlc.arg(local_start), tz = sqlc.arg(tz), status = 'booked', version = v.version + 1, overbook = true, overbook_reason = sqlc.arg(reason)::text
WHERE v.id = sqlc.arg(id)
RETURNING *;

-- name: VisitBack :one
-- The status that a visit had before a change that is taken back.
UPDATE visit SET status = sqlc.arg(status), version = version + 1 WHERE id = sqlc.arg(id) RETURNING *;

-- name: VisitLast :one
-- The newest change of a visit: what may still be taken back.
SELECT * FROM visit_event WHERE visit_id = $1 ORDER BY seq DESC LIMIT 1;

-- name: VisitsOver :many
-- What stands where somebody wants to book: visits and holds of the doctor, of the patient, and in the room.
SELECT v.*, coalesce(p.surname, '') AS surname, coalesce(p.given, '') AS given, coalesce(p.patronymic, '') AS patronymic
FROM visit v
LEFT JOIN patient p ON p.id = v.patient_id
WHERE v.active AND v.id <> sqlc.arg(but)::uuid
  AND v.starts_at > sqlc.arg(from_at)::timestamptz - interval '1 day' AND v.starts_at < sqlc.arg(to_at)::timestamptz + interval '1 day'
  AND ((v.practitioner_id = sqlc.arg(practitioner)::uuid AND v.blocked && tstzrange(sqlc.arg(from_at)::timestamptz, sqlc.arg(to_at)::timestamptz))
       OR (v.patient_id = sqlc.narg(patient)::uuid AND v.during && tstzrange(sqlc.arg(from_at)::timestamptz, sqlc.arg(to_at)::timestamptz))
       OR (v.room_id = sqlc.narg(room)::uuid AND v.blocked && tstzrange(sqlc.arg(from_at)::timestamptz, sqlc.arg(to_at)::timestamptz)))
ORDER BY v.starts_at, v.id
LIMIT 50;

-- name: WorkAround :many
-- A practitioner's working time about a moment, with the room they have then.
SELECT w.branch_id, w.room_id, w.working, w.free
FROM working_day w
WHERE w.practitioner_id = sqlc.arg(practitioner) AND w.day BETWEEN sqlc.arg(day)::date - 1 AND sqlc.arg(day)::date
ORDER BY w.day, w.branch_id;

-- name: Overbooked :one
-- How far a doctor's day is overbooked, and how far it may be.
SELECT b.overbook_limit,
       (SELECT count(*) FROM visit v
        WHERE v.practitioner_id = sqlc.arg(practitioner)::uuid AND v.active AND v.overbook AND v.id <> sqlc.arg(but)::uuid
          AND v.starts_at > sqlc.arg(starts_at)::timestamptz - interval '1 day' AND v.starts_at < sqlc.arg(starts_at)::timestamptz + interval '1 day'
          AND v.local_start::date = sqlc.arg(day)::date)::integer AS booked
FROM branch b
WHERE b.id = sqlc.arg(branch);

-- name: VisitNotePut :exec
INSERT INTO visit_note (visit_id, text_sealed, by_staff, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (visit_id) DO UPDATE SET text_sealed = excluded.text_sealed, by_staff = excluded.by_staff, at = excluded.at;

-- name: VisitNoteDrop :exec
DELETE FROM visit_note WHERE visit_id = $1;

-- name: VisitNote :many
SELECT text_sealed FROM visit_note WHERE visit_id = $1;

-- name: VisitTouch :one
-- A change beside the visit itself, which the next to change it is to have seen.
UPDATE visit SET version = version + 1 WHERE id = $1 RETURNING *;

-- name: VisitSeries :exec
UPDATE visit SET series_id = sqlc.arg(series) WHERE id = sqlc.arg(id);

-- name: VisitsUnmarked :many
-- Visits that are over and of which nobody has said what became of them.
SELECT v.*, coalesce(p.surname, '') AS surname, coalesce(p.given, '') AS given, coalesce(p.patronymic, '') AS patronymic
FROM visit v
LEFT JOIN patient p ON p.id = v.patient_id
WHERE v.branch_id = sqlc.arg(branch) AND v.status IN ('booked', 'confirmed', 'arrived', 'in_progress')
  AND v.starts_at > sqlc.arg(from_at)::timestamptz AND v.ends_at < sqlc.arg(now)::timestamptz
ORDER BY v.starts_at DESC, v.id
LIMIT 200;

-- name: VisitsStranded :many
-- Visits ahead that their doctor's working time no longer covers.
SELECT v.*, coalesce(p.surname, '') AS surname, coalesce(p.given, '') AS given, coalesce(p.patronymic, '') AS patronymic
FROM visit v
LEFT JOIN patient p ON p.id = v.patient_id
WHERE v.branch_id = sqlc.arg(branch) AND v.status IN ('booked', 'confirmed') AND v.starts_at > sqlc.arg(now)::timestamptz AND NOT v.overbook
  AND NOT EXISTS (
      SELECT FROM working_day w
      WHERE w.practitioner_id = v.practitioner_id AND w.branch_id = v.branch_id
        AND w.day BETWEEN v.local_start::date - 1 AND v.local_start::date AND w.working @> v.during
  )
ORDER BY v.starts_at, v.id
LIMIT 200;
