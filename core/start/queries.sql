-- name: StartFacts :one
-- What a clinic has of what it needs before the first visit is booked; each is one probe.
SELECT
    EXISTS (SELECT FROM staff s WHERE s.active AND s.password_hash IS NOT NULL AND (s.role = 'admin' OR 'admin' = ANY (s.roles))) AS asks,
    EXISTS (
        SELECT FROM staff s
        WHERE s.active AND s.password_hash IS NOT NULL AND (s.role IN ('head', 'director') OR s.roles && ARRAY['head', 'director'])
          AND EXISTS (
              SELECT FROM staff o
              WHERE o.id <> s.id AND o.active AND o.password_hash IS NOT NULL AND (o.role = 'admin' OR 'admin' = ANY (o.roles))
          )
    ) AS decides,
    EXISTS (SELECT FROM branch b WHERE b.active) AS branch,
    EXISTS (SELECT FROM branch b WHERE b.active AND b.hours_ru <> '') AS opens,
    EXISTS (SELECT FROM specialty s WHERE s.active) AS specialty,
    EXISTS (SELECT FROM service s JOIN specialty x ON x.code = s.specialty WHERE s.active AND x.active AND s.price > 0) AS service,
    EXISTS (
        SELECT FROM practitioner p JOIN practitioner_service d ON d.practitioner_id = p.id JOIN service s ON s.id = d.service_id
        WHERE p.active AND s.active
    ) AS doctor,
    EXISTS (
        SELECT FROM schedule_template t JOIN practitioner p ON p.id = t.practitioner_id
        WHERE p.active AND (t.valid_to IS NULL OR t.valid_to >= sqlc.arg(today)::date)
    ) AS hours,
    EXISTS (SELECT FROM consent_text t WHERE t.purpose = 'processing') AS consent,
    EXISTS (SELECT FROM messenger m WHERE m.token_sealed IS NOT NULL) AS bot,
    EXISTS (SELECT FROM conversation c WHERE c.channel <> 'talk') AS heard,
    EXISTS (SELECT FROM visit v WHERE v.status <> 'held') AS visit;

-- name: StartProposed :many
-- Which parts of the house somebody has proposed and nobody decided, or nobody carried out.
SELECT DISTINCT k.part::text AS part
FROM settings_request r, jsonb_object_keys(r.change) AS k (part)
WHERE r.kind IN ('house', 'schedule') AND r.state IN ('asked', 'approved')
LIMIT 40;
