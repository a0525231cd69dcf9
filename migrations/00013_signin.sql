-- +goose Up
-- How often somebody has guessed: one row for an account, an address, a code. What is guessed at stands as a hash, for people type
-- passwords where a login belongs.
CREATE TABLE throttle (
    key   bytea PRIMARY KEY,
    fails integer NOT NULL,
    at    timestamptz NOT NULL -- of the last guess
);
CREATE INDEX throttle_at ON throttle (at);
ALTER TABLE throttle ENABLE ROW LEVEL SECURITY;
ALTER TABLE throttle FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON throttle TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON throttle TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO zapis_app;
COMMENT ON TABLE throttle IS 'data: personal; subject: none; retention: session';

-- +goose Down
DROP TABLE throttle;
