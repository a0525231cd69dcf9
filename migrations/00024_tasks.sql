-- +goose Up
-- Tasks get an owner, a due time, and what becomes of them.

-- How soon a task of a kind is to be done, in minutes of the clinic's hours (08 to 20), or at once by any hour; who hears when it is late.
CREATE TABLE task_rule (
    kind     text PRIMARY KEY,
    minutes  integer NOT NULL CONSTRAINT task_rule_minutes CHECK (minutes BETWEEN 1 AND 100000),
    any_hour boolean NOT NULL DEFAULT false,
    urgent   boolean NOT NULL DEFAULT false,
    escalate text NOT NULL DEFAULT 'head'
);
INSERT INTO task_rule (kind, minutes, any_hour, urgent, escalate) VALUES
    ('emergency', 5, true, true, 'head'), ('handoff', 15, false, false, 'head'), ('dead_letter', 30, false, false, 'head'),
    ('unknown_delivery', 60, false, false, 'head'), ('move_visit', 240, false, false, 'head'), ('file', 240, false, false, 'head'),
    ('complaint', 720, false, false, 'head'), ('verify_patient', 720, false, false, 'head'), ('duplicate_patient', 2160, false, false, 'head'),
    ('personal_data', 3600, false, false, 'head'), ('glass_review', 1440, true, true, 'head'), ('incident', 1440, true, true, 'security'),
    ('manual', 720, false, false, 'head');
ALTER TABLE task_rule ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON task_rule TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY see ON task_rule FOR SELECT TO zapis_app USING ((SELECT actor_kind()) IS NOT NULL);
GRANT SELECT ON task_rule TO zapis_app;
COMMENT ON TABLE task_rule IS 'data: none; subject: none; retention: none';

ALTER TABLE task
    DROP CONSTRAINT task_kind,
    ADD CONSTRAINT task_kind CHECK (kind IN
        ('handoff', 'dead_letter', 'unknown_delivery', 'duplicate_patient', 'move_visit', 'emergency', 'file', 'verify_patient', 'personal_data',
         'glass_review', 'incident', 'complaint', 'manual')),
    ADD COLUMN owner_id uuid REFERENCES staff,
    ADD COLUMN due_at timestamptz,
    ADD COLUMN urgent boolean NOT NULL DEFAULT false,
    ADD COLUMN later_until timestamptz,
    ADD COLUMN escalated_at timestamptz,
    ADD COLUMN closed_by uuid REFERENCES staff,
    ADD COLUMN outcome text CONSTRAINT task_outcome CHECK (outcome IN ('solved', 'not_needed', 'not_reached')),
    ADD COLUMN text_sealed bytea,
    ADD COLUMN version integer NOT NULL DEFAULT 1;
CREATE INDEX task_due ON task (due_at) WHERE state = 'open';
CREATE INDEX task_owner ON task (owner_id) WHERE state = 'open';
CREATE INDEX task_closed ON task (closed_at) WHERE state = 'done';

-- What happened to a task: who took it, wrote a note, put it off, closed it.
CREATE TABLE task_event (
    id          uuid PRIMARY KEY,
    task_id     uuid NOT NULL REFERENCES task ON DELETE CASCADE,
    at          timestamptz NOT NULL,
    staff_id    uuid REFERENCES staff,
    what        text NOT NULL CONSTRAINT task_event_what CHECK (what IN ('taken', 'released', 'given', 'later', 'note', 'closed', 'reopened', 'late')),
    to_staff_id uuid REFERENCES staff,
    text_sealed bytea
);
CREATE INDEX task_event_task ON task_event (task_id, at);
ALTER TABLE task_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON task_event TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON task_event TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY staff_see ON task_event FOR SELECT TO zapis_app
    USING ((SELECT staff_role()) IS NOT NULL AND EXISTS (SELECT FROM task t WHERE t.id = task_id));
CREATE POLICY staff_add ON task_event FOR INSERT TO zapis_app
    WITH CHECK ((SELECT staff_role()) IS NOT NULL AND staff_id = (SELECT actor_id()) AND EXISTS (SELECT FROM task t WHERE t.id = task_id));
GRANT SELECT, INSERT, UPDATE (text_sealed) ON task_event TO zapis_app;
COMMENT ON TABLE task_event IS 'data: personal; subject: task_id; retention: visit';

-- When so many minutes of the clinic's hours (08 to 20 by the clock of its first branch) after a moment have passed.
-- +goose StatementBegin
CREATE FUNCTION task_due_at(since timestamptz, minutes integer, any_hour boolean) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    zone text := coalesce((SELECT tz FROM branch ORDER BY position, id LIMIT 1), 'Europe/Moscow');
    at timestamp := since AT TIME ZONE zone;
    rest integer := minutes;
    room integer;
BEGIN
    IF any_hour THEN
        RETURN since + make_interval(mins => minutes);
    END IF;
    LOOP
        IF at < at::date + time '08:00' THEN
            at := at::date + time '08:00';
        ELSIF at >= at::date + time '20:00' THEN
            at := at::date + 1 + time '08:00';
        END IF;
        room := extract(epoch FROM at::date + time '20:00' - at)::integer / 60;
        IF rest <= room THEN
            RETURN (at + make_interval(mins => rest)) AT TIME ZONE zone;
        END IF;
        rest := rest - room;
        at := at::date + 1 + time '08:00';
    END LOOP;
END
$$;

-- What a colleague is called at work: for staff, who share tasks, and for Zapis.
CREATE FUNCTION colleague(member uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF actor_kind() IN ('staff', 'system') THEN
        RETURN (SELECT s.login FROM staff s WHERE s.id = member);
    END IF;
    RETURN NULL;
END
$$;

-- Whose work tasks are: whoever may take the role of an administrator or of the head.
CREATE FUNCTION task_hands() RETURNS TABLE (id uuid, login text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF staff_role() IN ('admin', 'head', 'security') OR actor_is_system() THEN
        RETURN QUERY SELECT s.id, s.login FROM staff s
            WHERE s.active AND (s.role IN ('admin', 'head') OR s.roles && ARRAY['admin', 'head']) ORDER BY s.login LIMIT 200;
    END IF;
END
$$;

-- Every task gets its due time where it begins, whoever makes it.
CREATE FUNCTION task_begins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    rule task_rule;
BEGIN
    SELECT * INTO rule FROM task_rule WHERE kind = NEW.kind;
    IF FOUND THEN
        NEW.due_at := coalesce(NEW.due_at, task_due_at(NEW.created_at, rule.minutes, rule.any_hour));
        NEW.urgent := NEW.urgent OR rule.urgent;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION task_due_at(timestamptz, integer, boolean), task_begins(), colleague(uuid), task_hands() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION colleague(uuid), task_hands() TO zapis_app;
CREATE TRIGGER task_begins BEFORE INSERT ON task FOR EACH ROW EXECUTE FUNCTION task_begins();

-- +goose Down
DROP TRIGGER task_begins ON task;
DROP FUNCTION task_begins();
DROP FUNCTION task_hands();
DROP FUNCTION colleague(uuid);
DROP FUNCTION task_due_at(timestamptz, integer, boolean);
DROP TABLE task_event, task_rule;
ALTER TABLE task DROP COLUMN owner_id, DROP COLUMN due_at, DROP COLUMN urgent, DROP COLUMN later_until, DROP COLUMN escalated_at,
    DROP COLUMN closed_by, DROP COLUMN outcome, DROP COLUMN text_sealed, DROP COLUMN version;
