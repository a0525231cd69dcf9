-- name: ConversationOpen :exec
-- First contact; every later one finds the row, and finds it without waiting for whoever is changing it.
INSERT INTO conversation (id, channel, account, external_id, created_at, last_inbound_at)
SELECT sqlc.arg(id)::uuid, sqlc.arg(channel), sqlc.arg(account), sqlc.arg(external_id), sqlc.arg(created_at), sqlc.arg(created_at)
WHERE NOT EXISTS (SELECT FROM conversation WHERE conversation.id = sqlc.arg(id)::uuid)
ON CONFLICT DO NOTHING;

-- name: Conversation :one
SELECT * FROM conversation WHERE id = $1;

-- name: ConversationLock :exec
-- The turn's claim on its chat: whoever comes second waits here for the first to finish, and then reads what it left.
SELECT 1 FROM conversation WHERE id = $1 FOR UPDATE;

-- name: ConversationTurn :many
-- A chat with everything it has said that was not answered yet, in the order it was said, and the buttons behind its taps; and those
-- behind the tap that has just come in and is not in the journal yet. since and until leave old months alone.
SELECT c.channel, c.account, c.external_id, c.lang, c.owner, c.session, c.version, c.card_message_id, c.blocked_at, c.nudge_at, c.drop_at,
       EXISTS (
         SELECT FROM outbox o
         WHERE o.conversation_id = c.id AND o.state IN ('queued', 'sending') AND o.lane = 'reply'
           AND o.created_at > sqlc.arg(since)::timestamptz AND o.created_at < sqlc.arg(until)::timestamptz
       ) AS behind,
       i.id, i.body, i.attempts, i.received_at, i.media,
       k.version AS keyboard_version, k.actions, k.expires_at,
       a.version AS tapped_version, a.actions AS tapped_actions, a.expires_at AS tapped_expires_at
FROM conversation c
LEFT JOIN inbound i ON i.conversation_id = c.id AND i.state = 'new'
    AND i.received_at > sqlc.arg(since)::timestamptz AND i.received_at < sqlc.arg(until)::timestamptz
LEFT JOIN keyboard a ON a.conversation_id = c.id AND a.token_hash = sqlc.arg(tapped)::bytea
LEFT JOIN keyboard k ON k.conversation_id = c.id AND k.token_hash = i.tapped
WHERE c.id = sqlc.arg(id)
ORDER BY i.position, i.id
LIMIT 100;

-- name: ConversationSave :exec
-- What a turn leaves; the chat is locked.
UPDATE conversation
SET session = sqlc.arg(session), lang = sqlc.arg(lang), owner = sqlc.arg(owner), version = version + 1, last_inbound_at = sqlc.arg(at),
    blocked_at = sqlc.arg(blocked_at), nudge_at = sqlc.arg(nudge_at), drop_at = sqlc.arg(drop_at),
    wake_at = sqlc.arg(wake_at)
WHERE id = sqlc.arg(id);

-- name: ConversationCards :exec
-- Where the live cards of several chats stand now.
UPDATE conversation c SET card_message_id = nullif(s.card, '')
FROM (SELECT unnest(sqlc.arg(ids)::uuid[]) AS id, unnest(sqlc.arg(cards)::text[]) AS card) s
WHERE c.id = s.id;

-- name: ConversationBlocked :exec
UPDATE conversation SET blocked_at = $2 WHERE id = $1;

-- name: ConversationsLate :many
-- Chats whose nudge or end of flow is due.
SELECT id, (drop_at IS NOT NULL AND drop_at <= sqlc.arg(now)::timestamptz)::boolean AS drop
FROM conversation
WHERE wake_at <= sqlc.arg(now)::timestamptz AND (nudge_at <= sqlc.arg(now)::timestamptz OR drop_at <= sqlc.arg(now)::timestamptz)
ORDER BY wake_at
LIMIT 500;

-- name: InboundAdd :exec
-- Journals a message unless its id was seen.
WITH fresh AS (
    INSERT INTO inbound_key (account, external_id, at) VALUES (sqlc.arg(account), sqlc.arg(external_id), sqlc.arg(received_at))
    ON CONFLICT DO NOTHING
    RETURNING 1
)
INSERT INTO inbound (id, conversation_id, account, external_id, position, body, raw, tapped, received_at, media)
SELECT sqlc.arg(id), sqlc.arg(conversation_id), sqlc.arg(account), sqlc.arg(external_id), sqlc.arg(position), sqlc.arg(body), sqlc.arg(raw),
       sqlc.arg(tapped), sqlc.arg(received_at), sqlc.narg(media)
FROM fresh;

-- name: InboundPut :exec
-- A message whose id is known to be new, to be answered later.
INSERT INTO inbound (id, conversation_id, account, external_id, position, body, raw, tapped, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: ConversationHeard :exec
-- ConversationSave with the message that was answered, handled as it is written: one statement, for a turn waits for each.
WITH heard AS (
    INSERT INTO inbound (id, conversation_id, account, external_id, position, body, raw, tapped, received_at, state, handled_at)
    VALUES (sqlc.arg(inbound_id), sqlc.arg(id), sqlc.arg(account), sqlc.arg(external_id), sqlc.arg(position), sqlc.arg(body), sqlc.arg(raw),
            sqlc.arg(tapped), sqlc.arg(received_at), 'handled', sqlc.arg(received_at))
)
UPDATE conversation
SET session = sqlc.arg(session), lang = sqlc.arg(lang), owner = sqlc.arg(owner), version = version + 1, last_inbound_at = sqlc.arg(at),
    blocked_at = sqlc.arg(blocked_at), nudge_at = sqlc.arg(nudge_at), drop_at = sqlc.arg(drop_at),
    wake_at = sqlc.arg(wake_at)
WHERE conversation.id = sqlc.arg(id);

-- name: InboundHandled :exec
UPDATE inbound SET state = 'handled', handled_at = sqlc.arg(at) WHERE id = ANY (sqlc.arg(ids)::uuid[]) AND received_at >= sqlc.arg(since)::timestamptz;

-- name: InboundFailed :one
-- One more failed try of a message; the third makes it a dead letter.
UPDATE inbound
SET attempts = attempts + 1, state = CASE WHEN attempts + 1 >= 3 THEN 'dead' ELSE 'new' END
WHERE id = $1 AND received_at >= sqlc.arg(since)::timestamptz AND state = 'new'
RETURNING state;

-- name: InboundFirst :one
-- The message that a chat is stuck on; one whose file is looked into is stuck on nothing yet.
SELECT id, received_at FROM inbound
WHERE conversation_id = sqlc.arg(conversation_id) AND state = 'new' AND (media IS DISTINCT FROM 'waiting' OR received_at < sqlc.arg(patience)::timestamptz)
ORDER BY position, id
LIMIT 1;

-- name: InboundWaiting :many
-- Chats left with unanswered messages: a crash, or another replica that went away.
SELECT conversation_id
FROM inbound
WHERE state = 'new' AND received_at < sqlc.arg(before)::timestamptz
GROUP BY conversation_id
ORDER BY min(received_at)
LIMIT 500;

-- name: OutboxAdd :exec
-- A message to send, unless its key stands already.
WITH fresh AS (
    INSERT INTO outbox_key (key, at) VALUES (sqlc.arg(key), sqlc.arg(created_at))
    ON CONFLICT DO NOTHING
    RETURNING 1
)
INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, visit_id, state, not_before, not_after, lease_until, created_at, data_class)
SELECT sqlc.arg(id), sqlc.arg(conversation_id), sqlc.arg(channel), sqlc.arg(lane), sqlc.arg(kind), sqlc.arg(key), sqlc.arg(body), sqlc.arg(visit_id), sqlc.arg(state), sqlc.arg(not_before), sqlc.arg(not_after), sqlc.arg(lease_until), sqlc.arg(created_at), sqlc.narg(data_class)
FROM fresh;

-- name: OutboxReply :exec
-- An answer of a turn. Its key is the chat's version, which the chat's lock makes unique; outbox_key need not vouch for it.
INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, lease_until, created_at, data_class)
VALUES ($1, $2, $3, 'reply', 'dialog', $4, $5, $6, $7, $8, $9, $10);

-- name: OutboxAsk :exec
-- OutboxReply with what its buttons mean.
WITH board AS (
    INSERT INTO keyboard (token_hash, conversation_id, flow, step, version, actions, created_at, expires_at)
    VALUES (sqlc.arg(token_hash), sqlc.arg(conversation_id), sqlc.arg(flow), sqlc.arg(step), sqlc.arg(version), sqlc.arg(actions),
            sqlc.arg(created_at), sqlc.arg(expires_at))
)
INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, lease_until, created_at, data_class)
VALUES (sqlc.arg(id), sqlc.arg(conversation_id), sqlc.arg(channel), 'reply', 'dialog', sqlc.arg(idempotency_key), sqlc.arg(body),
        sqlc.arg(state), sqlc.arg(not_before), sqlc.arg(lease_until), sqlc.arg(created_at), sqlc.narg(data_class));

-- name: OutboxAddMany :exec
-- The same for many at once: a sweeper's batch.
WITH fresh AS (
    INSERT INTO outbox_key (key, at) SELECT k, sqlc.arg(created_at) FROM unnest(sqlc.arg(outbox_keys)::text[]) AS k
    ON CONFLICT DO NOTHING
    RETURNING key
)
INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, visit_id, state, not_before, not_after, created_at)
SELECT s.id, s.conversation_id, s.channel, sqlc.arg(lane), sqlc.arg(kind), s.key, s.body, s.visit_id, 'queued', s.not_before, s.not_after, sqlc.arg(created_at)
FROM (
    SELECT unnest(sqlc.arg(ids)::uuid[]) AS id, unnest(sqlc.arg(conversations)::uuid[]) AS conversation_id, unnest(sqlc.arg(channels)::text[]) AS channel,
           unnest(sqlc.arg(outbox_keys)::text[]) AS key, unnest(sqlc.arg(bodies)::jsonb[]) AS body, unnest(sqlc.arg(visits)::uuid[]) AS visit_id,
           unnest(sqlc.arg(not_befores)::timestamptz[]) AS not_before, unnest(sqlc.arg(not_afters)::timestamptz[]) AS not_after
) s
JOIN fresh f ON f.key = s.key;

-- name: OutboxClaim :many
-- A chat's due messages, leased to one sender; the chat is locked. None overtakes an older one of its lane that is under way or was
-- put off.
UPDATE outbox o
SET state = 'sending', lease_until = sqlc.arg(lease_until)::timestamptz, attempts = attempts + 1
WHERE (o.id, o.created_at) IN (
    SELECT q.id, q.created_at
    FROM outbox q
    WHERE q.conversation_id = sqlc.arg(conversation_id) AND q.state = 'queued' AND q.not_before <= sqlc.arg(now)::timestamptz
      AND NOT EXISTS (
        SELECT FROM outbox e
        WHERE e.conversation_id = q.conversation_id AND e.lane = q.lane AND e.seq < q.seq
          AND (e.state = 'sending' OR (e.state = 'queued' AND e.not_before > sqlc.arg(now)::timestamptz))
      )
    ORDER BY q.seq
    LIMIT 20
    FOR UPDATE SKIP LOCKED
)
RETURNING o.id, o.seq, o.created_at, o.channel, o.lane, o.kind, o.body, o.visit_id, o.not_after, o.attempts, o.data_class;

-- name: OutboxSent :exec
-- Deliveries written down. oldest and newest bound created: with them other months are left alone.
UPDATE outbox o
SET state = 'sent', sent_at = s.at, external_id = nullif(s.external_id, ''), lease_until = NULL, error = NULL
FROM (
    SELECT unnest(sqlc.arg(ids)::uuid[]) AS id, unnest(sqlc.arg(created)::timestamptz[]) AS created, unnest(sqlc.arg(ats)::timestamptz[]) AS at,
           unnest(sqlc.arg(external_ids)::text[]) AS external_id
) s
WHERE o.id = s.id AND o.created_at = s.created AND o.state = 'sending'
  AND o.created_at BETWEEN sqlc.arg(oldest)::timestamptz AND sqlc.arg(newest)::timestamptz;

-- name: OutboxSettle :exec
-- Failed, unknown, expired, or queued again for later.
UPDATE outbox SET state = sqlc.arg(state), not_before = sqlc.arg(not_before), error = sqlc.arg(error), lease_until = NULL
WHERE id = sqlc.arg(id) AND created_at = sqlc.arg(created_at);

-- name: OutboxDue :many
-- Chats with messages due that nobody sends.
SELECT conversation_id
FROM outbox
WHERE state = 'queued' AND not_before <= sqlc.arg(now)::timestamptz
GROUP BY conversation_id
ORDER BY min(CASE lane WHEN 'reply' THEN 0 WHEN 'service' THEN 1 ELSE 2 END), min(seq)
LIMIT sqlc.arg(rows)::integer;

-- name: OutboxLeaseOut :many
-- A sender that died. A reply is sent again (the card repairs a doubled one); of anything else nobody knows whether it went.
UPDATE outbox
SET state = CASE WHEN lane = 'reply' THEN 'queued' ELSE 'unknown' END, lease_until = NULL, error = 'lease_out'
WHERE state = 'sending' AND lease_until < sqlc.arg(now)::timestamptz
RETURNING id, conversation_id, visit_id, state;

-- name: OutboxExpire :exec
-- Too late to be of use.
UPDATE outbox SET state = 'expired', error = 'too_late' WHERE state = 'queued' AND not_after < sqlc.arg(now)::timestamptz;

-- name: OutboxCancelVisit :exec
-- What was queued about a visit that is no more as it was.
UPDATE outbox SET state = 'cancelled' WHERE visit_id = $1 AND state = 'queued' AND kind = 'reminder';

-- name: KeyboardAddMany :exec
INSERT INTO keyboard (token_hash, conversation_id, flow, step, version, actions, created_at, expires_at)
SELECT s.h, s.c, sqlc.arg(flow), sqlc.arg(step), 0, s.a, sqlc.arg(created_at), s.e
FROM (
    SELECT unnest(sqlc.arg(hashes)::bytea[]) AS h, unnest(sqlc.arg(conversations)::uuid[]) AS c, unnest(sqlc.arg(actions)::jsonb[]) AS a,
           unnest(sqlc.arg(expires)::timestamptz[]) AS e
) s;

-- name: KeyboardPrune :exec
DELETE FROM keyboard WHERE expires_at < $1;

-- name: KeysPrune :exec
DELETE FROM inbound_key WHERE at < $1;

-- name: RateTake :one
-- Takes up to n tokens from an account's bucket, shared by all replicas; the answer is how many were granted.
INSERT INTO send_rate AS r (account, lane, tokens, refilled_at)
VALUES (sqlc.arg(account), sqlc.arg(lane), sqlc.arg(burst)::float8 - least(sqlc.arg(n)::float8, sqlc.arg(burst)::float8), sqlc.arg(now))
ON CONFLICT (account, lane) DO UPDATE
SET tokens = greatest(0, least(sqlc.arg(burst), r.tokens + extract(epoch FROM sqlc.arg(now) - r.refilled_at) * sqlc.arg(per_second)::float8)
                         - CASE WHEN r.paused_until > sqlc.arg(now) THEN 0 ELSE sqlc.arg(n) END),
    refilled_at = sqlc.arg(now)
RETURNING tokens, paused_until;

-- name: RatePause :exec
INSERT INTO send_rate AS r (account, lane, tokens, refilled_at, paused_until) VALUES ($1, $2, 0, $3, $4)
ON CONFLICT (account, lane) DO UPDATE SET paused_until = greatest(r.paused_until, excluded.paused_until), tokens = 0, refilled_at = $3;

-- name: TaskAdd :exec
-- For a human. One cause makes one open task.
INSERT INTO task (id, kind, key, conversation_id, visit_id, patient_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING;

-- name: PartitionsEnsure :exec
SELECT ensure_partitions(t, sqlc.arg(day)::date, 2) FROM unnest(ARRAY['inbound', 'outbox', 'audit_sealed']) AS t;
