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

-- +goose Down
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
