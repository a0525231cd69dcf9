-- +goose Up
-- How the clinic is set up changes as its prices do: one proposes, another decides, Zapis carries out. The requests are its history, too.
ALTER TABLE settings_request
    ADD COLUMN item text NOT NULL DEFAULT '', -- what of the subject: a word's key and language, an article's name
    ADD COLUMN due timestamptz,               -- it holds from then on; NULL: at once
    ADD COLUMN before jsonb,                  -- what stood there when it was carried out
    ADD COLUMN done_at timestamptz;
ALTER TABLE settings_request DROP CONSTRAINT settings_request_kind,
    ADD CONSTRAINT settings_request_kind CHECK (kind IN ('availability', 'price', 'schedule', 'house'));
ALTER TABLE settings_request DROP CONSTRAINT settings_request_state,
    ADD CONSTRAINT settings_request_state CHECK (state IN ('asked', 'approved', 'refused', 'done', 'withdrawn', 'failed'));
CREATE UNIQUE INDEX settings_request_one ON settings_request (subject_id, item) WHERE kind = 'house' AND state = 'asked';
CREATE INDEX settings_request_subject ON settings_request (subject_id, kind, at);

-- The desk proposes what the house is like: all of the clinic, or a branch of its own.
DROP POLICY staff_add ON settings_request;
CREATE POLICY staff_add ON settings_request FOR INSERT TO zapis_app WITH CHECK (asked_by = (SELECT actor_id()) AND state = 'asked' AND CASE (SELECT staff_role())
    WHEN 'doctor' THEN kind = 'availability' AND subject_id = (SELECT actor_doctor())
    WHEN 'admin' THEN (kind = 'schedule' AND in_branches((SELECT actor_branches()), branch_id))
        OR (kind = 'house' AND (branch_id IS NULL OR in_branches((SELECT actor_branches()), branch_id)))
    WHEN 'cashier' THEN kind = 'price'
    ELSE false END);
-- Whoever proposed takes it back while nobody has decided.
CREATE POLICY withdraw ON settings_request FOR UPDATE TO zapis_app USING (asked_by = (SELECT actor_id()) AND state = 'asked')
    WITH CHECK (asked_by = (SELECT actor_id()) AND state = 'withdrawn' AND decided_by IS NULL);

-- The code of a service in the ministry's nomenclature, and the article that tells how to prepare for it.
ALTER TABLE service
    ADD COLUMN code text NOT NULL DEFAULT '' CONSTRAINT service_code CHECK (code ~ '^([AB][0-9]{2}(\.[0-9]{2,3}){1,5})?$'),
    ADD COLUMN article text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE service DROP COLUMN article, DROP COLUMN code;
DROP POLICY withdraw ON settings_request;
DELETE FROM settings_request WHERE kind = 'house' OR state IN ('withdrawn', 'failed');
DROP POLICY staff_add ON settings_request;
CREATE POLICY staff_add ON settings_request FOR INSERT TO zapis_app WITH CHECK (asked_by = (SELECT actor_id()) AND state = 'asked' AND CASE (SELECT staff_role())
    WHEN 'doctor' THEN kind = 'availability' AND subject_id = (SELECT actor_doctor())
    WHEN 'admin' THEN kind = 'schedule' AND in_branches((SELECT actor_branches()), branch_id)
    WHEN 'cashier' THEN kind = 'price'
    ELSE false END);
DROP INDEX settings_request_subject, settings_request_one;
ALTER TABLE settings_request DROP CONSTRAINT settings_request_state,
    ADD CONSTRAINT settings_request_state CHECK (state IN ('asked', 'approved', 'refused', 'done'));
ALTER TABLE settings_request DROP CONSTRAINT settings_request_kind,
    ADD CONSTRAINT settings_request_kind CHECK (kind IN ('availability', 'price', 'schedule'));
ALTER TABLE settings_request DROP COLUMN done_at, DROP COLUMN before, DROP COLUMN due, DROP COLUMN item;
