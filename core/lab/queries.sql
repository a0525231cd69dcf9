-- name: LabReportAdd :exec
-- An order of a doctor's, or a sample that was taken on a doctor's word.
INSERT INTO lab_report (id, patient_id, visit_id, branch_id, ordered_by, kind, label, status, sampled_by, sampled_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'registered', $8, $9, $10);

-- name: LabSample :one
-- Whether the sample was this nurse's to take.
SELECT take_sample(sqlc.arg(id)::uuid, sqlc.arg(at)::timestamptz)::boolean AS taken;

-- name: LabReceive :one
-- Whose the answer is; nobody's where the two identifiers do not meet.
SELECT coalesce(receive_report(sqlc.arg(id)::uuid, sqlc.arg(born)::date, sqlc.arg(status)::text, sqlc.arg(at)::timestamptz), '00000000-0000-0000-0000-000000000000')::uuid AS patient;

-- name: LabValueAdd :exec
INSERT INTO lab_value (id, report_id, patient_id, code, value_sealed, at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: LabReport :one
SELECT * FROM lab_report WHERE id = $1;

-- name: LabReportsOfPatient :many
-- What was ordered for a patient and what has come of it, the newest first.
SELECT * FROM lab_report WHERE patient_id = $1 ORDER BY created_at DESC, id DESC LIMIT 200;

-- name: LabValues :many
SELECT * FROM lab_value WHERE report_id = $1 ORDER BY at, id LIMIT 500;

-- name: LabRelease :one
-- A doctor lets the patient see it.
UPDATE lab_report SET released_at = sqlc.arg(at), released_by = sqlc.arg(by)
WHERE id = sqlc.arg(id) AND released_at IS NULL AND status IN ('final', 'corrected')
RETURNING id;

-- name: LabReleaseDue :many
-- The rule lets the patient see what is routine, bears no label and has lain for its time.
UPDATE lab_report SET released_at = sqlc.arg(now)
WHERE id IN (
    SELECT r.id FROM lab_report r
    WHERE r.released_at IS NULL AND r.kind = 'routine' AND r.label IS NULL AND r.status IN ('final', 'corrected') AND r.received_at <= sqlc.arg(before)
    ORDER BY r.received_at
    LIMIT 200
    FOR UPDATE SKIP LOCKED)
RETURNING id, patient_id;
