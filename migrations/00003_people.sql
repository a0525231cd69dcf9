-- +goose Up
CREATE TABLE staff (
    id              uuid PRIMARY KEY,
    login           text NOT NULL,
    role            text NOT NULL CONSTRAINT staff_role CHECK (role IN
                    ('admin', 'doctor', 'nurse', 'head', 'cashier', 'marketing', 'director', 'security')),
    roles           text[] NOT NULL DEFAULT '{}' CONSTRAINT staff_roles CHECK (roles <@ ARRAY -- further ones, to switch to: never held at once
                    ['admin', 'doctor', 'nurse', 'head', 'cashier', 'marketing', 'director', 'security']),
    practitioner_id uuid REFERENCES practitioner,
    branches        uuid[] NOT NULL DEFAULT '{}', -- empty: every branch
    password_hash   text,
    generation      integer NOT NULL DEFAULT 0,   -- sessions of an older generation are void
    demo            boolean NOT NULL DEFAULT false,
    active          boolean NOT NULL DEFAULT true,
    created_at      timestamptz NOT NULL,
    CONSTRAINT staff_login UNIQUE (login)
);

-- One-time links: to set a password, to link a messenger. The token itself is never stored.
CREATE TABLE staff_invite (
    token_hash bytea PRIMARY KEY,
    staff_id   uuid NOT NULL REFERENCES staff,
    purpose    text NOT NULL CONSTRAINT staff_invite_purpose CHECK (purpose IN ('password', 'messenger')),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    chat_id    uuid -- of a messenger's link: the chat that opened it first, and the only one it works for
);

-- One chat of one account (a bot, the site's chat). Its id follows from account and external_id, so that two replicas that
-- meet the chat for the first time make the same row.
CREATE TABLE conversation (
    id              uuid PRIMARY KEY,
    channel         text NOT NULL CONSTRAINT conversation_channel CHECK (channel IN ('telegram', 'whatsapp', 'max', 'webchat', 'sms', 'email', 'talk')),
    account         text NOT NULL,
    external_id     text NOT NULL,
    lang            text CONSTRAINT conversation_lang CHECK (lang IN ('ru', 'en')),
    owner           text NOT NULL DEFAULT 'bot' CONSTRAINT conversation_owner CHECK (owner IN ('bot', 'human')),
    session         jsonb NOT NULL DEFAULT '{}',
    version         integer NOT NULL DEFAULT 0,
    card_message_id text,
    blocked_at      timestamptz,
    created_at      timestamptz NOT NULL,
    last_inbound_at timestamptz,
    nudge_at        timestamptz, -- ask once more, then
    drop_at         timestamptz, -- leave the flow
    muted           text[] NOT NULL DEFAULT '{}', -- what the person does not want to be told: reminders
    wake_at         timestamptz, -- not after either, and coarse: a turn that leaves it as it was touches no index
    CONSTRAINT conversation_external UNIQUE (account, external_id)
) WITH (fillfactor = 60);
CREATE INDEX conversation_wake ON conversation (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE patient (
    id          uuid PRIMARY KEY,
    surname     text NOT NULL DEFAULT '',
    given       text NOT NULL,
    patronymic  text NOT NULL DEFAULT '',
    name_key    text NOT NULL GENERATED ALWAYS AS (lower(surname || ' ' || given)) STORED, -- for likely duplicates
    birth_date  date,
    sex         text CONSTRAINT patient_sex CHECK (sex IN ('female', 'male')),
    lang        text NOT NULL DEFAULT 'ru',
    verified_at timestamptz,                  -- the desk has seen a document
    deceased_at timestamptz,
    merged_into uuid REFERENCES patient,
    created_at  timestamptz NOT NULL,
    version     integer NOT NULL DEFAULT 1
);
CREATE INDEX patient_name ON patient (name_key, birth_date);

-- How to reach a patient: sealed (core/vault), and found by a blind index.
CREATE TABLE patient_contact (
    id           uuid CONSTRAINT patient_contact_pk PRIMARY KEY,
    patient_id   uuid NOT NULL REFERENCES patient,
    kind         text NOT NULL CONSTRAINT patient_contact_kind CHECK (kind IN ('phone', 'email')),
    value_sealed bytea NOT NULL, -- E.164 for a phone
    value_index  bytea NOT NULL,
    verified_at  timestamptz,    -- shared by the messenger itself, or proved by a code
    created_at   timestamptz NOT NULL,
    CONSTRAINT patient_contact_once UNIQUE (patient_id, kind, value_index)
);
CREATE INDEX patient_contact_value ON patient_contact (value_index);

-- For whom a chat may act. self is at most one.
CREATE TABLE patient_link (
    conversation_id uuid NOT NULL REFERENCES conversation,
    patient_id      uuid NOT NULL REFERENCES patient,
    relation        text NOT NULL CONSTRAINT patient_link_relation CHECK (relation IN ('self', 'child', 'spouse', 'parent', 'other')),
    created_at      timestamptz NOT NULL,
    verified_at     timestamptz,           -- the person in this chat proved who they are
    verified_by     uuid REFERENCES staff, -- who saw their document; NULL where a code and the birth date did it
    PRIMARY KEY (conversation_id, patient_id)
);
CREATE UNIQUE INDEX patient_link_self ON patient_link (conversation_id) WHERE relation = 'self';
CREATE INDEX patient_link_patient ON patient_link (patient_id);

CREATE TABLE consent_text (
    id      uuid PRIMARY KEY,
    purpose text NOT NULL CONSTRAINT consent_purpose CHECK (purpose IN ('processing', 'advertising', 'disclosure', 'cross_border', 'recording')),
    lang    text NOT NULL,
    version integer NOT NULL,
    body    text NOT NULL,
    sha256  bytea NOT NULL,
    UNIQUE (purpose, lang, version)
);

-- Append-only: what was agreed to or taken back, in which words, where and when.
CREATE TABLE consent_event (
    id              uuid PRIMARY KEY,
    conversation_id uuid REFERENCES conversation,
    patient_id      uuid REFERENCES patient,
    text_id         uuid NOT NULL REFERENCES consent_text,
    action          text NOT NULL CONSTRAINT consent_action CHECK (action IN ('given', 'withdrawn')),
    channel         text NOT NULL,
    message_id      text,
    actor_kind      text NOT NULL,
    actor_id        uuid,
    at              timestamptz NOT NULL
);
CREATE INDEX consent_event_conversation ON consent_event (conversation_id, at);
CREATE INDEX consent_event_patient ON consent_event (patient_id, at);

-- The patients the acting chat may see. The owner reads the links: the policy of patient_link itself could not.
-- +goose StatementBegin
CREATE FUNCTION actor_patients() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN ARRAY(SELECT patient_id FROM patient_link WHERE conversation_id = actor_id() AND actor_kind() = 'patient');
END
$$;
-- +goose StatementEnd

ALTER TABLE staff ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON staff TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON staff TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY self ON staff FOR SELECT TO zapis_app USING ((SELECT actor_is_staff()) AND id = (SELECT actor_id()));

ALTER TABLE staff_invite ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff_invite FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON staff_invite TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON staff_invite TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));

ALTER TABLE conversation ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON conversation TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY chat ON conversation TO zapis_app USING (id = (SELECT actor_id()) OR (SELECT actor_is_house()))
    WITH CHECK (id = (SELECT actor_id()) OR (SELECT actor_is_house()));

ALTER TABLE patient ENABLE ROW LEVEL SECURITY;
ALTER TABLE patient FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON patient TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON patient TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY staff ON patient TO zapis_app USING ((SELECT actor_is_staff())) WITH CHECK ((SELECT actor_is_staff()));
CREATE POLICY own ON patient FOR SELECT TO zapis_app USING (id = ANY ((SELECT actor_patients())::uuid[]));
CREATE POLICY own_update ON patient FOR UPDATE TO zapis_app USING (id = ANY ((SELECT actor_patients())::uuid[]))
    WITH CHECK (id = ANY ((SELECT actor_patients())::uuid[]));

ALTER TABLE patient_contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE patient_contact FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON patient_contact TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON patient_contact TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY staff ON patient_contact TO zapis_app USING ((SELECT actor_is_staff())) WITH CHECK ((SELECT actor_is_staff()));
CREATE POLICY own ON patient_contact TO zapis_app USING (patient_id = ANY ((SELECT actor_patients())::uuid[]))
    WITH CHECK (patient_id = ANY ((SELECT actor_patients())::uuid[]));

ALTER TABLE patient_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE patient_link FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON patient_link TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON patient_link TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY staff ON patient_link TO zapis_app USING ((SELECT actor_is_staff())) WITH CHECK ((SELECT actor_is_staff()));
CREATE POLICY own ON patient_link FOR SELECT TO zapis_app USING (conversation_id = (SELECT actor_id()));

-- A chat makes a new card and its link to it in one breath; it can never link itself to a card that stood before.
-- +goose StatementBegin
CREATE FUNCTION register_patient(p uuid, kin text, p_surname text, p_given text, p_patronymic text, p_birth date, p_lang text, made timestamptz)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'patient' THEN
        RAISE EXCEPTION 'only a chat registers itself' USING ERRCODE = '42501';
    END IF;
    INSERT INTO patient (id, surname, given, patronymic, birth_date, lang, created_at)
    VALUES (p, p_surname, p_given, p_patronymic, p_birth, p_lang, made);
    INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES (actor_id(), p, kin, made);
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION register_patient(uuid, text, text, text, text, date, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION register_patient(uuid, text, text, text, text, date, text, timestamptz) TO zapis_app;

ALTER TABLE consent_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE consent_event FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON consent_event TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON consent_event TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY staff ON consent_event FOR SELECT TO zapis_app USING ((SELECT actor_is_staff()));
CREATE POLICY own ON consent_event TO zapis_app USING (conversation_id = (SELECT actor_id()))
    WITH CHECK (conversation_id = (SELECT actor_id()));

GRANT SELECT, INSERT, UPDATE ON staff, staff_invite, conversation, patient TO zapis_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON patient_contact TO zapis_app;
GRANT SELECT, INSERT, DELETE ON patient_link TO zapis_app;
GRANT UPDATE (verified_at, verified_by) ON patient_link TO zapis_app;
GRANT SELECT, INSERT ON consent_text, consent_event TO zapis_app;

-- +goose Down
DROP TABLE consent_event, consent_text, patient_link, patient_contact, patient, conversation, staff_invite, staff;
DROP FUNCTION register_patient(uuid, text, text, text, text, date, text, timestamptz);
DROP FUNCTION actor_patients();
