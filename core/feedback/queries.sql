-- name: FeedbackAdd :exec
-- One word of a visit: its id follows from the visit's, for whoever gives it may not read it again. The words come in a second message, and
-- the score stands by then.
INSERT INTO feedback (id, visit_id, patient_id, branch_id, practitioner_id, score, sentiment, status, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'new', $8);

-- name: FeedbackTextAdd :exec
INSERT INTO feedback_text (id, feedback_id, patient_id, branch_id, side, text_sealed, at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: Feedback :one
SELECT * FROM feedback WHERE id = $1;

-- name: Feedbacks :many
-- The newest that the actor may see.
SELECT * FROM feedback ORDER BY created_at DESC, id LIMIT 100;

-- name: FeedbacksOf :many
-- What a patient has said, the newest first.
SELECT * FROM feedback WHERE patient_id = $1 ORDER BY created_at DESC, id LIMIT 100;

-- name: FeedbackTexts :many
SELECT * FROM feedback_text WHERE feedback_id = ANY (sqlc.arg(ids)::uuid[]) ORDER BY at, id LIMIT 1000;

-- name: FeedbackStatus :one
UPDATE feedback SET status = sqlc.arg(status), closed_at = sqlc.narg(closed_at) WHERE id = sqlc.arg(id) RETURNING id;
