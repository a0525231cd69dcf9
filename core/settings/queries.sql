-- name: SettingsAsk :one
INSERT INTO settings_request (id, kind, subject_id, branch_id, item, change, state, asked_by, at, due) VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7, $8, $9) RETURNING id;

-- name: SettingsRequest :one
SELECT * FROM settings_request WHERE id = $1;

-- name: SettingsRequests :many
-- What the actor may see, without some kinds: what is open, then the newest.
SELECT * FROM settings_request
WHERE kind <> ALL (coalesce(sqlc.narg(without)::text[], '{}'))
ORDER BY state = 'asked' DESC, at DESC, id
LIMIT 100;

-- name: SettingsDecide :one
-- Once; but what is approved and not due yet may be refused after all.
UPDATE settings_request SET state = sqlc.arg(state), decided_by = sqlc.arg(who)
WHERE id = sqlc.arg(id)
  AND (state = 'asked' OR (state = 'approved' AND sqlc.arg(state)::text = 'refused' AND due > sqlc.arg(now)::timestamptz))
RETURNING id;

-- name: SettingsWithdraw :one
-- By whoever asked, while nobody has decided.
UPDATE settings_request SET state = 'withdrawn' WHERE id = $1 AND state = 'asked' AND asked_by = sqlc.arg(who) RETURNING id;

-- name: SettingsApproved :many
-- What was decided, is due and is yet to be carried out. Two sweepers never take the same one.
SELECT * FROM settings_request
WHERE state = 'approved' AND (due IS NULL OR due <= sqlc.arg(now)::timestamptz)
ORDER BY coalesce(due, at), at
LIMIT 20
FOR UPDATE SKIP LOCKED;

-- name: SettingsDone :exec
UPDATE settings_request SET state = sqlc.arg(state), before = sqlc.narg(before), done_at = sqlc.arg(now)::timestamptz WHERE id = sqlc.arg(id);

-- name: SettingsProposals :many
-- Changes of prices and of the house, the newest first: of a subject, of an item of it, still open; the actor's policies say which.
SELECT r.* FROM settings_request r
WHERE r.kind IN ('price', 'house')
  AND (sqlc.narg(subject)::uuid IS NULL OR r.subject_id = sqlc.narg(subject))
  AND (sqlc.arg(item)::text = '' OR r.item = sqlc.arg(item) OR r.item LIKE sqlc.arg(item) || '/%')
  AND (NOT sqlc.arg(open)::boolean OR r.state IN ('asked', 'approved'))
ORDER BY r.at DESC, r.id
LIMIT sqlc.arg(rows) OFFSET sqlc.arg(past);

-- name: ServiceNow :one
SELECT * FROM service WHERE id = $1;

-- name: ServicePut :exec
-- The price has a way of its own; a new service begins with one.
INSERT INTO service (id, specialty, name_ru, name_en, kind, minutes, buffer_before, buffer_after, min_notice, code, article, price, active)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (id) DO UPDATE
SET specialty = excluded.specialty, name_ru = excluded.name_ru, name_en = excluded.name_en, kind = excluded.kind, minutes = excluded.minutes,
    buffer_before = excluded.buffer_before, buffer_after = excluded.buffer_after, min_notice = excluded.min_notice, code = excluded.code,
    article = excluded.article, active = excluded.active;

-- name: ServicePrice :one
UPDATE service SET price = $2 WHERE id = $1 RETURNING id;


-- name: StaffCalled :many
-- What those are called who asked and decided.
SELECT id, login FROM staff WHERE id = ANY (sqlc.arg(ids)::uuid[]) LIMIT 400;

-- name: OwnWord :one
SELECT forms FROM own_words WHERE key = $1 AND lang = $2;

-- name: OwnWordPut :exec
INSERT INTO own_words (key, lang, forms) VALUES ($1, $2, $3) ON CONFLICT (key, lang) DO UPDATE SET forms = excluded.forms;

-- name: OwnWordDrop :exec
DELETE FROM own_words WHERE key = $1 AND lang = $2;

-- name: BranchNow :one
SELECT * FROM branch WHERE id = $1;

-- name: BranchPut :exec
-- Reminders and quiet hours have a way of their own.
INSERT INTO branch (id, name_ru, name_en, city_ru, city_en, address_ru, address_en, hours_ru, hours_en, phone, tz, min_notice, horizon_days, cancel_cutoff, grid,
    position, active)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (id) DO UPDATE
SET name_ru = excluded.name_ru, name_en = excluded.name_en, city_ru = excluded.city_ru, city_en = excluded.city_en, address_ru = excluded.address_ru,
    address_en = excluded.address_en, hours_ru = excluded.hours_ru, hours_en = excluded.hours_en, phone = excluded.phone, tz = excluded.tz,
    min_notice = excluded.min_notice, horizon_days = excluded.horizon_days, cancel_cutoff = excluded.cancel_cutoff, grid = excluded.grid,
    position = excluded.position, active = excluded.active;

-- name: RoomNow :one
SELECT * FROM resource WHERE id = $1;

-- name: Rooms :many
-- A branch's rooms and devices, the closed ones last.
SELECT * FROM resource WHERE branch_id = $1 ORDER BY active DESC, kind DESC, position, name LIMIT 1000;

-- name: RoomPut :one
INSERT INTO resource (id, branch_id, kind, name, capacity, equipment, position, active)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO UPDATE
SET kind = excluded.kind, name = excluded.name, capacity = excluded.capacity, equipment = excluded.equipment, position = excluded.position,
    active = excluded.active
WHERE resource.branch_id = excluded.branch_id
RETURNING id;

-- name: SpecialtyNow :one
SELECT * FROM specialty WHERE code = $1;

-- name: SpecialtyPut :exec
INSERT INTO specialty (code, name_ru, name_en, position, active) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (code) DO UPDATE SET name_ru = excluded.name_ru, name_en = excluded.name_en, position = excluded.position, active = excluded.active;

-- name: DoctorNow :one
SELECT * FROM practitioner WHERE id = $1;

-- name: DoctorRoles :many
SELECT * FROM practitioner_role WHERE practitioner_id = $1 ORDER BY branch_id, specialty;

-- name: DoctorPerforms :many
SELECT * FROM practitioner_service WHERE practitioner_id = $1 ORDER BY service_id;

-- name: DoctorAccounts :many
SELECT login FROM staff WHERE practitioner_id = $1 AND active ORDER BY login LIMIT 20;

-- name: DoctorPut :exec
INSERT INTO practitioner (id, surname, given, patronymic, female, active) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE
SET surname = excluded.surname, given = excluded.given, patronymic = excluded.patronymic, female = excluded.female, active = excluded.active;

-- name: DoctorRolesSet :exec
-- Every speciality in every branch of a doctor's.
WITH wanted AS (
    SELECT b.id AS branch_id, s.code AS specialty FROM unnest(sqlc.arg(branches)::uuid[]) AS b (id), unnest(sqlc.arg(specialties)::text[]) AS s (code)
), gone AS (
    DELETE FROM practitioner_role r
    WHERE r.practitioner_id = sqlc.arg(doctor)::uuid
      AND NOT EXISTS (SELECT FROM wanted w WHERE w.branch_id = r.branch_id AND w.specialty = r.specialty)
)
INSERT INTO practitioner_role (practitioner_id, branch_id, specialty)
SELECT sqlc.arg(doctor)::uuid, w.branch_id, w.specialty FROM wanted w
ON CONFLICT DO NOTHING;

-- name: DoctorPerformsPut :exec
INSERT INTO practitioner_service (practitioner_id, service_id, minutes) VALUES ($1, $2, $3)
ON CONFLICT (practitioner_id, service_id) DO UPDATE SET minutes = excluded.minutes;

-- name: DoctorPerformsKeep :exec
-- Takes away what a doctor performs no more.
DELETE FROM practitioner_service WHERE practitioner_id = sqlc.arg(doctor) AND service_id <> ALL (sqlc.arg(services)::uuid[]);

-- name: SettingRemains :one
-- What hangs on a branch, a doctor, a room or a service from now on; each way by the index that there is for it.
SELECT (
    (SELECT count(*) FROM visit v WHERE v.branch_id = sqlc.arg(subject)::uuid AND v.starts_at >= sqlc.arg(now)::timestamptz AND v.active)
    + (SELECT count(*) FROM visit v WHERE v.practitioner_id = sqlc.arg(subject) AND v.starts_at >= sqlc.arg(now) AND v.active)
    + (SELECT count(*) FROM visit v
       WHERE EXISTS (SELECT FROM service s WHERE s.id = sqlc.arg(subject) UNION ALL SELECT FROM resource r WHERE r.id = sqlc.arg(subject))
         AND v.branch_id = ANY (ARRAY(SELECT b.id FROM branch b)) AND v.starts_at >= sqlc.arg(now) AND v.active
         AND (v.service_id = sqlc.arg(subject) OR v.room_id = sqlc.arg(subject)))
)::bigint AS visits, (
    SELECT count(*) FROM schedule_template t
    WHERE (t.valid_to IS NULL OR t.valid_to >= sqlc.arg(now)::date)
      AND (t.branch_id = sqlc.arg(subject) OR t.practitioner_id = sqlc.arg(subject) OR t.room_id = sqlc.arg(subject))
)::bigint AS rules;

-- name: BranchRhythm :exec
UPDATE branch SET reminders = $2, quiet_from = $3, quiet_to = $4, reminder_channels = $5 WHERE id = $1;

-- name: SpecialtyRhythm :exec
UPDATE specialty SET reminders = $2 WHERE code = $1;

-- name: ArticleNow :one
SELECT * FROM article WHERE slug = $1 AND lang = $2;

-- name: ArticlesAll :many
SELECT slug, lang, title, audience, active, updated_at FROM article ORDER BY slug, lang LIMIT 2000;

-- name: ArticleShow :exec
-- Published, or withdrawn with what it is found by.
WITH gone AS (
    DELETE FROM article_passage p USING article a WHERE NOT sqlc.arg(active)::boolean AND p.article_id = a.id AND a.slug = sqlc.arg(slug) AND a.lang = sqlc.arg(lang)
)
UPDATE article u SET active = sqlc.arg(active) WHERE u.slug = sqlc.arg(slug) AND u.lang = sqlc.arg(lang);
