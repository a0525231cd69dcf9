-- name: InboxCame :exec
-- A chat that the bot has given to people: nobody's yet, and somebody waits in it.
INSERT INTO inbox (conversation_id, opened_at, waiting_since) VALUES (sqlc.arg(conversation_id), sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz)
ON CONFLICT (conversation_id) DO UPDATE
SET state = 'open', staff_id = NULL, opened_at = excluded.opened_at, waiting_since = excluded.waiting_since, answered = false, later_until = NULL,
    closed_at = NULL, version = inbox.version + 1;

-- name: InboxHeard :exec
-- New words in a chat that people have: who was answered waits again, what was put off comes back, what was closed is open and nobody's.
INSERT INTO inbox (conversation_id, opened_at, waiting_since) VALUES (sqlc.arg(conversation_id), sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz)
ON CONFLICT (conversation_id) DO UPDATE
SET state = 'open', staff_id = CASE WHEN inbox.state = 'open' THEN inbox.staff_id END,
    opened_at = CASE WHEN inbox.state = 'open' THEN inbox.opened_at ELSE excluded.opened_at END,
    waiting_since = CASE WHEN inbox.state = 'open' THEN coalesce(inbox.waiting_since, excluded.waiting_since) ELSE excluded.waiting_since END,
    answered = inbox.answered AND inbox.state = 'open', later_until = NULL, closed_at = NULL,
    version = inbox.version + CASE WHEN inbox.state = 'open' THEN 0 ELSE 1 END;

-- name: InboxBack :exec
-- The person has gone back to the bot by a button.
UPDATE inbox SET state = 'bot', staff_id = NULL, waiting_since = NULL, later_until = NULL, closed_at = NULL, version = version + 1
WHERE conversation_id = $1;

-- name: InboxClosedAt :one
-- When people were done with a chat, or NULL.
SELECT closed_at FROM inbox WHERE conversation_id = $1;

-- name: InboxOf :one
SELECT i.*, coalesce(colleague(i.staff_id), '')::text AS staff FROM inbox i WHERE i.conversation_id = $1;

-- name: InboxPut :exec
-- What somebody of the desk makes of a conversation; its chat is locked.
INSERT INTO inbox (conversation_id, state, staff_id, opened_at, waiting_since, answered, later_until, closed_at, labels)
VALUES (sqlc.arg(conversation_id), sqlc.arg(state), sqlc.narg(staff_id), sqlc.arg(opened_at), sqlc.narg(waiting_since), sqlc.arg(answered),
        sqlc.narg(later_until), sqlc.narg(closed_at), sqlc.arg(labels))
ON CONFLICT (conversation_id) DO UPDATE
SET state = excluded.state, staff_id = excluded.staff_id, opened_at = excluded.opened_at, waiting_since = excluded.waiting_since,
    answered = excluded.answered, later_until = excluded.later_until, closed_at = excluded.closed_at, labels = excluded.labels,
    version = inbox.version + 1;

-- name: ConversationOwner :exec
-- To people, or back to the bot, whose unfinished flow ends after a day as ever; the chat is locked.
UPDATE conversation SET owner = sqlc.arg(owner), nudge_at = NULL, drop_at = sqlc.narg(drop_at), wake_at = sqlc.narg(drop_at), version = version + 1
WHERE id = sqlc.arg(id);

-- name: InboxTab :many
-- The conversations of a tab, those first in which somebody has waited longest; of what is closed, the last first.
SELECT i.conversation_id
FROM inbox i
WHERE i.state = sqlc.arg(state)
  AND (sqlc.narg(staff)::uuid IS NULL OR i.staff_id = sqlc.narg(staff))
  AND (NOT sqlc.arg(free)::boolean OR i.staff_id IS NULL)
  AND (NOT sqlc.arg(waiting)::boolean OR i.waiting_since IS NOT NULL)
  AND (i.state <> 'open' OR sqlc.arg(later)::boolean = (i.later_until IS NOT NULL AND i.later_until > sqlc.arg(now)::timestamptz))
  AND (sqlc.arg(label)::text = '' OR sqlc.arg(label)::text = ANY (i.labels))
ORDER BY CASE WHEN i.state = 'closed' THEN i.closed_at END DESC NULLS LAST, i.due_at NULLS LAST, i.opened_at DESC, i.conversation_id
LIMIT sqlc.arg(most)::integer OFFSET sqlc.arg(skip)::integer;

-- name: InboxAll :many
-- Every conversation, the newest words first.
SELECT c.id FROM conversation c
WHERE c.last_inbound_at IS NOT NULL AND c.last_inbound_at > sqlc.arg(since)::timestamptz
ORDER BY c.last_inbound_at DESC, c.id
LIMIT sqlc.arg(most)::integer OFFSET sqlc.arg(skip)::integer;

-- name: InboxFind :many
-- Conversations of some people, and those in which the words were said that people have had in hand.
SELECT x.id::uuid AS id
FROM (
    SELECT l.conversation_id AS id FROM patient_link l WHERE l.patient_id = ANY (sqlc.arg(patients)::uuid[])
    UNION
    SELECT m.conversation_id
    FROM inbox i
    JOIN inbound m ON m.conversation_id = i.conversation_id
    WHERE sqlc.arg(words)::text <> '' AND m.received_at > sqlc.arg(since)::timestamptz AND lower(m.body->>'text') LIKE '%' || sqlc.arg(words)::text || '%'
) x
JOIN conversation c ON c.id = x.id
ORDER BY c.last_inbound_at DESC NULLS LAST
LIMIT sqlc.arg(most)::integer;

-- name: InboxRows :many
-- What the list shows of some conversations: whose, who waits, the last words. Whose name stands in a card is told to whom the card is shown.
SELECT c.id, c.channel, c.owner, c.blocked_at, c.last_inbound_at, i.state, i.staff_id, i.waiting_since, i.due_at, i.later_until, i.closed_at,
       coalesce(i.labels, '{}')::text[] AS labels, coalesce(colleague(i.staff_id), '')::text AS staff,
       coalesce(who.name, '')::text AS patient, coalesce(last.side, '')::text AS side, coalesce(last.body, '{}')::jsonb AS body,
       coalesce(last.data_class, '')::text AS data_class, coalesce(last.at, c.created_at)::timestamptz AS at,
       (SELECT count(*) FROM inbound n WHERE n.conversation_id = c.id AND i.state = 'open' AND n.received_at > coalesce(i.seen_at, i.opened_at - interval '1 second'))::bigint AS unread
FROM conversation c
LEFT JOIN inbox i ON i.conversation_id = c.id
LEFT JOIN LATERAL (
    SELECT p.surname || ' ' || p.given AS name
    FROM patient_link l
    JOIN patient p ON p.id = l.patient_id
    WHERE l.conversation_id = c.id
    ORDER BY (l.relation = 'self') DESC, l.created_at
    LIMIT 1
) who ON true
LEFT JOIN LATERAL (
    SELECT r.side, r.body, r.data_class, r.at
    FROM (
        (SELECT 'in'::text AS side, m.body, NULL::text AS data_class, m.received_at AS at FROM inbound m
         WHERE m.conversation_id = c.id AND m.body->>'text' <> '' ORDER BY m.received_at DESC LIMIT 1)
        UNION ALL
        (SELECT CASE WHEN o.staff_id IS NULL THEN 'out' ELSE 'staff' END, o.body #- '{file,data}', o.data_class, o.created_at FROM outbox o
         WHERE o.conversation_id = c.id AND o.state <> 'cancelled' AND o.body->>'text' <> '' ORDER BY o.created_at DESC LIMIT 1)
    ) r
    ORDER BY r.at DESC
    LIMIT 1
) last ON true
WHERE c.id = ANY (sqlc.arg(ids)::uuid[]);

-- name: InboxCounts :one
-- How much is open: of the one who asks, of nobody, with somebody waiting, too late, put off.
SELECT count(*) FILTER (WHERE awake AND staff_id = sqlc.arg(me)::uuid)::bigint AS mine, count(*) FILTER (WHERE awake AND staff_id IS NULL)::bigint AS free,
    count(*) FILTER (WHERE awake AND waiting_since IS NOT NULL)::bigint AS waiting,
    count(*) FILTER (WHERE awake AND due_at < sqlc.arg(now)::timestamptz)::bigint AS late, count(*) FILTER (WHERE NOT awake)::bigint AS later
FROM (SELECT staff_id, waiting_since, due_at, (later_until IS NULL OR later_until <= sqlc.arg(now)::timestamptz) AS awake FROM inbox WHERE state = 'open') i;

-- name: InboxTalk :many
-- What was said in a conversation before a line of it, the newest first: by the person, the bot, the staff, and among the staff. Lines of one
-- moment stand in the order of their place and id. The bytes of a file stay behind.
SELECT r.id, r.side, r.body, r.at::timestamptz AS at, r.place::bigint AS place, r.state, r.kind, r.error, r.data_class, coalesce(colleague(r.staff_id), '')::text AS staff,
       r.text_sealed, coalesce(a.state, '')::text AS attached, coalesce(a.mime, '')::text AS mime, coalesce(a.bytes, 0)::integer AS bytes,
       a.document_id, a.whose, r.not_before
FROM (
    SELECT i.id, 'in'::text AS side, i.body, i.received_at AS at, i.position AS place, ''::text AS state, ''::text AS kind, ''::text AS error, ''::text AS data_class,
           NULL::uuid AS staff_id, NULL::bytea AS text_sealed, NULL::timestamptz AS not_before
    FROM inbound i
    WHERE i.conversation_id = sqlc.arg(conversation_id)::uuid AND i.received_at <= sqlc.arg(before)::timestamptz
    UNION ALL
    SELECT o.id, CASE WHEN o.staff_id IS NULL THEN 'out' ELSE 'staff' END, o.body #- '{file,data}', o.created_at, o.seq, o.state, o.kind,
           coalesce(o.error, ''), coalesce(o.data_class, ''), o.staff_id, NULL, o.not_before
    FROM outbox o
    WHERE o.conversation_id = sqlc.arg(conversation_id)::uuid AND o.created_at <= sqlc.arg(before)::timestamptz
      AND (o.state <> 'cancelled' OR o.error IS NOT NULL)
    UNION ALL
    SELECT n.id, 'note', '{}', n.at, 0, '', '', '', '', n.staff_id, n.text_sealed, NULL
    FROM inbox_note n
    WHERE n.conversation_id = sqlc.arg(conversation_id)::uuid AND n.at <= sqlc.arg(before)::timestamptz
) r
LEFT JOIN attachment a ON a.id = r.id AND r.side = 'in'
WHERE (r.at, r.place, r.id) < (sqlc.arg(before)::timestamptz, sqlc.arg(place)::bigint, sqlc.arg(line)::uuid)
ORDER BY r.at DESC, r.place DESC, r.id DESC
LIMIT sqlc.arg(most)::integer;

-- name: InboxPeople :many
-- The cards of a chat, where the reader may know of them.
SELECT p.id, p.surname, p.given, p.patronymic, p.birth_date, l.relation, l.verified_at
FROM patient_link l
JOIN patient p ON p.id = l.patient_id
WHERE l.conversation_id = $1
ORDER BY (l.relation = 'self') DESC, l.created_at
LIMIT 10;

-- name: InboxVisits :many
-- Visits to come of a chat's people, where the reader may know of them.
SELECT v.id, v.patient_id, v.local_start, v.starts_at, v.status, v.service_name, v.practitioner_id, v.branch_id
FROM visit v
WHERE v.patient_id = ANY (sqlc.arg(patients)::uuid[]) AND v.active AND v.status <> 'held' AND v.starts_at > sqlc.arg(now)::timestamptz
ORDER BY v.starts_at
LIMIT 5;

-- name: InboxLastHuman :many
-- Who of the staff wrote last.
SELECT o.id, o.staff_id, coalesce(colleague(o.staff_id), '')::text AS staff, o.created_at
FROM outbox o
WHERE o.conversation_id = $1 AND o.staff_id IS NOT NULL AND o.created_at > sqlc.arg(since)::timestamptz
ORDER BY o.created_at DESC, o.seq DESC
LIMIT 1;

-- name: InboxReply :exec
-- What somebody of the staff says, unless its key stands already.
WITH fresh AS (
    INSERT INTO outbox_key (key, at) VALUES (sqlc.arg(key), sqlc.arg(created_at))
    ON CONFLICT DO NOTHING
    RETURNING 1
)
INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, created_at, staff_id)
SELECT sqlc.arg(id), sqlc.arg(conversation_id), sqlc.arg(channel), 'reply', 'human', sqlc.arg(key), sqlc.arg(body), 'queued', sqlc.arg(not_before),
       sqlc.arg(created_at), sqlc.arg(staff_id)
FROM fresh;

-- name: InboxKeyStands :one
SELECT EXISTS (SELECT FROM outbox_key WHERE key = $1)::boolean;

-- name: InboxMessage :one
-- A message of the clinic, to be sent once more or to be taken out as a file.
SELECT id, body, state, coalesce(data_class, '')::text AS data_class FROM outbox WHERE id = $1 AND conversation_id = $2;

-- name: InboxSeen :exec
UPDATE inbox SET seen_at = sqlc.arg(at)::timestamptz WHERE conversation_id = sqlc.arg(conversation_id) AND (seen_at IS NULL OR seen_at < sqlc.arg(at)::timestamptz);

-- name: InboxNoteAdd :exec
INSERT INTO inbox_note (id, conversation_id, at, staff_id, text_sealed) VALUES ($1, $2, $3, $4, $5);

-- name: InboxTyping :exec
INSERT INTO inbox_typing (staff_id, conversation_id, until) VALUES ($1, $2, $3)
ON CONFLICT (staff_id) DO UPDATE SET conversation_id = excluded.conversation_id, until = excluded.until;

-- name: InboxTypists :many
SELECT coalesce(colleague(t.staff_id), '')::text AS staff FROM inbox_typing t
WHERE t.conversation_id = $1 AND t.until > sqlc.arg(now)::timestamptz AND t.staff_id <> sqlc.arg(me)::uuid
ORDER BY t.until DESC
LIMIT 3;

-- name: InboxLabels :many
-- Labels in use, for whoever types one.
SELECT DISTINCT x.label::text AS label FROM inbox i, unnest(i.labels) AS x (label) WHERE i.state <> 'bot' ORDER BY 1 LIMIT 50;

-- name: InboxTasksDone :exec
-- Tasks that were about somebody who waits: whoever answers has done them.
UPDATE task SET state = 'done', closed_at = sqlc.arg(at), closed_by = sqlc.narg(who), outcome = 'solved', version = version + 1
WHERE conversation_id = sqlc.arg(conversation_id)::uuid AND kind = ANY (sqlc.arg(kinds)::text[]) AND state = 'open';

-- name: InboxDeliveryDone :exec
UPDATE task SET state = 'done', closed_at = sqlc.arg(at), closed_by = sqlc.narg(who), outcome = 'solved', version = version + 1
WHERE kind = 'unknown_delivery' AND key = sqlc.arg(key) AND state = 'open';

-- name: InboxLate :many
-- Conversations in which somebody was promised an answer and has waited long beyond that, each once. Two sweepers never take the same row.
UPDATE inbox SET escalated_at = sqlc.arg(now)
WHERE conversation_id IN (SELECT i.conversation_id FROM inbox i
                          WHERE i.state = 'open' AND i.escalated_at IS NULL AND i.escalate_at <= sqlc.arg(now)::timestamptz
                            AND (i.later_until IS NULL OR i.later_until <= sqlc.arg(now)::timestamptz)
                          ORDER BY i.escalate_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING conversation_id;

-- name: InboxLateTask :exec
-- A task of the head's: somebody waits, and nobody answers.
INSERT INTO task (id, kind, key, conversation_id, owner_id, created_at) VALUES (sqlc.arg(id), 'late_chat', sqlc.arg(key), sqlc.arg(conversation_id), first_head(), sqlc.arg(at))
ON CONFLICT DO NOTHING;

-- name: InboxRule :one
SELECT first_minutes, next_minutes, escalate_minutes, version FROM inbox_rule;

-- name: InboxRuleSet :one
UPDATE inbox_rule SET first_minutes = $1, next_minutes = $2, escalate_minutes = $3, version = version + 1 WHERE version = $4
RETURNING version;

-- name: CannedList :many
SELECT id, title, text, version FROM canned WHERE NOT gone ORDER BY title LIMIT 200;

-- name: CannedAdd :exec
INSERT INTO canned (id, title, text, updated_at) VALUES ($1, $2, $3, $4);

-- name: CannedChange :one
UPDATE canned SET title = $2, text = $3, updated_at = $4, version = version + 1 WHERE id = $1 AND version = $5 AND NOT gone
RETURNING id;

-- name: CannedDrop :one
UPDATE canned SET gone = true, updated_at = $2, version = version + 1 WHERE id = $1 AND version = $3 AND NOT gone
RETURNING id;

-- name: InboxSaid :one
-- A person's message, and the language of the talk.
SELECT i.body, coalesce(c.lang, 'ru')::text AS lang FROM inbound i JOIN conversation c ON c.id = i.conversation_id WHERE i.id = $1 AND i.conversation_id = $2;
