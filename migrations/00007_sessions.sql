-- +goose Up
-- Who is signed in to the cabinet. The token is kept as its hash. Only Zapis itself reads sessions: a member of staff is not known
-- before theirs was read.
CREATE TABLE session (
    token      text PRIMARY KEY,
    data       bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    id         uuid,                      -- what its owner names it by; it stays when the token is renewed
    staff_id   uuid REFERENCES staff,     -- NULL until somebody has signed in
    about      text NOT NULL DEFAULT '',  -- the browser, as it says of itself
    begun_at   timestamptz,
    seen_at    timestamptz,
    ended_at   timestamptz                -- an ended session is kept until it would have run out, so that no late request revives it
);
CREATE INDEX session_expires ON session (expires_at);
CREATE INDEX session_staff ON session (staff_id) WHERE staff_id IS NOT NULL;
COMMENT ON TABLE session IS 'data: personal; subject: none; retention: session';

ALTER TABLE session ENABLE ROW LEVEL SECURITY;
ALTER TABLE session FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON session TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON session TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO zapis_app;

-- +goose Down
DROP TABLE session;
