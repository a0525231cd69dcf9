-- name: PatientRegister :exec
-- A chat makes a card for itself or a relative; the function links both.
SELECT register_patient(sqlc.arg(id), sqlc.arg(relation), sqlc.arg(surname), sqlc.arg(given), sqlc.arg(patronymic), sqlc.narg(birth_date)::date, sqlc.arg(lang), sqlc.arg(at));

-- name: PatientAdd :exec
-- The desk makes a card.
INSERT INTO patient (id, surname, given, patronymic, birth_date, sex, lang, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: PatientRename :exec
UPDATE patient SET surname = $2, given = $3, patronymic = $4, version = version + 1 WHERE id = $1;

-- name: PatientsOfChat :many
-- The people a chat acts for, oneself first.
SELECT p.id, p.surname, p.given, p.patronymic, p.birth_date, p.verified_at, l.relation,
       coalesce((SELECT c.value FROM patient_contact c WHERE c.patient_id = p.id AND c.kind = 'phone'
                 ORDER BY c.verified_at DESC NULLS LAST, c.created_at DESC LIMIT 1), '')::text AS phone
FROM patient_link l
JOIN patient p ON p.id = l.patient_id
WHERE l.conversation_id = $1
ORDER BY (l.relation = 'self') DESC, l.created_at, p.id
LIMIT 20;

-- name: PatientContactPut :exec
INSERT INTO patient_contact (patient_id, kind, value, verified_at, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (patient_id, kind, value) DO UPDATE SET verified_at = coalesce(patient_contact.verified_at, excluded.verified_at);

-- name: PatientDuplicates :many
-- Likely the same person: the same phone and a first name alike, or the same full name and birth date. Asked as Zapis itself: a
-- chat must not learn who else is here.
SELECT o.id
FROM patient p
JOIN patient_contact pc ON pc.patient_id = p.id AND pc.kind = 'phone'
JOIN patient_contact oc ON oc.kind = 'phone' AND oc.value = pc.value AND oc.patient_id <> p.id
JOIN patient o ON o.id = oc.patient_id AND o.merged_into IS NULL
WHERE p.id = $1 AND similarity(lower(o.given), lower(p.given)) > 0.4
UNION
SELECT o.id
FROM patient p
JOIN patient o ON o.name_key = p.name_key AND o.birth_date = p.birth_date AND o.id <> p.id AND o.merged_into IS NULL
WHERE p.id = $1 AND p.surname <> ''
LIMIT 20;

-- name: Patient :one
SELECT * FROM patient WHERE id = $1;
