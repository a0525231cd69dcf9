-- name: FactsAbout :one
-- What holds between whoever acts and a patient. A patient whom nobody knows gets the same answer as one who is nobody's business.
SELECT f.own::boolean AS own, f.verified::boolean AS verified, f.care::boolean AS care, f.glass::boolean AS glass, f.ticket::boolean AS ticket, f.branch::boolean AS branch, f.consent::boolean AS consent, f.payer::boolean AS payer
FROM facts_about(sqlc.arg(patient)::uuid) f;

-- name: FactsAboutAll :many
-- The same of some patients at once.
SELECT p.id::uuid AS id, f.own::boolean AS own, f.verified::boolean AS verified, f.care::boolean AS care, f.glass::boolean AS glass, f.ticket::boolean AS ticket, f.branch::boolean AS branch, f.consent::boolean AS consent, f.payer::boolean AS payer
FROM unnest(sqlc.arg(patients)::uuid[]) AS p (id), facts_about(p.id) f;
