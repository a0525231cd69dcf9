-- name: InvoiceAdd :exec
INSERT INTO invoice (id, patient_id, visit_id, branch_id, total, currency, state, made_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, 'issued', $7, $8);

-- name: Invoice :one
-- One invoice with what was paid on it and given back.
SELECT i.*,
       coalesce((SELECT sum(p.amount) FROM payment p WHERE p.invoice_id = i.id AND p.state = 'done' AND p.kind = 'charge'), 0)::bigint AS paid,
       coalesce((SELECT sum(p.amount) FROM payment p WHERE p.invoice_id = i.id AND p.state = 'done' AND p.kind = 'refund'), 0)::bigint AS refunded
FROM invoice i
WHERE i.id = $1;

-- name: Invoices :many
-- The newest that the actor may see: of a patient, of a visit, or all.
SELECT i.*,
       coalesce((SELECT sum(p.amount) FROM payment p WHERE p.invoice_id = i.id AND p.state = 'done' AND p.kind = 'charge'), 0)::bigint AS paid,
       coalesce((SELECT sum(p.amount) FROM payment p WHERE p.invoice_id = i.id AND p.state = 'done' AND p.kind = 'refund'), 0)::bigint AS refunded
FROM invoice i
WHERE (sqlc.narg(patient)::uuid IS NULL OR i.patient_id = sqlc.narg(patient)::uuid)
  AND (sqlc.narg(visit)::uuid IS NULL OR i.visit_id = sqlc.narg(visit)::uuid)
ORDER BY i.created_at DESC, i.id
LIMIT 100;

-- name: InvoiceVoid :one
-- Money on it keeps it: the trigger refuses.
UPDATE invoice SET state = 'void' WHERE id = $1 AND state <> 'void' RETURNING id;

-- name: PaymentAdd :exec
INSERT INTO payment (id, invoice_id, patient_id, branch_id, kind, method, amount, medical, state, asked_by, key, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: Payment :one
SELECT * FROM payment WHERE id = $1;

-- name: PaymentByKey :one
-- A request that came before.
SELECT * FROM payment WHERE key = $1;

-- name: PaymentsOf :many
SELECT * FROM payment WHERE invoice_id = ANY (sqlc.arg(invoices)::uuid[]) ORDER BY at, id LIMIT 1000;

-- name: PaymentApprove :one
-- A refund that somebody else asked for.
UPDATE payment SET state = 'done', approved_by = sqlc.arg(who) WHERE id = sqlc.arg(id) AND kind = 'refund' AND state = 'requested' RETURNING id;

-- name: PaymentVoid :one
-- What was asked for and not done.
UPDATE payment SET state = 'void' WHERE id = $1 AND state = 'requested' RETURNING id;

-- name: PaymentEventAdd :exec
-- What a payment service says; said twice, it is kept once.
INSERT INTO payment_event (id, invoice_id, service, external, status, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING;

-- name: VisitPaid :one
-- For the doctor whose visit it is; no for everybody else.
SELECT coalesce(visit_paid(sqlc.arg(visit)::uuid), false)::boolean;

-- name: RefundLimit :one
SELECT refund_limit FROM money_rule;

-- name: RefundLimitSet :exec
UPDATE money_rule SET refund_limit = $1;
