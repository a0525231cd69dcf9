-- +goose Up
-- What people send besides words: voice messages, photos, files. A message that bears one waits for what is found in it; the file lies
-- sealed, in its sender's card where the chat has one card, else beside the chat.

-- waiting: nobody has looked into the file yet. NULL: there is none that could be fetched.
ALTER TABLE inbound ADD COLUMN media text CONSTRAINT inbound_media CHECK (media IN ('waiting', 'settled'));

CREATE TABLE attachment (
    id              uuid PRIMARY KEY,     -- the message's
    conversation_id uuid NOT NULL,
    kind            text NOT NULL CONSTRAINT attachment_kind CHECK (kind IN ('voice', 'photo', 'file')),
    state           text NOT NULL DEFAULT 'waiting' CONSTRAINT attachment_state CHECK (state IN ('waiting', 'kept', 'refused', 'failed', 'gone')),
    why             text,                 -- a code, of what was refused, could not be fetched or was not understood
    mime            text,                 -- as found in the file
    bytes           integer CONSTRAINT attachment_bytes CHECK (bytes BETWEEN 0 AND 20971520),
    document_id     uuid REFERENCES document,
    attempts        integer NOT NULL DEFAULT 0,
    due_at          timestamptz NOT NULL, -- when whoever has it should be done, or it is tried again
    at              timestamptz NOT NULL, -- the message's
    done_at         timestamptz,
    CONSTRAINT attachment_done CHECK ((state = 'waiting') = (done_at IS NULL))
);
CREATE INDEX attachment_waiting ON attachment (due_at) WHERE state = 'waiting';
CREATE INDEX attachment_conversation ON attachment (conversation_id, at);
CREATE INDEX attachment_document ON attachment (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX attachment_beside ON attachment (at) WHERE state = 'kept' AND document_id IS NULL;

-- The bytes of what lies beside the chat, a recording or a file without a card.
CREATE TABLE attachment_content (
    attachment_id uuid PRIMARY KEY REFERENCES attachment ON DELETE CASCADE,
    title_sealed  bytea NOT NULL,
    bytes_sealed  bytea NOT NULL
);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['attachment', 'attachment_content'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system ON %I TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY chat ON attachment TO zapis_app
    USING ((SELECT actor_kind()) = 'patient' AND conversation_id = (SELECT actor_id()))
    WITH CHECK ((SELECT actor_kind()) = 'patient' AND conversation_id = (SELECT actor_id()));
-- The desk knows that a file came, and opens none: what nobody has looked at may be medical. The head doctor opens what has no card.
CREATE POLICY staff_see ON attachment FOR SELECT TO zapis_app USING ((SELECT staff_role()) IN ('admin', 'head'));
CREATE POLICY chat ON attachment_content TO zapis_app
    USING ((SELECT actor_kind()) = 'patient' AND EXISTS (SELECT FROM attachment a WHERE a.id = attachment_id))
    WITH CHECK ((SELECT actor_kind()) = 'patient' AND EXISTS (SELECT FROM attachment a WHERE a.id = attachment_id));
CREATE POLICY staff_see ON attachment_content FOR SELECT TO zapis_app USING ((SELECT staff_role()) = 'head');
GRANT SELECT, INSERT, UPDATE, DELETE ON attachment, attachment_content TO zapis_app;
COMMENT ON TABLE attachment IS 'data: personal; subject: conversation_id; retention: attachment';
COMMENT ON TABLE attachment_content IS 'data: medical; subject: attachment_id; retention: recording';

-- A recording goes by itself, for its words stand in the chat; a file that found no card is proposed to go.
INSERT INTO retention (class, basis, days, action) VALUES
    ('recording', '152-ФЗ, ст. 5, ч. 7', 30, 'auto'),
    ('attachment', '152-ФЗ, ст. 5, ч. 7', 365, 'delete');

-- +goose Down
DELETE FROM retention_proposal WHERE class IN ('recording', 'attachment');
DELETE FROM retention WHERE class IN ('recording', 'attachment');
DROP TABLE attachment_content, attachment;
ALTER TABLE inbound DROP COLUMN media;
