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

-- +goose Down
DROP FUNCTION staff_link_take(bytea, timestamptz);
DROP FUNCTION staff_link_claim(bytea, timestamptz);
DROP TABLE staff_link, staff_oidc, staff_passkey, staff_recovery, staff_totp, throttle;
