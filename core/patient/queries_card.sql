-- name: PatientKinOf :many
-- Whoever the desk wrote down as a relative, from both sides; who is what is told from the card's own side.
SELECT p.id, p.surname, p.given, p.patronymic, p.birth_date, k.relation
FROM patient_kin k
JOIN patient p ON p.id = k.relative_id
WHERE k.patient_id = $1 AND p.merged_into IS NULL
ORDER BY p.birth_date NULLS LAST, p.id
LIMIT 30;

-- name: PatientHousehold :many
-- The people of the chats that act for a patient: theirs and the patient's relation to whoever writes.
SELECT DISTINCT ON (p.id) p.id, p.surname, p.given, p.patronymic, p.birth_date, b.relation AS theirs, a.relation AS own
FROM patient_link a
JOIN patient_link b ON b.conversation_id = a.conversation_id AND b.patient_id <> a.patient_id
JOIN patient p ON p.id = b.patient_id
WHERE a.patient_id = $1 AND p.merged_into IS NULL
ORDER BY p.id
LIMIT 30;

-- name: PatientKinAdd :one
-- Both sides at once. Somebody who is a relative already becomes what is told now.
INSERT INTO patient_kin (patient_id, relative_id, relation, created_at, made_by)
VALUES (sqlc.arg(patient_id), sqlc.arg(relative_id), sqlc.arg(relation), sqlc.arg(at), sqlc.arg(made_by)),
       (sqlc.arg(relative_id), sqlc.arg(patient_id), sqlc.arg(back), sqlc.arg(at), sqlc.arg(made_by))
ON CONFLICT ON CONSTRAINT patient_kin_pk DO UPDATE SET relation = excluded.relation
RETURNING patient_id;

-- name: PatientKinDrop :exec
DELETE FROM patient_kin
WHERE (patient_id = sqlc.arg(patient_id) AND relative_id = sqlc.arg(relative_id)) OR (patient_id = sqlc.arg(relative_id) AND relative_id = sqlc.arg(patient_id));

-- name: PatientLock :one
SELECT * FROM patient WHERE id = $1 FOR UPDATE;

-- name: PatientRewrite :one
-- The card as the desk has filled it in.
UPDATE patient
SET surname = $2, given = $3, patronymic = $4, birth_date = sqlc.narg(birth_date)::date, sex = sqlc.narg(sex), lang = sqlc.arg(lang), version = version + 1
WHERE id = $1
RETURNING version;

-- name: PatientContactsDrop :many
DELETE FROM patient_contact WHERE id = ANY (sqlc.arg(ids)::uuid[]) AND patient_id = sqlc.arg(patient_id)
RETURNING kind;

-- name: Colleague :one
-- What a member of staff is called at work.
SELECT coalesce(colleague(sqlc.arg(id)::uuid), '')::text AS login;

-- name: PatientEnrol :one
-- The desk makes a card of what is known of somebody already.
INSERT INTO patient (id, surname, given, patronymic, birth_date, sex, lang, created_at, made_by)
VALUES (sqlc.arg(id), sqlc.arg(surname), sqlc.arg(given), sqlc.arg(patronymic), sqlc.narg(birth_date)::date, sqlc.narg(sex), sqlc.arg(lang), sqlc.arg(created_at), sqlc.narg(made_by))
RETURNING id;
