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

-- Who looked at somebody's record: the day, the role, a doctor's name, the kind of data, how often. For the person themselves once their
-- identity is proved, and for Zapis when it makes their copy.
-- +goose StatementBegin
CREATE FUNCTION who_looked(p uuid) RETURNS TABLE (day date, role text, doctor text, action text, object text, times bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT coalesce(actor_is_system() OR p = ANY (actor_wards()), false) THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT a.at::date, a.role, coalesce(d.surname || ' ' || d.given, ''), a.action, a.object_type, count(*)
        FROM audit a
        LEFT JOIN staff s ON s.id = a.actor_id
        LEFT JOIN practitioner d ON d.id = s.practitioner_id
        WHERE a.patient_id = p AND a.actor_kind = 'staff'
        GROUP BY 1, 2, 3, 4, 5
        ORDER BY 1 DESC, 2, 3, 4, 5
        LIMIT 500;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION who_looked(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION who_looked(uuid) TO zapis_app;

-- +goose Down
DROP FUNCTION who_looked(uuid);
DROP TABLE personal_copy, personal_request;
DROP TRIGGER consent_heeded ON consent_event;
DROP FUNCTION heed_consent();
DROP POLICY own_paper ON consent_event;
