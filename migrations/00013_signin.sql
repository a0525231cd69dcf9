-- +goose Up
-- How often somebody has guessed: one row for an account, an address, a code. What is guessed at stands as a hash, for people type
-- passwords where a login belongs.
CREATE TABLE throttle (
    key   bytea PRIMARY KEY,
    fails integer NOT NULL,
    at    timestamptz NOT NULL -- of the last guess
);
CREATE INDEX throttle_at ON throttle (at);
ALTER TABLE throttle ENABLE ROW LEVEL SECURITY;
ALTER TABLE throttle FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON throttle TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON throttle TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO zapis_app;
COMMENT ON TABLE throttle IS 'data: personal; subject: none; retention: session';

-- Counts a guess before it is looked at, and says how many it is; NULL where it comes too soon. After so many free ones each waits twice
-- as long as the one before; who leaves it alone for long enough begins anew. Times are in seconds.
-- +goose StatementBegin
CREATE FUNCTION throttle_try(p_key bytea, p_now timestamptz, p_free integer, p_pause float8, p_longest float8, p_forget float8) RETURNS integer
LANGUAGE sql
AS $$
    INSERT INTO throttle AS t (key, fails, at) VALUES (p_key, 1, p_now)
    ON CONFLICT (key) DO UPDATE SET
        fails = CASE WHEN t.at <= p_now - p_forget * interval '1 second' THEN 1 ELSE t.fails + 1 END,
        at = p_now
    WHERE t.fails < p_free
       OR t.at + least(p_pause * 2 ^ least(t.fails - p_free, 30), p_longest) * interval '1 second' <= p_now
       OR t.at <= p_now - p_forget * interval '1 second'
    RETURNING fails
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION throttle_try(bytea, timestamptz, integer, float8, float8, float8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION throttle_try(bytea, timestamptz, integer, float8, float8, float8) TO zapis_app;

-- An authenticator app's secret, sealed by core/vault under the row's id. last_step is the newest step whose code was used: no code
-- of that step or an earlier one is good again.
CREATE TABLE staff_totp (
    id           uuid PRIMARY KEY,
    staff_id     uuid NOT NULL REFERENCES staff,
    totp_sealed  bytea NOT NULL,
    last_step    bigint NOT NULL DEFAULT 0,
    confirmed_at timestamptz, -- NULL while it is shown and no code of it was seen yet
    created_at   timestamptz NOT NULL
);
CREATE UNIQUE INDEX staff_totp_one ON staff_totp (staff_id) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX staff_totp_shown ON staff_totp (staff_id) WHERE confirmed_at IS NULL;

-- Codes on paper for a lost phone: each once, kept as a hash.
CREATE TABLE staff_recovery (
    staff_id  uuid NOT NULL REFERENCES staff,
    code_hash bytea NOT NULL,
    used_at   timestamptz,
    PRIMARY KEY (staff_id, code_hash)
);

-- Passkeys: public keys, and what the authenticator said of itself. doubted_at: its counter went back, so that there may be a copy.
CREATE TABLE staff_passkey (
    id         bytea PRIMARY KEY, -- the credential's own
    staff_id   uuid NOT NULL REFERENCES staff,
    name       text NOT NULL,
    credential jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    doubted_at timestamptz
);
CREATE INDEX staff_passkey_staff ON staff_passkey (staff_id);

-- Who somebody is to the clinic's own sign-on: the provider's word for them, never their e-mail.
CREATE TABLE staff_oidc (
    issuer    text NOT NULL,
    subject   text NOT NULL,
    staff_id  uuid NOT NULL REFERENCES staff,
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX staff_oidc_staff ON staff_oidc (staff_id, issuer);

-- A messenger account that somebody proved to be theirs.
CREATE TABLE staff_link (
    conversation_id uuid PRIMARY KEY REFERENCES conversation,
    staff_id        uuid NOT NULL REFERENCES staff,
    channel         text NOT NULL,
    account         text NOT NULL,
    external_id     text NOT NULL,
    linked_at       timestamptz NOT NULL,
    CONSTRAINT staff_link_external UNIQUE (account, external_id)
);
CREATE INDEX staff_link_staff ON staff_link (staff_id);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['staff_totp', 'staff_recovery', 'staff_passkey', 'staff_oidc', 'staff_link'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system ON %I TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()))', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO zapis_app', t);
        EXECUTE format('COMMENT ON TABLE %I IS %L', t, 'data: personal; subject: none; retention: staff');
    END LOOP;
END
$$;
-- +goose StatementEnd

-- A chat opens a link to a member of staff: from then on it is the only one for which the link works. NULL where the link is unknown,
-- used, too old, or another chat's: these are not told apart. A page in a browser is nobody's account.
-- +goose StatementBegin
CREATE FUNCTION staff_link_claim(p_token bytea, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    v_login text;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'patient' THEN
        RAISE EXCEPTION 'only a chat opens a link' USING ERRCODE = '42501';
    END IF;
    UPDATE staff_invite i SET chat_id = actor_id()
    FROM staff s
    WHERE i.token_hash = p_token AND i.purpose = 'messenger' AND i.used_at IS NULL AND i.expires_at > p_now
      AND (i.chat_id IS NULL OR i.chat_id = actor_id()) AND s.id = i.staff_id AND s.active
      AND EXISTS (SELECT FROM conversation c WHERE c.id = actor_id() AND c.channel <> 'webchat')
      AND NOT EXISTS (SELECT FROM staff_link l WHERE l.conversation_id = actor_id() AND l.staff_id <> i.staff_id)
    RETURNING s.login INTO v_login;
    RETURN v_login;
END
$$;
-- +goose StatementEnd

-- The chat that opened the link says yes: the link is used up, and the chat is the member's. NULL as above.
-- +goose StatementBegin
CREATE FUNCTION staff_link_take(p_token bytea, p_now timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    v_staff uuid;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'patient' THEN
        RAISE EXCEPTION 'only a chat takes a link' USING ERRCODE = '42501';
    END IF;
    UPDATE staff_invite i SET used_at = p_now
    FROM staff s
    WHERE i.token_hash = p_token AND i.purpose = 'messenger' AND i.used_at IS NULL AND i.expires_at > p_now
      AND i.chat_id = actor_id() AND s.id = i.staff_id AND s.active
      AND NOT EXISTS (SELECT FROM staff_link l WHERE l.conversation_id = actor_id() AND l.staff_id <> i.staff_id)
    RETURNING i.staff_id INTO v_staff;
    IF v_staff IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO staff_link (conversation_id, staff_id, channel, account, external_id, linked_at)
    SELECT c.id, v_staff, c.channel, c.account, c.external_id, p_now FROM conversation c WHERE c.id = actor_id()
    ON CONFLICT (conversation_id) DO NOTHING;
    RETURN v_staff;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION staff_link_claim(bytea, timestamptz), staff_link_take(bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION staff_link_claim(bytea, timestamptz), staff_link_take(bytea, timestamptz) TO zapis_app;

-- Six digits by which a person shows, with the birth date on the card, that the card is theirs. The desk hands them out. They are kept
-- as a blind index: a hash of six digits is no secret.
CREATE TABLE patient_code (
    id         uuid PRIMARY KEY,
    patient_id uuid NOT NULL REFERENCES patient,
    code_mac bytea NOT NULL,
    issued_by  uuid REFERENCES staff,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries      integer NOT NULL DEFAULT 0,
    used_at    timestamptz -- or void: a newer one was handed out
);
CREATE INDEX patient_code_patient ON patient_code (patient_id, created_at);

-- One-time links of patients: to something of theirs, for a while, once, and with the last digits of their phone.
CREATE TABLE patient_ticket (
    token_hash bytea PRIMARY KEY,
    patient_id uuid NOT NULL REFERENCES patient,
    purpose    text NOT NULL,
    object_id  uuid,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries      integer NOT NULL DEFAULT 0,
    used_at    timestamptz
);
CREATE INDEX patient_ticket_patient ON patient_ticket (patient_id);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['patient_code', 'patient_ticket'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system ON %I TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()))', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO zapis_app', t);
        EXECUTE format('COMMENT ON TABLE %I IS %L', t, 'data: personal; subject: patient_id; retention: session');
    END LOOP;
END
$$;
-- +goose StatementEnd
-- The desk hands codes out to whom it sees.
CREATE POLICY desk ON patient_code TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id))
    WITH CHECK ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id));
CREATE POLICY desk ON patient_ticket FOR INSERT TO zapis_app
    WITH CHECK ((SELECT staff_role()) IS NOT NULL AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id));
CREATE POLICY own ON patient_ticket FOR INSERT TO zapis_app WITH CHECK (patient_id = ANY ((SELECT actor_wards())::uuid[]));

-- A chat proves that one of its cards is its own. 'proved', 'wrong', or 'wait': too many tries of this chat, of this phone. Whatever was wrong is not
-- told apart, and a try counts before it is looked at. After five tries a code is worth nothing.
-- +goose StatementBegin
CREATE FUNCTION prove_identity(p_patient uuid, p_codes bytea[], p_born date, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    v_chat bytea := sha256(convert_to('proof.chat', 'UTF8') || '\x00'::bytea || convert_to(actor_id()::text, 'UTF8'));
    v_key  bytea;
    v_code patient_code;
BEGIN
    IF actor_kind() IS DISTINCT FROM 'patient' THEN
        RAISE EXCEPTION 'only a chat proves itself' USING ERRCODE = '42501';
    END IF;
    IF throttle_try(v_chat, p_now, 5, 300, 3600, 86400) IS NULL THEN
        RETURN 'wait';
    END IF;
    IF NOT EXISTS (SELECT FROM patient_link l WHERE l.conversation_id = actor_id() AND l.patient_id = p_patient) THEN
        RETURN 'wrong';
    END IF;
    FOR v_key IN SELECT sha256(convert_to('proof.phone', 'UTF8') || '\x00'::bytea || c.value_index)
                 FROM patient_contact c WHERE c.patient_id = p_patient AND c.kind = 'phone' ORDER BY c.value_index LOOP
        IF throttle_try(v_key, p_now, 5, 300, 3600, 86400) IS NULL THEN
            RETURN 'wait';
        END IF;
    END LOOP;
    UPDATE patient_code SET tries = tries + 1
    WHERE id = (SELECT c.id FROM patient_code c
                WHERE c.patient_id = p_patient AND c.used_at IS NULL AND c.expires_at > p_now AND c.tries < 5
                ORDER BY c.created_at DESC LIMIT 1 FOR UPDATE)
    RETURNING * INTO v_code;
    IF v_code.id IS NULL OR v_code.code_mac <> ALL (p_codes)
       OR NOT EXISTS (SELECT FROM patient p WHERE p.id = p_patient AND p.birth_date = p_born) THEN
        RETURN 'wrong';
    END IF;
    UPDATE patient_code SET used_at = p_now WHERE id = v_code.id;
    UPDATE patient_link SET verified_at = p_now, verified_by = NULL WHERE conversation_id = actor_id() AND patient_id = p_patient;
    DELETE FROM throttle WHERE key = v_chat;
    RETURN 'proved';
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION prove_identity(uuid, bytea[], date, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prove_identity(uuid, bytea[], date, timestamptz) TO zapis_app;

-- A chat that can no longer be reached may be somebody else's by the time it can.
CREATE TRIGGER conversation_blocked AFTER UPDATE OF blocked_at ON conversation
    FOR EACH ROW WHEN (OLD.blocked_at IS NULL AND NEW.blocked_at IS NOT NULL) EXECUTE FUNCTION forget_identity();

-- +goose Down
DROP TRIGGER conversation_blocked ON conversation;
DROP FUNCTION prove_identity(uuid, bytea[], date, timestamptz);
DROP TABLE patient_ticket, patient_code;
DROP FUNCTION staff_link_take(bytea, timestamptz);
DROP FUNCTION staff_link_claim(bytea, timestamptz);
DROP TABLE staff_link, staff_oidc, staff_passkey, staff_recovery, staff_totp;
DROP FUNCTION throttle_try(bytea, timestamptz, integer, float8, float8, float8);
DROP TABLE throttle;
