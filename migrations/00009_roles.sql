-- +goose Up
-- Who acts in which role, and which patients that opens. The row-level policies of everything that follows are made of these.
-- +goose StatementBegin
CREATE FUNCTION actor_role() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('zapis.actor_role', true), '') $$;
-- +goose StatementEnd

-- The practitioner that the acting member of staff is.
-- +goose StatementBegin
CREATE FUNCTION actor_doctor() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('zapis.actor_doctor', true), '')::uuid $$;
-- +goose StatementEnd

-- The time by which rights are judged: the program's clock where it tells one, else the server's.
-- +goose StatementBegin
CREATE FUNCTION actor_now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(nullif(current_setting('zapis.now', true), '')::timestamptz, now()) $$;
-- +goose StatementEnd

-- From here on Zapis itself is one thing and a machine that it talks to another: an integration has no rows but those of its contract.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION actor_is_system() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(actor_kind() = 'system', false) $$;
-- +goose StatementEnd

-- Whoever answers chats: Zapis itself and the desk.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION actor_is_house() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(actor_kind() = 'system' OR (actor_kind() = 'staff' AND actor_role() IN ('admin', 'head')), false) $$;
-- +goose StatementEnd

-- The role of a member of staff, or nothing for everybody else: policies of staff begin with it.
-- +goose StatementBegin
CREATE FUNCTION staff_role() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN actor_kind() = 'staff' THEN actor_role() END $$;
-- +goose StatementEnd

-- Whether the acting integration's contract ("contacts appointments records:vitals") names a class, or some kinds of it.
-- +goose StatementBegin
CREATE FUNCTION contract_has(class text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(actor_kind() = 'service' AND translate(actor_role(), ',', ' ') ~ ('(^| )' || class || '($| |:)'), false) $$;
-- +goose StatementEnd

-- Whether a branch is one of the acting member's. Nobody's branches are everybody's. Each argument stands once, or the function
-- would not be inlined into the policies: a call a row made a list of fifty visits half as dear again.
-- +goose StatementBegin
CREATE FUNCTION in_branches(mine uuid[], branch uuid) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(coalesce(branch, '00000000-0000-0000-0000-000000000000') = ANY (nullif(mine, '{}')), true) $$;
-- +goose StatementEnd

-- Branches in which a patient has ever had a visit; empty for somebody who has only written. Kept by a trigger, so that the desk's
-- view of people needs no look at visits.
ALTER TABLE patient ADD COLUMN branches uuid[] NOT NULL DEFAULT '{}';
-- Since when the consent to advertising stands. Kept by a trigger on what people said.
ALTER TABLE patient ADD COLUMN advertising_at timestamptz;
-- What the desk needs to know to send somebody to the right door. What hurts stands in visit_reason.
ALTER TABLE visit ADD COLUMN reason_category text CONSTRAINT visit_reason_category CHECK (reason_category IN
    ('complaint', 'check_up', 'results', 'certificate', 'procedure', 'follow_up', 'other'));

-- +goose StatementBegin
CREATE FUNCTION note_branch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE patient SET branches = array_append(branches, NEW.branch_id) WHERE id = NEW.patient_id AND NOT NEW.branch_id = ANY (branches);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER visit_branch AFTER INSERT OR UPDATE OF patient_id, branch_id ON visit
    FOR EACH ROW WHEN (NEW.patient_id IS NOT NULL) EXECUTE FUNCTION note_branch();

-- +goose StatementBegin
CREATE FUNCTION note_advertising() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM consent_text WHERE id = NEW.text_id AND purpose = 'advertising') THEN
        UPDATE patient SET advertising_at = CASE NEW.action WHEN 'given' THEN NEW.at END
        WHERE id = NEW.patient_id
           OR (NEW.patient_id IS NULL AND id IN (SELECT patient_id FROM patient_link WHERE conversation_id = NEW.conversation_id AND relation = 'self'));
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER consent_advertising AFTER INSERT ON consent_event FOR EACH ROW EXECUTE FUNCTION note_advertising();

-- Who is in whose care beyond what visits say: a referral, a case team.
CREATE TABLE care_team (
    id              uuid PRIMARY KEY,
    patient_id      uuid NOT NULL REFERENCES patient,
    practitioner_id uuid REFERENCES practitioner,
    staff_id        uuid REFERENCES staff,
    kind            text NOT NULL CONSTRAINT care_team_kind CHECK (kind IN ('referral', 'team')),
    since           timestamptz NOT NULL,
    until           timestamptz,
    made_by         uuid,
    CONSTRAINT care_team_whose CHECK (num_nonnulls(practitioner_id, staff_id) = 1),
    CONSTRAINT care_team_span CHECK (until IS NULL OR until > since)
);
CREATE INDEX care_team_practitioner ON care_team (practitioner_id) WHERE practitioner_id IS NOT NULL;
CREATE INDEX care_team_staff ON care_team (staff_id) WHERE staff_id IS NOT NULL;
CREATE INDEX care_team_patient ON care_team (patient_id);

-- Access out of the ordinary to one patient: a clinician breaks the glass in an emergency; somebody of support looks into a ticket that
-- the clinic approved. Half an hour, reads only, never prolonged.
CREATE TABLE glass (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL CONSTRAINT glass_kind CHECK (kind IN ('emergency', 'ticket')),
    staff_id     uuid NOT NULL REFERENCES staff,
    role         text NOT NULL,
    patient_id   uuid NOT NULL REFERENCES patient,
    reason       text NOT NULL CONSTRAINT glass_reason CHECK (reason IN ('emergency', 'unconscious', 'consultation', 'substitution', 'other', 'ticket')),
    about_sealed bytea NOT NULL,
    at           timestamptz NOT NULL,
    until        timestamptz NOT NULL,
    approved_by  uuid REFERENCES staff, -- of a ticket
    reviewed_by  uuid REFERENCES staff,
    reviewed_at  timestamptz,
    verdict      text CONSTRAINT glass_verdict CHECK (verdict IN ('justified', 'unjustified')),
    notified_at  timestamptz, -- the head and whoever keeps security have been written to
    escalated_at timestamptz,
    CONSTRAINT glass_span CHECK (until > at AND until <= at + interval '30 minutes'),
    CONSTRAINT glass_clinical CHECK (kind = 'ticket' OR role IN ('doctor', 'nurse', 'head')),
    CONSTRAINT glass_ticket CHECK (kind = 'emergency' OR approved_by <> staff_id),
    CONSTRAINT glass_review CHECK (reviewed_by <> staff_id),
    CONSTRAINT glass_once EXCLUDE USING gist (staff_id WITH =, patient_id WITH =, tstzrange(at, until) WITH &&)
);
CREATE INDEX glass_staff ON glass (staff_id, at);
CREATE INDEX glass_patient ON glass (patient_id, at);
CREATE INDEX glass_open ON glass (at) WHERE reviewed_at IS NULL AND kind = 'emergency';

-- +goose StatementBegin
CREATE FUNCTION limit_glass() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NEW.kind = 'emergency' THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('glass ' || NEW.staff_id, 0));
        IF (SELECT count(*) FROM glass WHERE staff_id = NEW.staff_id AND kind = 'emergency' AND at > NEW.at - interval '24 hours') >= 3 THEN
            RAISE EXCEPTION 'three a day' USING ERRCODE = '23514', CONSTRAINT = 'glass_three_a_day';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER glass_three_a_day BEFORE INSERT ON glass FOR EACH ROW EXECUTE FUNCTION limit_glass();

-- Whether somebody works now: a doctor by their own calendar, a nurse and a head by whether anybody of theirs does.
-- +goose StatementBegin
CREATE FUNCTION actor_on_shift() RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
SELECT EXISTS (
    SELECT FROM working_day w
    WHERE w.day BETWEEN (actor_now() - interval '2 days')::date AND (actor_now() + interval '1 day')::date AND w.working @> actor_now()
      AND CASE staff_role() WHEN 'doctor' THEN w.practitioner_id = actor_doctor() WHEN 'nurse' THEN in_branches(actor_branches(), w.branch_id)
          WHEN 'head' THEN in_branches(actor_branches(), w.branch_id) ELSE false END)
$$;
-- +goose StatementEnd

-- Patients for whom the acting member has broken the glass, now.
-- +goose StatementBegin
CREATE FUNCTION actor_glass() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN ARRAY(SELECT patient_id FROM glass
                 WHERE staff_id = actor_id() AND actor_kind() = 'staff' AND kind = 'emergency' AND role = actor_role()
                   AND at <= actor_now() AND until > actor_now());
END
$$;
-- +goose StatementEnd

-- Patients of a support ticket that is open to the acting member.
-- +goose StatementBegin
CREATE FUNCTION actor_tickets() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN ARRAY(SELECT patient_id FROM glass
                 WHERE staff_id = actor_id() AND actor_kind() = 'staff' AND kind = 'ticket' AND role = actor_role()
                   AND at <= actor_now() AND until > actor_now());
END
$$;
-- +goose StatementEnd

-- Patients in the acting clinician's care. A doctor: a visit with them from 90 days back to 365 days ahead, a referral, the case team.
-- A nurse: visits of the day in their branches, the case team.
-- +goose StatementBegin
CREATE FUNCTION actor_care() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    CASE staff_role()
    WHEN 'doctor' THEN
        RETURN ARRAY(
            SELECT v.patient_id FROM visit v
            WHERE v.practitioner_id = actor_doctor() AND v.active AND v.status <> 'held' AND v.patient_id IS NOT NULL
              AND v.starts_at > actor_now() - interval '90 days' AND v.starts_at < actor_now() + interval '365 days'
            UNION
            SELECT c.patient_id FROM care_team c
            WHERE c.practitioner_id = actor_doctor() AND c.since <= actor_now() AND (c.until IS NULL OR c.until > actor_now()));
    WHEN 'nurse' THEN
        RETURN ARRAY(
            SELECT v.patient_id FROM branch b JOIN visit v ON v.branch_id = b.id
            WHERE in_branches(actor_branches(), b.id) AND v.active AND v.status <> 'held' AND v.patient_id IS NOT NULL
              AND v.starts_at > actor_now() - interval '2 days' AND v.starts_at < actor_now() + interval '2 days'
              AND v.local_start::date = (actor_now() AT TIME ZONE v.tz)::date
            UNION
            SELECT c.patient_id FROM care_team c
            WHERE c.staff_id = actor_id() AND c.since <= actor_now() AND (c.until IS NULL OR c.until > actor_now()));
    ELSE
        RETURN '{}';
    END CASE;
END
$$;
-- +goose StatementEnd

-- Patients whose medical content the acting chat may see: its identity was proved, and the chat has not lain idle for 180 days. A
-- representative sees a child's until the fifteenth birthday (323-FZ, art. 20 and 54); anybody else's by the patient's written word.
-- +goose StatementBegin
CREATE FUNCTION actor_wards() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN ARRAY(
        SELECT l.patient_id
        FROM patient_link l
        JOIN patient p ON p.id = l.patient_id
        JOIN conversation c ON c.id = l.conversation_id
        WHERE l.conversation_id = actor_id() AND actor_kind() = 'patient'
          AND l.verified_at IS NOT NULL AND greatest(l.verified_at, c.last_inbound_at) > actor_now() - interval '180 days'
          AND (l.relation = 'self'
               OR (l.relation = 'child' AND p.birth_date > (actor_now() - interval '15 years')::date)
               OR EXISTS (SELECT FROM disclosure d
                          WHERE d.patient_id = p.id AND d.conversation_id = l.conversation_id AND d.given_at <= actor_now()
                            AND (d.until IS NULL OR d.until > actor_now()) AND d.withdrawn_at IS NULL)));
END
$$;
-- +goose StatementEnd

-- Whoever writes again after 180 days proves anew who they are: a number may have found another owner.
-- +goose StatementBegin
CREATE FUNCTION forget_identity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE patient_link SET verified_at = NULL, verified_by = NULL WHERE conversation_id = NEW.id AND verified_at IS NOT NULL;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER conversation_idle AFTER UPDATE OF last_inbound_at ON conversation
    FOR EACH ROW WHEN (OLD.last_inbound_at < NEW.last_inbound_at - interval '180 days') EXECUTE FUNCTION forget_identity();

-- A patient's written word that somebody else may be told: a relative, an insurer.
CREATE TABLE disclosure (
    id              uuid PRIMARY KEY,
    patient_id      uuid NOT NULL REFERENCES patient,
    conversation_id uuid REFERENCES conversation, -- the chat that may see
    to_whom_sealed  bytea NOT NULL,
    kind            text NOT NULL CONSTRAINT disclosure_kind CHECK (kind IN ('relative', 'insurer', 'other', 'deceased_relative')),
    given_at        timestamptz NOT NULL,
    until           timestamptz,
    withdrawn_at    timestamptz,
    made_by         uuid REFERENCES staff
);
CREATE INDEX disclosure_patient ON disclosure (patient_id);
CREATE INDEX disclosure_conversation ON disclosure (conversation_id) WHERE conversation_id IS NOT NULL;

-- +goose Down
DROP TRIGGER conversation_idle ON conversation;
DROP FUNCTION forget_identity();
DROP FUNCTION actor_wards();
DROP TABLE disclosure;
DROP FUNCTION actor_care();
DROP FUNCTION actor_tickets();
DROP FUNCTION actor_glass();
DROP FUNCTION actor_on_shift();
DROP TABLE glass, care_team;
DROP FUNCTION limit_glass();
DROP TRIGGER consent_advertising ON consent_event;
DROP FUNCTION note_advertising();
DROP TRIGGER visit_branch ON visit;
DROP FUNCTION note_branch();
ALTER TABLE visit DROP COLUMN reason_category;
ALTER TABLE patient DROP COLUMN advertising_at, DROP COLUMN branches;
DROP FUNCTION in_branches(uuid[], uuid);
DROP FUNCTION contract_has(text);
DROP FUNCTION staff_role();
DROP FUNCTION actor_now();
DROP FUNCTION actor_doctor();
DROP FUNCTION actor_role();
