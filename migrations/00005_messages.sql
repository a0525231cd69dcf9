-- +goose Up
-- The journal of what came in. inbound_key is the set of ids seen: a set, never a high-water mark. It stands apart because a
-- partitioned table cannot be unique over all its months.
CREATE TABLE inbound_key (
    account     text NOT NULL,
    external_id text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (account, external_id)
);
CREATE INDEX inbound_key_at ON inbound_key USING brin (at);

CREATE TABLE inbound (
    id              uuid NOT NULL,
    conversation_id uuid NOT NULL,
    account         text NOT NULL,
    external_id     text NOT NULL,
    position        bigint NOT NULL, -- the channel's own order within the chat
    body            jsonb NOT NULL,  -- as parsed
    raw             bytea NOT NULL,  -- as received
    tapped          bytea,           -- hash of the tapped button's token: a plain column, for policies let no function reach an index
    state           text NOT NULL DEFAULT 'new' CONSTRAINT inbound_state CHECK (state IN ('new', 'handled', 'dead')),
    attempts        integer NOT NULL DEFAULT 0,
    received_at     timestamptz NOT NULL,
    handled_at      timestamptz,
    PRIMARY KEY (id, received_at)
) PARTITION BY RANGE (received_at);
CREATE TABLE inbound_rest PARTITION OF inbound DEFAULT;
CREATE INDEX inbound_new ON inbound (conversation_id, position) WHERE state = 'new';
CREATE INDEX inbound_waiting ON inbound (received_at) WHERE state = 'new';
CREATE INDEX inbound_conversation ON inbound (conversation_id, received_at);

-- What is to be said. outbox_key holds the idempotency keys for the same reason as inbound_key.
CREATE TABLE outbox_key (
    key text PRIMARY KEY,
    at  timestamptz NOT NULL
);
CREATE INDEX outbox_key_at ON outbox_key USING brin (at);

CREATE TABLE outbox (
    id              uuid NOT NULL,
    seq             bigint GENERATED ALWAYS AS IDENTITY, -- order within a chat
    conversation_id uuid NOT NULL,
    channel         text NOT NULL,
    lane            text NOT NULL CONSTRAINT outbox_lane CHECK (lane IN ('reply', 'service', 'marketing')),
    kind            text NOT NULL, -- dialog, reminder, notice …
    idempotency_key text NOT NULL,
    body            jsonb NOT NULL,
    visit_id        uuid,
    state           text NOT NULL CONSTRAINT outbox_state CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown', 'expired', 'cancelled')),
    not_before      timestamptz NOT NULL,
    not_after       timestamptz,
    lease_until     timestamptz,
    attempts        integer NOT NULL DEFAULT 0,
    external_id     text, -- the messenger's id of what was sent
    error           text, -- a code, never a text
    created_at      timestamptz NOT NULL,
    sent_at         timestamptz,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE TABLE outbox_rest PARTITION OF outbox DEFAULT;
CREATE INDEX outbox_waiting ON outbox (not_before) WHERE state = 'queued';
CREATE INDEX outbox_leased ON outbox (lease_until) WHERE state = 'sending';
CREATE INDEX outbox_chat ON outbox (conversation_id, seq) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_history ON outbox (conversation_id, created_at);
CREATE INDEX outbox_visit ON outbox (visit_id) WHERE visit_id IS NOT NULL;

-- One row is the buttons under one message. The messenger carries "<token>.<index>"; only the token's hash is kept.
CREATE TABLE keyboard (
    token_hash      bytea PRIMARY KEY,
    conversation_id uuid NOT NULL,
    flow            text NOT NULL,
    step            text NOT NULL,
    version         integer NOT NULL, -- of the session it was asked in; 0: stands by itself (a reminder's buttons)
    actions         jsonb NOT NULL,   -- [[command, …], …] by index
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz
);
CREATE INDEX keyboard_expires ON keyboard USING brin (expires_at);

-- How fast an account may send, shared by all replicas: a bucket of tokens, and a pause after 429.
CREATE TABLE send_rate (
    account      text NOT NULL,
    lane         text NOT NULL,
    tokens       double precision NOT NULL,
    refilled_at  timestamptz NOT NULL,
    paused_until timestamptz,
    PRIMARY KEY (account, lane)
);

-- Whatever needs a human: a handed-over chat, a message that could not be handled, a delivery nobody can vouch for.
CREATE TABLE task (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL CONSTRAINT task_kind CHECK (kind IN
                    ('handoff', 'dead_letter', 'unknown_delivery', 'duplicate_patient', 'move_visit', 'emergency', 'file')),
    key             text NOT NULL, -- one open task for one cause
    conversation_id uuid,
    visit_id        uuid,
    patient_id      uuid,
    state           text NOT NULL DEFAULT 'open' CONSTRAINT task_state CHECK (state IN ('open', 'done')),
    created_at      timestamptz NOT NULL,
    closed_at       timestamptz
);
CREATE UNIQUE INDEX task_open ON task (kind, key) WHERE state = 'open';

-- One row per act: who, in which role, through what, did what to which object. Append-only. A row is written to audit_intake, which has
-- nothing to slow it down, and within seconds the sealer moves it to audit_sealed for good; whoever reads, reads audit. Who acted is not
-- said by the program: the columns are filled from the transaction's actor, and zapis_app may name neither them nor the seal.
CREATE TABLE audit (
    id             uuid NOT NULL,
    at             timestamptz NOT NULL,                             -- by the program's clock
    recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),   -- by the server's
    actor_kind     text NOT NULL DEFAULT actor_kind(),
    actor_id       uuid DEFAULT actor_id(),
    role           text NOT NULL DEFAULT coalesce(current_setting('zapis.actor_role', true), ''),
    on_behalf_of   uuid,
    channel        text NOT NULL,
    action         text NOT NULL,
    class          text NOT NULL DEFAULT '',                         -- of data, where it has rules of its own
    object_type    text NOT NULL,
    object_id      uuid,                                             -- NULL: several
    objects        integer NOT NULL DEFAULT 1,
    patient_id     uuid,
    decision       text NOT NULL DEFAULT 'allow',                    -- or deny
    glass          boolean NOT NULL DEFAULT false,                   -- the glass was broken for it
    policy_version integer NOT NULL DEFAULT 0,
    request_id     text NOT NULL DEFAULT '',
    fields         text[] NOT NULL DEFAULT '{}',                     -- names of what changed, never values
    sealed         boolean NOT NULL DEFAULT false,
    seal           bigint,
    position       integer,                                          -- in its seal, from 1
    leaf           bytea                                             -- SHA-256 of the row: docs/security.md
) PARTITION BY LIST (sealed);
CREATE TABLE audit_intake PARTITION OF audit FOR VALUES IN (false)
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, vacuum_truncate = off);
CREATE TABLE audit_sealed PARTITION OF audit (CONSTRAINT audit_sealed_whole CHECK (num_nonnulls(seal, position, leaf) = 3))
    FOR VALUES IN (true) PARTITION BY RANGE (at);
CREATE TABLE audit_sealed_rest PARTITION OF audit_sealed DEFAULT;
CREATE INDEX audit_sealed_place ON audit_sealed (seal, position);
CREATE INDEX audit_sealed_at ON audit_sealed (at, id);
CREATE INDEX audit_sealed_action ON audit_sealed (action, at);
CREATE INDEX audit_sealed_actor ON audit_sealed (actor_id, at) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_sealed_patient ON audit_sealed (patient_id, at) WHERE patient_id IS NOT NULL;

SELECT ensure_partitions(t, current_date, 2) FROM unnest(ARRAY['inbound', 'outbox', 'audit_sealed']) t;

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['inbound', 'outbox', 'keyboard'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        -- One policy and not three: each costs every statement of a turn.
        EXECUTE format('CREATE POLICY chat ON %I TO zapis_app USING (conversation_id = (SELECT actor_id()) OR (SELECT actor_is_house())) '
                    || 'WITH CHECK (conversation_id = (SELECT actor_id()) OR (SELECT actor_is_house()))', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['inbound_rest', 'outbox_rest', 'audit_sealed_rest', 'audit_sealed', 'audit_intake', 'audit', 'task'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY owner ON audit TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY nobody ON audit TO zapis_app USING (false) WITH CHECK (false); -- it is read through functions and written through its intake
CREATE POLICY owner ON audit_intake TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY owner ON audit_sealed TO zapis_owner USING (true) WITH CHECK (true);
-- What cannot be sealed or read again is not taken in. A policy and no constraints: those are made ready anew for every row, and cost more than
-- the row.
CREATE POLICY add ON audit_intake FOR INSERT TO zapis_app WITH CHECK ((SELECT actor_kind()) IS NOT NULL
    AND decision IN ('allow', 'deny') AND at >= '2000-01-01 00:00+00' AND at < '2200-01-01 00:00+00' AND cardinality(fields) <= 100
    AND octet_length(channel) + octet_length(action) + octet_length(class) + octet_length(object_type) + octet_length(request_id) < 1000);
CREATE POLICY owner ON task TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON task TO zapis_app USING ((SELECT actor_is_system()) OR (SELECT actor_is_staff()))
    WITH CHECK ((SELECT actor_is_system()) OR (SELECT actor_is_staff()));
CREATE POLICY own ON task FOR INSERT TO zapis_app WITH CHECK (conversation_id = (SELECT actor_id()));

GRANT SELECT, INSERT, UPDATE ON inbound, outbox, keyboard, send_rate TO zapis_app;
GRANT SELECT, INSERT, UPDATE ON task TO zapis_app;
GRANT SELECT, INSERT, DELETE ON inbound_key, outbox_key TO zapis_app;
GRANT DELETE ON keyboard TO zapis_app;
GRANT INSERT (id, at, on_behalf_of, channel, action, class, object_type, object_id, objects, patient_id, decision, glass, policy_version,
    request_id, fields) ON audit_intake TO zapis_app;

-- +goose Down
DROP TABLE audit, task, send_rate, keyboard, outbox, outbox_key, inbound, inbound_key;
