-- +goose Up
-- What may be dangerous, and nobody has said that it is not so now: as soon as a danger, by any hour.
ALTER TABLE task DROP CONSTRAINT task_kind, ADD CONSTRAINT task_kind CHECK (kind IN
    ('handoff', 'dead_letter', 'unknown_delivery', 'duplicate_patient', 'move_visit', 'emergency', 'file', 'verify_patient', 'personal_data',
     'glass_review', 'incident', 'complaint', 'late_chat', 'worry', 'manual'));
INSERT INTO task_rule (kind, minutes, any_hour, urgent, escalate) VALUES ('worry', 5, true, true, 'head');

-- +goose Down
DELETE FROM task WHERE kind = 'worry';
DELETE FROM task_rule WHERE kind = 'worry';
ALTER TABLE task DROP CONSTRAINT task_kind, ADD CONSTRAINT task_kind CHECK (kind IN
    ('handoff', 'dead_letter', 'unknown_delivery', 'duplicate_patient', 'move_visit', 'emergency', 'file', 'verify_patient', 'personal_data',
     'glass_review', 'incident', 'complaint', 'late_chat', 'manual'));
