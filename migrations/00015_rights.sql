-- +goose Up
-- Which rows a role, a chat and an integration may reach, for every table with data of people: the matrix of roles, row by row. What may
-- be done with them and how much is shown is decided above (core/access); this stands even where the code above is wrong.
-- A policy begins with who acts, so that the rest costs nothing to everybody else.

-- Whoever may change a visit may change what hangs on it.
-- +goose StatementBegin
CREATE FUNCTION actor_books() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
SELECT coalesce(actor_kind() = 'patient' OR staff_role() IN ('admin', 'head', 'doctor', 'nurse') OR contract_has('appointments'), false)
$$;
-- +goose StatementEnd

-- Which integration made a card: it may see that one, and no other.
ALTER TABLE patient ADD COLUMN made_by uuid;
CREATE INDEX patient_made_by ON patient (made_by) WHERE made_by IS NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION actor_made() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN ARRAY(SELECT id FROM patient WHERE made_by = actor_id() AND actor_kind() = 'service');
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['care_team', 'glass', 'disclosure', 'visit_reason', 'record', 'record_review', 'prescription', 'prescription_mark',
        'lab_report', 'lab_value', 'document', 'document_content', 'invoice', 'payment', 'payment_event', 'feedback', 'feedback_text',
        'campaign', 'campaign_recipient', 'settings_request'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY system ON %I TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- Contacts.
DROP POLICY staff ON patient;
CREATE POLICY staff_see ON patient FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'admin' THEN branches = '{}' OR (SELECT actor_branches()) = '{}' OR branches && (SELECT actor_branches())
    WHEN 'head' THEN true
    WHEN 'doctor' THEN id = ANY ((SELECT actor_care())::uuid[]) OR id = ANY ((SELECT actor_glass())::uuid[])
    WHEN 'nurse' THEN id = ANY ((SELECT actor_care())::uuid[]) OR id = ANY ((SELECT actor_glass())::uuid[])
    WHEN 'cashier' THEN EXISTS (SELECT FROM invoice i WHERE i.patient_id = patient.id)
    WHEN 'marketing' THEN advertising_at IS NOT NULL
    WHEN 'security' THEN id = ANY ((SELECT actor_tickets())::uuid[])
    ELSE false END);
CREATE POLICY desk_add ON patient FOR INSERT TO zapis_app WITH CHECK ((SELECT staff_role()) = 'admin');
CREATE POLICY desk_change ON patient FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND (branches = '{}' OR (SELECT actor_branches()) = '{}' OR branches && (SELECT actor_branches())))
    WITH CHECK ((SELECT staff_role()) = 'admin');
CREATE POLICY service_see ON patient FOR SELECT TO zapis_app USING ((SELECT contract_has('contacts')) AND made_by = (SELECT actor_id()));
CREATE POLICY service_add ON patient FOR INSERT TO zapis_app WITH CHECK ((SELECT contract_has('contacts')) AND made_by = (SELECT actor_id()));

DROP POLICY staff ON patient_contact;
CREATE POLICY staff_see ON patient_contact FOR SELECT TO zapis_app
    USING ((SELECT staff_role()) IN ('admin', 'head', 'doctor', 'marketing', 'security') AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id));
CREATE POLICY desk ON patient_contact TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id))
    WITH CHECK ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id));
CREATE POLICY service ON patient_contact TO zapis_app
    USING ((SELECT contract_has('contacts')) AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id))
    WITH CHECK ((SELECT contract_has('contacts')) AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id));

DROP POLICY staff ON patient_link;
CREATE POLICY desk ON patient_link TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id))
    WITH CHECK ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id));
CREATE POLICY head ON patient_link FOR SELECT TO zapis_app USING ((SELECT staff_role()) = 'head');

DROP POLICY staff ON consent_event;
CREATE POLICY desk ON consent_event FOR SELECT TO zapis_app USING ((SELECT staff_role()) IN ('admin', 'head'));
CREATE POLICY desk_add ON consent_event FOR INSERT TO zapis_app WITH CHECK ((SELECT staff_role()) = 'admin' AND actor_id = actor_id());

-- Appointments.
DROP POLICY staff ON visit;
CREATE POLICY staff_see ON visit FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id)
    WHEN 'head' THEN true
    WHEN 'doctor' THEN practitioner_id = (SELECT actor_doctor()) OR patient_id = ANY ((SELECT actor_glass())::uuid[])
    WHEN 'nurse' THEN in_branches((SELECT actor_branches()), branch_id) AND local_start::date = ((SELECT actor_now()) AT TIME ZONE tz)::date
                      OR patient_id = ANY ((SELECT actor_glass())::uuid[])
    WHEN 'cashier' THEN in_branches((SELECT actor_branches()), branch_id)
    ELSE false END);
CREATE POLICY staff_add ON visit FOR INSERT TO zapis_app WITH CHECK (CASE (SELECT staff_role())
    WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id)
    WHEN 'doctor' THEN practitioner_id = (SELECT actor_doctor()) AND patient_id = ANY ((SELECT actor_care())::uuid[])
    ELSE false END);
CREATE POLICY staff_change ON visit FOR UPDATE TO zapis_app
    USING (CASE (SELECT staff_role())
        WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id)
        WHEN 'head' THEN true
        WHEN 'doctor' THEN practitioner_id = (SELECT actor_doctor())
        WHEN 'nurse' THEN in_branches((SELECT actor_branches()), branch_id) AND local_start::date = ((SELECT actor_now()) AT TIME ZONE tz)::date
        ELSE false END)
    WITH CHECK (CASE (SELECT staff_role())
        WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id)
        WHEN 'head' THEN true
        WHEN 'doctor' THEN practitioner_id = (SELECT actor_doctor())
        WHEN 'nurse' THEN in_branches((SELECT actor_branches()), branch_id)
        ELSE false END);
CREATE POLICY desk_release ON visit FOR DELETE TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND in_branches((SELECT actor_branches()), branch_id));
CREATE POLICY service ON visit TO zapis_app
    USING ((SELECT contract_has('appointments')) AND patient_id = ANY ((SELECT actor_made())::uuid[]))
    WITH CHECK ((SELECT contract_has('appointments')) AND patient_id = ANY ((SELECT actor_made())::uuid[]));
-- A visit is called off by its patient or the desk. A doctor who cannot come has their time closed, and the desk does the rest.
-- +goose StatementBegin
CREATE FUNCTION guard_cancel() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF actor_is_system() OR actor_kind() = 'patient' OR staff_role() = 'admin' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'not to be cancelled by this role' USING ERRCODE = '42501';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER visit_cancel BEFORE UPDATE OF status ON visit
    FOR EACH ROW WHEN (NEW.status = 'cancelled' AND OLD.status <> 'cancelled' AND current_user = 'zapis_app') EXECUTE FUNCTION guard_cancel();

-- A hold is let go; a visit is cancelled and stays.
CREATE POLICY kept ON visit AS RESTRICTIVE FOR DELETE TO zapis_app USING (status = 'held');

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['visit_resource', 'reminder', 'visit_notice'] LOOP
        EXECUTE format('DROP POLICY through_visit ON %I', t);
        EXECUTE format('CREATE POLICY through_visit ON %I TO zapis_app '
            || 'USING ((SELECT actor_is_system()) OR ((SELECT actor_books()) AND EXISTS (SELECT FROM visit v WHERE v.id = visit_id))) '
            || 'WITH CHECK ((SELECT actor_is_system()) OR ((SELECT actor_books()) AND EXISTS (SELECT FROM visit v WHERE v.id = visit_id)))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- What needs a human is shown to whom it needs.
DROP POLICY system ON task;
CREATE POLICY system ON task TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY staff ON task TO zapis_app
    USING (CASE (SELECT staff_role()) WHEN 'admin' THEN kind NOT IN ('glass_review', 'incident') WHEN 'head' THEN true
           WHEN 'security' THEN kind IN ('glass_review', 'incident', 'personal_data') ELSE false END)
    WITH CHECK ((SELECT staff_role()) IS NOT NULL);
ALTER TABLE task DROP CONSTRAINT task_kind, ADD CONSTRAINT task_kind CHECK (kind IN
    ('handoff', 'dead_letter', 'unknown_delivery', 'duplicate_patient', 'move_visit', 'emergency', 'file', 'verify_patient', 'personal_data',
     'glass_review', 'incident', 'complaint'));

-- Visit reason.
CREATE POLICY own ON visit_reason TO zapis_app USING (patient_id = ANY ((SELECT actor_wards())::uuid[]))
    WITH CHECK (patient_id = ANY ((SELECT actor_wards())::uuid[]));
CREATE POLICY own_add ON visit_reason FOR INSERT TO zapis_app WITH CHECK (patient_id = ANY ((SELECT actor_patients())::uuid[]));
CREATE POLICY staff_see ON visit_reason FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'head' THEN true
    WHEN 'doctor' THEN patient_id = ANY ((SELECT actor_care())::uuid[]) OR patient_id = ANY ((SELECT actor_glass())::uuid[])
    WHEN 'nurse' THEN patient_id = ANY ((SELECT actor_care())::uuid[]) OR patient_id = ANY ((SELECT actor_glass())::uuid[])
    ELSE false END);

-- Clinical records.
CREATE POLICY own ON record FOR SELECT TO zapis_app USING (state = 'signed' AND patient_id = ANY ((SELECT actor_wards())::uuid[]));
CREATE POLICY staff_see ON record FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'head' THEN true
    WHEN 'doctor' THEN patient_id = ANY ((SELECT actor_care())::uuid[]) AND (label IS NULL OR author_id = (SELECT actor_doctor()))
                       OR patient_id = ANY ((SELECT actor_glass())::uuid[])
    WHEN 'nurse' THEN patient_id = ANY ((SELECT actor_care())::uuid[]) AND label IS NULL OR patient_id = ANY ((SELECT actor_glass())::uuid[])
    ELSE false END);
CREATE POLICY staff_add ON record FOR INSERT TO zapis_app WITH CHECK (CASE (SELECT staff_role())
    WHEN 'doctor' THEN author_id = (SELECT actor_doctor()) AND patient_id = ANY ((SELECT actor_care())::uuid[])
    WHEN 'nurse' THEN kind = 'vitals' AND author_id = (SELECT actor_id()) AND patient_id = ANY ((SELECT actor_care())::uuid[])
    ELSE false END);
CREATE POLICY author_change ON record FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) = 'doctor' AND author_id = (SELECT actor_doctor()) AND state = 'draft' AND patient_id = ANY ((SELECT actor_care())::uuid[]))
    WITH CHECK ((SELECT staff_role()) = 'doctor' AND author_id = (SELECT actor_doctor()));
CREATE POLICY service ON record FOR SELECT TO zapis_app USING ((SELECT contract_has('records')) AND state = 'signed' AND label IS NULL);
CREATE POLICY service_add ON record FOR INSERT TO zapis_app WITH CHECK ((SELECT contract_has('records')) AND kind IN ('conclusion', 'vitals'));

CREATE POLICY head ON record_review TO zapis_app USING ((SELECT staff_role()) = 'head')
    WITH CHECK ((SELECT staff_role()) = 'head' AND by_id = (SELECT actor_id()));
CREATE POLICY author ON record_review FOR SELECT TO zapis_app USING ((SELECT staff_role()) = 'doctor'
    AND EXISTS (SELECT FROM record r WHERE r.id = record_id AND r.author_id = (SELECT actor_doctor())));

-- Prescriptions.
CREATE POLICY own ON prescription FOR SELECT TO zapis_app USING (signed_at IS NOT NULL AND patient_id = ANY ((SELECT actor_wards())::uuid[]));
CREATE POLICY staff_see ON prescription FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'head' THEN true
    WHEN 'doctor' THEN patient_id = ANY ((SELECT actor_care())::uuid[]) AND (label IS NULL OR author_id = (SELECT actor_doctor()))
                       OR patient_id = ANY ((SELECT actor_glass())::uuid[])
    WHEN 'nurse' THEN patient_id = ANY ((SELECT actor_care())::uuid[]) AND label IS NULL OR patient_id = ANY ((SELECT actor_glass())::uuid[])
    ELSE false END);
CREATE POLICY doctor_add ON prescription FOR INSERT TO zapis_app
    WITH CHECK ((SELECT staff_role()) = 'doctor' AND author_id = (SELECT actor_doctor()) AND patient_id = ANY ((SELECT actor_care())::uuid[]));
CREATE POLICY doctor_change ON prescription FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) = 'doctor' AND patient_id = ANY ((SELECT actor_care())::uuid[]) AND (label IS NULL OR author_id = (SELECT actor_doctor())))
    WITH CHECK ((SELECT staff_role()) = 'doctor' AND patient_id = ANY ((SELECT actor_care())::uuid[]) AND (state = 'void' OR author_id = (SELECT actor_doctor())));
CREATE POLICY service ON prescription FOR SELECT TO zapis_app USING ((SELECT contract_has('prescriptions')) AND state = 'signed' AND label IS NULL);

CREATE POLICY own ON prescription_mark FOR SELECT TO zapis_app USING (patient_id = ANY ((SELECT actor_wards())::uuid[]));
CREATE POLICY staff_see ON prescription_mark FOR SELECT TO zapis_app
    USING ((SELECT staff_role()) IN ('doctor', 'nurse', 'head') AND EXISTS (SELECT FROM prescription p WHERE p.id = prescription_id));
CREATE POLICY care_add ON prescription_mark FOR INSERT TO zapis_app
    WITH CHECK ((SELECT staff_role()) IN ('nurse', 'doctor') AND staff_id = (SELECT actor_id()) AND patient_id = ANY ((SELECT actor_care())::uuid[])
                AND EXISTS (SELECT FROM prescription p WHERE p.id = prescription_id AND p.state = 'signed'));

-- Results: the report is there (the desk may know), and what it says.
CREATE POLICY own ON lab_report FOR SELECT TO zapis_app USING (released_at IS NOT NULL AND patient_id = ANY ((SELECT actor_wards())::uuid[]));
CREATE POLICY staff_see ON lab_report FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'head' THEN true
    WHEN 'admin' THEN label IS NULL AND in_branches((SELECT actor_branches()), branch_id)
    WHEN 'doctor' THEN patient_id = ANY ((SELECT actor_care())::uuid[]) AND (label IS NULL OR ordered_by = (SELECT actor_doctor()))
                       OR patient_id = ANY ((SELECT actor_glass())::uuid[])
    WHEN 'nurse' THEN patient_id = ANY ((SELECT actor_care())::uuid[]) AND label IS NULL OR patient_id = ANY ((SELECT actor_glass())::uuid[])
    ELSE false END);
CREATE POLICY staff_add ON lab_report FOR INSERT TO zapis_app WITH CHECK (CASE (SELECT staff_role())
    WHEN 'doctor' THEN ordered_by = (SELECT actor_doctor()) AND patient_id = ANY ((SELECT actor_care())::uuid[])
    WHEN 'nurse' THEN sampled_by = (SELECT actor_id()) AND patient_id = ANY ((SELECT actor_care())::uuid[])
    ELSE false END);
CREATE POLICY doctor_release ON lab_report FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) = 'doctor' AND patient_id = ANY ((SELECT actor_care())::uuid[]) AND (label IS NULL OR ordered_by = (SELECT actor_doctor())))
    WITH CHECK ((SELECT staff_role()) = 'doctor' AND patient_id = ANY ((SELECT actor_care())::uuid[]));
CREATE POLICY service_add ON lab_report FOR INSERT TO zapis_app WITH CHECK ((SELECT contract_has('results')) AND released_at IS NULL);

CREATE POLICY own ON lab_value FOR SELECT TO zapis_app
    USING (patient_id = ANY ((SELECT actor_wards())::uuid[]) AND EXISTS (SELECT FROM lab_report r WHERE r.id = report_id));
CREATE POLICY staff_see ON lab_value FOR SELECT TO zapis_app
    USING ((SELECT staff_role()) IN ('doctor', 'nurse', 'head') AND EXISTS (SELECT FROM lab_report r WHERE r.id = report_id));
CREATE POLICY service_add ON lab_value FOR INSERT TO zapis_app WITH CHECK ((SELECT contract_has('results')));

-- Documents: the paper is there, and what stands on it.
CREATE POLICY own ON document FOR SELECT TO zapis_app
    USING (patient_id = ANY ((SELECT actor_wards())::uuid[]));
CREATE POLICY own_add ON document FOR INSERT TO zapis_app
    WITH CHECK (kind IN ('upload', 'identity') AND patient_id = ANY ((SELECT actor_patients())::uuid[]));
CREATE POLICY staff_see ON document FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'head' THEN true
    WHEN 'admin' THEN class <> 'financial' AND label IS NULL AND (branch_id IS NULL OR in_branches((SELECT actor_branches()), branch_id))
    WHEN 'doctor' THEN patient_id = ANY ((SELECT actor_care())::uuid[]) AND (label IS NULL OR author_id = (SELECT actor_doctor()))
                       OR patient_id = ANY ((SELECT actor_glass())::uuid[])
    WHEN 'cashier' THEN class = 'financial'
    ELSE false END);
CREATE POLICY staff_add ON document FOR INSERT TO zapis_app WITH CHECK (CASE (SELECT staff_role())
    WHEN 'admin' THEN class = 'administrative' AND (branch_id IS NULL OR in_branches((SELECT actor_branches()), branch_id))
    WHEN 'doctor' THEN author_id = (SELECT actor_doctor()) AND patient_id = ANY ((SELECT actor_care())::uuid[])
    WHEN 'nurse' THEN author_id = (SELECT actor_id()) AND patient_id = ANY ((SELECT actor_care())::uuid[])
    WHEN 'cashier' THEN class = 'financial'
    ELSE false END);
CREATE POLICY service ON document FOR SELECT TO zapis_app USING ((SELECT contract_has('documents')) AND label IS NULL);
CREATE POLICY service_add ON document FOR INSERT TO zapis_app WITH CHECK ((SELECT contract_has('documents')));

CREATE POLICY own ON document_content FOR SELECT TO zapis_app
    USING ((SELECT actor_kind()) IN ('patient', 'service') AND EXISTS (SELECT FROM document d WHERE d.id = document_id));
CREATE POLICY staff_see ON document_content FOR SELECT TO zapis_app
    USING ((SELECT staff_role()) IN ('head', 'doctor', 'cashier', 'admin')
           AND EXISTS (SELECT FROM document d WHERE d.id = document_id AND ((SELECT staff_role()) <> 'admin' OR d.class = 'administrative')));
CREATE POLICY add ON document_content FOR INSERT TO zapis_app WITH CHECK ((SELECT actor_kind()) = 'patient'
    OR (SELECT staff_role()) IN ('admin', 'doctor', 'nurse', 'cashier') OR (SELECT contract_has('documents')));

-- Payments.
CREATE POLICY own ON invoice FOR SELECT TO zapis_app USING (patient_id = ANY ((SELECT actor_patients())::uuid[]));
CREATE POLICY staff_see ON invoice FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'head' THEN true WHEN 'cashier' THEN true WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id) ELSE false END);
CREATE POLICY staff_add ON invoice FOR INSERT TO zapis_app WITH CHECK (CASE (SELECT staff_role())
    WHEN 'cashier' THEN true WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id) ELSE false END);
CREATE POLICY cashier_change ON invoice FOR UPDATE TO zapis_app USING ((SELECT staff_role()) = 'cashier') WITH CHECK ((SELECT staff_role()) = 'cashier');

CREATE POLICY own ON payment FOR SELECT TO zapis_app USING (patient_id = ANY ((SELECT actor_patients())::uuid[]));
CREATE POLICY own_add ON payment FOR INSERT TO zapis_app
    WITH CHECK (kind = 'charge' AND method = 'online' AND state = 'requested' AND patient_id = ANY ((SELECT actor_patients())::uuid[]));
CREATE POLICY staff_see ON payment FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'head' THEN true WHEN 'cashier' THEN true WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id) ELSE false END);
CREATE POLICY staff_add ON payment FOR INSERT TO zapis_app WITH CHECK (CASE (SELECT staff_role())
    WHEN 'cashier' THEN kind = 'charge' OR (state = 'requested' AND approved_by IS NULL AND asked_by = (SELECT actor_id()))
    WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id)
                      AND (kind = 'charge' OR (state = 'requested' AND approved_by IS NULL AND asked_by = (SELECT actor_id())))
    ELSE false END);
CREATE POLICY second ON payment FOR UPDATE TO zapis_app
    USING (CASE (SELECT staff_role()) WHEN 'cashier' THEN NOT medical OR kind = 'charge' WHEN 'head' THEN kind = 'refund' AND medical ELSE false END)
    WITH CHECK (CASE (SELECT staff_role()) WHEN 'cashier' THEN approved_by IS NULL OR approved_by = (SELECT actor_id())
                WHEN 'head' THEN approved_by = (SELECT actor_id()) ELSE false END);

CREATE POLICY staff_see ON payment_event FOR SELECT TO zapis_app USING ((SELECT staff_role()) IN ('cashier', 'head'));
CREATE POLICY service_add ON payment_event FOR INSERT TO zapis_app WITH CHECK ((SELECT contract_has('payments')));

-- Feedback: the score, and the words.
CREATE POLICY own_add ON feedback FOR INSERT TO zapis_app WITH CHECK (patient_id = ANY ((SELECT actor_patients())::uuid[])
    AND EXISTS (SELECT FROM visit v WHERE v.id = visit_id AND v.patient_id = feedback.patient_id));
CREATE POLICY staff_see ON feedback FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'head' THEN true WHEN 'marketing' THEN true
    WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id)
    WHEN 'doctor' THEN practitioner_id = (SELECT actor_doctor())
    ELSE false END);
CREATE POLICY desk_change ON feedback FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND in_branches((SELECT actor_branches()), branch_id))
    WITH CHECK ((SELECT staff_role()) = 'admin' AND in_branches((SELECT actor_branches()), branch_id));

CREATE POLICY own_add ON feedback_text FOR INSERT TO zapis_app
    WITH CHECK (side = 'patient' AND patient_id = ANY ((SELECT actor_patients())::uuid[]));
CREATE POLICY staff_see ON feedback_text FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'head' THEN true WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id) ELSE false END);
CREATE POLICY desk_add ON feedback_text FOR INSERT TO zapis_app
    WITH CHECK ((SELECT staff_role()) = 'admin' AND side = 'clinic' AND in_branches((SELECT actor_branches()), branch_id));

-- Campaigns.
CREATE POLICY marketing ON campaign TO zapis_app USING ((SELECT staff_role()) = 'marketing')
    WITH CHECK ((SELECT staff_role()) = 'marketing' AND (approver IS NULL OR approver <> author));
CREATE POLICY head ON campaign FOR SELECT TO zapis_app USING ((SELECT staff_role()) = 'head' AND claims);
CREATE POLICY head_approve ON campaign FOR UPDATE TO zapis_app USING ((SELECT staff_role()) = 'head' AND claims)
    WITH CHECK ((SELECT staff_role()) = 'head' AND approver = (SELECT actor_id()));
CREATE POLICY service ON campaign FOR SELECT TO zapis_app USING ((SELECT contract_has('campaigns')) AND state = 'sending');

-- Changes of the clinic's settings.
CREATE POLICY staff_see ON settings_request FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'head' THEN true WHEN 'director' THEN true
    WHEN 'admin' THEN kind <> 'price' AND (branch_id IS NULL OR in_branches((SELECT actor_branches()), branch_id))
    WHEN 'cashier' THEN kind = 'price'
    WHEN 'doctor' THEN asked_by = (SELECT actor_id())
    ELSE false END);
CREATE POLICY staff_add ON settings_request FOR INSERT TO zapis_app WITH CHECK (asked_by = (SELECT actor_id()) AND state = 'asked' AND CASE (SELECT staff_role())
    WHEN 'doctor' THEN kind = 'availability' AND subject_id = (SELECT actor_doctor())
    WHEN 'admin' THEN kind = 'schedule' AND in_branches((SELECT actor_branches()), branch_id)
    WHEN 'cashier' THEN kind = 'price'
    ELSE false END);
CREATE POLICY decide ON settings_request FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) IN ('head', 'director'))
    WITH CHECK (decided_by = (SELECT actor_id()));

-- Access out of the ordinary.
CREATE POLICY staff_see ON glass FOR SELECT TO zapis_app
    USING ((SELECT staff_role()) IS NOT NULL AND (staff_id = (SELECT actor_id()) OR (SELECT staff_role()) IN ('head', 'security')));
CREATE POLICY break ON glass FOR INSERT TO zapis_app WITH CHECK (CASE
    WHEN (SELECT staff_role()) IN ('doctor', 'nurse', 'head') THEN kind = 'emergency' AND staff_id = (SELECT actor_id()) AND role = (SELECT staff_role())
        AND (SELECT actor_on_shift()) AND reviewed_by IS NULL AND at BETWEEN (SELECT actor_now()) - interval '1 minute' AND (SELECT actor_now()) + interval '1 minute'
    WHEN (SELECT staff_role()) = 'director' THEN kind = 'ticket' AND approved_by = (SELECT actor_id())
    ELSE false END);
CREATE POLICY review ON glass FOR UPDATE TO zapis_app USING ((SELECT staff_role()) IN ('head', 'security') AND staff_id <> (SELECT actor_id()))
    WITH CHECK (reviewed_by = (SELECT actor_id()));

CREATE POLICY staff_see ON care_team FOR SELECT TO zapis_app USING (CASE (SELECT staff_role())
    WHEN 'head' THEN true
    WHEN 'doctor' THEN practitioner_id = (SELECT actor_doctor()) OR patient_id = ANY ((SELECT actor_care())::uuid[])
    WHEN 'nurse' THEN staff_id = (SELECT actor_id())
    ELSE false END);
CREATE POLICY refer ON care_team FOR INSERT TO zapis_app WITH CHECK (made_by = (SELECT actor_id()) AND CASE (SELECT staff_role())
    WHEN 'head' THEN true
    WHEN 'doctor' THEN kind = 'referral' AND patient_id = ANY ((SELECT actor_care())::uuid[])
    ELSE false END);
CREATE POLICY head_change ON care_team FOR UPDATE TO zapis_app USING ((SELECT staff_role()) = 'head') WITH CHECK ((SELECT staff_role()) = 'head');

CREATE POLICY own ON disclosure FOR SELECT TO zapis_app USING (patient_id = ANY ((SELECT actor_patients())::uuid[]));
CREATE POLICY desk ON disclosure TO zapis_app
    USING ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id))
    WITH CHECK ((SELECT staff_role()) = 'admin' AND EXISTS (SELECT FROM patient p WHERE p.id = patient_id));

GRANT SELECT, INSERT ON care_team, glass, disclosure, visit_reason, record, record_review, prescription, prescription_mark, lab_report, lab_value,
    document, document_content, invoice, payment, payment_event, feedback, feedback_text, campaign, campaign_recipient, settings_request TO zapis_app;
-- What was broken and when stays as it was: only what came after may be written.
GRANT UPDATE (about_sealed, reviewed_by, reviewed_at, verdict, notified_at, escalated_at) ON glass TO zapis_app;
GRANT UPDATE ON care_team, disclosure, visit_reason, record, record_review, prescription, lab_report, lab_value, document, document_content, invoice,
    payment, feedback, feedback_text, campaign, campaign_recipient, settings_request TO zapis_app;
GRANT DELETE ON campaign_recipient, visit_reason TO zapis_app;

-- What holds between whoever acts and a patient, for the policies above the database. The owner reads: the actor may not see the row at all.
-- +goose StatementBegin
CREATE FUNCTION facts_about(p uuid)
RETURNS TABLE (own boolean, verified boolean, care boolean, glass boolean, ticket boolean, branch boolean, consent boolean, payer boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF actor_kind() = 'patient' THEN
        RETURN QUERY SELECT p = ANY (actor_patients()), p = ANY (actor_wards()), false, false, false, false, false, false;
    ELSIF actor_kind() = 'staff' THEN
        RETURN QUERY
            SELECT false, false, p = ANY (actor_care()), p = ANY (actor_glass()), p = ANY (actor_tickets()),
                   coalesce(bool_or(x.branches = '{}' OR actor_branches() = '{}' OR x.branches && actor_branches()), false),
                   coalesce(bool_or(x.advertising_at IS NOT NULL), false),
                   EXISTS (SELECT FROM invoice i WHERE i.patient_id = p)
            FROM patient x WHERE x.id = p;
    ELSE
        RETURN QUERY SELECT false, false, false, false, false, false, false, false;
    END IF;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION facts_about(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION facts_about(uuid) TO zapis_app;

-- The clinic's own tables hold nobody's data and are read by everybody; who may write them is looked at by statement.
-- +goose StatementBegin
CREATE FUNCTION guard_settings() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF actor_is_system() OR (TG_ARGV[0] = 'schedule' AND staff_role() = 'admin') OR (TG_ARGV[0] = 'prices' AND staff_role() = 'director') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'not a change for this role' USING ERRCODE = '42501';
END
$$;
-- +goose StatementEnd

-- The schedule of a branch is its own desk's.
-- +goose StatementBegin
CREATE FUNCTION guard_branch() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT actor_is_system() AND NOT ((TG_OP = 'INSERT' OR coalesce(in_branches(actor_branches(), OLD.branch_id), actor_branches() = '{}'))
                                         AND (TG_OP = 'DELETE' OR coalesce(in_branches(actor_branches(), NEW.branch_id), actor_branches() = '{}'))) THEN
        RAISE EXCEPTION 'another branch' USING ERRCODE = '42501';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['schedule_template', 'schedule_exception', 'working_day', 'resource'] LOOP
        EXECUTE format('CREATE TRIGGER settings AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH STATEMENT WHEN (current_user = ''zapis_app'') '
            || 'EXECUTE FUNCTION guard_settings(''schedule'')', t);
        EXECUTE format('CREATE TRIGGER settings_branch BEFORE INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW WHEN (current_user = ''zapis_app'') '
            || 'EXECUTE FUNCTION guard_branch()', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['service', 'practitioner_service'] LOOP
        EXECUTE format('CREATE TRIGGER settings AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH STATEMENT WHEN (current_user = ''zapis_app'') '
            || 'EXECUTE FUNCTION guard_settings(''prices'')', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['branch', 'specialty', 'practitioner', 'practitioner_role', 'article', 'consent_text'] LOOP
        EXECUTE format('CREATE TRIGGER settings AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH STATEMENT WHEN (current_user = ''zapis_app'') '
            || 'EXECUTE FUNCTION guard_settings(''house'')', t);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['schedule_template', 'schedule_exception', 'working_day', 'resource'] LOOP
        EXECUTE format('DROP TRIGGER settings_branch ON %I', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['schedule_template', 'schedule_exception', 'working_day', 'resource', 'service', 'practitioner_service', 'branch',
        'specialty', 'practitioner', 'practitioner_role', 'article', 'consent_text'] LOOP
        EXECUTE format('DROP TRIGGER settings ON %I', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
DROP FUNCTION facts_about(uuid);
DROP FUNCTION guard_branch();
DROP FUNCTION guard_settings();
-- Taken back, the rights of roles leave nothing open: what remains is Zapis' own and the chats'.
-- +goose StatementBegin
DO $$
DECLARE p record;
BEGIN
    FOR p IN SELECT tablename, policyname FROM pg_policies
             WHERE schemaname = 'public' AND (policyname IN ('staff_see', 'staff_add', 'staff_change', 'desk', 'desk_add', 'desk_change', 'desk_release', 'service',
                 'service_see', 'service_add', 'through_visit', 'head', 'kept')
                 OR tablename IN ('care_team', 'glass', 'disclosure', 'visit_reason', 'record', 'record_review', 'prescription', 'prescription_mark', 'lab_report',
                     'lab_value', 'document', 'document_content', 'invoice', 'payment', 'payment_event', 'feedback', 'feedback_text', 'campaign',
                     'campaign_recipient', 'settings_request')) LOOP
        EXECUTE format('DROP POLICY %I ON %I', p.policyname, p.tablename);
    END LOOP;
END
$$;
-- +goose StatementEnd
ALTER TABLE patient DROP COLUMN made_by;
DROP TRIGGER visit_cancel ON visit;
DROP FUNCTION guard_cancel();
DROP FUNCTION actor_made();
DROP FUNCTION actor_books();
