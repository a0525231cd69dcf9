-- name: IntakeAdd :exec
INSERT INTO intake (id, kind, staff_id, columns, lines, at, changed_at) VALUES (sqlc.arg(id), sqlc.arg(kind), sqlc.arg(staff_id), sqlc.arg(columns), sqlc.arg(lines), sqlc.arg(at), sqlc.arg(at));

-- name: IntakeContentAdd :exec
INSERT INTO intake_content (intake_id, name_sealed, bytes_sealed) VALUES ($1, $2, $3);

-- name: Intake :one
SELECT * FROM intake WHERE id = $1;

-- name: IntakeLock :one
SELECT * FROM intake WHERE id = $1 FOR UPDATE;

-- name: Intakes :many
-- The newest that the actor may see.
SELECT i.*, coalesce(c.name_sealed, '')::bytea AS name_sealed
FROM intake i
LEFT JOIN intake_content c ON c.intake_id = i.id
WHERE i.state <> 'dropped'
ORDER BY i.at DESC, i.id
LIMIT 30;

-- name: IntakeContent :one
SELECT name_sealed, bytes_sealed FROM intake_content WHERE intake_id = $1;

-- name: IntakePlanned :exec
UPDATE intake SET columns = sqlc.arg(columns), fill = sqlc.arg(fill), paper = sqlc.arg(paper), state = 'planned', changed_at = sqlc.arg(now), version = version + 1
WHERE id = sqlc.arg(id);

-- name: IntakeTurn :one
-- One state after another: whoever comes too late finds nothing to turn.
UPDATE intake SET state = sqlc.arg(state), why = sqlc.narg(why), decided_by = coalesce(sqlc.narg(decided_by), decided_by), changed_at = sqlc.arg(now), version = version + 1
WHERE id = sqlc.arg(id) AND state = sqlc.arg(was)
RETURNING id;

-- name: IntakeRowsForget :exec
DELETE FROM intake_row WHERE intake_id = $1;

-- name: IntakeRowsAdd :exec
INSERT INTO intake_row (id, intake_id, line, state, why, subject_id)
SELECT u.id, sqlc.arg(intake_id), u.line, u.state, coalesce(string_to_array(nullif(u.why, ''), '|'), '{}'), nullif(u.subject, '00000000-0000-0000-0000-000000000000')
FROM (SELECT unnest(sqlc.arg(ids)::uuid[]) AS id, unnest(sqlc.arg(line_numbers)::integer[]) AS line, unnest(sqlc.arg(states)::text[]) AS state,
             unnest(sqlc.arg(whys)::text[]) AS why, unnest(sqlc.arg(subjects)::uuid[]) AS subject) u;

-- name: IntakeCounts :many
SELECT state, count(*) AS n FROM intake_row WHERE intake_id = $1 GROUP BY state;

-- name: IntakeLines :many
-- A page of an import's lines, of one state or of all.
SELECT * FROM intake_row WHERE intake_id = sqlc.arg(intake_id) AND (sqlc.arg(state)::text = '' OR state = sqlc.arg(state))
ORDER BY line
LIMIT sqlc.arg(rows) OFFSET sqlc.arg(past);

-- name: IntakeBatch :many
-- The next lines to be done, or taken back, the last first: what a line made may be needed by a later one.
SELECT * FROM intake_row WHERE intake_id = sqlc.arg(intake_id) AND state = ANY (sqlc.arg(states)::text[])
ORDER BY CASE WHEN sqlc.arg(backwards)::boolean THEN -line ELSE line END
LIMIT sqlc.arg(rows)
FOR UPDATE;

-- name: IntakeRowDone :exec
UPDATE intake_row SET state = $2, why = $3, subject_id = $4, before_sealed = $5 WHERE id = $1;

-- name: IntakesWorking :many
SELECT id, kind, staff_id, decided_by, state FROM intake WHERE state IN ('applying', 'undoing') ORDER BY changed_at LIMIT 20;

-- name: IntakeOne :one
-- One batch of one import at a time, in all replicas: two would make the same patient twice.
SELECT pg_try_advisory_xact_lock(hashtext('intake'))::boolean AS mine;

-- name: IntakeExpire :exec
-- Files of which the retention is over go, and what they were kept for.
WITH old AS (
    SELECT i.id FROM intake i WHERE i.changed_at < sqlc.arg(now)::timestamptz - (SELECT days * interval '1 day' FROM retention WHERE class = 'intake')
), gone AS (
    DELETE FROM intake_content c USING old WHERE c.intake_id = old.id
), emptied AS (
    UPDATE intake_row r SET before_sealed = NULL FROM old WHERE r.intake_id = old.id AND r.before_sealed IS NOT NULL
)
UPDATE intake i SET state = 'dropped' FROM old WHERE i.id = old.id AND i.state IN ('brought', 'planned', 'asked');

-- name: IntakeDrop :exec
DELETE FROM intake_content WHERE intake_id = $1;

-- name: PatientsByPhones :many
-- Whose phones these are, as far as the actor may see them.
SELECT p.id, p.surname, p.given, p.birth_date, k.value_index
FROM patient_contact k
JOIN patient p ON p.id = k.patient_id
WHERE k.value_index = ANY (sqlc.arg(indexes)::bytea[]) AND k.kind = 'phone' AND p.merged_into IS NULL
LIMIT 20000;

-- name: PatientsByNames :many
-- Who is called so and was born then, as far as the actor may see them.
SELECT p.id, p.name_key, p.birth_date FROM patient p
WHERE p.name_key = ANY (sqlc.arg(names)::text[]) AND p.birth_date IS NOT NULL AND p.merged_into IS NULL
LIMIT 20000;

-- name: ImportedCardUndo :one
SELECT undo_imported_card(sqlc.arg(id)::uuid)::jsonb AS held;

-- name: ImportedSettingUndo :one
SELECT undo_imported_setting(sqlc.arg(id)::uuid)::boolean AS gone;
