-- +goose Up
-- Whose a file of a chat with several people is, as the desk said without opening it. The worker then lays it into that card.
ALTER TABLE attachment ADD COLUMN whose uuid;
CREATE POLICY staff_say ON attachment FOR UPDATE TO zapis_app
    USING ((SELECT staff_role()) IN ('admin', 'head') AND state = 'kept' AND kind <> 'voice' AND document_id IS NULL
        AND EXISTS (SELECT FROM conversation c WHERE c.id = conversation_id))
    WITH CHECK ((SELECT staff_role()) IN ('admin', 'head'));
-- +goose StatementBegin
CREATE FUNCTION guard_whose() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF to_jsonb(NEW) - 'whose' <> to_jsonb(OLD) - 'whose' THEN
        RAISE EXCEPTION 'the staff say whose a file is and nothing else of it' USING ERRCODE = '42501';
    END IF;
    IF NOT EXISTS (SELECT FROM patient_link WHERE conversation_id = NEW.conversation_id AND patient_id = NEW.whose) THEN
        RAISE EXCEPTION 'a file is that of one of its chat''s people' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER attachment_whose BEFORE UPDATE ON attachment
    FOR EACH ROW WHEN (current_user = 'zapis_app' AND staff_role() IS NOT NULL) EXECUTE FUNCTION guard_whose();

-- +goose Down
DROP TRIGGER attachment_whose ON attachment;
DROP FUNCTION guard_whose();
DROP POLICY staff_say ON attachment;
ALTER TABLE attachment DROP COLUMN whose;
