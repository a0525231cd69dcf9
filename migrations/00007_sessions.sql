-- +goose Up
-- Who is signed in to the cabinet. The token is kept as its hash. Only Zapis itself reads sessions: a member of staff is not known
-- before theirs was read.
CREATE TABLE session (
    token      text PRIMARY KEY,
    data       bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_expires ON session (expires_at);

ALTER TABLE session ENABLE ROW LEVEL SECURITY;
ALTER TABLE session FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON session TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON session TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO zapis_app;

-- +goose Down
DROP TABLE session;
