-- +goose Up
-- What a clinic brings in tables: patients, doctors, services. The file lies sealed for a month; each of its lines has a row that says what is
-- to become of it, or what became, so that a line is done once, however often its import is begun again, and can be taken back.
CREATE TABLE intake (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL CONSTRAINT intake_kind CHECK (kind IN ('patients', 'doctors', 'services')),
    state      text NOT NULL DEFAULT 'brought' CONSTRAINT intake_state CHECK (state IN
               ('brought', 'planned', 'asked', 'applying', 'applied', 'undoing', 'undone', 'dropped', 'failed')),
    staff_id   uuid NOT NULL REFERENCES staff,
    decided_by uuid REFERENCES staff,          -- who let it be carried out, where that takes a second person
    columns    text[] NOT NULL DEFAULT '{}',   -- what each column of the file is; '' is nothing
    fill       boolean NOT NULL DEFAULT false, -- what stands is filled in where it is empty
    paper      text NOT NULL DEFAULT '',       -- where the patients' consents lie: a number of the clinic's own, no name
    lines      integer NOT NULL DEFAULT 0,
    why        text,                           -- of an import that failed, a code
    at         timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    version    integer NOT NULL DEFAULT 1,
    CONSTRAINT intake_second CHECK (decided_by <> staff_id)
);
CREATE INDEX intake_staff ON intake (staff_id, at);
CREATE INDEX intake_working ON intake (changed_at) WHERE state IN ('applying', 'undoing');

CREATE TABLE intake_content (
    intake_id    uuid PRIMARY KEY REFERENCES intake,
    name_sealed  bytea NOT NULL,
    bytes_sealed bytea NOT NULL
);

CREATE TABLE intake_row (
    id            uuid PRIMARY KEY,
    intake_id     uuid NOT NULL REFERENCES intake,
    line          integer NOT NULL,
    state         text NOT NULL CONSTRAINT intake_row_state CHECK (state IN
                  ('create', 'update', 'skip', 'wrong', 'created', 'updated', 'undone', 'kept')),
    why           text[] NOT NULL DEFAULT '{}', -- codes: what is wrong with the line, why it is skipped, what keeps it from being taken back
    subject_id    uuid,                         -- what the line is, or became
    before_sealed bytea,                        -- of what was filled in, what stood: JSON
    CONSTRAINT intake_row_once UNIQUE (intake_id, line)
);
CREATE INDEX intake_row_state ON intake_row (intake_id, state, line);
CREATE INDEX intake_row_subject ON intake_row (subject_id) WHERE subject_id IS NOT NULL;

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['intake', 'intake_content', 'intake_row'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system ON %I TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()))', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO zapis_app', t);
        EXECUTE format('COMMENT ON TABLE %I IS %L', t, 'data: personal; subject: none; retention: intake');
    END LOOP;
END
$$;
-- +goose StatementEnd
REVOKE DELETE ON intake FROM zapis_app;
-- Who brought it has it alone. What is no patients' is shown to those who decide on it. A file is put in once, and is no other afterwards.
CREATE POLICY own ON intake TO zapis_app USING ((SELECT staff_role()) = 'admin' AND staff_id = (SELECT actor_id()))
    WITH CHECK ((SELECT staff_role()) = 'admin' AND staff_id = (SELECT actor_id()));
CREATE POLICY decide_see ON intake FOR SELECT TO zapis_app USING ((SELECT staff_role()) IN ('head', 'director') AND kind <> 'patients' AND state NOT IN ('brought', 'planned', 'dropped'));
CREATE POLICY decide ON intake FOR UPDATE TO zapis_app USING ((SELECT staff_role()) IN ('head', 'director') AND kind <> 'patients' AND state IN ('asked', 'applied', 'failed'))
    WITH CHECK ((SELECT staff_role()) IN ('head', 'director') AND decided_by = (SELECT actor_id()));
CREATE POLICY own_see ON intake_content FOR SELECT TO zapis_app
    USING ((SELECT staff_role()) IN ('admin', 'head', 'director') AND EXISTS (SELECT FROM intake i WHERE i.id = intake_id));
CREATE POLICY own_add ON intake_content FOR INSERT TO zapis_app
    WITH CHECK ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM intake i WHERE i.id = intake_id AND i.state = 'brought'));
CREATE POLICY own_drop ON intake_content FOR DELETE TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM intake i WHERE i.id = intake_id AND i.state IN ('planned', 'asked', 'brought')));
CREATE POLICY own_see ON intake_row FOR SELECT TO zapis_app
    USING ((SELECT staff_role()) IN ('admin', 'head', 'director') AND EXISTS (SELECT FROM intake i WHERE i.id = intake_id));
CREATE POLICY own_add ON intake_row FOR INSERT TO zapis_app
    WITH CHECK ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM intake i WHERE i.id = intake_id AND i.state IN ('brought', 'planned')));
CREATE POLICY own_done ON intake_row FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM intake i WHERE i.id = intake_id AND i.kind = 'patients' AND i.state IN ('applying', 'undoing')))
    WITH CHECK ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM intake i WHERE i.id = intake_id AND i.kind = 'patients' AND i.state IN ('applying', 'undoing')));
CREATE POLICY own_drop ON intake_row FOR DELETE TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM intake i WHERE i.id = intake_id AND i.state IN ('brought', 'planned', 'asked')));

-- What may become of an import, and of what is brought nothing else is made on the way: what was judged is what is carried out, and of how
-- the clinic is set up another decides.
-- +goose StatementBegin
CREATE FUNCTION guard_intake() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'brought' OR NEW.decided_by IS NOT NULL THEN
            RAISE EXCEPTION 'an import begins with its file' USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.kind, NEW.staff_id, NEW.lines, NEW.at) IS DISTINCT FROM (OLD.id, OLD.kind, OLD.staff_id, OLD.lines, OLD.at)
       OR OLD.state NOT IN ('brought', 'planned') AND (NEW.columns, NEW.fill, NEW.paper) IS DISTINCT FROM (OLD.columns, OLD.fill, OLD.paper) THEN
        RAISE EXCEPTION 'an import stays what it was judged as' USING ERRCODE = '42501';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('brought', 'planned'), ('brought', 'dropped'), ('planned', 'dropped'), ('planned', 'asked'), ('planned', 'applying'), ('asked', 'dropped'),
        ('asked', 'applying'), ('asked', 'failed'), ('applying', 'applied'), ('applying', 'failed'), ('applied', 'undoing'), ('failed', 'undoing'),
        ('undoing', 'undone'), ('undoing', 'failed')) THEN
        RAISE EXCEPTION 'no such way' USING ERRCODE = '42501';
    END IF;
    IF NEW.decided_by IS DISTINCT FROM OLD.decided_by AND (NEW.decided_by IS DISTINCT FROM actor_id() OR OLD.state <> 'asked') THEN
        RAISE EXCEPTION 'one decides oneself' USING ERRCODE = '42501';
    END IF;
    IF NEW.state = 'applying' AND OLD.state <> 'applying' AND NEW.kind <> 'patients' AND NEW.decided_by IS NULL THEN
        RAISE EXCEPTION 'another decides' USING ERRCODE = '42501';
    END IF;
    IF NEW.state = 'undoing' AND OLD.state <> 'undoing' AND NEW.kind <> 'patients' AND OLD.decided_by IS DISTINCT FROM actor_id() THEN
        RAISE EXCEPTION 'who said yes takes it back' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER intake_guard BEFORE INSERT OR UPDATE ON intake FOR EACH ROW EXECUTE FUNCTION guard_intake();

-- Whether a row was written in this very transaction: only it sees rows of one that still runs.
CREATE FUNCTION written_now(x xid) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = public, pg_temp
AS $$ SELECT coalesce(pg_xact_status((((pg_current_xact_id()::text::bigint >> 32) << 32) | x::text::bigint)::text::xid8) = 'in progress', false) $$;

-- A line says that it made something only in the transaction that made it. It can never claim what was there before, nor what another line
-- made: what is taken back later rests on this.
-- +goose StatementBegin
CREATE FUNCTION guard_intake_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state IN ('create', 'update', 'skip', 'wrong') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.intake_id, NEW.line) IS DISTINCT FROM (OLD.id, OLD.intake_id, OLD.line) THEN
            RAISE EXCEPTION 'a line stays itself' USING ERRCODE = '42501';
        END IF;
        IF NEW.state = OLD.state AND NEW.subject_id IS NOT DISTINCT FROM OLD.subject_id
           OR OLD.state IN ('create', 'update') AND NEW.state IN ('updated', 'skip', 'wrong')
           OR OLD.state IN ('created', 'updated') AND NEW.state IN ('undone', 'kept') AND NEW.subject_id IS NOT DISTINCT FROM OLD.subject_id THEN
            RETURN NEW;
        END IF;
        IF OLD.state IN ('create', 'update') AND NEW.state = 'created' AND (
            EXISTS (SELECT FROM patient p JOIN intake i ON i.id = NEW.intake_id AND i.kind = 'patients' WHERE p.id = NEW.subject_id AND written_now(p.xmin))
            OR EXISTS (SELECT FROM practitioner p JOIN intake i ON i.id = NEW.intake_id AND i.kind = 'doctors' WHERE p.id = NEW.subject_id AND written_now(p.xmin))
            OR EXISTS (SELECT FROM service s JOIN intake i ON i.id = NEW.intake_id AND i.kind = 'services' WHERE s.id = NEW.subject_id AND written_now(s.xmin))) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a line did not make this' USING ERRCODE = '42501';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER intake_row_guard BEFORE INSERT OR UPDATE ON intake_row FOR EACH ROW EXECUTE FUNCTION guard_intake_row();
CREATE UNIQUE INDEX intake_row_made ON intake_row (subject_id) WHERE state = 'created';

-- Takes back a card that an import made, for whoever brought it, while it is as it was made and nothing else leads to it. Says what does, by
-- table; of what is medical no more than that there is something. Rows are counted as they are, and not as the actor may see them.
-- +goose StatementBegin
CREATE FUNCTION undo_imported_card(r uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    card uuid;
    p patient;
    c record;
    n bigint;
    held jsonb := '{}';
    rest jsonb;
BEGIN
    SELECT x.subject_id INTO card FROM intake_row x JOIN intake i ON i.id = x.intake_id
    WHERE x.id = r AND x.state = 'created' AND i.kind = 'patients' AND i.state = 'undoing' AND i.staff_id = actor_id();
    IF card IS NULL OR staff_role() IS DISTINCT FROM 'admin' THEN
        RAISE EXCEPTION 'not this card' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO p FROM patient WHERE id = card FOR UPDATE;
    IF NOT FOUND THEN
        RETURN '{}';
    END IF;
    IF p.made_by IS DISTINCT FROM actor_id() THEN
        RAISE EXCEPTION 'not this card' USING ERRCODE = '42501';
    END IF;
    FOR c IN SELECT * FROM patient_columns() WHERE tbl <> 'patient_contact' LOOP
        EXECUTE format('SELECT count(*) FROM %I WHERE %I = $1', c.tbl, c.col) INTO n USING card;
        IF n > 0 THEN
            held := held || jsonb_build_object(c.tbl, n + coalesce((held ->> c.tbl)::bigint, 0));
        END IF;
    END LOOP;
    -- The one consent that came with the card goes with it.
    IF (held ->> 'consent_event')::bigint = 1 AND EXISTS (
        SELECT FROM consent_event e WHERE e.patient_id = card AND e.conversation_id IS NULL AND e.action = 'given' AND e.actor_id = p.made_by
                                      AND e.at < p.created_at + interval '1 minute') THEN
        held := held - 'consent_event';
    END IF;
    rest := not_medical(held);
    IF rest <> held THEN
        rest := rest || '{"other": 1}';
    END IF;
    IF p.version > 1 OR p.changed_at IS NOT NULL OR p.verified_at IS NOT NULL OR p.deceased_at IS NOT NULL OR p.merged_into IS NOT NULL
       OR EXISTS (SELECT FROM patient_contact k
                  WHERE k.patient_id = card AND (k.verified_at IS NOT NULL OR k.created_at >= p.created_at + interval '1 minute')) THEN
        rest := rest || '{"changed": 1}';
    END IF;
    IF rest <> '{}' THEN
        RETURN rest;
    END IF;
    DELETE FROM consent_event WHERE patient_id = card;
    DELETE FROM patient_contact WHERE patient_id = card;
    DELETE FROM patient WHERE id = card;
    RETURN '{}';
EXCEPTION WHEN foreign_key_violation THEN
    RETURN '{"other": 1}';
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION undo_imported_card(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION undo_imported_card(uuid) TO zapis_app;

-- Takes back a service or a doctor that an import made, while nothing leads to it; says whether it is gone. What is known of the clinic is
-- closed and never dropped, but for what nobody has come to know. It is Zapis' own: who asks for it is asked about the import as a whole.
-- +goose StatementBegin
CREATE FUNCTION undo_imported_setting(r uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    made uuid;
    what text;
BEGIN
    SELECT x.subject_id, i.kind INTO made, what FROM intake_row x JOIN intake i ON i.id = x.intake_id
    WHERE x.id = r AND x.state = 'created' AND i.kind IN ('doctors', 'services') AND i.state = 'undoing';
    IF made IS NULL OR actor_kind() IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'not this one' USING ERRCODE = '42501';
    END IF;
    IF EXISTS (SELECT FROM settings_request q WHERE q.subject_id = made) THEN
        RETURN false;
    END IF;
    IF what = 'services' THEN
        DELETE FROM service WHERE id = made;
    ELSE
        DELETE FROM practitioner_service WHERE practitioner_id = made;
        DELETE FROM practitioner_role WHERE practitioner_id = made;
        DELETE FROM practitioner WHERE id = made;
    END IF;
    RETURN true;
EXCEPTION WHEN foreign_key_violation THEN
    RETURN false;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION undo_imported_setting(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION undo_imported_setting(uuid) TO zapis_app;

INSERT INTO retention (class, basis, days, action) VALUES ('intake', '152-ФЗ, ст. 5, ч. 7', 30, 'auto');

-- +goose Down
DELETE FROM retention WHERE class = 'intake';
DROP FUNCTION undo_imported_setting(uuid);
DROP FUNCTION undo_imported_card(uuid);
DROP TABLE intake_row, intake_content, intake;
DROP FUNCTION guard_intake_row();
DROP FUNCTION written_now(xid);
DROP FUNCTION guard_intake();
