-- name: StaffOfSignOn :one
-- Who this is to the clinic's sign-on: by the provider's own word for them.
SELECT s.* FROM staff_oidc o JOIN staff s ON s.id = o.staff_id WHERE o.issuer = $1 AND o.subject = $2 AND s.active;

-- name: StaffSignOnAdd :many
-- Never takes a link away from somebody: no row where the sign-on, or the member, is linked already.
INSERT INTO staff_oidc (issuer, subject, staff_id, linked_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING staff_id;

-- name: StaffSignOn :one
SELECT linked_at FROM staff_oidc WHERE staff_id = $1 AND issuer = $2;

-- name: StaffSignOnRemove :many
DELETE FROM staff_oidc WHERE staff_id = $1 AND issuer = $2 RETURNING staff_id;
