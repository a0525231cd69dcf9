-- +goose Up
-- Sets of policies, a row each, never changed once written: only what becomes of one is. Version 0, the set Zapis comes with, has no row.
CREATE TABLE policy_set (
    version      integer PRIMARY KEY CONSTRAINT policy_set_version CHECK (version > 0),
    id           uuid NOT NULL CONSTRAINT policy_set_id UNIQUE, -- how the record names it
    text         text NOT NULL CONSTRAINT policy_set_text CHECK (length(text) <= 262144),
    matrix       text NOT NULL CONSTRAINT policy_set_matrix CHECK (length(matrix) <= 262144),
    sha256       text NOT NULL CONSTRAINT policy_set_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'), -- of text, a zero byte, matrix
    author       uuid NOT NULL REFERENCES staff,
    approver     uuid REFERENCES staff CONSTRAINT policy_set_two_people CHECK (approver <> author),
    tests_passed boolean NOT NULL,
    state        text NOT NULL CONSTRAINT policy_set_state CHECK (state IN ('draft', 'proposed', 'approved', 'active', 'retired')),
    shadow       boolean NOT NULL DEFAULT false, -- is weighed beside the live set, and decides nothing
    restores     integer CONSTRAINT policy_set_restores CHECK (restores >= 0), -- the earlier version that this one brings back
    created_at   timestamptz NOT NULL,
    approved_at  timestamptz,
    activated_at timestamptz,
    CONSTRAINT policy_set_approved CHECK (state NOT IN ('approved', 'active') OR (approver IS NOT NULL AND approved_at IS NOT NULL)),
    CONSTRAINT policy_set_tested CHECK (state <> 'active' OR (tests_passed AND activated_at IS NOT NULL))
);
CREATE UNIQUE INDEX policy_set_active ON policy_set ((true)) WHERE state = 'active';
CREATE UNIQUE INDEX policy_set_shadow ON policy_set ((true)) WHERE shadow;
CREATE INDEX policy_set_author ON policy_set (author);
COMMENT ON TABLE policy_set IS 'data: none; subject: none; retention: none';

-- Where a candidate answers otherwise than the live set did: counted by question, and of nobody.
CREATE TABLE policy_shadow (
    candidate integer NOT NULL REFERENCES policy_set,
    live      integer NOT NULL,
    role      text NOT NULL,
    class     text NOT NULL,
    action    text NOT NULL,
    kind      text NOT NULL,
    facts     text NOT NULL, -- names of those that held
    said      text NOT NULL, -- by the live set: a view, or 'no'
    would     text NOT NULL, -- by the candidate
    times     bigint NOT NULL,
    last_at   timestamptz NOT NULL,
    CONSTRAINT policy_shadow_pkey PRIMARY KEY (candidate, live, role, class, action, kind, facts, said, would)
);
COMMENT ON TABLE policy_shadow IS 'data: none; subject: none; retention: none';

-- A set goes one way (proposed, approved, active, retired; or retired at once), and whoever approves it signs for themselves.
-- +goose StatementBegin
CREATE FUNCTION policy_set_step() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF NEW.approver IS DISTINCT FROM OLD.approver AND (OLD.approver IS NOT NULL OR NEW.approver IS DISTINCT FROM actor_id()) THEN
        RAISE EXCEPTION 'an approver signs once, and for themselves' USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_set_signed';
    END IF;
    IF NEW.approver IS DISTINCT FROM OLD.approver AND staff_role() IS DISTINCT FROM 'director' THEN
        RAISE EXCEPTION 'a set is approved by the director' USING ERRCODE = '42501';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'proposed'), ('proposed', 'approved'), ('approved', 'active'), ('active', 'retired'),
        ('draft', 'retired'), ('proposed', 'retired'), ('approved', 'retired')) THEN
        RAISE EXCEPTION 'a set that was % is never %', OLD.state, NEW.state USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_set_way';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER policy_set_step BEFORE UPDATE ON policy_set FOR EACH ROW EXECUTE FUNCTION policy_set_step();

-- Which role may do what with policies is what the policies say; here stands that nobody else reaches them at all, and that an author and an
-- approver are who they say.
ALTER TABLE policy_set ENABLE ROW LEVEL SECURITY;
ALTER TABLE policy_set FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON policy_set TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY house ON policy_set FOR SELECT TO zapis_app USING ((SELECT actor_is_system()) OR (SELECT staff_role()) IN ('head', 'director', 'security'));
CREATE POLICY propose ON policy_set FOR INSERT TO zapis_app
    WITH CHECK ((SELECT staff_role()) IN ('head', 'security') AND author = (SELECT actor_id()) AND approver IS NULL AND state IN ('draft', 'proposed') AND NOT shadow);
CREATE POLICY staff ON policy_set FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) IN ('director', 'security')) WITH CHECK ((SELECT staff_role()) IN ('director', 'security'));
GRANT SELECT, INSERT ON policy_set TO zapis_app;
GRANT UPDATE (approver, state, shadow, approved_at, activated_at) ON policy_set TO zapis_app;

ALTER TABLE policy_shadow ENABLE ROW LEVEL SECURITY;
ALTER TABLE policy_shadow FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON policy_shadow TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON policy_shadow TO zapis_app USING ((SELECT actor_kind()) = 'system') WITH CHECK ((SELECT actor_kind()) = 'system');
CREATE POLICY staff ON policy_shadow FOR SELECT TO zapis_app USING ((SELECT staff_role()) IN ('head', 'director', 'security'));
GRANT SELECT, INSERT, UPDATE ON policy_shadow TO zapis_app;

-- +goose Down
DROP TABLE policy_shadow, policy_set;
DROP FUNCTION policy_set_step();
