-- name: CampaignAdd :exec
INSERT INTO campaign (id, name, text, claims, segment, state, author, created_at) VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7);

-- name: Campaign :one
SELECT * FROM campaign WHERE id = $1;

-- name: Campaigns :many
SELECT * FROM campaign ORDER BY created_at DESC, id LIMIT 100;

-- name: CampaignEdit :one
-- A draft; whoever approved an earlier text has not approved this one.
UPDATE campaign SET name = $2, text = $3, claims = $4, segment = $5 WHERE id = $1 AND state = 'draft' RETURNING id;

-- name: CampaignApprove :one
UPDATE campaign SET state = 'approved', approver = sqlc.arg(who)::uuid WHERE id = sqlc.arg(id) AND state = 'draft' RETURNING id;

-- name: CampaignState :one
-- Start and stop.
UPDATE campaign SET state = sqlc.arg(state) WHERE id = sqlc.arg(id) AND state = ANY (sqlc.arg(was)::text[]) RETURNING id;

-- name: CampaignsSending :many
-- Two sweepers never take the same one.
SELECT * FROM campaign WHERE state = 'sending' ORDER BY created_at LIMIT 10 FOR UPDATE SKIP LOCKED;

-- name: CampaignFill :exec
-- Whom a campaign goes to: patients whose consent to advertising stands, who were last at the clinic in the segment's branch, for its
-- speciality, so many days ago. Whoever consents later is not added.
INSERT INTO campaign_recipient (campaign_id, patient_id, at)
SELECT sqlc.arg(campaign), p.id, sqlc.arg(now)::timestamptz
FROM patient p
WHERE p.advertising_at IS NOT NULL AND p.deceased_at IS NULL AND p.merged_into IS NULL
  AND (sqlc.narg(branch)::uuid IS NULL OR sqlc.narg(branch)::uuid = ANY (p.branches))
  AND (sqlc.arg(specialty)::text = '' AND sqlc.arg(quiet_days)::integer = 0 OR EXISTS (
      SELECT FROM visit v WHERE v.patient_id = p.id AND v.status = 'done' AND (sqlc.arg(specialty)::text = '' OR v.specialty = sqlc.arg(specialty)::text)))
  AND (sqlc.arg(quiet_days)::integer = 0 OR NOT EXISTS (
      SELECT FROM visit v WHERE v.patient_id = p.id AND v.active AND v.starts_at > sqlc.arg(now)::timestamptz - make_interval(days => sqlc.arg(quiet_days)::integer)))
ORDER BY p.id
ON CONFLICT DO NOTHING;

-- name: CampaignDue :many
-- The next to be told, with all that decides whether and where. recent is what they were told of late, by all campaigns and the waiting list.
SELECT r.patient_id, p.deceased_at, p.advertising_at, p.branches, c.id AS conversation_id, c.channel, c.lang,
       coalesce(c.muted && ARRAY['advertising', 'processing'], false)::boolean AS muted,
       ((SELECT count(*) FROM campaign_recipient o WHERE o.patient_id = r.patient_id AND o.state = 'queued' AND o.at > sqlc.arg(since)::timestamptz)
        + (SELECT count(*) FROM waitlist_offer f JOIN waitlist w ON w.id = f.waitlist_id WHERE w.patient_id = r.patient_id AND f.at > sqlc.arg(since)::timestamptz))::bigint AS recent
FROM campaign_recipient r
JOIN patient p ON p.id = r.patient_id
LEFT JOIN LATERAL (
    SELECT k.id
    FROM patient_link l
    JOIN conversation k ON k.id = l.conversation_id
    WHERE l.patient_id = r.patient_id AND l.relation = 'self' AND k.blocked_at IS NULL
      AND EXISTS (SELECT FROM channel_policy x WHERE x.channel = k.channel AND x.class = 'campaigns' AND x.rule = 'allow')
    ORDER BY k.last_inbound_at DESC NULLS LAST
    LIMIT 1
) l ON true
LEFT JOIN conversation c ON c.id = l.id
WHERE r.campaign_id = sqlc.arg(campaign) AND r.state = 'due' AND r.at <= sqlc.arg(now)::timestamptz
ORDER BY r.patient_id
LIMIT sqlc.arg(rows)::integer
FOR UPDATE OF r SKIP LOCKED;

-- name: CampaignSettle :exec
UPDATE campaign_recipient
SET state = sqlc.arg(state), why = sqlc.narg(why), message_id = sqlc.narg(message_id), at = sqlc.arg(at)
WHERE campaign_id = sqlc.arg(campaign) AND patient_id = sqlc.arg(patient);

-- name: CampaignCount :one
-- What has become of a campaign so far; it is done once nobody is due.
WITH n AS (
    SELECT count(*) AS all_of_them, count(*) FILTER (WHERE r.state = 'due') AS due,
           count(*) FILTER (WHERE o.state = 'sent') AS sent, count(*) FILTER (WHERE o.state IN ('failed', 'unknown', 'expired')) AS failed,
           count(*) FILTER (WHERE r.why = 'consent_withdrawn' OR o.error = 'consent_withdrawn') AS out,
           count(*) FILTER (WHERE o.state IN ('queued', 'sending')) AS moving,
           count(*) FILTER (WHERE o.state = 'sent' AND EXISTS (
               SELECT FROM visit v WHERE v.patient_id = r.patient_id AND v.status <> 'held' AND v.created_at > r.at AND v.created_at < r.at + interval '14 days')) AS booked
    FROM campaign_recipient r
    LEFT JOIN outbox o ON o.id = r.message_id AND o.created_at = r.at
    WHERE r.campaign_id = sqlc.arg(id)
)
UPDATE campaign c
SET recipients = n.all_of_them, sent = n.sent, failed = n.failed, opted_out = n.out, booked = n.booked,
    state = CASE WHEN c.state = 'sending' AND n.due = 0 AND n.moving = 0 THEN 'done' ELSE c.state END
FROM n
WHERE c.id = sqlc.arg(id)
RETURNING c.state;

-- name: CampaignRecall :exec
-- What waits is not sent any more where its campaign was stopped, or its person has taken their consent back: looked at again until it goes.
UPDATE outbox o
SET state = 'cancelled', error = CASE WHEN x.stopped THEN 'stopped' ELSE 'consent_withdrawn' END
FROM (
    SELECT r.message_id, r.at, c.state = 'stopped' AS stopped
    FROM campaign_recipient r
    JOIN campaign c ON c.id = r.campaign_id
    JOIN patient p ON p.id = r.patient_id
    WHERE r.state = 'queued' AND r.at > sqlc.arg(now)::timestamptz - interval '7 days' AND (c.state = 'stopped' OR p.advertising_at IS NULL)
) x
WHERE o.id = x.message_id AND o.created_at = x.at AND o.state = 'queued';
