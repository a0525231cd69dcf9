-- +goose Up
-- The data that has rules of its own. What is said in it stands sealed (vault); what is needed to find and to judge it stands beside.
-- What a patient is coming for, in their own words. The category that the desk may read stands on the visit.
CREATE TABLE visit_reason (
    visit_id    uuid NOT NULL REFERENCES visit ON DELETE CASCADE,
    kind        text NOT NULL CONSTRAINT visit_reason_kind CHECK (kind IN ('complaint', 'cancellation')),
    patient_id  uuid NOT NULL REFERENCES patient,
    text_sealed bytea NOT NULL, -- row id: the visit's
    at          timestamptz NOT NULL,
    PRIMARY KEY (visit_id, kind)
);
CREATE INDEX visit_reason_patient ON visit_reason (patient_id);

-- A conclusion, a note, vital signs: FHIR's Composition. Signed, it never changes; a correction is a new row that replaces it.
CREATE TABLE record (
    id          uuid PRIMARY KEY,
    patient_id  uuid NOT NULL REFERENCES patient,
    visit_id    uuid REFERENCES visit,
    branch_id   uuid NOT NULL REFERENCES branch,
    author_id   uuid NOT NULL,                     -- the practitioner, or the nurse's staff id
    kind        text NOT NULL CONSTRAINT record_kind CHECK (kind IN ('conclusion', 'note', 'vitals', 'referral')),
    label       text CONSTRAINT record_label CHECK (label IN ('hiv', 'psychiatry', 'narcology', 'reproductive', 'staff', 'vip')),
    state       text NOT NULL DEFAULT 'draft' CONSTRAINT record_state CHECK (state IN ('draft', 'signed')),
    body_sealed bytea NOT NULL,
    sha256      bytea,                             -- of the text as signed
    replaces    uuid REFERENCES record,
    signed_at   timestamptz,
    signed_by   uuid,
    created_at  timestamptz NOT NULL,
    version     integer NOT NULL DEFAULT 1,
    CONSTRAINT record_signed CHECK ((state = 'signed') = (signed_at IS NOT NULL AND signed_by IS NOT NULL AND sha256 IS NOT NULL))
);
CREATE INDEX record_patient ON record (patient_id, created_at);
CREATE INDEX record_author ON record (author_id, created_at);
-- Several may be drafted; the first that is signed takes the old one's place.
CREATE UNIQUE INDEX record_replaces ON record (replaces) WHERE replaces IS NOT NULL AND state = 'signed';
CREATE INDEX record_corrections ON record (replaces) WHERE replaces IS NOT NULL;

-- The head's look at the quality of a record.
CREATE TABLE record_review (
    id          uuid PRIMARY KEY,
    record_id   uuid NOT NULL REFERENCES record,
    patient_id  uuid NOT NULL REFERENCES patient,
    by_id       uuid NOT NULL REFERENCES staff,
    verdict     text NOT NULL CONSTRAINT record_review_verdict CHECK (verdict IN ('good', 'to_correct')),
    note_sealed bytea NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX record_review_record ON record_review (record_id);

CREATE TABLE prescription (
    id          uuid PRIMARY KEY,
    patient_id  uuid NOT NULL REFERENCES patient,
    visit_id    uuid REFERENCES visit,
    record_id   uuid REFERENCES record,
    author_id   uuid NOT NULL REFERENCES practitioner,
    label       text CONSTRAINT prescription_label CHECK (label IN ('hiv', 'psychiatry', 'narcology', 'reproductive', 'staff', 'vip')),
    state       text NOT NULL DEFAULT 'draft' CONSTRAINT prescription_state CHECK (state IN ('draft', 'signed', 'void')),
    body_sealed bytea NOT NULL,
    signed_at   timestamptz,
    voided_at   timestamptz,
    voided_by   uuid,
    created_at  timestamptz NOT NULL,
    CONSTRAINT prescription_void CHECK ((state = 'void') = (voided_at IS NOT NULL))
);
CREATE INDEX prescription_patient ON prescription (patient_id, created_at);

-- A nurse's mark that a prescription was carried out.
CREATE TABLE prescription_mark (
    id              uuid PRIMARY KEY,
    prescription_id uuid NOT NULL REFERENCES prescription,
    patient_id      uuid NOT NULL REFERENCES patient,
    staff_id        uuid NOT NULL REFERENCES staff,
    at              timestamptz NOT NULL
);
CREATE INDEX prescription_mark_prescription ON prescription_mark (prescription_id);

-- FHIR's DiagnosticReport. Values stand apart: the desk may know that a report is ready, and not what it says.
CREATE TABLE lab_report (
    id          uuid PRIMARY KEY,
    patient_id  uuid NOT NULL REFERENCES patient,
    visit_id    uuid REFERENCES visit,
    branch_id   uuid NOT NULL REFERENCES branch,
    ordered_by  uuid REFERENCES practitioner,
    kind        text NOT NULL CONSTRAINT lab_report_kind CHECK (kind IN ('routine', 'hiv', 'oncology', 'genetics', 'pregnancy', 'sti')),
    label       text CONSTRAINT lab_report_label CHECK (label IN ('hiv', 'psychiatry', 'narcology', 'reproductive', 'staff', 'vip')),
    status      text NOT NULL CONSTRAINT lab_report_status CHECK (status IN ('registered', 'partial', 'final', 'corrected', 'cancelled')),
    sampled_by  uuid REFERENCES staff,
    sampled_at  timestamptz,
    received_at timestamptz,
    released_at timestamptz,
    released_by uuid,
    notified_at timestamptz,
    created_at  timestamptz NOT NULL,
    -- HIV, oncology, genetics, pregnancy and STI are released by a doctor, never by a rule.
    CONSTRAINT lab_report_release CHECK (released_at IS NULL OR kind = 'routine' OR released_by IS NOT NULL)
);
CREATE INDEX lab_report_patient ON lab_report (patient_id, created_at);
CREATE INDEX lab_report_branch ON lab_report (branch_id, created_at);

CREATE TABLE lab_value (
    id           uuid PRIMARY KEY,
    report_id    uuid NOT NULL REFERENCES lab_report,
    patient_id   uuid NOT NULL REFERENCES patient,
    code         text NOT NULL,
    value_sealed bytea NOT NULL,
    at           timestamptz NOT NULL
);
CREATE INDEX lab_value_report ON lab_value (report_id);

-- FHIR's DocumentReference. The bytes stand apart: the desk hands a sealed medical file over without opening it.
CREATE TABLE document (
    id         uuid PRIMARY KEY,
    patient_id uuid NOT NULL REFERENCES patient,
    branch_id  uuid REFERENCES branch,
    class      text NOT NULL CONSTRAINT document_class CHECK (class IN ('administrative', 'medical', 'financial')),
    kind       text NOT NULL CONSTRAINT document_kind CHECK (kind IN ('consent', 'scan', 'certificate', 'identity', 'contract', 'invoice', 'result', 'upload')),
    label      text CONSTRAINT document_label CHECK (label IN ('hiv', 'psychiatry', 'narcology', 'reproductive', 'staff', 'vip')),
    mime       text NOT NULL,
    bytes      integer NOT NULL CONSTRAINT document_bytes CHECK (bytes BETWEEN 0 AND 20971520),
    author_id  uuid,
    created_at timestamptz NOT NULL
);
CREATE INDEX document_patient ON document (patient_id, created_at);

CREATE TABLE document_content (
    document_id  uuid PRIMARY KEY REFERENCES document,
    title_sealed bytea NOT NULL,
    bytes_sealed bytea NOT NULL
);

CREATE TABLE invoice (
    id         uuid PRIMARY KEY,
    patient_id uuid NOT NULL REFERENCES patient,
    visit_id   uuid REFERENCES visit,
    branch_id  uuid NOT NULL REFERENCES branch,
    total      bigint NOT NULL CONSTRAINT invoice_total CHECK (total >= 0), -- kopecks
    currency   text NOT NULL,
    state      text NOT NULL DEFAULT 'issued' CONSTRAINT invoice_state CHECK (state IN ('issued', 'paid', 'void')),
    made_by    uuid,
    created_at timestamptz NOT NULL
);
CREATE INDEX invoice_patient ON invoice (patient_id, created_at);
CREATE INDEX invoice_visit ON invoice (visit_id) WHERE visit_id IS NOT NULL;
CREATE INDEX invoice_branch ON invoice (branch_id, created_at);

-- Money taken or given back. A refund is asked for by one person and approved by another.
CREATE TABLE payment (
    id          uuid PRIMARY KEY,
    invoice_id  uuid NOT NULL REFERENCES invoice,
    patient_id  uuid NOT NULL REFERENCES patient,
    branch_id   uuid NOT NULL REFERENCES branch,
    kind        text NOT NULL CONSTRAINT payment_kind CHECK (kind IN ('charge', 'refund')),
    method      text NOT NULL CONSTRAINT payment_method CHECK (method IN ('cash', 'card', 'online', 'transfer')),
    amount      bigint NOT NULL CONSTRAINT payment_amount CHECK (amount > 0), -- kopecks
    medical     boolean NOT NULL DEFAULT false, -- a refund for what was done: the head's to approve
    state       text NOT NULL CONSTRAINT payment_state CHECK (state IN ('requested', 'done', 'void')),
    asked_by    uuid,
    approved_by uuid,
    key         text NOT NULL, -- of the request: a retry is the same payment
    at          timestamptz NOT NULL,
    CONSTRAINT payment_key UNIQUE (key),
    CONSTRAINT payment_second CHECK (approved_by IS DISTINCT FROM asked_by OR approved_by IS NULL),
    CONSTRAINT payment_refund CHECK (kind = 'charge' OR state <> 'done' OR approved_by IS NOT NULL)
);
CREATE INDEX payment_invoice ON payment (invoice_id);
CREATE INDEX payment_patient ON payment (patient_id, at);
CREATE INDEX payment_branch ON payment (branch_id, at);

-- What a payment service said, as it came by signed webhook. Amounts are re-queried before they count.
CREATE TABLE payment_event (
    id         uuid PRIMARY KEY,
    invoice_id uuid NOT NULL REFERENCES invoice,
    service    text NOT NULL,
    external   text NOT NULL,
    status     text NOT NULL,
    at         timestamptz NOT NULL,
    CONSTRAINT payment_event_once UNIQUE (service, external)
);

CREATE TABLE feedback (
    id              uuid PRIMARY KEY,
    visit_id        uuid NOT NULL REFERENCES visit,
    patient_id      uuid NOT NULL REFERENCES patient,
    branch_id       uuid NOT NULL REFERENCES branch,
    practitioner_id uuid NOT NULL REFERENCES practitioner,
    score           smallint CONSTRAINT feedback_score CHECK (score BETWEEN 0 AND 10),
    sentiment       text CONSTRAINT feedback_sentiment CHECK (sentiment IN ('good', 'neutral', 'bad')),
    topics          text[] NOT NULL DEFAULT '{}',
    status          text NOT NULL DEFAULT 'new' CONSTRAINT feedback_status CHECK (status IN ('new', 'in_work', 'closed')),
    created_at      timestamptz NOT NULL,
    closed_at       timestamptz,
    CONSTRAINT feedback_once UNIQUE (visit_id)
);
CREATE INDEX feedback_branch ON feedback (branch_id, created_at);
CREATE INDEX feedback_practitioner ON feedback (practitioner_id, created_at);
CREATE INDEX feedback_patient ON feedback (patient_id);

-- What was said and answered: people write of their health in it.
CREATE TABLE feedback_text (
    id          uuid PRIMARY KEY,
    feedback_id uuid NOT NULL REFERENCES feedback,
    patient_id  uuid NOT NULL REFERENCES patient,
    branch_id   uuid NOT NULL REFERENCES branch,
    side        text NOT NULL CONSTRAINT feedback_text_side CHECK (side IN ('patient', 'clinic')),
    text_sealed bytea NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX feedback_text_feedback ON feedback_text (feedback_id);

CREATE TABLE campaign (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    text        text NOT NULL,
    claims      boolean NOT NULL DEFAULT false, -- medical claims: the head approves the text
    segment     jsonb NOT NULL DEFAULT '{}',
    state       text NOT NULL DEFAULT 'draft' CONSTRAINT campaign_state CHECK (state IN ('draft', 'approved', 'sending', 'done', 'stopped')),
    author      uuid NOT NULL REFERENCES staff,
    approver    uuid REFERENCES staff,
    recipients  integer NOT NULL DEFAULT 0,
    sent        integer NOT NULL DEFAULT 0,
    failed      integer NOT NULL DEFAULT 0,
    opted_out   integer NOT NULL DEFAULT 0,
    booked      integer NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL,
    CONSTRAINT campaign_second CHECK (approver <> author),
    CONSTRAINT campaign_approved CHECK (state IN ('draft', 'stopped') OR approver IS NOT NULL)
);

-- Who a campaign goes to: only Zapis itself knows; marketing sees how many.
CREATE TABLE campaign_recipient (
    campaign_id uuid NOT NULL REFERENCES campaign,
    patient_id  uuid NOT NULL REFERENCES patient,
    message_id  uuid,
    state       text NOT NULL DEFAULT 'due' CONSTRAINT campaign_recipient_state CHECK (state IN ('due', 'queued', 'skipped')),
    why         text,
    at          timestamptz NOT NULL,
    PRIMARY KEY (campaign_id, patient_id)
);
CREATE INDEX campaign_recipient_patient ON campaign_recipient (patient_id, at);

-- A change of schedule or prices that one asks for and another decides.
CREATE TABLE settings_request (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL CONSTRAINT settings_request_kind CHECK (kind IN ('availability', 'price', 'schedule')),
    subject_id uuid NOT NULL,                     -- the practitioner, the service, the branch
    branch_id  uuid REFERENCES branch,
    change     jsonb NOT NULL,
    state      text NOT NULL DEFAULT 'asked' CONSTRAINT settings_request_state CHECK (state IN ('asked', 'approved', 'refused', 'done')),
    asked_by   uuid NOT NULL,
    decided_by uuid,
    at         timestamptz NOT NULL,
    CONSTRAINT settings_request_second CHECK (decided_by <> asked_by)
);
CREATE INDEX settings_request_open ON settings_request (at) WHERE state = 'asked';

-- Signed, a record or a prescription stands as it is, whoever asks; only a prescription may be voided.
-- +goose StatementBegin
CREATE FUNCTION keep_signed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'what is signed is never deleted' USING ERRCODE = '42501', CONSTRAINT = TG_TABLE_NAME || '_kept';
    END IF;
    -- Another key for the same text is Zapis' own to put.
    IF OLD.body_sealed <> NEW.body_sealed AND NOT (actor_is_system() AND coalesce(current_setting('zapis.reseal', true), '') = 'on')
       OR OLD.patient_id <> NEW.patient_id OR OLD.author_id <> NEW.author_id
       OR (OLD.state = 'signed' AND NEW.state = 'draft') THEN
        RAISE EXCEPTION 'what is signed never changes' USING ERRCODE = '42501', CONSTRAINT = TG_TABLE_NAME || '_kept';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER record_kept BEFORE UPDATE OR DELETE ON record FOR EACH ROW WHEN (OLD.state = 'signed') EXECUTE FUNCTION keep_signed();
CREATE TRIGGER prescription_kept BEFORE UPDATE OR DELETE ON prescription FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION keep_signed();

-- Whether a visit is paid, for the doctor whose visit it is: yes or no, and no sums.
-- +goose StatementBegin
CREATE FUNCTION visit_paid(v uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN (SELECT coalesce((SELECT bool_and(i.state = 'paid') FROM invoice i WHERE i.visit_id = x.id AND i.state <> 'void'), false)
            FROM visit x WHERE x.id = v AND x.practitioner_id = actor_doctor() AND staff_role() = 'doctor');
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION visit_paid(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION visit_paid(uuid) TO zapis_app;

-- A patient's own words of their own visit; said again, the newer ones stand. A chat that has not proved who writes may say and not read,
-- and so could not put a second word in the place of the first by itself.
-- +goose StatementBegin
CREATE FUNCTION keep_reason(v uuid, what text, whose uuid, sealed bytea, said timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT (actor_is_system() OR whose = ANY (actor_patients())) OR NOT EXISTS (SELECT FROM visit x WHERE x.id = v AND x.patient_id = whose) THEN
        RAISE EXCEPTION 'not the patient''s own visit' USING ERRCODE = '42501';
    END IF;
    INSERT INTO visit_reason (visit_id, kind, patient_id, text_sealed, at) VALUES (v, what, whose, sealed, said)
    ON CONFLICT (visit_id, kind) DO UPDATE SET text_sealed = excluded.text_sealed, at = excluded.at;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION keep_reason(uuid, text, uuid, bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_reason(uuid, text, uuid, bytea, timestamptz) TO zapis_app;

-- A nurse's sample for a test that a doctor ordered: whose report it is and in whose care is looked at here, and nothing else of it changes.
-- +goose StatementBegin
CREATE FUNCTION take_sample(report uuid, taken timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE lab_report r SET sampled_by = actor_id(), sampled_at = taken
    WHERE r.id = report AND staff_role() = 'nurse' AND r.label IS NULL AND r.status = 'registered' AND r.sampled_at IS NULL
      AND r.patient_id = ANY (actor_care());
    RETURN FOUND;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION take_sample(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_sample(uuid, timestamptz) TO zapis_app;

-- A laboratory's answer to an order becomes a patient's by two identifiers: the order's number and the birth date. What was released is
-- corrected only by whoever releases the correction. The patient's id goes back to the values that follow; nothing else is told.
-- +goose StatementBegin
CREATE FUNCTION receive_report(report uuid, born date, became text, came timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE whose uuid;
BEGIN
    IF NOT (actor_is_system() OR contract_has('results')) OR became NOT IN ('partial', 'final', 'corrected', 'cancelled') THEN
        RETURN NULL;
    END IF;
    UPDATE lab_report r SET status = became, received_at = came, released_at = NULL, released_by = NULL
    FROM patient p
    WHERE r.id = report AND p.id = r.patient_id AND p.birth_date = born AND r.status <> 'cancelled'
      AND (became = 'corrected' OR r.released_at IS NULL)
    RETURNING r.patient_id INTO whose;
    RETURN whose;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION receive_report(uuid, date, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION receive_report(uuid, date, text, timestamptz) TO zapis_app;

-- Counts for those who see no rows: never of fewer than ten people.
-- +goose StatementBegin
CREATE FUNCTION aggregates(class text, from_at timestamptz, to_at timestamptz)
RETURNS TABLE (branch_id uuid, key text, n bigint, total bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT coalesce(actor_is_system() OR staff_role() = 'director' OR (staff_role() = 'marketing' AND aggregates.class IN ('appointments', 'campaigns')), false) THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT a.branch_id, a.key, count(*), sum(a.amount)::bigint
        FROM (
            SELECT v.branch_id, v.specialty || ' ' || v.status AS key, v.patient_id, v.price AS amount FROM visit v
            WHERE aggregates.class = 'appointments' AND v.starts_at >= from_at AND v.starts_at < to_at AND v.patient_id IS NOT NULL
            UNION ALL
            SELECT r.branch_id, r.kind, r.patient_id, 0 FROM record r WHERE aggregates.class = 'records' AND r.created_at >= from_at AND r.created_at < to_at
            UNION ALL
            SELECT NULL::uuid, p.state, p.patient_id, 0 FROM prescription p WHERE aggregates.class = 'prescriptions' AND p.created_at >= from_at AND p.created_at < to_at
            UNION ALL
            SELECT y.branch_id, y.kind || ' ' || y.state, y.patient_id, y.amount FROM payment y WHERE aggregates.class = 'payments' AND y.at >= from_at AND y.at < to_at
            UNION ALL
            SELECT f.branch_id, 'score ' || f.score, f.patient_id, f.score FROM feedback f WHERE aggregates.class = 'feedback' AND f.created_at >= from_at AND f.created_at < to_at
            UNION ALL
            SELECT NULL, c.name || ' ' || r.state, r.patient_id, 0 FROM campaign_recipient r JOIN campaign c ON c.id = r.campaign_id
            WHERE aggregates.class = 'campaigns' AND r.at >= from_at AND r.at < to_at
            UNION ALL
            SELECT NULL, 'people', p.id, 0 FROM patient p WHERE aggregates.class = 'contacts' AND p.created_at >= from_at AND p.created_at < to_at
            UNION ALL
            SELECT l.branch_id, l.kind || ' ' || l.status, l.patient_id, 0 FROM lab_report l WHERE aggregates.class = 'results' AND l.created_at >= from_at AND l.created_at < to_at
            UNION ALL
            SELECT NULL, u.role || ' ' || u.action, u.patient_id, 0 FROM audit u
            WHERE aggregates.class = 'audit' AND u.at >= from_at AND u.at < to_at AND u.patient_id IS NOT NULL
        ) a
        GROUP BY a.branch_id, a.key
        HAVING count(DISTINCT a.patient_id) >= 10
        ORDER BY a.branch_id, a.key
        LIMIT 5000;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION aggregates(text, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION aggregates(text, timestamptz, timestamptz) TO zapis_app;

-- +goose Down
DROP FUNCTION aggregates(text, timestamptz, timestamptz);
DROP FUNCTION keep_reason(uuid, text, uuid, bytea, timestamptz);
DROP FUNCTION receive_report(uuid, date, text, timestamptz);
DROP FUNCTION take_sample(uuid, timestamptz);
DROP FUNCTION visit_paid(uuid);
DROP TABLE settings_request, campaign_recipient, campaign, feedback_text, feedback, payment_event, payment, invoice, document_content,
    document, lab_value, lab_report, prescription_mark, prescription, record_review, record, visit_reason;
DROP FUNCTION keep_signed();
