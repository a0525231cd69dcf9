-- +goose Up
-- The shared inbox: whose a conversation is, who waits in it, what the desk says of it to itself.

-- How soon a person is answered, in minutes of the clinic's hours: the first answer, every next one, and how much later than that the head hears.
CREATE TABLE inbox_rule (
    one              boolean PRIMARY KEY DEFAULT true CONSTRAINT inbox_rule_one CHECK (one),
    first_minutes    integer NOT NULL DEFAULT 15 CONSTRAINT inbox_rule_first CHECK (first_minutes BETWEEN 1 AND 1440),
    next_minutes     integer NOT NULL DEFAULT 30 CONSTRAINT inbox_rule_next CHECK (next_minutes BETWEEN 1 AND 1440),
    escalate_minutes integer NOT NULL DEFAULT 15 CONSTRAINT inbox_rule_escalate CHECK (escalate_minutes BETWEEN 1 AND 1440),
    version          integer NOT NULL DEFAULT 1
);
INSERT INTO inbox_rule DEFAULT VALUES;
COMMENT ON TABLE inbox_rule IS 'data: none; subject: none; retention: none';

-- A conversation that people have had in hand. open: they have it; closed: they are done, and new words open it again; bot: it was given back.
CREATE TABLE inbox (
    conversation_id uuid PRIMARY KEY REFERENCES conversation,
    state           text NOT NULL DEFAULT 'open' CONSTRAINT inbox_state CHECK (state IN ('open', 'closed', 'bot')),
    staff_id        uuid REFERENCES staff, -- whose; NULL: nobody's yet
    opened_at       timestamptz NOT NULL,  -- when it last came to people
    waiting_since   timestamptz,           -- of the oldest words that nobody has answered
    answered        boolean NOT NULL DEFAULT false,
    due_at          timestamptz,           -- by when an answer is promised
    escalate_at     timestamptz,           -- and when the head hears that there was none
    escalated_at    timestamptz,
    later_until     timestamptz,
    closed_at       timestamptz,
    seen_at         timestamptz,           -- when somebody of the desk last looked
    labels          text[] NOT NULL DEFAULT '{}' CONSTRAINT inbox_labels CHECK (cardinality(labels) <= 10),
    version         integer NOT NULL DEFAULT 1
);
CREATE INDEX inbox_open ON inbox (opened_at) WHERE state = 'open';
CREATE INDEX inbox_staff ON inbox (staff_id) WHERE state = 'open';
CREATE INDEX inbox_escalate ON inbox (escalate_at) WHERE state = 'open' AND escalated_at IS NULL;
CREATE INDEX inbox_closed ON inbox (closed_at) WHERE state = 'closed';
COMMENT ON TABLE inbox IS 'data: personal; subject: conversation_id; retention: messages';

-- What the desk tells itself beside a conversation.
CREATE TABLE inbox_note (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversation,
    at              timestamptz NOT NULL,
    staff_id        uuid NOT NULL REFERENCES staff,
    text_sealed     bytea NOT NULL
);
CREATE INDEX inbox_note_conversation ON inbox_note (conversation_id, at);
COMMENT ON TABLE inbox_note IS 'data: personal; subject: conversation_id; retention: notes';
INSERT INTO retention (class, basis, days, action) VALUES ('notes', '152-ФЗ, ст. 5, ч. 7', 1095, 'delete');

-- Who is writing where, for some seconds: one line a member.
CREATE TABLE inbox_typing (
    staff_id        uuid PRIMARY KEY REFERENCES staff,
    conversation_id uuid NOT NULL,
    until           timestamptz NOT NULL
);
CREATE INDEX inbox_typing_conversation ON inbox_typing (conversation_id);
COMMENT ON TABLE inbox_typing IS 'data: none; subject: none; retention: none';

-- Replies that are written once. {имя} and the like are filled in when one is taken.
CREATE TABLE canned (
    id         uuid PRIMARY KEY,
    title      text NOT NULL CONSTRAINT canned_title CHECK (title <> '' AND length(title) <= 60),
    text       text NOT NULL CONSTRAINT canned_text CHECK (text <> '' AND length(text) <= 2000),
    updated_at timestamptz NOT NULL,
    gone       boolean NOT NULL DEFAULT false,
    version    integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX canned_title_once ON canned (lower(title)) WHERE NOT gone;
COMMENT ON TABLE canned IS 'data: none; subject: none; retention: none';

-- Who of the staff wrote a message; NULL: the bot or Zapis itself.
ALTER TABLE outbox ADD COLUMN staff_id uuid;

ALTER TABLE task DROP CONSTRAINT task_kind, ADD CONSTRAINT task_kind CHECK (kind IN
    ('handoff', 'dead_letter', 'unknown_delivery', 'duplicate_patient', 'move_visit', 'emergency', 'file', 'verify_patient', 'personal_data',
     'glass_review', 'incident', 'complaint', 'late_chat', 'manual'));
INSERT INTO task_rule (kind, minutes, any_hour, urgent, escalate) VALUES ('late_chat', 15, false, true, 'head');

-- Whether the desk of some branches is told of a chat: of nobody yet, or of somebody who comes there.
-- +goose StatementBegin
CREATE FUNCTION desk_sees(chat uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM patient_link l WHERE l.conversation_id = chat)
        OR EXISTS (SELECT FROM patient_link l JOIN patient p ON p.id = l.patient_id
                   WHERE l.conversation_id = chat AND (p.branches = '{}' OR p.branches && actor_branches()));
END
$$;

-- Whoever looks at chats without regard to branches: Zapis itself, the head, a desk that has all of them.
CREATE FUNCTION actor_everywhere() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(actor_kind() = 'system' OR (actor_kind() = 'staff' AND (actor_role() = 'head' OR actor_branches() = '{}')), false) $$;

CREATE FUNCTION inbox_promise() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    rule inbox_rule;
BEGIN
    IF NEW.waiting_since IS NULL THEN
        NEW.due_at := NULL;
        NEW.escalate_at := NULL;
        NEW.escalated_at := NULL;
    ELSIF TG_OP = 'INSERT' OR NEW.waiting_since IS DISTINCT FROM OLD.waiting_since THEN
        SELECT * INTO rule FROM inbox_rule;
        NEW.due_at := task_due_at(NEW.waiting_since, CASE WHEN NEW.answered THEN rule.next_minutes ELSE rule.first_minutes END, false);
        NEW.escalate_at := task_due_at(NEW.due_at, rule.escalate_minutes, false);
        NEW.escalated_at := NULL;
    END IF;
    RETURN NEW;
END
$$;

-- The head whose work it becomes when nobody answers.
CREATE FUNCTION first_head() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF actor_is_system() THEN
        RETURN (SELECT s.id FROM staff s WHERE s.active AND s.role = 'head' ORDER BY s.created_at, s.id LIMIT 1);
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION desk_sees(uuid), inbox_promise(), first_head() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_sees(uuid), first_head() TO zapis_app;
CREATE TRIGGER inbox_promise BEFORE INSERT OR UPDATE ON inbox FOR EACH ROW EXECUTE FUNCTION inbox_promise();

-- The ceiling of who reads chats: the chat itself, Zapis, the head, and the desk of the branches that its people come to.
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['inbound', 'outbox', 'keyboard', 'conversation'] LOOP
        EXECUTE format('DROP POLICY chat ON %I', t);
        EXECUTE format('CREATE POLICY chat ON %1$I TO zapis_app '
            || 'USING (%2$I = (SELECT actor_id()) OR ((SELECT actor_is_house()) AND ((SELECT actor_everywhere()) OR desk_sees(%2$I)))) '
            || 'WITH CHECK (%2$I = (SELECT actor_id()) OR (SELECT actor_is_house()))',
            t, CASE t WHEN 'conversation' THEN 'id' ELSE 'conversation_id' END);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['inbox_rule', 'inbox', 'inbox_note', 'inbox_typing', 'canned'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system ON %I TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()))', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['inbox_rule', 'canned'] LOOP
        EXECUTE format('CREATE POLICY desk ON %I TO zapis_app USING ((SELECT staff_role()) IN (''admin'', ''head'')) WITH CHECK ((SELECT staff_role()) IN (''admin'', ''head''))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY chat ON inbox TO zapis_app USING ((SELECT actor_kind()) = 'patient' AND conversation_id = (SELECT actor_id()))
    WITH CHECK ((SELECT actor_kind()) = 'patient' AND conversation_id = (SELECT actor_id()));
CREATE POLICY desk ON inbox TO zapis_app
    USING ((SELECT staff_role()) IN ('admin', 'head') AND ((SELECT actor_everywhere()) OR desk_sees(conversation_id)))
    WITH CHECK ((SELECT staff_role()) IN ('admin', 'head') AND ((SELECT actor_everywhere()) OR desk_sees(conversation_id)));
CREATE POLICY desk_see ON inbox_note FOR SELECT TO zapis_app
    USING ((SELECT staff_role()) IN ('admin', 'head') AND ((SELECT actor_everywhere()) OR desk_sees(conversation_id)));
CREATE POLICY desk_add ON inbox_note FOR INSERT TO zapis_app
    WITH CHECK ((SELECT staff_role()) IN ('admin', 'head') AND staff_id = (SELECT actor_id()) AND ((SELECT actor_everywhere()) OR desk_sees(conversation_id)));
CREATE POLICY desk_see ON inbox_typing FOR SELECT TO zapis_app USING ((SELECT staff_role()) IN ('admin', 'head'));
CREATE POLICY desk_say ON inbox_typing TO zapis_app USING ((SELECT staff_role()) IN ('admin', 'head') AND staff_id = (SELECT actor_id()))
    WITH CHECK ((SELECT staff_role()) IN ('admin', 'head') AND staff_id = (SELECT actor_id()));
GRANT SELECT, INSERT, UPDATE ON inbox, inbox_typing, canned TO zapis_app;
GRANT SELECT, UPDATE ON inbox_rule TO zapis_app;
GRANT SELECT, INSERT, DELETE, UPDATE (text_sealed) ON inbox_note TO zapis_app;

-- What the desk says the bot has taken for something else.
ALTER TABLE question DROP CONSTRAINT question_why, ADD CONSTRAINT question_why CHECK (why IN ('unknown', 'missed', 'misread'));
CREATE POLICY desk_add ON question FOR INSERT TO zapis_app
    WITH CHECK ((SELECT staff_role()) = 'admin' AND why = 'misread' AND state = 'open' AND ((SELECT actor_everywhere()) OR desk_sees(conversation_id)));

INSERT INTO inbox (conversation_id, opened_at, waiting_since)
SELECT id, coalesce(last_inbound_at, created_at), coalesce(last_inbound_at, created_at) FROM conversation WHERE owner = 'human';

INSERT INTO canned (id, title, text, updated_at) VALUES
    (md5('canned greeting')::uuid, 'Здравствуйте', 'Здравствуйте, {имя}! Чем могу помочь?', '2026-01-01'),
    (md5('canned visit')::uuid, 'Ваш визит', '{имя}, вы записаны: {дата визита}, {время визита}, {врач}. Адрес: {адрес}.', '2026-01-01'),
    (md5('canned wait')::uuid, 'Уточняю', 'Уточняю и вернусь к вам с ответом в ближайшее время.', '2026-01-01');

-- +goose Down
DROP POLICY desk_add ON question;
DELETE FROM question WHERE why = 'misread';
ALTER TABLE question DROP CONSTRAINT question_why, ADD CONSTRAINT question_why CHECK (why IN ('unknown', 'missed'));
DELETE FROM retention WHERE class = 'notes';
DROP TABLE canned, inbox_typing, inbox_note, inbox, inbox_rule;
DROP FUNCTION inbox_promise();
DROP FUNCTION first_head();
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['inbound', 'outbox', 'keyboard', 'conversation'] LOOP
        EXECUTE format('DROP POLICY chat ON %I', t);
        EXECUTE format('CREATE POLICY chat ON %1$I TO zapis_app USING (%2$I = (SELECT actor_id()) OR (SELECT actor_is_house())) '
            || 'WITH CHECK (%2$I = (SELECT actor_id()) OR (SELECT actor_is_house()))',
            t, CASE t WHEN 'conversation' THEN 'id' ELSE 'conversation_id' END);
    END LOOP;
END
$$;
-- +goose StatementEnd
DROP FUNCTION desk_sees(uuid);
DROP FUNCTION actor_everywhere();
ALTER TABLE outbox DROP COLUMN staff_id;
DELETE FROM task WHERE kind = 'late_chat';
DELETE FROM task_rule WHERE kind = 'late_chat';
ALTER TABLE task DROP CONSTRAINT task_kind, ADD CONSTRAINT task_kind CHECK (kind IN
    ('handoff', 'dead_letter', 'unknown_delivery', 'duplicate_patient', 'move_visit', 'emergency', 'file', 'verify_patient', 'personal_data',
     'glass_review', 'incident', 'complaint', 'manual'));
