-- +goose Up
-- Read-only views for BI tools: no medical text, no names of patients. They run with the reader's rights (security_invoker), so
-- zapis_report gets its own policies and only the columns it needs.
CREATE VIEW report.visits WITH (security_invoker = true) AS
SELECT v.id AS visit_id,
       b.name_ru AS branch,
       v.practitioner_id AS doctor_id,
       concat_ws(' ', p.surname, p.given, p.patronymic) AS doctor,
       v.specialty,
       v.service_name AS service,
       v.patient_id,
       v.starts_at,
       v.ends_at,
       CASE v.status WHEN 'in_progress' THEN 'arrived' ELSE v.status END AS status,
       v.source,
       v.created_at,
       v.cancelled_at,
       v.cancelled_by
FROM visit v
JOIN branch b ON b.id = v.branch_id
JOIN practitioner p ON p.id = v.practitioner_id;

CREATE VIEW report.messages WITH (security_invoker = true) AS
SELECT o.id AS message_id, o.channel, 'out' AS direction, o.kind AS class, o.state, o.created_at, o.sent_at
FROM outbox o
UNION ALL
SELECT i.id, c.channel, 'in', 'message', i.state, i.received_at, i.handled_at
FROM inbound i
JOIN conversation c ON c.id = i.conversation_id;

CREATE VIEW report.reminders WITH (security_invoker = true) AS
SELECT r.visit_id, r.minutes || 'm' AS kind, r.due_at, r.state
FROM reminder r;

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['visit', 'outbox', 'inbound', 'conversation', 'reminder'] LOOP
        EXECUTE format('CREATE POLICY report ON %I FOR SELECT TO zapis_report USING (true)', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
GRANT SELECT (id, branch_id, practitioner_id, specialty, service_name, patient_id, starts_at, ends_at, status, source, created_at, cancelled_at, cancelled_by)
    ON visit TO zapis_report;
GRANT SELECT (id, conversation_id, channel, kind, state, created_at, sent_at) ON outbox TO zapis_report;
GRANT SELECT (id, conversation_id, state, received_at, handled_at) ON inbound TO zapis_report;
GRANT SELECT (id, channel) ON conversation TO zapis_report;
GRANT SELECT ON reminder, branch, practitioner TO zapis_report;
GRANT SELECT ON ALL TABLES IN SCHEMA report TO zapis_report, zapis_app;
GRANT USAGE ON SCHEMA public TO zapis_report;

-- +goose Down
DROP VIEW report.reminders, report.messages, report.visits;
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['visit', 'outbox', 'inbound', 'conversation', 'reminder'] LOOP
        EXECUTE format('DROP POLICY report ON %I', t);
        EXECUTE format('REVOKE ALL ON %I FROM zapis_report', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
