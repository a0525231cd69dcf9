-- name: TokenAdd :exec
INSERT INTO api_token (id, name, hash, scope, created_at, expires_at, key_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: TokenByHash :one
-- Whoever shows it; revoked and expired ones are found too, and refused alike.
SELECT * FROM api_token WHERE hash = $1;

-- name: Tokens :many
SELECT * FROM api_token ORDER BY name LIMIT 500;

-- name: TokenRevoke :one
UPDATE api_token SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL RETURNING id;
