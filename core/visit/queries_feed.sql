-- name: FeedRevoke :exec
UPDATE calendar_feed SET revoked_at = sqlc.arg(at)::timestamptz WHERE staff_id = sqlc.arg(staff) AND revoked_at IS NULL;

-- name: FeedAdd :exec
INSERT INTO calendar_feed (token_hash, practitioner_id, staff_id, at) VALUES ($1, $2, $3, $4);

-- name: FeedOf :many
-- Since when the acting doctor has an address.
SELECT at FROM calendar_feed WHERE staff_id = $1 AND revoked_at IS NULL;

-- name: FeedFind :one
-- Whose calendar an address leads to, while they work here.
SELECT f.practitioner_id
FROM calendar_feed f
JOIN staff s ON s.id = f.staff_id
WHERE f.token_hash = $1 AND f.revoked_at IS NULL AND s.active AND s.practitioner_id = f.practitioner_id;

-- name: FeedVisits :many
-- What a doctor's own calendar shows; the name only where the branch lets it be shown.
SELECT v.id, v.branch_id, v.starts_at, v.ends_at, v.status, v.version, v.created_at,
       (CASE WHEN b.feed_names THEN coalesce(p.surname || ' ' || p.given, '') ELSE '' END)::text AS name
FROM visit v
JOIN branch b ON b.id = v.branch_id
LEFT JOIN patient p ON p.id = v.patient_id
WHERE v.practitioner_id = sqlc.arg(practitioner) AND v.active AND v.status <> 'held'
  AND v.starts_at > sqlc.arg(from_at)::timestamptz AND v.starts_at < sqlc.arg(to_at)::timestamptz
ORDER BY v.starts_at, v.id
LIMIT 3000;
