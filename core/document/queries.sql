-- name: DocumentAdd :exec
INSERT INTO document (id, patient_id, branch_id, class, kind, label, mime, bytes, author_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: DocumentContentAdd :exec
INSERT INTO document_content (document_id, title_sealed, bytes_sealed) VALUES ($1, $2, $3);

-- name: Document :one
SELECT * FROM document WHERE id = $1;

-- name: DocumentContent :one
-- What stands on the paper.
SELECT * FROM document_content WHERE document_id = $1;

-- name: DocumentsOfPatient :many
-- A patient's papers, the newest first, with the titles of those that the actor may open.
SELECT d.*, c.title_sealed
FROM document d
LEFT JOIN document_content c ON c.document_id = d.id
WHERE d.patient_id = $1
ORDER BY d.created_at DESC, d.id DESC
LIMIT 200;
