-- +goose Up
-- Who would come if a time came free. FHIR calls it an Appointment of status waitlist.
CREATE TABLE waitlist (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversation, -- the chat that is told
    patient_id      uuid NOT NULL REFERENCES patient,
    specialty       text NOT NULL REFERENCES specialty,
    service_id      uuid NOT NULL REFERENCES service,
    practitioner_id uuid REFERENCES practitioner, -- NULL: any
    branch_id       uuid REFERENCES branch,       -- NULL: any
    from_at         timestamptz NOT NULL,         -- the visit begins in [from_at, until_at)
    until_at        timestamptz NOT NULL,
    state           text NOT NULL CONSTRAINT waitlist_state CHECK (state IN ('waiting', 'left')),
    asked_at        timestamptz, -- last time something was offered
    created_at      timestamptz NOT NULL,
    CONSTRAINT waitlist_span CHECK (until_at > from_at)
);
CREATE UNIQUE INDEX waitlist_one ON waitlist (conversation_id, patient_id, specialty) WHERE state = 'waiting';
CREATE INDEX waitlist_waiting ON waitlist (specialty, asked_at) WHERE state = 'waiting';

-- A time that a cancelled or moved visit left behind. The sweeper offers it to some, then to some more, for as long as it is free.
CREATE TABLE opening (
    id              uuid PRIMARY KEY,
    branch_id       uuid NOT NULL REFERENCES branch,
    practitioner_id uuid NOT NULL REFERENCES practitioner,
    specialty       text NOT NULL REFERENCES specialty,
    starts_at       timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,
    state           text NOT NULL DEFAULT 'due' CONSTRAINT opening_state CHECK (state IN ('due', 'over')),
    why             text, -- it is over
    created_at      timestamptz NOT NULL
);
CREATE INDEX opening_due ON opening (due_at) WHERE state = 'due';

CREATE TABLE waitlist_offer (
    opening_id  uuid NOT NULL REFERENCES opening ON DELETE CASCADE,
    waitlist_id uuid NOT NULL REFERENCES waitlist ON DELETE CASCADE,
    at          timestamptz NOT NULL,
    message_id  uuid NOT NULL, -- of the outbox
    PRIMARY KEY (opening_id, waitlist_id)
);
CREATE INDEX waitlist_offer_waitlist ON waitlist_offer (waitlist_id, at);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['waitlist', 'opening', 'waitlist_offer'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO zapis_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY house ON %I TO zapis_app USING ((SELECT actor_is_house())) WITH CHECK ((SELECT actor_is_house()))', t);
    END LOOP;
END
$$;
-- +goose StatementEnd
CREATE POLICY own ON waitlist TO zapis_app USING (conversation_id = (SELECT actor_id()))
    WITH CHECK (conversation_id = (SELECT actor_id()) AND patient_id = ANY ((SELECT actor_patients())::uuid[]));
-- Whoever lets a visit go leaves its time; what becomes of it is not theirs to see.
CREATE POLICY leave ON opening FOR INSERT TO zapis_app WITH CHECK ((SELECT actor_kind()) IS NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON waitlist, opening, waitlist_offer TO zapis_app;

-- +goose Down
DROP TABLE waitlist_offer, opening, waitlist;
