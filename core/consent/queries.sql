-- name: ConsentTexts :many
-- The newest text of each purpose and language.
SELECT DISTINCT ON (purpose, lang) * FROM consent_text ORDER BY purpose, lang, version DESC;

-- name: ConsentTextAdd :one
-- A text of a version stands for good: the same version with other words is refused by its hash.
WITH fresh AS (
    INSERT INTO consent_text (id, purpose, lang, version, body, sha256)
    VALUES (sqlc.arg(id), sqlc.arg(purpose), sqlc.arg(lang), sqlc.arg(version), sqlc.arg(body), sqlc.arg(sha256))
    ON CONFLICT (purpose, lang, version) DO NOTHING
    RETURNING consent_text.sha256
)
SELECT sha256 FROM fresh
UNION ALL
SELECT t.sha256 FROM consent_text t WHERE t.purpose = sqlc.arg(purpose) AND t.lang = sqlc.arg(lang) AND t.version = sqlc.arg(version);

-- name: ConsentEventAdd :exec
INSERT INTO consent_event (id, conversation_id, patient_id, text_id, action, channel, message_id, actor_kind, actor_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: ConsentStanding :many
-- The last word of a chat on each purpose, or of the person in it on paper, with the words it was about.
SELECT DISTINCT ON (t.purpose) t.purpose, e.action, e.at, e.channel, t.id AS text_id, t.lang, t.version, t.body
FROM (
    SELECT c.id, c.text_id, c.action, c.at, c.channel FROM consent_event c WHERE c.conversation_id = sqlc.arg(chat)::uuid
    UNION ALL
    SELECT c.id, c.text_id, c.action, c.at, c.channel
    FROM patient_link l
    JOIN consent_event c ON c.patient_id = l.patient_id
    WHERE l.conversation_id = sqlc.arg(chat)::uuid AND l.relation = 'self' AND c.conversation_id IS NULL
) e
JOIN consent_text t ON t.id = e.text_id
ORDER BY t.purpose, e.at DESC, e.id DESC;

-- name: ConsentsOfPatient :many
-- Everything that a person has said, for the desk: in their own chats and on paper, the newest first.
SELECT e.id, t.purpose, t.lang, t.version, e.action, e.at, e.channel, coalesce(e.message_id, '')::text AS message_id, e.actor_kind, e.actor_id
FROM (
    SELECT c.* FROM consent_event c WHERE c.patient_id = sqlc.arg(patient)::uuid
    UNION
    SELECT c.* FROM patient_link l JOIN consent_event c ON c.conversation_id = l.conversation_id
    WHERE l.patient_id = sqlc.arg(patient)::uuid AND l.relation = 'self'
) e
JOIN consent_text t ON t.id = e.text_id
ORDER BY e.at DESC, e.id DESC
LIMIT 200;
