-- name: SuspectedPairs :many
SELECT s.one::uuid AS one, s.other::uuid AS other, s.phone::boolean AS phone, s.born::boolean AS born FROM suspected_pairs(sqlc.arg(most)::integer) s;

-- name: PatientRows :one
SELECT patient_rows(sqlc.arg(id)::uuid)::jsonb AS held;

-- name: MergePatients :one
SELECT merge_patients(sqlc.arg(id)::uuid, sqlc.arg(survivor)::uuid, sqlc.arg(gone)::uuid, sqlc.arg(fields)::jsonb, sqlc.arg(at)::timestamptz)::text AS nothing;

-- name: UnmergePatients :one
SELECT unmerge_patients(sqlc.arg(id)::uuid, sqlc.arg(at)::timestamptz)::jsonb AS since;

-- name: PatientMerges :many
-- What may still be taken back, the newest first.
SELECT m.id, m.survivor_id, m.gone_id, m.at, m.undone_at, coalesce(colleague(m.by_staff), '')::text AS login,
       p.surname, p.given, p.patronymic, g.number AS gone_number, p.number
FROM patient_merge m
JOIN patient p ON p.id = m.survivor_id
JOIN patient g ON g.id = m.gone_id
WHERE m.at > sqlc.arg(since)::timestamptz AND m.undone_at IS NULL
ORDER BY m.at DESC, m.id
LIMIT 50;

-- name: MergeFound :one
SELECT survivor_id, gone_id FROM patient_merge WHERE id = $1;

-- name: PatientApartAdd :exec
INSERT INTO patient_apart (one_id, other_id, at, by_staff) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;
