-- +goose Up
-- Who acts is set per transaction (store.InTx). No actor set means no rows: every function below then answers NULL.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO zapis_app;

CREATE SCHEMA report;
GRANT USAGE ON SCHEMA report TO zapis_report, zapis_app;

-- +goose StatementBegin
CREATE FUNCTION actor_kind() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('zapis.actor_kind', true), '') $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION actor_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('zapis.actor_id', true), '')::uuid $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION actor_branches() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(nullif(current_setting('zapis.actor_branches', true), ''), '{}')::uuid[] $$;
-- +goose StatementEnd

-- Zapis itself and other machines it trusts see every row; what they may do is decided above the database.
-- +goose StatementBegin
CREATE FUNCTION actor_is_system() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(actor_kind() IN ('system', 'service'), false) $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION actor_is_staff() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(actor_kind() = 'staff', false) $$;
-- +goose StatementEnd

-- Whoever works for the clinic: staff, Zapis itself, trusted machines. Not a chat.
-- +goose StatementBegin
CREATE FUNCTION actor_is_house() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(actor_kind() IN ('system', 'service', 'staff'), false) $$;
-- +goose StatementEnd

-- Rows grow by month in messages and audit: this keeps a table's partitions ready from one month back to `ahead` months on.
-- A DEFAULT partition catches what falls outside, so that a late job never loses a row.
-- +goose StatementBegin
CREATE FUNCTION ensure_partitions(base text, around date, ahead integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    month date;
    name  text;
BEGIN
    FOR i IN -1..ahead LOOP
        month := (date_trunc('month', around) + make_interval(months => i))::date;
        name := base || '_' || to_char(month, 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                name, base, month, (month + interval '1 month')::date);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
            EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        END IF;
    END LOOP;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION ensure_partitions(text, date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partitions(text, date, integer) TO zapis_app;

-- +goose Down
DROP FUNCTION ensure_partitions(text, date, integer);
DROP FUNCTION actor_is_house();
DROP FUNCTION actor_is_staff();
DROP FUNCTION actor_is_system();
DROP FUNCTION actor_branches();
DROP FUNCTION actor_id();
DROP FUNCTION actor_kind();
DROP SCHEMA report;
