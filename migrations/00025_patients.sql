-- +goose Up
-- Patients are found from anywhere: by any part of the name, misspelt, in the other alphabet or on the wrong keyboard, by birth date, by the
-- last digits of a phone.

-- A name as it is searched: small letters behind spaces, «ё» as «е», a double name as two words.
-- +goose StatementBegin
CREATE FUNCTION folded(surname text, given text, patronymic text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ' ' || translate(lower(surname || ' ' || given || ' ' || patronymic), 'ё-''’`.', 'е     ') $$;
-- +goose StatementEnd
DROP FUNCTION find_patients(text[], integer);
DROP INDEX patient_searched;
DROP FUNCTION searched(text, text, text);
ALTER TABLE patient ADD COLUMN search_name text NOT NULL GENERATED ALWAYS AS (folded(surname, given, patronymic)) STORED;
CREATE INDEX patient_search ON patient USING gin (search_name gin_trgm_ops) WHERE merged_into IS NULL;
CREATE INDEX patient_surname ON patient (search_name text_pattern_ops) WHERE merged_into IS NULL;
CREATE INDEX patient_born ON patient (birth_date);

-- The words that names are made of, each once, with nothing of whose they are: a misspelt word is looked for among some ten thousand of
-- these, which takes two milliseconds, and not among all names, which took 130 to 320 of 200,000.
CREATE TABLE name_word (word text CONSTRAINT name_word_pk PRIMARY KEY);
CREATE INDEX name_word_like ON name_word USING gin (word gin_trgm_ops);
COMMENT ON TABLE name_word IS 'data: personal; subject: none; retention: card';
ALTER TABLE name_word ENABLE ROW LEVEL SECURITY;
ALTER TABLE name_word FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON name_word TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY nobody ON name_word TO zapis_app USING (false) WITH CHECK (false);

-- In the order of the words, so that two who bring the same new ones wait for each other and do not lock each other out.
-- +goose StatementBegin
CREATE FUNCTION note_names() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO name_word SELECT DISTINCT w FROM fresh, unnest(string_to_array(fresh.search_name, ' ')) w WHERE w <> '' ORDER BY w
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE FUNCTION note_name() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO name_word SELECT DISTINCT w FROM unnest(string_to_array(NEW.search_name, ' ')) w WHERE w <> '' ORDER BY w
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER patient_names AFTER INSERT ON patient REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION note_names();
CREATE TRIGGER patient_renamed AFTER UPDATE OF surname, given, patronymic ON patient FOR EACH ROW EXECUTE FUNCTION note_name();
INSERT INTO name_word SELECT DISTINCT w FROM patient, unnest(string_to_array(search_name, ' ')) w WHERE w <> '';

-- The blind index of a phone's last four digits. Ten thousand values: it tells who holds the rows, and no key, which numbers end alike, and
-- nothing else. Whoever sees the number masked is not let look by it (core/patient): by trying they would learn what is hidden.
ALTER TABLE patient_contact ADD COLUMN tail_index bytea;
CREATE INDEX patient_contact_tail ON patient_contact (tail_index) WHERE tail_index IS NOT NULL;

-- Words of the clinic's names that are like a typed one, the likest first: what contains it, and what it may be a slip for.
-- +goose StatementBegin
CREATE FUNCTION words_like(typed text) RETURNS text[]
LANGUAGE sql STABLE SET search_path = public, pg_temp SET pg_trgm.similarity_threshold = 0.3
AS $$
SELECT coalesce(array_agg(x.word ORDER BY x.inside DESC, x.near DESC, x.word), '{}')
FROM (
    SELECT y.*, max(y.near) OVER () AS best
    FROM (
        SELECT n.word, n.word LIKE '%' || typed || '%' AS inside, similarity(n.word, typed) AS near
        FROM name_word n
        WHERE (length(typed) >= 3 AND n.word LIKE '%' || typed || '%') OR (length(typed) >= 4 AND n.word % typed)
        ORDER BY 2 DESC, 3 DESC
        LIMIT 12
    ) y
) x
WHERE x.inside OR x.near >= 0.7 * x.best
$$;

-- Cards in whose name words begin as told, each with one of them, of those that the acting member may see (the rule of patient.staff_see).
-- Those whose surname is the first word come in the order of an index, which ends after `most`; only where they are too few, any order of the
-- words is looked up in the trigrams of the three first, and of more than 2,000 such cards some are left out: nobody chooses among those.
CREATE FUNCTION patients_called(starts text[], born date, most integer) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    who text := staff_role();
    mine uuid[] := actor_branches();
    near uuid[] := CASE WHEN who IN ('doctor', 'nurse') THEN actor_care() || actor_glass() END;
    lead text := ' ' || starts[1];
    likes text[] := ARRAY(SELECT '% ' || w || '%' FROM unnest(starts) w);
    found uuid[];
BEGIN
    IF who IS NULL OR who NOT IN ('admin', 'head', 'doctor', 'nurse', 'cashier') OR cardinality(starts) = 0 THEN
        RETURN '{}';
    END IF;
    found := ARRAY(
        SELECT p.id FROM patient p
        WHERE p.merged_into IS NULL AND p.search_name ~>=~ lead AND p.search_name ~<~ (lead || chr(1114111)) AND p.search_name LIKE ALL (likes[2:])
          AND (patients_called.born IS NULL OR p.birth_date = patients_called.born)
          AND (who = 'head' OR (who = 'admin' AND (p.branches = '{}' OR mine = '{}' OR p.branches && mine)) OR p.id = ANY (near)
               OR (who = 'cashier' AND EXISTS (SELECT FROM invoice i WHERE i.patient_id = p.id)))
        ORDER BY p.search_name USING ~<~
        LIMIT most);
    IF cardinality(found) >= most THEN
        RETURN found;
    END IF;
    RETURN found || ARRAY(
        SELECT x.id FROM (
            SELECT p.id, p.search_name FROM patient p
            WHERE p.merged_into IS NULL
              AND p.search_name LIKE likes[1] AND p.search_name LIKE coalesce(likes[2], likes[1]) AND p.search_name LIKE coalesce(likes[3], likes[1])
              AND p.search_name LIKE ALL (likes[4:]) AND p.search_name NOT LIKE lead || '%'
              AND (patients_called.born IS NULL OR p.birth_date = patients_called.born)
              AND (who = 'head' OR (who = 'admin' AND (p.branches = '{}' OR mine = '{}' OR p.branches && mine)) OR p.id = ANY (near)
                   OR (who = 'cashier' AND EXISTS (SELECT FROM invoice i WHERE i.patient_id = p.id)))
            LIMIT 2000) x
        ORDER BY x.search_name || ' ' LIKE rtrim(likes[1], '%') || ' %' DESC, x.search_name, x.id
        LIMIT most - cardinality(found));
END
$$;

-- Whom the acting member may see by parts of a name, the likest first. Readings are what may have been meant, each some words in small
-- letters: as typed, in the other alphabet, on the other keyboard. Under row-level security no trigram reaches an index (its operators are
-- not leakproof): the owner searches, by the rule of patient.staff_see, and the caller's own policies judge what was found once more.
-- Nothing but ids comes out, and of those none that the policies would not show.
CREATE FUNCTION find_patients(readings text[], born date, most integer) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    found uuid[] := '{}';
    reading text;
    words text[];
    strange text[]; -- words with which no name begins
    doubted text;
    one text;
    other text;
BEGIN
    most := least(most, 50);
    readings := ARRAY(SELECT btrim(translate(r, '%_\', '')) FROM unnest(readings[1:3]) r);
    FOREACH reading IN ARRAY readings LOOP
        found := found || ARRAY(
            SELECT x FROM unnest(patients_called(ARRAY(SELECT w FROM unnest(string_to_array(reading, ' ')) w WHERE w <> ''), born, most)) x
            WHERE x <> ALL (found));
    END LOOP;
    IF cardinality(found) >= 3 THEN
        RETURN found[1:most];
    END IF;
    -- Few are called so. What may be a slip: words that no name has, or, where every word is somebody's, each of them in turn.
    FOREACH reading IN ARRAY readings LOOP
        words := ARRAY(SELECT w FROM unnest((string_to_array(reading, ' '))[1:4]) w WHERE w <> '');
        strange := ARRAY(SELECT w FROM unnest(words) w WHERE NOT EXISTS (SELECT FROM name_word n WHERE n.word LIKE w || '%'));
        CONTINUE WHEN cardinality(strange) > 2;
        FOREACH doubted IN ARRAY CASE WHEN strange = '{}' THEN words ELSE strange[1:1] END LOOP
            FOREACH one IN ARRAY words_like(doubted) LOOP
                FOREACH other IN ARRAY CASE WHEN cardinality(strange) = 2 THEN (words_like(strange[2]))[1:4] ELSE ARRAY[one] END LOOP
                    EXIT WHEN cardinality(found) >= most;
                    found := found || ARRAY(
                        SELECT x FROM unnest(patients_called(
                            ARRAY[one] || CASE WHEN other <> one THEN ARRAY[other] END || ARRAY(SELECT w FROM unnest(words) w WHERE w <> doubted AND w <> ALL (strange)),
                            born, most)) x
                        WHERE x <> ALL (found));
                END LOOP;
            END LOOP;
        END LOOP;
    END LOOP;
    RETURN found[1:most];
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION find_patients(text[], date, integer), patients_called(text[], date, integer), words_like(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_patients(text[], date, integer) TO zapis_app;

-- Who changed a card last, and when: whoever was at it too is told.
ALTER TABLE patient ADD COLUMN changed_by uuid, ADD COLUMN changed_at timestamptz;
-- +goose StatementBegin
CREATE FUNCTION note_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    NEW.changed_by := CASE WHEN actor_kind() = 'staff' THEN actor_id() END;
    NEW.changed_at := actor_now();
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER patient_changed BEFORE UPDATE ON patient FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION note_change();

-- Who is whose relative, as the desk wrote it down: relation is what the relative is to the patient. It gives nobody any right: for whom a
-- chat acts stands in patient_link, whom may be told in disclosure.
CREATE TABLE patient_kin (
    patient_id  uuid NOT NULL CONSTRAINT patient_kin_patient REFERENCES patient,
    relative_id uuid NOT NULL CONSTRAINT patient_kin_relative REFERENCES patient,
    relation    text NOT NULL CONSTRAINT patient_kin_relation CHECK (relation IN ('child', 'spouse', 'parent', 'other')),
    created_at  timestamptz NOT NULL,
    made_by     uuid,
    CONSTRAINT patient_kin_pk PRIMARY KEY (patient_id, relative_id),
    CONSTRAINT patient_kin_other CHECK (patient_id <> relative_id)
);
CREATE INDEX patient_kin_back ON patient_kin (relative_id);
COMMENT ON TABLE patient_kin IS 'data: personal; subject: patient_id; retention: card';
ALTER TABLE patient_kin ENABLE ROW LEVEL SECURITY;
ALTER TABLE patient_kin FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON patient_kin TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON patient_kin TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY desk ON patient_kin TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id) AND EXISTS (SELECT FROM patient p WHERE p.id = relative_id))
    WITH CHECK ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id) AND EXISTS (SELECT FROM patient p WHERE p.id = relative_id));
CREATE POLICY head ON patient_kin FOR SELECT TO zapis_app USING ((SELECT staff_role()) = 'head');
GRANT SELECT, INSERT, DELETE, UPDATE (relation) ON patient_kin TO zapis_app;

-- Two cards of one person become one. Rows remember where they came from, for thirty days in which it may be taken back. Nothing is copied
-- and nothing goes: what would collide with the survivor's own (the same phone, the same campaign) stays where it was, and is written down.
CREATE TABLE patient_merge (
    id           uuid CONSTRAINT patient_merge_pk PRIMARY KEY,
    survivor_id  uuid NOT NULL CONSTRAINT patient_merge_survivor REFERENCES patient,
    gone_id      uuid NOT NULL CONSTRAINT patient_merge_gone REFERENCES patient,
    at           timestamptz NOT NULL,
    by_staff     uuid,
    before       jsonb NOT NULL, -- the survivor's fields as they were
    chosen       jsonb NOT NULL, -- and as they became
    held         jsonb NOT NULL, -- the survivor's rows by table, once it was done
    undone_at    timestamptz,
    undone_by    uuid,
    CONSTRAINT patient_merge_two CHECK (survivor_id <> gone_id)
);
CREATE INDEX patient_merge_of ON patient_merge (survivor_id);
CREATE INDEX patient_merge_from ON patient_merge (gone_id);
CREATE TABLE patient_merge_row (
    merge_id   uuid NOT NULL CONSTRAINT patient_merge_row_merge REFERENCES patient_merge,
    table_name text NOT NULL,
    column_name text NOT NULL,
    key        jsonb NOT NULL, -- of the row, without the column that was changed
    stayed     boolean NOT NULL DEFAULT false,
    CONSTRAINT patient_merge_row_once UNIQUE (merge_id, table_name, column_name, key)
);
-- Two cards that somebody has looked at: they are two people.
CREATE TABLE patient_apart (
    one_id   uuid NOT NULL CONSTRAINT patient_apart_one REFERENCES patient,
    other_id uuid NOT NULL CONSTRAINT patient_apart_other REFERENCES patient,
    at       timestamptz NOT NULL,
    by_staff uuid,
    CONSTRAINT patient_apart_pk PRIMARY KEY (one_id, other_id),
    CONSTRAINT patient_apart_order CHECK (one_id < other_id)
);
CREATE INDEX patient_apart_back ON patient_apart (other_id);
COMMENT ON TABLE patient_merge IS 'data: personal; subject: survivor_id; retention: card';
COMMENT ON TABLE patient_merge_row IS 'data: personal; subject: merge_id; retention: card';
COMMENT ON TABLE patient_apart IS 'data: personal; subject: one_id; retention: card';
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['patient_merge', 'patient_merge_row', 'patient_apart'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system ON %I FOR SELECT TO zapis_app USING ((SELECT actor_is_system()))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY desk ON patient_merge FOR SELECT TO zapis_app
    USING ((SELECT staff_role()) IN ('admin', 'head') AND EXISTS (SELECT FROM patient p WHERE p.id = survivor_id) AND EXISTS (SELECT FROM patient p WHERE p.id = gone_id));
CREATE POLICY desk ON patient_apart TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = one_id) AND EXISTS (SELECT FROM patient p WHERE p.id = other_id))
    WITH CHECK ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = one_id) AND EXISTS (SELECT FROM patient p WHERE p.id = other_id));
GRANT SELECT ON patient_merge, patient_merge_row TO zapis_app;
GRANT SELECT, INSERT ON patient_apart TO zapis_app;

-- +goose StatementBegin
-- Every column that leads to a patient, in whatever table there is by now. Left out are the journal, whose rows are sealed; codes and links,
-- which are of minutes; and what tells of merging itself.
CREATE FUNCTION patient_columns() RETURNS TABLE (tbl text, col text)
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
SELECT DISTINCT c.relname::text, a.attname::text
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'uuid'::regtype
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND (a.attname = 'patient_id'
       OR EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = c.oid AND f.confrelid = 'patient'::regclass AND f.conkey = ARRAY[a.attnum]))
  AND c.relname NOT IN ('patient', 'patient_merge', 'patient_apart', 'patient_code', 'patient_ticket', 'audit', 'audit_intake', 'audit_sealed')
ORDER BY 1, 2
$$;

-- How many rows lead to a card, by table.
CREATE FUNCTION patient_held(p uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    c record;
    n bigint;
    held jsonb := '{}';
BEGIN
    IF staff_role() IS DISTINCT FROM 'admin' OR NOT EXISTS (SELECT FROM facts_about(p) f WHERE f.branch) THEN
        RETURN '{}';
    END IF;
    FOR c IN SELECT * FROM patient_columns() LOOP
        EXECUTE format('SELECT count(*) FROM %I WHERE %I = $1', c.tbl, c.col) INTO n USING p;
        IF n > 0 THEN
            held := held || jsonb_build_object(c.tbl, n + coalesce((held ->> c.tbl)::bigint, 0));
        END IF;
    END LOOP;
    RETURN held;
END
$$;

-- Of those, what is not medical: the desk is not told how much of that there is, nor that there is any.
CREATE FUNCTION not_medical(held jsonb) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
SELECT coalesce(jsonb_object_agg(x.key, x.value), '{}') FROM jsonb_each(held) x WHERE obj_description(x.key::regclass, 'pg_class') NOT LIKE 'data: medical%'
$$;
CREATE FUNCTION patient_rows(p uuid) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT not_medical(patient_held(p)) $$;

-- The card itself and those that were merged into it.
CREATE FUNCTION cards_of(p uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
WITH RECURSIVE c (id) AS (SELECT p UNION SELECT x.id FROM patient x JOIN c ON x.merged_into = c.id)
SELECT array_agg(id) FROM c
$$;

-- Since when the consent to advertising stands, by the last word on it in any of the patient's chats and papers.
CREATE FUNCTION advertising_since(p uuid) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
SELECT (SELECT CASE e.action WHEN 'given' THEN e.at END
        FROM consent_event e JOIN consent_text t ON t.id = e.text_id AND t.purpose = 'advertising'
        WHERE e.patient_id = p
           OR (e.patient_id IS NULL AND e.conversation_id IN (SELECT l.conversation_id FROM patient_link l WHERE l.patient_id = p AND l.relation = 'self'))
        ORDER BY e.at DESC, e.id DESC LIMIT 1)
$$;

-- A row whose card changes: what is signed stays as it was signed, and only the owner's function moves it to the person's other card.
CREATE OR REPLACE FUNCTION keep_signed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'what is signed is never deleted' USING ERRCODE = '42501', CONSTRAINT = TG_TABLE_NAME || '_kept';
    END IF;
    -- Another key for the same text is Zapis' own to put.
    IF OLD.body_sealed <> NEW.body_sealed AND NOT (actor_is_system() AND coalesce(current_setting('zapis.reseal', true), '') = 'on')
       OR (OLD.patient_id <> NEW.patient_id AND current_user <> 'zapis_owner') OR OLD.author_id <> NEW.author_id
       OR (OLD.state = 'signed' AND NEW.state = 'draft') THEN
        RAISE EXCEPTION 'what is signed never changes' USING ERRCODE = '42501', CONSTRAINT = TG_TABLE_NAME || '_kept';
    END IF;
    RETURN NEW;
END
$$;

-- Makes the card `gone` a part of `survivor`, for an administrator of both. Every chat proves anew who writes: whoever was wrong to merge has
-- opened no medical data to a stranger's chat.
CREATE FUNCTION merge_patients(m uuid, survivor uuid, gone uuid, fields jsonb, moment timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    a patient;
    b patient;
    c record;
    r record;
    keys text[];
    k jsonb;
BEGIN
    IF staff_role() IS DISTINCT FROM 'admin' OR NOT (EXISTS (SELECT FROM facts_about(survivor) f WHERE f.branch) AND EXISTS (SELECT FROM facts_about(gone) f WHERE f.branch)) THEN
        RAISE EXCEPTION 'not these cards' USING ERRCODE = '42501';
    END IF;
    PERFORM FROM patient p WHERE p.id IN (survivor, gone) ORDER BY p.id FOR UPDATE;
    SELECT * INTO a FROM patient p WHERE p.id = survivor;
    SELECT * INTO b FROM patient p WHERE p.id = gone;
    IF a.merged_into IS NOT NULL OR b.merged_into IS NOT NULL OR survivor = gone THEN
        RAISE EXCEPTION 'merged already' USING ERRCODE = '23514', CONSTRAINT = 'patient_merge_done';
    END IF;
    IF EXISTS (SELECT FROM visit v JOIN visit w ON w.patient_id = gone AND w.active AND w.during && v.during WHERE v.patient_id = survivor AND v.active) THEN
        RAISE EXCEPTION 'two visits at once' USING ERRCODE = '23514', CONSTRAINT = 'patient_merge_overlap';
    END IF;
    INSERT INTO patient_merge (id, survivor_id, gone_id, at, by_staff, before, chosen, held)
    VALUES (m, survivor, gone, moment, actor_id(),
            jsonb_build_object('surname', a.surname, 'given', a.given, 'patronymic', a.patronymic, 'birth_date', a.birth_date, 'sex', a.sex, 'lang', a.lang,
                               'verified_at', a.verified_at, 'deceased_at', a.deceased_at, 'branches', a.branches), fields, '{}');
    SET CONSTRAINTS ALL DEFERRED; -- a payment and its invoice change their card one after the other
    FOR c IN SELECT * FROM patient_columns() LOOP
        keys := ARRAY(SELECT x.attname FROM pg_index i JOIN pg_attribute x ON x.attrelid = i.indrelid AND x.attnum = ANY (i.indkey)
                      WHERE i.indrelid = c.tbl::regclass AND i.indisprimary AND x.attname <> c.col);
        FOR r IN EXECUTE format('SELECT t.ctid AS place, to_jsonb(t) AS j FROM %I t WHERE t.%I = $1', c.tbl, c.col) USING gone LOOP
            k := (SELECT coalesce(jsonb_object_agg(x, r.j -> x), '{}') FROM unnest(keys) x);
            BEGIN
                EXECUTE format('UPDATE %I SET %I = $1 WHERE ctid = $2', c.tbl, c.col) USING survivor, r.place;
                INSERT INTO patient_merge_row VALUES (m, c.tbl, c.col, k);
            EXCEPTION WHEN unique_violation OR exclusion_violation OR check_violation THEN
                INSERT INTO patient_merge_row VALUES (m, c.tbl, c.col, k, true);
            END;
        END LOOP;
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
    UPDATE patient_link SET verified_at = NULL, verified_by = NULL WHERE patient_id = survivor;
    UPDATE patient p SET surname = fields ->> 'surname', given = fields ->> 'given', patronymic = fields ->> 'patronymic', birth_date = (fields ->> 'birth_date')::date,
        sex = fields ->> 'sex', lang = fields ->> 'lang', verified_at = coalesce(a.verified_at, b.verified_at), deceased_at = coalesce(a.deceased_at, b.deceased_at),
        branches = ARRAY(SELECT DISTINCT x FROM unnest(a.branches || b.branches) x), advertising_at = advertising_since(survivor), version = p.version + 1
    WHERE p.id = survivor;
    UPDATE patient p SET merged_into = survivor, advertising_at = NULL, version = p.version + 1 WHERE p.id = gone;
    UPDATE patient_merge SET held = patient_held(survivor) WHERE id = m;
END
$$;

-- Takes a merge back, for thirty days: every row that came with the card goes back to it; what came since stays with the survivor, and is
-- counted by table. Fields that somebody has changed since stay as they are.
CREATE FUNCTION unmerge_patients(m uuid, moment timestamptz) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    w patient_merge;
    r record;
    a patient;
    back jsonb := '{}';
    is_now jsonb;
    n bigint;
BEGIN
    SELECT * INTO w FROM patient_merge x WHERE x.id = m FOR UPDATE;
    IF w.id IS NULL OR staff_role() IS DISTINCT FROM 'admin'
       OR NOT (EXISTS (SELECT FROM facts_about(w.survivor_id) f WHERE f.branch) AND EXISTS (SELECT FROM facts_about(w.gone_id) f WHERE f.branch)) THEN
        RAISE EXCEPTION 'not this merge' USING ERRCODE = '42501';
    END IF;
    PERFORM FROM patient p WHERE p.id IN (w.survivor_id, w.gone_id) ORDER BY p.id FOR UPDATE;
    SELECT * INTO a FROM patient p WHERE p.id = w.survivor_id;
    IF w.undone_at IS NOT NULL OR a.merged_into IS NOT NULL OR NOT EXISTS (SELECT FROM patient p WHERE p.id = w.gone_id AND p.merged_into = w.survivor_id) THEN
        RAISE EXCEPTION 'taken back already' USING ERRCODE = '23514', CONSTRAINT = 'patient_merge_done';
    END IF;
    IF moment > w.at + interval '30 days' THEN
        RAISE EXCEPTION 'too late' USING ERRCODE = '23514', CONSTRAINT = 'patient_merge_late';
    END IF;
    SET CONSTRAINTS ALL DEFERRED;
    FOR r IN SELECT * FROM patient_merge_row x WHERE x.merge_id = m AND NOT x.stayed LOOP
        EXECUTE format('UPDATE %I t SET %I = $1 WHERE t.%I = $2 AND to_jsonb(t) @> $3', r.table_name, r.column_name, r.column_name) USING w.gone_id, w.survivor_id, r.key;
        GET DIAGNOSTICS n = ROW_COUNT;
        back := back || jsonb_build_object(r.table_name, n + coalesce((back ->> r.table_name)::bigint, 0));
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
    UPDATE patient_link SET verified_at = NULL, verified_by = NULL WHERE patient_id IN (w.survivor_id, w.gone_id);
    UPDATE patient p SET
        surname = CASE WHEN a.surname = w.chosen ->> 'surname' THEN w.before ->> 'surname' ELSE a.surname END,
        given = CASE WHEN a.given = w.chosen ->> 'given' THEN w.before ->> 'given' ELSE a.given END,
        patronymic = CASE WHEN a.patronymic = w.chosen ->> 'patronymic' THEN w.before ->> 'patronymic' ELSE a.patronymic END,
        birth_date = CASE WHEN a.birth_date IS NOT DISTINCT FROM (w.chosen ->> 'birth_date')::date THEN (w.before ->> 'birth_date')::date ELSE a.birth_date END,
        sex = CASE WHEN a.sex IS NOT DISTINCT FROM w.chosen ->> 'sex' THEN w.before ->> 'sex' ELSE a.sex END,
        lang = CASE WHEN a.lang = w.chosen ->> 'lang' THEN w.before ->> 'lang' ELSE a.lang END,
        verified_at = CASE WHEN w.before ->> 'verified_at' IS NULL AND a.verified_at < w.at THEN NULL ELSE a.verified_at END,
        deceased_at = CASE WHEN w.before ->> 'deceased_at' IS NULL AND a.deceased_at < w.at THEN NULL ELSE a.deceased_at END,
        branches = ARRAY(SELECT x::uuid FROM jsonb_array_elements_text(w.before -> 'branches') x UNION SELECT v.branch_id FROM visit v WHERE v.patient_id = w.survivor_id),
        advertising_at = advertising_since(w.survivor_id), version = p.version + 1
    WHERE p.id = w.survivor_id;
    UPDATE patient p SET merged_into = NULL, advertising_at = advertising_since(w.gone_id), version = p.version + 1 WHERE p.id = w.gone_id;
    UPDATE patient_merge SET undone_at = moment, undone_by = actor_id() WHERE id = m;
    is_now := patient_held(w.survivor_id);
    RETURN not_medical((SELECT coalesce(jsonb_object_agg(t.key, t.n), '{}') FROM (
        SELECT x.key, x.value::bigint - coalesce((w.held ->> x.key)::bigint, 0) + coalesce((back ->> x.key)::bigint, 0) AS n FROM jsonb_each_text(is_now) x) t
        WHERE t.n > 0));
END
$$;

-- Pairs of cards that may be one person's, of those that the acting administrator may change: one phone and first names alike, or one name and
-- birth date. Whom somebody has looked at and found to be two is left out.
CREATE FUNCTION suspected_pairs(most integer) RETURNS TABLE (one uuid, other uuid, phone boolean, born boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    mine uuid[] := actor_branches();
BEGIN
    IF staff_role() IS DISTINCT FROM 'admin' THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT s.a, s.b, bool_or(s.by_phone), bool_or(NOT s.by_phone)
        FROM (
            SELECT x.patient_id AS a, y.patient_id AS b, true AS by_phone
            FROM patient_contact x JOIN patient_contact y ON y.value_index = x.value_index AND y.kind = 'phone' AND y.patient_id > x.patient_id
            WHERE x.kind = 'phone'
            UNION ALL
            SELECT x.id, y.id, false
            FROM patient x JOIN patient y ON y.name_key = x.name_key AND y.birth_date = x.birth_date AND y.id > x.id
            WHERE x.surname <> ''
        ) s
        JOIN patient p ON p.id = s.a AND p.merged_into IS NULL AND (p.branches = '{}' OR mine = '{}' OR p.branches && mine)
        JOIN patient q ON q.id = s.b AND q.merged_into IS NULL AND (q.branches = '{}' OR mine = '{}' OR q.branches && mine)
        WHERE (NOT s.by_phone OR similarity(replace(lower(p.given), 'ё', 'е'), replace(lower(q.given), 'ё', 'е')) > 0.4)
          AND NOT EXISTS (SELECT FROM patient_apart z WHERE z.one_id = s.a AND z.other_id = s.b)
        GROUP BY 1, 2
        ORDER BY 4 DESC, 3 DESC, 1, 2
        LIMIT least(most, 200);
END
$$;

-- Whose a row is and whose what it hangs on is must agree, at the latest once a change of the card is done.
DO $$
DECLARE f record;
BEGIN
    FOR f IN SELECT x.conrelid::regclass AS tbl, x.conname FROM pg_constraint x
             WHERE x.contype = 'f' AND cardinality(x.conkey) > 1 AND x.connamespace = 'public'::regnamespace AND NOT x.condeferrable AND x.conparentid = 0
               AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = x.conrelid AND a.attnum = ANY (x.conkey) AND a.attname = 'patient_id') LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY IMMEDIATE', f.tbl, f.conname);
    END LOOP;
END
$$;

-- Who looked at a card that was merged looked at its person: the journal of the survivor has both.
DO $$
BEGIN
    EXECUTE replace(pg_get_functiondef('audit_looks(uuid, text, date, integer)'::regprocedure), 'a.patient_id = audit_looks.patient', 'a.patient_id = ANY (cards_of(audit_looks.patient))');
    EXECUTE replace(pg_get_functiondef('audit_search(text, uuid, text, timestamptz, timestamptz, timestamptz, uuid, integer)'::regprocedure), 'x.patient_id = $2', 'x.patient_id = ANY (cards_of($2))');
END
$$;
-- +goose StatementEnd
-- A payment stays what it was; the card that it is of changes with the invoice's, by the owner's function alone, and nothing else of it.
DROP TRIGGER payment_guard ON payment;
CREATE TRIGGER payment_guard BEFORE INSERT ON payment FOR EACH ROW EXECUTE FUNCTION guard_payment();
CREATE TRIGGER payment_guard_change BEFORE UPDATE ON payment FOR EACH ROW
    WHEN (current_user <> 'zapis_owner' OR OLD.patient_id = NEW.patient_id OR to_jsonb(OLD) - 'patient_id' IS DISTINCT FROM to_jsonb(NEW) - 'patient_id')
    EXECUTE FUNCTION guard_payment();
REVOKE ALL ON FUNCTION patient_rows(uuid), patient_held(uuid), not_medical(jsonb), cards_of(uuid), advertising_since(uuid), patient_columns(), merge_patients(uuid, uuid, uuid, jsonb, timestamptz),
    unmerge_patients(uuid, timestamptz), suspected_pairs(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION patient_rows(uuid), merge_patients(uuid, uuid, uuid, jsonb, timestamptz), unmerge_patients(uuid, timestamptz), suspected_pairs(integer) TO zapis_app;

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
    EXECUTE replace(pg_get_functiondef('audit_looks(uuid, text, date, integer)'::regprocedure), 'a.patient_id = ANY (cards_of(audit_looks.patient))', 'a.patient_id = audit_looks.patient');
    EXECUTE replace(pg_get_functiondef('audit_search(text, uuid, text, timestamptz, timestamptz, timestamptz, uuid, integer)'::regprocedure), 'x.patient_id = ANY (cards_of($2))', 'x.patient_id = $2');
END
$$;
-- +goose StatementEnd
DROP TRIGGER payment_guard_change ON payment;
DROP TRIGGER payment_guard ON payment;
CREATE TRIGGER payment_guard BEFORE INSERT OR UPDATE ON payment FOR EACH ROW EXECUTE FUNCTION guard_payment();
DROP FUNCTION suspected_pairs(integer);
DROP FUNCTION unmerge_patients(uuid, timestamptz);
DROP FUNCTION merge_patients(uuid, uuid, uuid, jsonb, timestamptz);
DROP FUNCTION advertising_since(uuid);
DROP FUNCTION cards_of(uuid);
DROP FUNCTION patient_rows(uuid);
DROP FUNCTION not_medical(jsonb);
DROP FUNCTION patient_held(uuid);
DROP FUNCTION patient_columns();
DROP TABLE patient_apart, patient_merge_row, patient_merge;
DROP TABLE patient_kin;
DROP TRIGGER patient_changed ON patient;
DROP FUNCTION note_change();
ALTER TABLE patient DROP COLUMN changed_by, DROP COLUMN changed_at;
DROP FUNCTION find_patients(text[], date, integer);
DROP FUNCTION patients_called(text[], date, integer);
DROP FUNCTION words_like(text);
ALTER TABLE patient_contact DROP COLUMN tail_index;
DROP TRIGGER patient_renamed ON patient;
DROP TRIGGER patient_names ON patient;
DROP FUNCTION note_name();
DROP FUNCTION note_names();
DROP TABLE name_word;
DROP INDEX patient_born;
ALTER TABLE patient DROP COLUMN search_name;
DROP FUNCTION folded(text, text, text);
-- +goose StatementBegin
CREATE FUNCTION searched(surname text, given text, patronymic text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT replace(lower(surname || ' ' || given || ' ' || patronymic), 'ё', 'е') $$;
CREATE FUNCTION find_patients(words text[], most integer) RETURNS uuid[]
LANGUAGE sql STABLE AS $$ SELECT '{}'::uuid[] $$;
-- +goose StatementEnd
CREATE INDEX patient_searched ON patient USING gin (searched(surname, given, patronymic) gin_trgm_ops) WHERE merged_into IS NULL;
