-- name: ConsentTexts :many
-- The newest text of each purpose and language.
SELECT DISTINCT ON (purpose, lang) * FROM consent_text ORDER BY purpose, lang, version DESC;

-- name: ConsentTextAdd :one
-- A text of a version stands for good: the same version with other words is refused by its hash.
INSERT INTO consent_text (id, purpose, lang, version, body, sha256)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (purpose, lang, version) DO UPDATE SET sha256 = consent_text.sha256
RETURNING sha256;

-- name: ConsentEventAdd :exec
INSERT INTO consent_event (id, conversation_id, patient_id, text_id, action, channel, message_id, actor_kind, actor_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: ConsentStanding :many
-- The last word of a chat on each purpose.
SELECT DISTINCT ON (t.purpose) t.purpose, e.action
FROM consent_event e
JOIN consent_text t ON t.id = e.text_id
WHERE e.conversation_id = $1
ORDER BY t.purpose, e.at DESC, e.id DESC;
