-- name: Aggregates :many
-- Counts for those who see no rows, never of fewer than ten people.
SELECT coalesce(a.branch_id::uuid, '00000000-0000-0000-0000-000000000000')::uuid AS branch_id, a.key::text AS key, a.n::bigint AS n, coalesce(a.total::bigint, 0)::bigint AS total
FROM aggregates(sqlc.arg(class)::text, sqlc.arg(from_at)::timestamptz, sqlc.arg(to_at)::timestamptz) a;
