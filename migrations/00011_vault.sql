-- +goose Up
-- The keys themselves are never in the database. proof is a known word sealed under the key (or its blind index), by which a program that
-- starts sees that its keys are the ones that this database's values were sealed under.
CREATE TABLE vault_key (
    key_id      bigint NOT NULL,
    purpose     text NOT NULL CONSTRAINT vault_key_purpose CHECK (purpose IN ('data', 'index')),
    proof       bytea NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT now(),
    promoted_at timestamptz, -- from here on values are sealed under it, and nobody starts without it
    retired_at  timestamptz,
    CONSTRAINT vault_key_pk PRIMARY KEY (key_id)
);
COMMENT ON TABLE vault_key IS 'data: none; subject: none; retention: none';

-- Which keys each running program has. The database's clock tells who is alive: those of the machines may differ.
CREATE TABLE vault_replica (
    id            uuid NOT NULL CONSTRAINT vault_replica_pk PRIMARY KEY,
    revision      bigint NOT NULL,
    keys          bigint[] NOT NULL, -- of both purposes
    data_primary  bigint NOT NULL,
    index_primary bigint NOT NULL,
    trouble       text NOT NULL DEFAULT '', -- why it could not take the newest keys
    seen_at       timestamptz NOT NULL
);
COMMENT ON TABLE vault_replica IS 'data: none; subject: none; retention: none';

-- How far the walk that seals a column anew has come.
CREATE TABLE vault_walk (
    table_name  text NOT NULL,
    column_name text NOT NULL,
    data_key    bigint NOT NULL, -- towards these keys
    index_key   bigint NOT NULL,
    at          uuid NOT NULL,   -- the last row done
    seen        bigint NOT NULL DEFAULT 0,
    changed     bigint NOT NULL DEFAULT 0,
    broken      bigint NOT NULL DEFAULT 0, -- rows that do not open
    began_at    timestamptz NOT NULL,
    done_at     timestamptz,
    CONSTRAINT vault_walk_pk PRIMARY KEY (table_name, column_name)
);
COMMENT ON TABLE vault_walk IS 'data: none; subject: none; retention: none';

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['vault_key', 'vault_replica', 'vault_walk'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system ON %I TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
GRANT SELECT, INSERT, UPDATE ON vault_key, vault_walk TO zapis_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON vault_replica TO zapis_app;

-- +goose Down
DROP TABLE vault_walk, vault_replica, vault_key;
