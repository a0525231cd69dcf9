-- +goose Up
-- What people may demand of the clinic about their own data, and what the clinic owes: requests, copies, erasure, retention, processors,
-- channels, incidents.

-- What somebody agreed to on paper is theirs to see as well.
CREATE POLICY own_paper ON consent_event FOR SELECT TO zapis_app
    USING (conversation_id IS NULL AND patient_id = ANY ((SELECT actor_patients())::uuid[]));

-- What follows from a withdrawal follows at once, whoever writes it down: advertising stops; without processing, reminders and offers of
-- the waiting list stop too. Visits stay.
-- +goose StatementBegin
CREATE FUNCTION heed_consent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    what  text := (SELECT purpose FROM consent_text WHERE id = NEW.text_id);
    ends  boolean := NEW.action = 'withdrawn';
    who   uuid[];
    chats uuid[];
BEGIN
    IF what NOT IN ('processing', 'advertising') THEN
        RETURN NULL;
    END IF;
    who := CASE WHEN NEW.patient_id IS NOT NULL THEN ARRAY[NEW.patient_id]
           ELSE ARRAY(SELECT patient_id FROM patient_link WHERE conversation_id = NEW.conversation_id AND relation = 'self') END;
    chats := array_append(ARRAY(SELECT conversation_id FROM patient_link WHERE patient_id = ANY (who) AND relation = 'self'), NEW.conversation_id);
    IF ends THEN
        UPDATE outbox SET state = 'cancelled', error = 'consent_withdrawn'
        WHERE conversation_id = ANY (chats) AND lane = 'marketing' AND state = 'queued';
        UPDATE campaign_recipient SET state = 'skipped', why = 'consent_withdrawn' WHERE patient_id = ANY (who) AND state = 'due';
    END IF;
    IF what = 'processing' THEN
        UPDATE conversation SET muted = array_remove(muted, 'processing') || CASE WHEN ends THEN ARRAY['processing'] ELSE '{}' END
        WHERE id = ANY (chats) AND ('processing' = ANY (muted)) <> ends;
    END IF;
    IF what = 'processing' AND ends THEN
        UPDATE waitlist SET state = 'left' WHERE conversation_id = ANY (chats) AND state = 'waiting';
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER consent_heeded AFTER INSERT ON consent_event FOR EACH ROW EXECUTE FUNCTION heed_consent();


-- What somebody asked about their data: a copy, a correction, erasure. due_at is ten working days on (152-FZ, art. 20).
CREATE TABLE personal_request (
    id              uuid PRIMARY KEY,
    patient_id      uuid REFERENCES patient,      -- NULL: there is a chat and no card
    conversation_id uuid REFERENCES conversation, -- NULL: asked at the desk
    kind            text NOT NULL CONSTRAINT personal_request_kind CHECK (kind IN ('access', 'correction', 'erasure')),
    state           text NOT NULL DEFAULT 'asked' CONSTRAINT personal_request_state CHECK (state IN ('asked', 'done', 'refused')),
    fields          text[] NOT NULL DEFAULT '{}', -- what is to be corrected, by name
    change_sealed   bytea,                        -- and how: JSON, sealed for this row
    asked_at        timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,
    done_at         timestamptz,
    decided_by      uuid REFERENCES staff,
    done            jsonb NOT NULL DEFAULT '{}',  -- of an erasure: rows emptied, by table
    CONSTRAINT personal_request_whose CHECK (num_nonnulls(patient_id, conversation_id) > 0),
    CONSTRAINT personal_request_done CHECK ((state = 'asked') = (done_at IS NULL))
);
CREATE INDEX personal_request_open ON personal_request (kind, asked_at) WHERE state = 'asked';
CREATE INDEX personal_request_patient ON personal_request (patient_id, asked_at);
CREATE INDEX personal_request_conversation ON personal_request (conversation_id, asked_at);
-- A second tap asks for nothing new.
CREATE UNIQUE INDEX personal_request_one ON personal_request (conversation_id, kind) WHERE state = 'asked' AND kind <> 'correction';

-- A copy of somebody's data, sealed, behind a one-time link of a day. The token is never stored; once taken or over, the bytes go.
CREATE TABLE personal_copy (
    id             uuid PRIMARY KEY,
    request_id     uuid NOT NULL REFERENCES personal_request,
    patient_id     uuid REFERENCES patient,
    token_hash     bytea NOT NULL,
    archive_sealed bytea,
    bytes          integer NOT NULL,
    medical        boolean NOT NULL,
    made_at        timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    tries          integer NOT NULL DEFAULT 0, -- wrong birth dates
    taken_at       timestamptz,
    CONSTRAINT personal_copy_token UNIQUE (token_hash),
    CONSTRAINT personal_copy_request UNIQUE (request_id)
);
CREATE INDEX personal_copy_patient ON personal_copy (patient_id);
CREATE INDEX personal_copy_over ON personal_copy (expires_at) WHERE archive_sealed IS NOT NULL;

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['personal_request', 'personal_copy'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system ON %I TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY own ON personal_request FOR SELECT TO zapis_app USING (conversation_id = (SELECT actor_id()));
CREATE POLICY own_add ON personal_request FOR INSERT TO zapis_app WITH CHECK (state = 'asked' AND conversation_id = (SELECT actor_id())
    AND (patient_id IS NULL OR patient_id = ANY ((SELECT actor_patients())::uuid[])));
CREATE POLICY staff_see ON personal_request FOR SELECT TO zapis_app USING ((SELECT staff_role()) IN ('admin', 'head', 'security'));
CREATE POLICY desk_change ON personal_request FOR UPDATE TO zapis_app USING ((SELECT staff_role()) = 'admin' AND kind = 'correction' AND state = 'asked')
    WITH CHECK ((SELECT staff_role()) = 'admin' AND decided_by = (SELECT actor_id()));
GRANT SELECT, INSERT, UPDATE ON personal_request, personal_copy TO zapis_app;
COMMENT ON TABLE personal_request IS 'data: personal; subject: patient_id; retention: consent';
COMMENT ON TABLE personal_copy IS 'data: medical; subject: patient_id; retention: copy';

-- Who else gets people's data: a channel, a model, a laboratory. Without a row that stands, a channel or a model is not switched on.
CREATE TABLE processor (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL CONSTRAINT processor_kind CHECK (kind IN ('channel', 'model', 'laboratory', 'other')),
    name         text NOT NULL, -- as settings call it: telegram, llm …
    who          text NOT NULL, -- the company
    country      text NOT NULL CONSTRAINT processor_country CHECK (country ~ '^[A-Z]{2}$'), -- ISO 3166
    purpose      text NOT NULL,
    basis        text NOT NULL,
    medical      boolean NOT NULL DEFAULT false, -- may get medical data
    cross_border boolean NOT NULL GENERATED ALWAYS AS (country <> 'RU') STORED,
    since        timestamptz NOT NULL,
    ended_at     timestamptz
);
CREATE UNIQUE INDEX processor_one ON processor (name) WHERE ended_at IS NULL;

-- What may go through which messenger. What has no row: nothing medical but a notice, no advertising, everything else.
CREATE TABLE channel_policy (
    channel text NOT NULL,
    class   text NOT NULL,
    rule    text NOT NULL CONSTRAINT channel_policy_rule CHECK (rule IN ('allow', 'notify_only', 'deny')),
    set_by  uuid REFERENCES staff,
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel, class)
);
INSERT INTO channel_policy (channel, class, rule)
SELECT ch, cl, CASE WHEN cl = 'campaigns' THEN CASE WHEN ch IN ('telegram', 'webchat') THEN 'allow' ELSE 'deny' END ELSE 'notify_only' END
FROM unnest(ARRAY['telegram', 'whatsapp', 'max', 'webchat', 'sms', 'email']) ch,
     unnest(ARRAY['visit_reason', 'records', 'prescriptions', 'results', 'documents', 'campaigns']) cl;

-- Of the data in a message, where it is of a class that not every channel may carry.
ALTER TABLE outbox ADD COLUMN data_class text;

-- How long a class of data is kept, on which ground, and what becomes of it then. auto: the program does it by itself; keep: nothing is
-- proposed, the clinic's archive decides; blank and delete: proposed by a job, approved by people.
CREATE TABLE retention (
    class  text PRIMARY KEY,
    basis  text NOT NULL,
    days   integer NOT NULL CONSTRAINT retention_days CHECK (days > 0),
    action text NOT NULL CONSTRAINT retention_action CHECK (action IN ('auto', 'keep', 'blank', 'delete'))
);
INSERT INTO retention (class, basis, days, action) VALUES
    ('raw', '152-ФЗ, ст. 5, ч. 7', 30, 'blank'),
    ('messages', '152-ФЗ, ст. 5, ч. 7', 1095, 'blank'),
    ('campaign', '38-ФЗ, ст. 12; 152-ФЗ, ст. 15', 365, 'delete'),
    ('feedback', 'ГК, ст. 196', 1095, 'delete'),
    ('copy', '152-ФЗ, ст. 14', 1, 'auto'),
    ('session', '152-ФЗ, ст. 5, ч. 7', 30, 'auto'),
    ('card', '323-ФЗ, ст. 22 и 79; приказ Минздрава № 834н', 9131, 'keep'),
    ('visit', '323-ФЗ, ст. 79; приказ Минздрава № 834н', 9131, 'keep'),
    ('record', '323-ФЗ, ст. 22 и 79; приказ Минздрава № 834н', 9131, 'keep'),
    ('consent', '152-ФЗ, ст. 9, ч. 3; ГК, ст. 196', 10226, 'keep'),
    ('money', '402-ФЗ, ст. 29', 1826, 'keep'),
    ('audit', '152-ФЗ, ст. 19; приказ ФСТЭК № 21', 1826, 'keep'),
    ('staff', 'ТК; 125-ФЗ, ст. 22.1', 18263, 'keep'),
    ('settings', 'внутренние правила клиники', 3653, 'keep');

-- What could go by now: counted, with a few examples. What destroys takes two people, of which the second is no other than somebody else.
CREATE TABLE retention_proposal (
    id          uuid PRIMARY KEY,
    class       text NOT NULL REFERENCES retention,
    action      text NOT NULL CONSTRAINT retention_proposal_action CHECK (action IN ('blank', 'delete')),
    before      timestamptz NOT NULL,
    count       bigint NOT NULL,
    examples    uuid[] NOT NULL,
    state       text NOT NULL DEFAULT 'proposed' CONSTRAINT retention_proposal_state CHECK (state IN ('proposed', 'approved', 'refused', 'done')),
    made_at     timestamptz NOT NULL,
    approved_by uuid REFERENCES staff,
    second_by   uuid REFERENCES staff,
    decided_at  timestamptz,
    done_count  bigint NOT NULL DEFAULT 0,
    done_at     timestamptz,
    CONSTRAINT retention_proposal_second CHECK (second_by <> approved_by),
    CONSTRAINT retention_proposal_two CHECK (state NOT IN ('approved', 'done') OR (approved_by IS NOT NULL AND (action = 'blank' OR second_by IS NOT NULL)))
);
CREATE UNIQUE INDEX retention_proposal_one ON retention_proposal (class) WHERE state IN ('proposed', 'approved');

-- Something went wrong with people's data. The clocks run from the moment it was noticed: 24 hours to tell Roskomnadzor, 72 to tell what
-- was found (152-FZ, art. 21, part 3.1).
CREATE TABLE incident (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CONSTRAINT incident_kind CHECK (kind IN ('access', 'leak', 'loss', 'device', 'other')),
    about       text NOT NULL,       -- what happened, without a patient's name
    staff_id    uuid REFERENCES staff, -- through whose account
    since       timestamptz NOT NULL,  -- from when it may have been
    opened_at   timestamptz NOT NULL,
    opened_by   uuid REFERENCES staff,
    told_at     timestamptz,         -- the first notice
    found_at    timestamptz,         -- the second, of what was found
    closed_at   timestamptz,
    closed_by   uuid REFERENCES staff
);
CREATE INDEX incident_open ON incident (opened_at) WHERE closed_at IS NULL;

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['processor', 'channel_policy', 'retention', 'retention_proposal', 'incident'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system ON %I TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()))', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO zapis_app', t);
        EXECUTE format('COMMENT ON TABLE %I IS %L', t, 'data: none; subject: none; retention: none');
    END LOOP;
END
$$;
-- +goose StatementEnd
-- Who gets what, and what goes through which channel, is nobody's secret.
CREATE POLICY see ON processor FOR SELECT TO zapis_app USING ((SELECT actor_kind()) IS NOT NULL);
CREATE POLICY see ON channel_policy FOR SELECT TO zapis_app USING ((SELECT actor_kind()) IS NOT NULL);
CREATE POLICY see ON retention FOR SELECT TO zapis_app USING ((SELECT actor_kind()) IS NOT NULL);
CREATE POLICY security ON processor TO zapis_app USING ((SELECT staff_role()) = 'security') WITH CHECK ((SELECT staff_role()) = 'security');
CREATE POLICY security ON channel_policy TO zapis_app USING ((SELECT staff_role()) = 'security')
    WITH CHECK ((SELECT staff_role()) = 'security' AND set_by = (SELECT actor_id()));
CREATE POLICY staff_see ON retention_proposal FOR SELECT TO zapis_app USING ((SELECT staff_role()) IN ('security', 'director', 'head'));
CREATE POLICY first ON retention_proposal FOR UPDATE TO zapis_app USING ((SELECT staff_role()) = 'security' AND state = 'proposed')
    WITH CHECK ((SELECT staff_role()) = 'security' AND approved_by = (SELECT actor_id()) AND second_by IS NULL);
CREATE POLICY second ON retention_proposal FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) IN ('director', 'head') AND state = 'proposed' AND approved_by IS NOT NULL)
    WITH CHECK ((SELECT staff_role()) IN ('director', 'head') AND second_by = (SELECT actor_id()));
CREATE POLICY staff_see ON incident FOR SELECT TO zapis_app USING ((SELECT staff_role()) IN ('security', 'director', 'head'));
CREATE POLICY open ON incident FOR INSERT TO zapis_app WITH CHECK ((SELECT staff_role()) IN ('security', 'director', 'head') AND opened_by = (SELECT actor_id()));
CREATE POLICY security_change ON incident FOR UPDATE TO zapis_app USING ((SELECT staff_role()) = 'security') WITH CHECK ((SELECT staff_role()) = 'security');

-- Whose data an account touched since a moment: patients by class of data, for the answer to "what has leaked". Metadata of the record.
-- +goose StatementBegin
CREATE FUNCTION touched(who uuid, from_at timestamptz) RETURNS TABLE (patient uuid, object text, fields text[], times bigint, first_at timestamptz, last_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT coalesce(actor_is_system() OR staff_role() = 'security', false) THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT a.patient_id, a.object_type, array_remove(array_agg(DISTINCT f), NULL), count(DISTINCT a.id), min(a.at), max(a.at)
        FROM audit a
        LEFT JOIN LATERAL unnest(a.fields) f ON true
        WHERE a.at >= from_at AND a.patient_id IS NOT NULL AND (who IS NULL OR a.actor_id = who) AND a.actor_kind <> 'patient' AND a.decision = 'allow'
        GROUP BY 1, 2
        ORDER BY 1, 2
        LIMIT 10000;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION touched(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION touched(uuid, timestamptz) TO zapis_app;
GRANT DELETE ON feedback_text TO zapis_app;

-- Who an account belongs to, for the register of incidents: the staff itself is not security's to list.
-- +goose StatementBegin
CREATE FUNCTION staff_by_login(name text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN (SELECT id FROM staff WHERE login = name AND coalesce(actor_is_system() OR staff_role() IN ('security', 'director', 'head'), false));
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION staff_by_login(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION staff_by_login(text) TO zapis_app;

-- +goose Down
REVOKE DELETE ON feedback_text FROM zapis_app;
DROP FUNCTION staff_by_login(text);
DROP FUNCTION touched(uuid, timestamptz);
DROP TABLE incident, retention_proposal, retention, channel_policy, processor;
ALTER TABLE outbox DROP COLUMN data_class;
DROP TABLE personal_copy, personal_request;
DROP TRIGGER consent_heeded ON consent_event;
DROP FUNCTION heed_consent();
DROP POLICY own_paper ON consent_event;
