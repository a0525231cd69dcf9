-- +goose Up
-- What people may demand of the clinic about their own data, and what the clinic owes: requests, copies, erasure, retention, processors,
-- channels, incidents.

-- What somebody agreed to on paper is theirs to see as well.
CREATE POLICY own_paper ON consent_event FOR SELECT TO zapis_app
    USING (conversation_id IS NULL AND patient_id = ANY ((SELECT actor_patients())::uuid[]));

-- What follows from a withdrawal follows at once, whoever writes it down: advertising stops; without processing, reminders and offers of
-- the waiting list stop too. Visits stay.
-- +goose StatementBegin
CREATE FUNCTION heed_consent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    what  text := (SELECT purpose FROM consent_text WHERE id = NEW.text_id);
    ends  boolean := NEW.action = 'withdrawn';
    who   uuid[];
    chats uuid[];
BEGIN
    IF what NOT IN ('processing', 'advertising') THEN
        RETURN NULL;
    END IF;
    who := CASE WHEN NEW.patient_id IS NOT NULL THEN ARRAY[NEW.patient_id]
           ELSE ARRAY(SELECT patient_id FROM patient_link WHERE conversation_id = NEW.conversation_id AND relation = 'self') END;
    chats := array_append(ARRAY(SELECT conversation_id FROM patient_link WHERE patient_id = ANY (who) AND relation = 'self'), NEW.conversation_id);
    IF ends THEN
        UPDATE outbox SET state = 'cancelled', error = 'consent_withdrawn'
        WHERE conversation_id = ANY (chats) AND lane = 'marketing' AND state = 'queued';
        UPDATE campaign_recipient SET state = 'skipped', why = 'consent_withdrawn' WHERE patient_id = ANY (who) AND state = 'due';
    END IF;
    IF what = 'processing' THEN
        UPDATE conversation SET muted = array_remove(muted, 'processing') || CASE WHEN ends THEN ARRAY['processing'] ELSE '{}' END
        WHERE id = ANY (chats) AND ('processing' = ANY (muted)) <> ends;
    END IF;
    IF what = 'processing' AND ends THEN
        UPDATE waitlist SET state = 'left' WHERE conversation_id = ANY (chats) AND state = 'waiting';
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER consent_heeded AFTER INSERT ON consent_event FOR EACH ROW EXECUTE FUNCTION heed_consent();

-- +goose Down
DROP TRIGGER consent_heeded ON consent_event;
DROP FUNCTION heed_consent();
DROP POLICY own_paper ON consent_event;
