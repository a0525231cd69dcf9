-- name: Aggregates :many
-- Counts for those who see no rows, never of fewer than ten people.
SELECT coalesce(a.branch_id::uuid, '00000000-0000-0000-0000-000000000000')::uuid AS branch_id, a.key::text AS key, a.n::bigint AS n, coalesce(a.total::bigint, 0)::bigint AS total
FROM aggregates(sqlc.arg(class)::text, sqlc.arg(from_at)::timestamptz, sqlc.arg(to_at)::timestamptz) a;

-- name: PatientsFound :many
-- Cards that the actor may see, by the beginning of their name.
SELECT * FROM patient
WHERE merged_into IS NULL AND (sqlc.arg(name)::text = '' OR starts_with(name_key, lower(sqlc.arg(name)::text)))
ORDER BY name_key, id
LIMIT 50;

-- name: CardLock :exec
-- Whoever makes the same card waits until the first has.
SELECT pg_advisory_xact_lock(hashtextextended('card ' || sqlc.arg(id)::uuid::text, 0));

-- name: CardMade :one
SELECT EXISTS (SELECT FROM patient WHERE id = $1);

-- name: PatientMake :exec
-- The desk or an integration makes a card.
INSERT INTO patient (id, surname, given, patronymic, birth_date, lang, created_at, made_by, sex) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: PatientChange :one
-- What is NULL stays.
UPDATE patient
SET surname = coalesce(sqlc.narg(surname), surname), given = coalesce(sqlc.narg(given), given), patronymic = coalesce(sqlc.narg(patronymic), patronymic),
    birth_date = coalesce(sqlc.narg(birth_date)::date, birth_date), lang = coalesce(sqlc.narg(lang), lang), version = version + 1
WHERE id = sqlc.arg(id)
RETURNING id;

-- name: VisitsSeen :many
-- Visits that the actor may see, in the order of time. The name is of a card that they may see too.
SELECT v.id, v.branch_id, v.practitioner_id, v.service_id, v.patient_id, v.status, v.starts_at, v.ends_at, v.local_start, v.tz, v.service_name, v.price,
       v.currency, v.reason_category, v.version, coalesce(p.surname, '') AS surname, coalesce(p.given, '') AS given, coalesce(p.patronymic, '') AS patronymic
FROM visit v
LEFT JOIN patient p ON p.id = v.patient_id
WHERE v.status <> 'held'
  AND (sqlc.narg(id)::uuid IS NULL OR v.id = sqlc.narg(id)::uuid)
  AND (sqlc.narg(patient)::uuid IS NULL OR v.patient_id = sqlc.narg(patient)::uuid)
  AND (sqlc.narg(branch)::uuid IS NULL OR v.branch_id = sqlc.narg(branch)::uuid)
  AND (sqlc.narg(doctor)::uuid IS NULL OR v.practitioner_id = sqlc.narg(doctor)::uuid)
  AND v.starts_at >= sqlc.arg(from_at)::timestamptz AND v.starts_at < sqlc.arg(to_at)::timestamptz
ORDER BY v.starts_at, v.id
LIMIT 500;
