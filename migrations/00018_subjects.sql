-- +goose Up
-- What each table holds of people, how a row leads to whom it is about, and how long such rows are kept (retention's classes). A table
-- without these three words does not pass the tests.
-- +goose StatementBegin
DO $$
DECLARE x record;
BEGIN
    FOR x IN SELECT * FROM (VALUES
        ('branch', 'data: none; subject: none; retention: none'),
        ('specialty', 'data: none; subject: none; retention: none'),
        ('service', 'data: none; subject: none; retention: none'),
        ('resource', 'data: none; subject: none; retention: none'),
        ('practitioner_role', 'data: none; subject: none; retention: none'),
        ('practitioner_service', 'data: none; subject: none; retention: none'),
        ('schedule_template', 'data: none; subject: none; retention: none'),
        ('schedule_exception', 'data: none; subject: none; retention: none'),
        ('working_day', 'data: none; subject: none; retention: none'),
        ('clinic_version', 'data: none; subject: none; retention: none'),
        ('article', 'data: none; subject: none; retention: none'),
        ('entry_link', 'data: none; subject: none; retention: none'),
        ('send_rate', 'data: none; subject: none; retention: none'),
        ('consent_text', 'data: none; subject: none; retention: none'),
        ('inbound_key', 'data: none; subject: none; retention: none'),
        ('outbox_key', 'data: none; subject: none; retention: none'),
        ('opening', 'data: none; subject: none; retention: none'),
        ('practitioner', 'data: personal; subject: none; retention: staff'),
        ('staff', 'data: personal; subject: none; retention: staff'),
        ('staff_invite', 'data: personal; subject: none; retention: staff'),
        ('inbound', 'data: personal; subject: conversation_id; retention: messages'),
        ('outbox', 'data: personal; subject: conversation_id; retention: messages'),
        ('keyboard', 'data: personal; subject: conversation_id; retention: messages'),
        ('patient', 'data: personal; subject: id; retention: card'),
        ('patient_contact', 'data: personal; subject: patient_id; retention: card'),
        ('patient_link', 'data: personal; subject: patient_id; retention: card'),
        ('care_team', 'data: personal; subject: patient_id; retention: card'),
        ('disclosure', 'data: personal; subject: patient_id; retention: card'),
        ('conversation', 'data: personal; subject: id; retention: messages'),
        ('consent_event', 'data: personal; subject: patient_id; retention: consent'),
        ('visit', 'data: personal; subject: patient_id; retention: visit'),
        ('task', 'data: personal; subject: patient_id; retention: visit'),
        ('waitlist', 'data: personal; subject: patient_id; retention: visit'),
        ('visit_resource', 'data: personal; subject: visit_id; retention: visit'),
        ('visit_event', 'data: personal; subject: visit_id; retention: visit'),
        ('reminder', 'data: personal; subject: visit_id; retention: visit'),
        ('visit_notice', 'data: personal; subject: visit_id; retention: visit'),
        ('waitlist_offer', 'data: personal; subject: waitlist_id; retention: visit'),
        ('visit_reason', 'data: medical; subject: patient_id; retention: record'),
        ('record', 'data: medical; subject: patient_id; retention: record'),
        ('record_review', 'data: medical; subject: patient_id; retention: record'),
        ('prescription', 'data: medical; subject: patient_id; retention: record'),
        ('prescription_mark', 'data: medical; subject: patient_id; retention: record'),
        ('lab_report', 'data: medical; subject: patient_id; retention: record'),
        ('lab_value', 'data: medical; subject: patient_id; retention: record'),
        ('document', 'data: medical; subject: patient_id; retention: record'),
        ('document_content', 'data: medical; subject: document_id; retention: record'),
        ('invoice', 'data: personal; subject: patient_id; retention: money'),
        ('payment', 'data: personal; subject: patient_id; retention: money'),
        ('payment_event', 'data: personal; subject: invoice_id; retention: money'),
        ('feedback', 'data: personal; subject: patient_id; retention: feedback'),
        ('feedback_text', 'data: medical; subject: patient_id; retention: feedback'),
        ('campaign', 'data: none; subject: none; retention: campaign'),
        ('campaign_recipient', 'data: personal; subject: patient_id; retention: campaign'),
        ('settings_request', 'data: none; subject: none; retention: settings'),
        ('audit', 'data: personal; subject: patient_id; retention: audit'),
        ('glass', 'data: medical; subject: patient_id; retention: audit')
    ) AS v (name, words) LOOP
        EXECUTE format('COMMENT ON TABLE %I IS %L', x.name, x.words);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
