-- +goose Up
-- Seals make tampering evident. A seal covers the rows that had been committed and not yet sealed when it was made; root is a hash over the
-- seal and, by way of previous, over every seal before it. What is hashed, and how, stands in docs/security.md; `zapis audit verify` works it
-- out again.
CREATE TABLE audit_seal (
    seq      bigint NOT NULL CONSTRAINT audit_seal_pkey PRIMARY KEY,  -- from 1, without gaps
    at       timestamptz NOT NULL,                                    -- by the program's clock; a clock may run backwards, seq does not
    first_at timestamptz NOT NULL,                                    -- the earliest and the latest of its rows
    last_at  timestamptz NOT NULL,
    rows     integer NOT NULL CONSTRAINT audit_seal_rows CHECK (rows > 0),
    total    bigint NOT NULL,                                         -- rows of this and all earlier seals
    tree     bytea NOT NULL,                                          -- Merkle root of the rows' leaves
    previous bytea NOT NULL,                                          -- root of the seal before; 32 zero bytes for the first
    root     bytea NOT NULL
);
COMMENT ON TABLE audit IS 'data: personal; subject: patient_id; retention: audit';
COMMENT ON TABLE audit_intake IS 'data: personal; subject: patient_id; retention: audit';
COMMENT ON TABLE audit_sealed IS 'data: personal; subject: patient_id; retention: audit';
COMMENT ON TABLE audit_seal IS 'data: none; subject: none; retention: audit';
ALTER TABLE audit_seal ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_seal FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON audit_seal TO zapis_owner USING (true) WITH CHECK (true);

-- zapis_audit seals, and can do nothing else: take rows in, put them away, add a seal.
GRANT USAGE ON SCHEMA public TO zapis_audit;
GRANT SELECT, DELETE ON audit_intake TO zapis_audit;
GRANT SELECT, INSERT ON audit_sealed, audit_seal TO zapis_audit;
CREATE POLICY seal ON audit_intake TO zapis_audit USING (true) WITH CHECK (false);
CREATE POLICY seal ON audit_sealed TO zapis_audit USING (true) WITH CHECK (true);
CREATE POLICY seal ON audit_seal TO zapis_audit USING (true) WITH CHECK (true);

-- A value as it is hashed: its length in four bytes and itself, or ff ff ff ff for NULL, so that no two rows look alike.
-- +goose StatementBegin
CREATE FUNCTION audit_part(value bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(int4send(octet_length(value)) || value, '\xffffffff') $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION audit_leaf(a audit_intake) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
SELECT sha256('\x0001'::bytea || audit_part(uuid_send(a.id)) || audit_part(timestamptz_send(a.at)) || audit_part(timestamptz_send(a.recorded_at))
    || audit_part(convert_to(a.actor_kind, 'UTF8')) || audit_part(uuid_send(a.actor_id)) || audit_part(convert_to(a.role, 'UTF8'))
    || audit_part(uuid_send(a.on_behalf_of)) || audit_part(convert_to(a.channel, 'UTF8')) || audit_part(convert_to(a.action, 'UTF8'))
    || audit_part(convert_to(a.class, 'UTF8')) || audit_part(convert_to(a.object_type, 'UTF8')) || audit_part(uuid_send(a.object_id))
    || audit_part(int4send(a.objects)) || audit_part(uuid_send(a.patient_id)) || audit_part(convert_to(a.decision, 'UTF8'))
    || audit_part(boolsend(a.glass)) || audit_part(int4send(a.policy_version)) || audit_part(convert_to(a.request_id, 'UTF8'))
    || audit_part(convert_to(a.fields::text, 'UTF8')))
$$;
-- +goose StatementEnd

-- The root of RFC 6962's tree: neighbours are joined level by level, an odd one goes up as it is.
-- +goose StatementBegin
CREATE FUNCTION audit_tree(leaves bytea[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    WHILE cardinality(leaves) > 1 LOOP
        leaves := ARRAY(
            SELECT CASE WHEN count(*) = 2 THEN sha256('\x01'::bytea || string_agg(u.h, '' ORDER BY u.n)) ELSE string_agg(u.h, '') END
            FROM unnest(leaves) WITH ORDINALITY AS u(h, n)
            GROUP BY (u.n - 1) / 2
            ORDER BY (u.n - 1) / 2);
    END LOOP;
    RETURN leaves[1];
END
$$;
-- +goose StatementEnd

-- Seals up to `most` of the rows that wait, as one step that happens whole or not at all, and says how many they were: none where nothing
-- waits or another replica is at it. A row is there to be sealed once its transaction has committed, however late that is.
-- +goose StatementBegin
CREATE FUNCTION audit_seal_next(now timestamptz, most integer, OUT seq bigint, OUT rows integer, OUT backwards boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    last   audit_seal;
    s      audit_seal;
    leaves bytea[];
BEGIN
    seq := 0;
    rows := 0;
    backwards := false;
    IF NOT EXISTS (SELECT FROM audit_intake) OR NOT pg_try_advisory_xact_lock(hashtextextended('audit_seal', 0)) THEN
        RETURN;
    END IF;
    SELECT * INTO last FROM audit_seal x ORDER BY x.seq DESC LIMIT 1;
    s.seq := coalesce(last.seq, 0) + 1;
    s.at := now;
    most := least(most, 10000); -- whoever verifies holds a seal's rows in memory
    WITH gone AS (
        DELETE FROM audit_intake WHERE ctid = ANY (ARRAY(SELECT ctid FROM audit_intake LIMIT most)) RETURNING audit_intake AS a
    ), placed AS (
        INSERT INTO audit_sealed (id, at, recorded_at, actor_kind, actor_id, role, on_behalf_of, channel, action, class, object_type, object_id,
            objects, patient_id, decision, glass, policy_version, request_id, fields, sealed, seal, position, leaf)
        SELECT (g.a).id, (g.a).at, (g.a).recorded_at, (g.a).actor_kind, (g.a).actor_id, (g.a).role, (g.a).on_behalf_of, (g.a).channel, (g.a).action,
            (g.a).class, (g.a).object_type, (g.a).object_id, (g.a).objects, (g.a).patient_id, (g.a).decision, (g.a).glass, (g.a).policy_version,
            (g.a).request_id, (g.a).fields, true, s.seq, row_number() OVER (ORDER BY (g.a).recorded_at, (g.a).id), audit_leaf(g.a)
        FROM gone g
        RETURNING position, leaf, at
    )
    SELECT array_agg(p.leaf ORDER BY p.position), count(*), min(p.at), max(p.at) INTO leaves, s.rows, s.first_at, s.last_at FROM placed p;
    IF s.rows = 0 THEN
        RETURN;
    END IF;
    s.total := coalesce(last.total, 0) + s.rows;
    s.tree := audit_tree(leaves);
    s.previous := coalesce(last.root, decode(repeat('00', 32), 'hex'));
    s.root := sha256('\x02'::bytea || int8send(s.seq) || timestamptz_send(s.at) || timestamptz_send(s.first_at) || timestamptz_send(s.last_at)
        || int4send(s.rows) || int8send(s.total) || s.tree || s.previous);
    INSERT INTO audit_seal SELECT s.*;
    seq := s.seq;
    rows := s.rows;
    backwards := coalesce(s.at < last.at, false);
END
$$;
-- +goose StatementEnd
GRANT CREATE ON SCHEMA public TO zapis_audit;
ALTER FUNCTION audit_seal_next(timestamptz, integer) OWNER TO zapis_audit;
REVOKE CREATE ON SCHEMA public FROM zapis_audit;
REVOKE ALL ON FUNCTION audit_seal_next(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_seal_next(timestamptz, integer) TO zapis_app;

-- How far the seals have come. Hashes and counts, nobody's data.
-- +goose StatementBegin
CREATE FUNCTION audit_head(OUT seq bigint, OUT at timestamptz, OUT total bigint, OUT root bytea, OUT waiting bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF actor_kind() IS NULL OR actor_kind() NOT IN ('system', 'staff') THEN
        RETURN;
    END IF;
    SELECT s.seq, s.at, s.total, s.root INTO seq, at, total, root FROM audit_seal s ORDER BY s.seq DESC LIMIT 1;
    SELECT count(*) INTO waiting FROM audit_intake;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION audit_head() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_head() TO zapis_app;

-- The classes that are medical content.
-- +goose StatementBegin
CREATE FUNCTION medical_classes() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ARRAY['visit_reason', 'records', 'prescriptions', 'results', 'documents'] $$;
-- +goose StatementEnd

-- Who looked at a patient's medical data or changed it, by day and person: for the chat of the patient, whose identity is proved, or of
-- who may speak for them, and for Zapis itself. Who treats has a name, everybody else a role. Nothing of what was seen.
-- +goose StatementBegin
CREATE FUNCTION audit_looks(patient uuid, zone text, before date, most integer)
RETURNS TABLE (day date, kind text, role text, surname text, given text, patronymic text, class text, channel text, glass boolean, looks bigint,
    changes bigint, first_at timestamptz, last_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    IF NOT coalesce(actor_is_system() OR (actor_kind() = 'patient' AND audit_looks.patient = ANY (actor_wards())), false) THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT g.day, g.actor_kind, g.role, coalesce(p.surname, ''), coalesce(p.given, ''), coalesce(p.patronymic, ''), g.class, g.channel, g.glass,
            g.looks, g.changes, g.first_at, g.last_at
        FROM (
            SELECT (a.at AT TIME ZONE audit_looks.zone)::date AS day, a.actor_kind, a.role, a.actor_id, a.class, a.channel, a.glass,
                count(*) FILTER (WHERE a.action LIKE '%.read') AS looks, count(*) FILTER (WHERE a.action NOT LIKE '%.read') AS changes,
                min(a.at) AS first_at, max(a.at) AS last_at
            FROM audit a
            WHERE a.patient_id = audit_looks.patient AND a.actor_kind IN ('staff', 'service') AND a.decision = 'allow'
              AND (a.class = ANY (medical_classes()) OR a.glass)
              AND (audit_looks.before IS NULL OR a.at < audit_looks.before::timestamp AT TIME ZONE audit_looks.zone)
            GROUP BY 1, 2, 3, 4, 5, 6, 7
        ) g
        LEFT JOIN staff s ON s.id = g.actor_id AND g.role IN ('doctor', 'nurse', 'head')
        LEFT JOIN practitioner p ON p.id = s.practitioner_id
        ORDER BY g.day DESC, g.last_at DESC, g.class
        LIMIT least(audit_looks.most, 1000);
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION audit_looks(uuid, text, date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_looks(uuid, text, date, integer) TO zapis_app;

-- What stands on record, the newest first, for those whose work it is to look: all of it for security, medical access for the head, money
-- for the cashier. Everybody else finds nothing. Where NULL is asked for, everything matches.
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
        q := q || ' AND x.patient_id = $2';
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

-- +goose Down
DROP FUNCTION audit_search(text, uuid, text, timestamptz, timestamptz, timestamptz, uuid, integer);
DROP FUNCTION audit_looks(uuid, text, date, integer);
DROP FUNCTION medical_classes();
DROP FUNCTION audit_head();
DROP FUNCTION audit_seal_next(timestamptz, integer);
DROP FUNCTION audit_tree(bytea[]);
DROP FUNCTION audit_leaf(audit_intake);
DROP FUNCTION audit_part(bytea);
DROP TABLE audit_seal;
