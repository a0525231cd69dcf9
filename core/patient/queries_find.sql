-- name: PatientsLike :many
-- Cards by parts of a name, misspelt or not, the likest first.
SELECT p.id, p.number, p.surname, p.given, p.patronymic, p.birth_date
FROM (SELECT find_patients(sqlc.arg(readings)::text[], sqlc.narg(born)::date, sqlc.arg(most)::integer)::uuid[] AS ids) f
JOIN patient p ON p.id = ANY (f.ids)
ORDER BY array_position(f.ids, p.id);

-- name: PatientsFirst :many
-- Cards that the actor may see, by name.
SELECT p.id, p.number, p.surname, p.given, p.patronymic, p.birth_date
FROM patient p
WHERE p.merged_into IS NULL
ORDER BY p.name_key, p.birth_date, p.id
LIMIT 50;

-- name: PatientsNamed :many
-- Some cards by their ids.
SELECT p.id, p.number, p.surname, p.given, p.patronymic, p.birth_date
FROM patient p
WHERE p.id = ANY (sqlc.arg(ids)::uuid[]) AND p.merged_into IS NULL;

-- name: PatientsBorn :many
-- Cards by the birth date alone.
SELECT p.id, p.number, p.surname, p.given, p.patronymic, p.birth_date
FROM patient p
WHERE p.birth_date = sqlc.arg(born)::date AND p.merged_into IS NULL
ORDER BY p.search_name, p.id
LIMIT sqlc.arg(most);

-- name: PatientsReached :many
-- Cards by the whole of a phone number.
SELECT DISTINCT p.id, p.number, p.surname, p.given, p.patronymic, p.birth_date
FROM patient_contact c
JOIN patient p ON p.id = c.patient_id
WHERE c.value_index = ANY (sqlc.arg(indexes)::bytea[]) AND p.merged_into IS NULL
ORDER BY p.surname, p.given, p.id
LIMIT 20;

-- name: PatientsEnding :many
-- Cards by the last four digits of a phone, with the phone, whose other digits are compared once it is opened.
SELECT c.id AS contact_id, c.value_sealed, p.id, p.number, p.surname, p.given, p.patronymic, p.birth_date
FROM patient_contact c
JOIN patient p ON p.id = c.patient_id
WHERE c.tail_index = ANY (sqlc.arg(tails)::bytea[]) AND p.merged_into IS NULL
ORDER BY p.surname, p.given, p.id
LIMIT 500;

-- name: PatientsNumbered :many
-- A card by its number, or by its id.
SELECT p.id, p.number, p.surname, p.given, p.patronymic, p.birth_date
FROM patient p
WHERE p.merged_into IS NULL AND (p.number = sqlc.narg(number)::bigint OR p.id = sqlc.narg(id)::uuid)
LIMIT 2;

-- name: PhonesAbout :many
-- Phones of whoever comes about now: a part of a number that is not its end is looked for among them, for what is sealed has no parts.
SELECT c.id AS contact_id, c.value_sealed, p.id, p.number, p.surname, p.given, p.patronymic, p.birth_date
FROM patient p
JOIN patient_contact c ON c.patient_id = p.id AND c.kind = 'phone'
WHERE p.merged_into IS NULL
  AND p.id IN (
      SELECT v.patient_id FROM visit v
      WHERE v.starts_at > sqlc.arg(from_at)::timestamptz AND v.starts_at < sqlc.arg(to_at)::timestamptz AND v.patient_id IS NOT NULL
      LIMIT 3000
  )
LIMIT 3000;

-- name: PhonesOf :many
-- The phones of some cards, the surest of each first.
SELECT id, patient_id, value_sealed
FROM patient_contact
WHERE patient_id = ANY (sqlc.arg(ids)::uuid[]) AND kind = 'phone'
ORDER BY patient_id, verified_at DESC NULLS LAST, created_at DESC, id
LIMIT 500;
