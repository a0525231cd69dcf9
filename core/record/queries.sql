-- name: RecordAdd :exec
-- A draft, a correction of a signed record (replaces), or vital signs.
INSERT INTO record (id, patient_id, visit_id, branch_id, author_id, kind, label, body_sealed, replaces, version, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: Record :one
-- One record with whether a signed one has taken its place.
SELECT r.*, EXISTS (SELECT FROM record n WHERE n.replaces = r.id AND n.state = 'signed') AS replaced
FROM record r
WHERE r.id = $1;

-- name: RecordsOfPatient :many
-- What is written of a patient, the newest first.
SELECT r.id, r.patient_id, r.visit_id, r.branch_id, r.author_id, r.kind, r.label, r.state, r.replaces, r.signed_at, r.created_at, r.version,
       EXISTS (SELECT FROM record n WHERE n.replaces = r.id AND n.state = 'signed') AS replaced
FROM record r
WHERE r.patient_id = $1
ORDER BY r.created_at DESC, r.id DESC
LIMIT 200;

-- name: RecordEdit :one
-- A draft's new text. Its author's, while it is a draft.
UPDATE record SET body_sealed = $2, label = $3 WHERE id = $1 AND state = 'draft' RETURNING id;

-- name: RecordSign :one
-- A draft becomes what it says.
UPDATE record SET state = 'signed', sha256 = sqlc.arg(sum), signed_at = sqlc.arg(at), signed_by = sqlc.arg(by)
WHERE id = sqlc.arg(id) AND state = 'draft'
RETURNING id;

-- name: RecordReviewAdd :exec
INSERT INTO record_review (id, record_id, patient_id, by_id, verdict, note_sealed, at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: RecordReviews :many
-- What the head said of a record.
SELECT * FROM record_review WHERE record_id = $1 ORDER BY at, id LIMIT 50;

-- name: VisitForRecord :one
-- Where a patient's visit was, or their last one, if the actor may see it.
SELECT branch_id FROM visit
WHERE patient_id = sqlc.arg(patient)::uuid AND (id = sqlc.narg(id)::uuid OR sqlc.narg(id)::uuid IS NULL) AND active
ORDER BY starts_at DESC
LIMIT 1;

-- name: CareAdd :exec
-- A referral puts a patient into another doctor's care.
INSERT INTO care_team (id, patient_id, practitioner_id, kind, since, until, made_by) VALUES ($1, $2, $3, 'referral', $4, $5, $6);

-- name: PrescriptionAdd :exec
INSERT INTO prescription (id, patient_id, visit_id, record_id, author_id, label, body_sealed, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: Prescription :one
SELECT * FROM prescription WHERE id = $1;

-- name: PrescriptionsOfPatient :many
-- What is prescribed to a patient, the newest first.
SELECT id, patient_id, visit_id, record_id, author_id, label, state, signed_at, voided_at, created_at
FROM prescription
WHERE patient_id = $1
ORDER BY created_at DESC, id DESC
LIMIT 200;

-- name: PrescriptionSign :one
UPDATE prescription SET state = 'signed', signed_at = sqlc.arg(at) WHERE id = sqlc.arg(id) AND state = 'draft' RETURNING id;

-- name: PrescriptionVoid :one
UPDATE prescription SET state = 'void', voided_at = sqlc.arg(at), voided_by = sqlc.arg(by) WHERE id = sqlc.arg(id) AND state <> 'void' RETURNING id;

-- name: PrescriptionMarkAdd :exec
INSERT INTO prescription_mark (id, prescription_id, patient_id, staff_id, at) VALUES ($1, $2, $3, $4, $5);

-- name: PrescriptionMarks :many
-- When a prescription was carried out.
SELECT * FROM prescription_mark WHERE prescription_id = $1 ORDER BY at, id LIMIT 200;
