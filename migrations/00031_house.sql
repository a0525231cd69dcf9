-- +goose Up
-- The rest of what a clinic sets of itself. What visits hang on is closed and never dropped.
ALTER TABLE resource
    ADD COLUMN equipment text NOT NULL DEFAULT '', -- what there is to work with
    ADD COLUMN position integer NOT NULL DEFAULT 0,
    ADD COLUMN active boolean NOT NULL DEFAULT true,
    ADD CONSTRAINT resource_capacity CHECK (capacity BETWEEN 1 AND 100);
ALTER TABLE specialty
    ADD COLUMN active boolean NOT NULL DEFAULT true,
    ADD COLUMN reminders integer[]; -- minutes before the visit; NULL: the branch's
ALTER TABLE branch
    ADD COLUMN reminder_channels text[] NOT NULL DEFAULT '{}'; -- where a reminder goes first; what is not listed comes after, by who wrote last
ALTER TABLE article
    ADD COLUMN active boolean NOT NULL DEFAULT true; -- withdrawn ones answer nobody

-- The clinic's own words for what the bot says; where there are none, Zapis' own stand. Forms: other, and one, few, many where it counts.
CREATE TABLE own_words (
    key   text NOT NULL,
    lang  text NOT NULL CONSTRAINT own_words_lang CHECK (lang IN ('ru', 'en')),
    forms jsonb NOT NULL,
    CONSTRAINT own_words_pk PRIMARY KEY (key, lang)
);
COMMENT ON TABLE own_words IS 'data: none; subject: none; retention: none';
ALTER TABLE own_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE own_words FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON own_words TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY everybody ON own_words FOR SELECT TO zapis_app USING (true);
CREATE POLICY system ON own_words TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
GRANT SELECT, INSERT, UPDATE, DELETE ON own_words TO zapis_app;

-- +goose Down
DROP TABLE own_words;
ALTER TABLE article DROP COLUMN active;
ALTER TABLE branch DROP COLUMN reminder_channels;
ALTER TABLE specialty DROP COLUMN reminders, DROP COLUMN active;
ALTER TABLE resource DROP CONSTRAINT resource_capacity, DROP COLUMN active, DROP COLUMN position, DROP COLUMN equipment;
