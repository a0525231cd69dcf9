-- +goose Up
-- Whoever proposed a set may take it back while it is not in force: the head doctor too, who changes no set otherwise.
CREATE POLICY withdraw ON policy_set FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) IN ('head', 'security') AND author = (SELECT actor_id()) AND state IN ('proposed', 'approved'))
    WITH CHECK ((SELECT staff_role()) IN ('head', 'security') AND author = (SELECT actor_id()) AND state = 'retired' AND NOT shadow);

-- When somebody was last at their screen. Sessions say so while they last; this stays.
ALTER TABLE staff ADD COLUMN seen_at timestamptz;
-- +goose StatementBegin
CREATE FUNCTION staff_seen() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE staff SET seen_at = NEW.seen_at WHERE id = NEW.staff_id AND (seen_at IS NULL OR seen_at < NEW.seen_at);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION staff_seen() FROM PUBLIC;
CREATE TRIGGER staff_seen AFTER INSERT OR UPDATE OF seen_at ON session
    FOR EACH ROW WHEN (NEW.staff_id IS NOT NULL AND NEW.seen_at IS NOT NULL) EXECUTE FUNCTION staff_seen();

-- The bot that the clinic speaks through, where it was connected in the cabinet: one of a channel. Its token is sealed; without a token it is
-- disconnected, and the row says which bot it was. A token of the environment wins over it.
CREATE TABLE messenger (
    id           uuid CONSTRAINT messenger_pk PRIMARY KEY,
    channel      text NOT NULL CONSTRAINT messenger_channel CHECK (channel IN ('telegram')),
    bot_id       bigint NOT NULL, -- the messenger's own number of it
    username     text NOT NULL,
    mode         text NOT NULL CONSTRAINT messenger_mode CHECK (mode IN ('polling', 'webhook')),
    token_sealed bytea,
    version      integer NOT NULL DEFAULT 1, -- grows with each change: a replica exchanges its bot when it does
    set_by       uuid REFERENCES staff,
    set_at       timestamptz NOT NULL,
    CONSTRAINT messenger_one UNIQUE (channel)
);
COMMENT ON TABLE messenger IS 'data: none; subject: none; retention: none';

-- What each running program makes of it. The database's clock tells who is alive.
CREATE TABLE messenger_replica (
    id      uuid NOT NULL,
    channel text NOT NULL,
    source  text NOT NULL CONSTRAINT messenger_replica_source CHECK (source IN ('environment', 'cabinet', 'none')),
    version integer NOT NULL, -- of the row; 0 where the token is the environment's, or there is none
    state   text NOT NULL CONSTRAINT messenger_replica_state CHECK (state IN ('works', 'sends', 'off', 'unregistered', 'refused', 'unopened')),
    seen_at timestamptz NOT NULL,
    CONSTRAINT messenger_replica_pk PRIMARY KEY (id, channel)
);
COMMENT ON TABLE messenger_replica IS 'data: none; subject: none; retention: none';

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['messenger', 'messenger_replica'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system ON %I TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()))', t);
        EXECUTE format($p$CREATE POLICY see ON %I FOR SELECT TO zapis_app USING ((SELECT staff_role()) IN ('head', 'director', 'security'))$p$, t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE INDEX messenger_set_by ON messenger (set_by);
CREATE POLICY add ON messenger FOR INSERT TO zapis_app WITH CHECK ((SELECT staff_role()) = 'security' AND set_by = (SELECT actor_id()));
CREATE POLICY change ON messenger FOR UPDATE TO zapis_app USING ((SELECT staff_role()) = 'security')
    WITH CHECK ((SELECT staff_role()) = 'security' AND set_by = (SELECT actor_id()));
GRANT SELECT, INSERT, UPDATE ON messenger TO zapis_app;
CREATE INDEX outbox_trouble ON outbox (created_at) WHERE error IS NOT NULL; -- what did not go out lately, for the page of channels
GRANT SELECT, INSERT, UPDATE, DELETE ON messenger_replica TO zapis_app;

-- +goose Down
DROP INDEX outbox_trouble;
DROP TABLE messenger_replica, messenger;
DROP TRIGGER staff_seen ON session;
DROP FUNCTION staff_seen();
ALTER TABLE staff DROP COLUMN seen_at;
DROP POLICY withdraw ON policy_set;
