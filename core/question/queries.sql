-- name: QuestionAdd :exec
INSERT INTO question (id, conversation_id, branch_id, lang, why, text_sealed, flow, slot, nearest, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: Questions :many
-- Those of a state that the actor may see, the newest first.
SELECT * FROM question WHERE state = $1 ORDER BY at DESC, id LIMIT 100;

-- name: Question :one
SELECT * FROM question WHERE id = $1;

-- name: QuestionSettle :one
-- One person's ruling: whoever comes second finds nothing open.
UPDATE question
SET state = sqlc.arg(state), right_flow = sqlc.arg(right_flow), right_article = sqlc.arg(right_article), settled_by = sqlc.arg(settled_by),
    settled_at = sqlc.arg(settled_at)
WHERE id = sqlc.arg(id) AND state = 'open'
RETURNING id;

-- name: QuestionsSettled :many
-- What was ruled upon, for the evaluation.
SELECT * FROM question WHERE state = 'settled' AND (settled_at, id) > (sqlc.arg(after_at)::timestamptz, sqlc.arg(after_id)::uuid)
ORDER BY settled_at, id
LIMIT 500;
