-- +goose Up
-- The clinic's own articles, cut into passages that answer a question, and the questions that none of them answered.

ALTER TABLE article
    ADD COLUMN url        text NOT NULL DEFAULT '' CONSTRAINT article_url CHECK (url = '' OR url ~ '^https?://'),
    ADD COLUMN audience   text NOT NULL DEFAULT 'patients' CONSTRAINT article_audience CHECK (audience IN ('patients', 'staff')),
    ADD COLUMN book       text NOT NULL DEFAULT '', -- the speciality that its button books
    ADD COLUMN asked      text NOT NULL DEFAULT '', -- how patients ask for it
    ADD COLUMN hash       text NOT NULL DEFAULT '', -- of the file it came from: the version
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT '2026-01-01';

-- A passage is what one answer shows. Its words are prepared by the program (core/knowledge: what patients say for what articles say) and
-- weighed by where they stand: title, questions, heading, text.
CREATE TABLE article_passage (
    id          uuid PRIMARY KEY,
    article_id  uuid NOT NULL REFERENCES article ON DELETE CASCADE,
    lang        text NOT NULL,
    audience    text NOT NULL,
    place       integer NOT NULL,
    heading     text NOT NULL,
    body        text NOT NULL,
    title_words text NOT NULL,
    asked_words text NOT NULL,
    heading_words text NOT NULL,
    body_words  text NOT NULL,
    indexed     text NOT NULL, -- the article's hash and the version of the words, as they were
    search      tsvector GENERATED ALWAYS AS (CASE lang WHEN 'en' THEN
                    setweight(to_tsvector('english', title_words), 'A') || setweight(to_tsvector('english', asked_words), 'B') ||
                    setweight(to_tsvector('english', heading_words), 'C') || setweight(to_tsvector('english', body_words), 'D')
                ELSE
                    setweight(to_tsvector('russian', title_words), 'A') || setweight(to_tsvector('russian', asked_words), 'B') ||
                    setweight(to_tsvector('russian', heading_words), 'C') || setweight(to_tsvector('russian', body_words), 'D')
                END) STORED,
    embedding   vector,
    embedded_by text NOT NULL DEFAULT '', -- the model that made it
    CONSTRAINT article_passage_place UNIQUE (article_id, place)
);
CREATE INDEX article_passage_search ON article_passage USING gin (search);

-- Every word that some passage has: what a misspelt one may have been.
CREATE TABLE article_word (
    lang   text NOT NULL,
    word   text NOT NULL,
    lexeme text GENERATED ALWAYS AS (CASE lang WHEN 'en' THEN
               (tsvector_to_array(to_tsvector('english', word)))[1] ELSE (tsvector_to_array(to_tsvector('russian', word)))[1] END) STORED,
    PRIMARY KEY (lang, word)
);
CREATE INDEX article_word_lexeme ON article_word (lang, lexeme);
CREATE INDEX article_word_near ON article_word USING gin (word gin_trgm_ops);

COMMENT ON TABLE article_passage IS 'data: none; subject: none; retention: none';
COMMENT ON TABLE article_word IS 'data: none; subject: none; retention: none';
GRANT SELECT, INSERT, UPDATE, DELETE ON article_passage, article_word TO zapis_app;
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['article_passage', 'article_word'] LOOP
        EXECUTE format('CREATE TRIGGER settings AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH STATEMENT WHEN (current_user = ''zapis_app'') '
            || 'EXECUTE FUNCTION guard_settings(''house'')', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- What somebody said that no article answered or nobody understood; what the desk says was right becomes a case of the evaluation.
CREATE TABLE question (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversation,
    branch_id       uuid REFERENCES branch, -- that the talk was about, where it was about one
    lang            text NOT NULL,
    why             text NOT NULL CONSTRAINT question_why CHECK (why IN ('unknown', 'missed')),
    text_sealed     bytea NOT NULL,
    flow            text NOT NULL, -- that was running
    slot            text NOT NULL, -- that was asked for
    nearest         text NOT NULL, -- the article that came nearest
    state           text NOT NULL DEFAULT 'open' CONSTRAINT question_state CHECK (state IN ('open', 'settled', 'dismissed')),
    right_flow      text NOT NULL DEFAULT '',
    right_article   text NOT NULL DEFAULT '',
    settled_by      uuid REFERENCES staff,
    settled_at      timestamptz,
    at              timestamptz NOT NULL,
    CONSTRAINT question_settled CHECK ((state = 'open') = (settled_at IS NULL)
        AND (state <> 'settled' OR right_flow <> '' OR right_article <> ''))
);
CREATE INDEX question_conversation ON question (conversation_id);
CREATE INDEX question_branch ON question (branch_id);
CREATE INDEX question_open ON question (at) WHERE state = 'open';
CREATE INDEX question_settled_by ON question (settled_by);
COMMENT ON TABLE question IS 'data: personal; subject: conversation_id; retention: question';

ALTER TABLE question ENABLE ROW LEVEL SECURITY;
ALTER TABLE question FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON question TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON question TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY own_add ON question FOR INSERT TO zapis_app
    WITH CHECK ((SELECT actor_kind()) = 'patient' AND conversation_id = (SELECT actor_id()) AND state = 'open');
CREATE POLICY staff_see ON question FOR SELECT TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND (branch_id IS NULL OR in_branches((SELECT actor_branches()), branch_id)));
CREATE POLICY desk_change ON question FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND (branch_id IS NULL OR in_branches((SELECT actor_branches()), branch_id)))
    WITH CHECK ((SELECT staff_role()) = 'admin' AND (branch_id IS NULL OR in_branches((SELECT actor_branches()), branch_id))
        AND settled_by = (SELECT actor_id()));
GRANT SELECT, INSERT, DELETE ON question TO zapis_app;
GRANT UPDATE (text_sealed, state, right_flow, right_article, settled_by, settled_at) ON question TO zapis_app;

INSERT INTO retention (class, basis, days, action) VALUES ('question', '152-ФЗ, ст. 5, ч. 7', 365, 'delete');

-- +goose Down
DELETE FROM retention_proposal WHERE class = 'question';
DELETE FROM retention WHERE class = 'question';
DROP TABLE question, article_word, article_passage;
ALTER TABLE article DROP COLUMN url, DROP COLUMN audience, DROP COLUMN book, DROP COLUMN asked, DROP COLUMN hash, DROP COLUMN updated_at;
