-- +goose Up
-- Whoever proposed a set may take it back while it is not in force: the head doctor too, who changes no set otherwise.
CREATE POLICY withdraw ON policy_set FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) IN ('head', 'security') AND author = (SELECT actor_id()) AND state IN ('proposed', 'approved'))
    WITH CHECK ((SELECT staff_role()) IN ('head', 'security') AND author = (SELECT actor_id()) AND state = 'retired' AND NOT shadow);

-- When somebody was last at their screen. Sessions say so while they last; this stays.
ALTER TABLE staff ADD COLUMN seen_at timestamptz;
-- +goose StatementBegin
CREATE FUNCTION staff_seen() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE staff SET seen_at = NEW.seen_at WHERE id = NEW.staff_id AND (seen_at IS NULL OR seen_at < NEW.seen_at);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION staff_seen() FROM PUBLIC;
CREATE TRIGGER staff_seen AFTER INSERT OR UPDATE OF seen_at ON session
    FOR EACH ROW WHEN (NEW.staff_id IS NOT NULL AND NEW.seen_at IS NOT NULL) EXECUTE FUNCTION staff_seen();

-- +goose Down
DROP TRIGGER staff_seen ON session;
DROP FUNCTION staff_seen();
ALTER TABLE staff DROP COLUMN seen_at;
DROP POLICY withdraw ON policy_set;
