-- name: ClinicVersion :one
-- Asked every few seconds by each replica: has the clinic's data changed?
SELECT version FROM clinic_version;

-- name: ClinicTouch :exec
UPDATE clinic_version SET version = version + 1;

-- name: Branches :many
-- Closed ones too: visits of theirs are still spoken of.
SELECT * FROM branch ORDER BY position, name_ru;

-- name: Specialties :many
SELECT * FROM specialty ORDER BY position, code;

-- name: Services :many
SELECT * FROM service ORDER BY specialty, position, name_ru;

-- name: Practitioners :many
SELECT * FROM practitioner ORDER BY surname, given;

-- name: PractitionerRoles :many
SELECT * FROM practitioner_role ORDER BY practitioner_id, branch_id, specialty;

-- name: PractitionerServices :many
SELECT * FROM practitioner_service ORDER BY practitioner_id, service_id;

-- name: Articles :many
SELECT * FROM article WHERE audience = 'patients' AND active ORDER BY slug, lang;

-- name: EntryLinks :many
SELECT * FROM entry_link ORDER BY token LIMIT 10000;

-- name: EntryLinkAdd :exec
INSERT INTO entry_link (token, kind, target) VALUES ($1, $2, $3);
-- name: OwnWords :many
-- What the clinic says in words of its own.
SELECT * FROM own_words ORDER BY key, lang LIMIT 5000;
