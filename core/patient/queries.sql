-- name: PatientRegister :exec
-- A chat makes a card for itself or a relative; the function links both.
SELECT register_patient(sqlc.arg(id), sqlc.arg(relation), sqlc.arg(surname), sqlc.arg(given), sqlc.arg(patronymic), sqlc.narg(birth_date)::date, sqlc.arg(lang), sqlc.arg(at));

-- name: PatientRename :exec
UPDATE patient SET surname = $2, given = $3, patronymic = $4, version = version + 1 WHERE id = $1;

-- name: PatientsOfChat :many
-- The people a chat acts for, oneself first, each with the phone that is known best; empty where none is.
SELECT p.id, p.surname, p.given, p.patronymic, p.birth_date, p.verified_at, l.relation,
       coalesce(c.id, '00000000-0000-0000-0000-000000000000')::uuid AS contact_id, coalesce(c.value_sealed, '')::bytea AS phone_sealed
FROM patient_link l
JOIN patient p ON p.id = l.patient_id
LEFT JOIN LATERAL (
    SELECT k.id, k.value_sealed
    FROM patient_contact k
    WHERE k.patient_id = p.id AND k.kind = 'phone'
    ORDER BY k.verified_at DESC NULLS LAST, k.created_at DESC
    LIMIT 1
) c ON true
WHERE l.conversation_id = $1
ORDER BY (l.relation = 'self') DESC, l.created_at, p.id
LIMIT 20;

-- name: PatientContactPut :exec
-- A contact that stands, under whichever key it is found, keeps its row.
WITH stands AS (
    UPDATE patient_contact
    SET verified_at = coalesce(patient_contact.verified_at, sqlc.narg(verified_at)), tail_index = coalesce(patient_contact.tail_index, sqlc.narg(tail_index))
    WHERE patient_id = sqlc.arg(patient_id) AND kind = sqlc.arg(kind) AND value_index = ANY (sqlc.arg(indexes)::bytea[])
    RETURNING id
)
INSERT INTO patient_contact (id, patient_id, kind, value_sealed, value_index, tail_index, verified_at, created_at)
SELECT sqlc.arg(id), sqlc.arg(patient_id), sqlc.arg(kind), sqlc.arg(value_sealed), sqlc.arg(value_index), sqlc.narg(tail_index), sqlc.narg(verified_at), sqlc.arg(created_at)
WHERE NOT EXISTS (SELECT FROM stands)
ON CONFLICT ON CONSTRAINT patient_contact_once DO UPDATE SET verified_at = coalesce(patient_contact.verified_at, excluded.verified_at);

-- name: PatientContacts :many
-- All that is known of how to reach a patient, the surest first.
SELECT id, kind, value_sealed, verified_at
FROM patient_contact
WHERE patient_id = $1
ORDER BY kind, verified_at DESC NULLS LAST, created_at DESC, id
LIMIT 20;

-- name: PatientDuplicates :many
-- Likely the same person: one of these phones and a first name alike, or the same full name and birth date. Asked as Zapis itself: a
-- chat must not learn who else is here.
SELECT o.id
FROM patient p
JOIN patient_contact oc ON oc.value_index = ANY (sqlc.arg(phones)::bytea[]) AND oc.kind = 'phone' AND oc.patient_id <> p.id
JOIN patient o ON o.id = oc.patient_id AND o.merged_into IS NULL
WHERE p.id = sqlc.arg(id) AND similarity(lower(o.given), lower(p.given)) > 0.4
UNION
SELECT o.id
FROM patient p
JOIN patient o ON o.name_key = p.name_key AND o.birth_date = p.birth_date AND o.id <> p.id AND o.merged_into IS NULL
WHERE p.id = sqlc.arg(id) AND p.surname <> ''
LIMIT 20;

-- name: Patient :one
SELECT * FROM patient WHERE id = $1;
