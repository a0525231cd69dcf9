-- +goose Up
-- Whoever proposed a set may take it back while it is not in force: the head doctor too, who changes no set otherwise.
CREATE POLICY withdraw ON policy_set FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) IN ('head', 'security') AND author = (SELECT actor_id()) AND state IN ('proposed', 'approved'))
    WITH CHECK ((SELECT staff_role()) IN ('head', 'security') AND author = (SELECT actor_id()) AND state = 'retired' AND NOT shadow);

-- +goose Down
DROP POLICY withdraw ON policy_set;
