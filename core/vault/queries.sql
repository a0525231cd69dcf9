-- name: VaultLock :exec
-- Whoever admits or changes keys does it alone.
SELECT pg_advisory_xact_lock(hashtextextended('zapis vault', 0));

-- name: VaultKeys :many
-- Every key that ever sealed something here.
SELECT key_id, purpose, proof, made_at, promoted_at, retired_at FROM vault_key ORDER BY made_at, key_id;

-- name: VaultKeyAdmit :exec
INSERT INTO vault_key (key_id, purpose, proof) VALUES ($1, $2, $3);

-- name: VaultKeyPromote :exec
UPDATE vault_key SET promoted_at = now() WHERE key_id = $1 AND promoted_at IS NULL;

-- name: VaultKeyRetire :exec
UPDATE vault_key SET retired_at = now() WHERE key_id = $1 AND retired_at IS NULL;

-- name: VaultReplicaSeen :exec
-- A program says which keys it has. Rows of programs that are long gone go too.
WITH gone AS (
    DELETE FROM vault_replica WHERE seen_at < clock_timestamp() - interval '1 hour'
)
INSERT INTO vault_replica (id, revision, keys, data_primary, index_primary, trouble, seen_at)
VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
ON CONFLICT (id) DO UPDATE
SET revision = excluded.revision, keys = excluded.keys, data_primary = excluded.data_primary, index_primary = excluded.index_primary,
    trouble = excluded.trouble, seen_at = excluded.seen_at;

-- name: VaultReplicaLeft :exec
DELETE FROM vault_replica WHERE id = $1;

-- name: VaultReplicas :many
-- The programs that run, by the database's clock; ahead says that this clock was set back since.
SELECT id, revision, keys, data_primary, index_primary, trouble, seen_at, (seen_at > clock_timestamp() + interval '5 seconds')::boolean AS ahead
FROM vault_replica
WHERE seen_at > clock_timestamp() - interval '30 seconds'
ORDER BY id
LIMIT 1000;

-- name: VaultWalkBegin :exec
-- A walk towards the same keys that is under way goes on where it is.
INSERT INTO vault_walk (table_name, column_name, data_key, index_key, at, began_at)
VALUES ($1, $2, $3, $4, '00000000-0000-0000-0000-000000000000', $5)
ON CONFLICT (table_name, column_name) DO UPDATE
SET data_key = excluded.data_key, index_key = excluded.index_key, at = excluded.at, began_at = excluded.began_at,
    seen = 0, changed = 0, broken = 0, done_at = NULL
WHERE vault_walk.done_at IS NOT NULL OR (vault_walk.data_key, vault_walk.index_key) <> (excluded.data_key, excluded.index_key);

-- name: VaultWalkNext :one
-- A walk that nobody else is at, for a program with these keys.
SELECT table_name, column_name, at
FROM vault_walk
WHERE done_at IS NULL AND data_key = $1 AND index_key = $2
ORDER BY table_name, column_name
LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: VaultWalkStep :exec
UPDATE vault_walk
SET at = $3, seen = seen + sqlc.arg(seen), changed = changed + sqlc.arg(changed), broken = broken + sqlc.arg(broken), done_at = sqlc.narg(done_at)
WHERE table_name = $1 AND column_name = $2;

-- name: VaultWalks :many
SELECT * FROM vault_walk ORDER BY table_name, column_name;
