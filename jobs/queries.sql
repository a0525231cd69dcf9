-- name: OrderAdd :exec
-- What a member of staff told the worker to do.
INSERT INTO act_order (id, staff_id, fields_sealed, at) VALUES ($1, $2, $3, $4);

-- name: OrderTake :one
-- It goes with the act, so that it is done once.
DELETE FROM act_order WHERE id = $1 RETURNING fields_sealed;

-- name: OrdersPrune :exec
-- Orders whose job is gone: refused, or never queued.
DELETE FROM act_order WHERE at < $1;
