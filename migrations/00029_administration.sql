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

-- The journal is looked through by class, by object and by what was decided, too.
DROP FUNCTION audit_search(text, uuid, text, timestamptz, timestamptz, timestamptz, uuid, integer);
-- +goose StatementBegin
CREATE FUNCTION audit_search(who text, patient uuid, what text, since timestamptz, until timestamptz, before_at timestamptz, before_id uuid, most integer,
    of_class text DEFAULT NULL, object uuid DEFAULT NULL, decided text DEFAULT NULL)
RETURNS TABLE (id uuid, at timestamptz, kind text, actor_id uuid, login text, role text, on_behalf_of uuid, channel text, action text, class text,
    object_type text, object_id uuid, objects integer, patient_id uuid, decision text, glass boolean, policy_version integer, request_id text,
    fields text[], seal bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    -- Put together from fixed parts and planned for what was asked: one statement for all cases would use no index.
    q text := $q$
        SELECT a.id, a.at, a.actor_kind, a.actor_id, coalesce(s.login, ''), a.role, a.on_behalf_of, a.channel, a.action, a.class, a.object_type,
            a.object_id, a.objects, a.patient_id, a.decision, a.glass, a.policy_version, a.request_id, a.fields, coalesce(a.seal, 0)
        FROM (SELECT * FROM audit x WHERE $q$;
BEGIN
    CASE staff_role()
    WHEN 'security' THEN q := q || 'true';
    WHEN 'head' THEN q := q || '(x.class = ANY (medical_classes()) OR x.glass)';
    WHEN 'cashier' THEN q := q || $q$x.class = 'payments'$q$;
    ELSE RETURN;
    END CASE;
    IF who IS NOT NULL THEN
        q := q || ' AND x.actor_id = (SELECT m.id FROM staff m WHERE m.login = $1 OR m.id::text = $1 ORDER BY m.login = $1 DESC LIMIT 1)';
    END IF;
    IF patient IS NOT NULL THEN
        q := q || ' AND x.patient_id = ANY (cards_of($2))';
    END IF;
    IF what IS NOT NULL THEN
        q := q || ' AND x.action LIKE $3';
    END IF;
    IF of_class IS NOT NULL THEN
        q := q || ' AND x.class = $9';
    END IF;
    IF object IS NOT NULL THEN
        q := q || ' AND x.object_id = $10';
    END IF;
    IF decided IS NOT NULL THEN
        q := q || ' AND x.decision = $11';
    END IF;
    IF since IS NOT NULL THEN
        q := q || ' AND x.at >= $4';
    END IF;
    IF until IS NOT NULL THEN
        q := q || ' AND x.at < $5';
    END IF;
    IF before_at IS NOT NULL THEN
        q := q || ' AND (x.at, x.id) < ($6, $7)';
    END IF;
    q := q || $q$ ORDER BY x.at DESC, x.id DESC LIMIT $8) a
        LEFT JOIN staff s ON s.id = a.actor_id AND a.actor_kind = 'staff'
        ORDER BY a.at DESC, a.id DESC$q$;
    RETURN QUERY EXECUTE q USING who, patient, what, since, until, before_at, before_id, least(most, 1000), of_class, object, decided;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION audit_search(text, uuid, text, timestamptz, timestamptz, timestamptz, uuid, integer, text, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_search(text, uuid, text, timestamptz, timestamptz, timestamptz, uuid, integer, text, uuid, text) TO zapis_app;
CREATE INDEX audit_sealed_object ON audit_sealed (object_id, at) WHERE object_id IS NOT NULL;
CREATE INDEX audit_sealed_denied ON audit_sealed (at, id) WHERE decision = 'deny';

-- +goose Down
DROP INDEX audit_sealed_denied, audit_sealed_object;
DROP FUNCTION audit_search(text, uuid, text, timestamptz, timestamptz, timestamptz, uuid, integer, text, uuid, text);
-- +goose StatementBegin
CREATE FUNCTION audit_search(who text, patient uuid, what text, since timestamptz, until timestamptz, before_at timestamptz, before_id uuid, most integer)
RETURNS TABLE (id uuid, at timestamptz, kind text, actor_id uuid, login text, role text, on_behalf_of uuid, channel text, action text, class text,
    object_type text, object_id uuid, objects integer, patient_id uuid, decision text, glass boolean, policy_version integer, request_id text,
    fields text[], seal bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    -- Put together from fixed parts and planned for what was asked: one statement for all cases would use no index.
    q text := $q$
        SELECT a.id, a.at, a.actor_kind, a.actor_id, coalesce(s.login, ''), a.role, a.on_behalf_of, a.channel, a.action, a.class, a.object_type,
            a.object_id, a.objects, a.patient_id, a.decision, a.glass, a.policy_version, a.request_id, a.fields, coalesce(a.seal, 0)
        FROM (SELECT * FROM audit x WHERE $q$;
BEGIN
    CASE staff_role()
    WHEN 'security' THEN q := q || 'true';
    WHEN 'head' THEN q := q || '(x.class = ANY (medical_classes()) OR x.glass)';
    WHEN 'cashier' THEN q := q || $q$x.class = 'payments'$q$;
    ELSE RETURN;
    END CASE;
    IF who IS NOT NULL THEN
        q := q || ' AND x.actor_id = (SELECT m.id FROM staff m WHERE m.login = $1 OR m.id::text = $1 ORDER BY m.login = $1 DESC LIMIT 1)';
    END IF;
    IF patient IS NOT NULL THEN
        q := q || ' AND x.patient_id = ANY (cards_of($2))';
    END IF;
    IF what IS NOT NULL THEN
        q := q || ' AND x.action LIKE $3';
    END IF;
    IF since IS NOT NULL THEN
        q := q || ' AND x.at >= $4';
    END IF;
    IF until IS NOT NULL THEN
        q := q || ' AND x.at < $5';
    END IF;
    IF before_at IS NOT NULL THEN
        q := q || ' AND (x.at, x.id) < ($6, $7)';
    END IF;
    q := q || $q$ ORDER BY x.at DESC, x.id DESC LIMIT $8) a
        LEFT JOIN staff s ON s.id = a.actor_id AND a.actor_kind = 'staff'
        ORDER BY a.at DESC, a.id DESC$q$;
    RETURN QUERY EXECUTE q USING who, patient, what, since, until, before_at, before_id, least(most, 1000);
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION audit_search(text, uuid, text, timestamptz, timestamptz, timestamptz, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_search(text, uuid, text, timestamptz, timestamptz, timestamptz, uuid, integer) TO zapis_app;
DROP INDEX outbox_trouble;
DROP TABLE messenger_replica, messenger;
DROP TRIGGER staff_seen ON session;
DROP FUNCTION staff_seen();
ALTER TABLE staff DROP COLUMN seen_at;
DROP POLICY withdraw ON policy_set;
