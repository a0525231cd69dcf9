-- +goose Up
-- Holds and visits are one table, so that one constraint keeps them apart. A hold that runs out is deleted: it was never a visit.
CREATE TABLE visit (
    id              uuid PRIMARY KEY,
    branch_id       uuid NOT NULL REFERENCES branch,
    practitioner_id uuid NOT NULL REFERENCES practitioner,
    service_id      uuid NOT NULL REFERENCES service,
    specialty       text NOT NULL REFERENCES specialty,
    room_id         uuid REFERENCES resource,
    patient_id      uuid REFERENCES patient,
    holder_id       uuid REFERENCES conversation, -- the chat that holds or booked it
    status          text NOT NULL CONSTRAINT visit_status CHECK (status IN
                    ('held', 'booked', 'confirmed', 'arrived', 'in_progress', 'done', 'cancelled', 'no_show')),
    active          boolean NOT NULL GENERATED ALWAYS AS (status NOT IN ('cancelled', 'no_show')) STORED,
    during          tstzrange NOT NULL,
    blocked         tstzrange NOT NULL, -- during and the buffers around it
    -- Under row-level security only leakproof operators reach an index: those of timestamptz are, those of ranges are not.
    starts_at       timestamptz NOT NULL GENERATED ALWAYS AS (lower(during)) STORED,
    ends_at         timestamptz NOT NULL GENERATED ALWAYS AS (upper(during)) STORED,
    local_start     timestamp NOT NULL, -- wall-clock time in tz: regions change zones by law
    tz              text NOT NULL,
    overbook        boolean NOT NULL DEFAULT false,
    overbook_reason text,
    series_id       uuid,
    source          text NOT NULL CONSTRAINT visit_source CHECK (source IN
                    ('telegram', 'whatsapp', 'max', 'webchat', 'cabinet', 'phone', 'api')),
    hold_expires_at timestamptz,
    service_name    text NOT NULL, -- as it was when booked
    price           bigint NOT NULL,
    currency        text NOT NULL,
    cancelled_at    timestamptz,
    cancelled_by    text CONSTRAINT visit_cancelled_by CHECK (cancelled_by IN ('patient', 'clinic', 'system')),
    cancel_reason   text,
    version         integer NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    CONSTRAINT visit_hold CHECK ((status = 'held') = (hold_expires_at IS NOT NULL)),
    CONSTRAINT visit_whose CHECK (status = 'held' OR patient_id IS NOT NULL),
    CONSTRAINT visit_blocked CHECK (blocked @> during AND NOT isempty(during)),
    CONSTRAINT visit_overbook CHECK (NOT overbook OR overbook_reason <> ''),
    CONSTRAINT visit_practitioner_busy EXCLUDE USING gist (practitioner_id WITH =, blocked WITH &&) WHERE (active AND NOT overbook),
    CONSTRAINT visit_patient_busy EXCLUDE USING gist (patient_id WITH =, during WITH &&) WHERE (active)
) WITH (fillfactor = 80);
CREATE INDEX visit_patient ON visit (patient_id, starts_at);
CREATE INDEX visit_practitioner ON visit (practitioner_id, starts_at);
CREATE INDEX visit_branch ON visit (branch_id, starts_at);
CREATE INDEX visit_holder ON visit (holder_id) WHERE status = 'held';
CREATE INDEX visit_expiring ON visit (hold_expires_at) WHERE status = 'held';

CREATE TABLE visit_resource (
    visit_id    uuid NOT NULL REFERENCES visit ON DELETE CASCADE,
    resource_id uuid NOT NULL REFERENCES resource,
    blocked     tstzrange NOT NULL,
    active      boolean NOT NULL,
    PRIMARY KEY (visit_id, resource_id),
    CONSTRAINT visit_resource_busy EXCLUDE USING gist (resource_id WITH =, blocked WITH &&) WHERE (active)
);

-- Append-only history. It outlives a hold that was let go, hence no foreign key.
CREATE TABLE visit_event (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    visit_id    uuid NOT NULL,
    at          timestamptz NOT NULL,
    action      text NOT NULL CONSTRAINT visit_event_action CHECK (action IN
                ('held', 'released', 'expired', 'booked', 'confirmed', 'moved', 'arrived', 'started', 'done', 'cancelled', 'no_show', 'restored')),
    version     integer NOT NULL,
    actor_kind  text NOT NULL,
    actor_id    uuid,
    channel     text NOT NULL,
    during      tstzrange,
    before      tstzrange, -- of a move
    reason      text
);
CREATE INDEX visit_event_visit ON visit_event (visit_id, seq);

-- A reminder is a row with a due time; a sweeper turns it into a message. Moving the visit moves it.
CREATE TABLE reminder (
    visit_id uuid NOT NULL REFERENCES visit ON DELETE CASCADE,
    minutes  integer NOT NULL,         -- before the visit
    due_at   timestamptz NOT NULL,
    state    text NOT NULL DEFAULT 'due' CONSTRAINT reminder_state CHECK (state IN ('due', 'queued', 'skipped', 'cancelled')),
    why      text,                     -- of a skip
    tries    integer NOT NULL DEFAULT 0, -- chats that turned out to be blocked
    message_id uuid,                   -- of the outbox; visits of one day share one
    PRIMARY KEY (visit_id, minutes)
) WITH (fillfactor = 80);
CREATE INDEX reminder_due ON reminder (due_at) WHERE state = 'due';
CREATE INDEX reminder_message ON reminder (message_id) WHERE message_id IS NOT NULL;

-- What the clinic itself changed and the patient is yet to be told. The row keeps the visit as the patient last knew it; what has become
-- of it is looked at when the row is due, so that a change taken back is never told.
CREATE TABLE visit_notice (
    visit_id           uuid PRIMARY KEY REFERENCES visit ON DELETE CASCADE,
    due_at             timestamptz NOT NULL,
    state              text NOT NULL DEFAULT 'due' CONSTRAINT visit_notice_state CHECK (state IN ('due', 'queued', 'skipped', 'cancelled')),
    kind               text CONSTRAINT visit_notice_kind CHECK (kind IN ('cancelled', 'moved')), -- what was told
    why                text, -- of a skip
    known              tstzrange NOT NULL,
    known_practitioner uuid NOT NULL REFERENCES practitioner,
    known_branch       uuid NOT NULL REFERENCES branch,
    tries              integer NOT NULL DEFAULT 0,
    message_id         uuid
) WITH (fillfactor = 80);
CREATE INDEX visit_notice_due ON visit_notice (due_at) WHERE state = 'due';

-- A visit lasts less than a day, so its beginning finds it through visit_practitioner; the exclusion constraint's own index leaves
-- overbooked visits out and cannot serve here.
--
-- What remains free of the days that touch `around`, of one practitioner and of whoever shares the room. The owner reads all
-- visits here: the chat that books may not, and free time is nobody's secret.
-- +goose StatementBegin
CREATE FUNCTION refresh_free(p uuid, room uuid, around tstzrange) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE working_day w
    SET free = f.free,
        longest = coalesce((SELECT max(extract(epoch FROM upper(x) - lower(x)) / 60)::integer FROM unnest(f.free) x), 0)
    FROM working_day d
    CROSS JOIN LATERAL (
        SELECT d.working
            - coalesce((SELECT range_agg(v.blocked) FROM visit v
                        WHERE v.practitioner_id = d.practitioner_id AND v.active AND v.blocked && d.span
                          AND v.starts_at > lower(d.span) - interval '1 day' AND v.starts_at < upper(d.span) + interval '1 day'), '{}')
            - coalesce((SELECT range_agg(r.blocked) FROM visit_resource r
                        WHERE r.resource_id = d.room_id AND r.active AND r.blocked && d.span), '{}') AS free
    ) f
    WHERE w.practitioner_id = d.practitioner_id AND w.day = d.day AND w.branch_id = d.branch_id
      AND d.practitioner_id = p AND d.span && around
      AND d.day BETWEEN (lower(around) - interval '2 days')::date AND (upper(around) + interval '2 days')::date;
    IF room IS NOT NULL THEN
        UPDATE working_day w
        SET free = f.free,
            longest = coalesce((SELECT max(extract(epoch FROM upper(x) - lower(x)) / 60)::integer FROM unnest(f.free) x), 0)
        FROM working_day d
        CROSS JOIN LATERAL (
            SELECT d.working
                - coalesce((SELECT range_agg(v.blocked) FROM visit v
                            WHERE v.practitioner_id = d.practitioner_id AND v.active AND v.blocked && d.span
                          AND v.starts_at > lower(d.span) - interval '1 day' AND v.starts_at < upper(d.span) + interval '1 day'), '{}')
                - coalesce((SELECT range_agg(r.blocked) FROM visit_resource r
                            WHERE r.resource_id = d.room_id AND r.active AND r.blocked && d.span), '{}') AS free
        ) f
        WHERE w.practitioner_id = d.practitioner_id AND w.day = d.day AND w.branch_id = d.branch_id
          AND d.room_id = room AND d.practitioner_id <> p AND d.span && around
          AND d.day BETWEEN (lower(around) - interval '2 days')::date AND (upper(around) + interval '2 days')::date;
    END IF;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION refresh_free(uuid, uuid, tstzrange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refresh_free(uuid, uuid, tstzrange) TO zapis_app;

-- Holds of a practitioner that ran out, whoever's they are: removed before another takes the time.
-- +goose StatementBegin
CREATE FUNCTION expired_holds(p uuid, around tstzrange, at timestamptz) RETURNS SETOF visit
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN QUERY
        DELETE FROM visit v
        WHERE v.practitioner_id = p AND v.status = 'held' AND v.hold_expires_at <= at AND v.blocked && around
        RETURNING v.*;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION expired_holds(uuid, tstzrange, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION expired_holds(uuid, tstzrange, timestamptz) TO zapis_app;

ALTER TABLE visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON visit TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON visit TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY staff ON visit TO zapis_app
    USING ((SELECT actor_is_staff()) AND (branch_id = ANY ((SELECT actor_branches())::uuid[]) OR (SELECT actor_branches()) = '{}'))
    WITH CHECK ((SELECT actor_is_staff()) AND (branch_id = ANY ((SELECT actor_branches())::uuid[]) OR (SELECT actor_branches()) = '{}'));
CREATE POLICY own ON visit TO zapis_app
    USING ((SELECT actor_kind()) = 'patient'
           AND (patient_id = ANY ((SELECT actor_patients())::uuid[]) OR (status = 'held' AND holder_id = (SELECT actor_id()))))
    WITH CHECK ((SELECT actor_kind()) = 'patient'
           AND (patient_id = ANY ((SELECT actor_patients())::uuid[]) OR (status = 'held' AND holder_id = (SELECT actor_id()))));

ALTER TABLE visit_resource ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit_resource FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON visit_resource TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY through_visit ON visit_resource TO zapis_app
    USING ((SELECT actor_is_system()) OR EXISTS (SELECT FROM visit v WHERE v.id = visit_id))
    WITH CHECK ((SELECT actor_is_system()) OR EXISTS (SELECT FROM visit v WHERE v.id = visit_id));

ALTER TABLE visit_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit_event FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON visit_event TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY see ON visit_event FOR SELECT TO zapis_app
    USING ((SELECT actor_is_system()) OR EXISTS (SELECT FROM visit v WHERE v.id = visit_id));
CREATE POLICY add ON visit_event FOR INSERT TO zapis_app WITH CHECK ((SELECT actor_kind()) IS NOT NULL);

ALTER TABLE reminder ENABLE ROW LEVEL SECURITY;
ALTER TABLE reminder FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON reminder TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY through_visit ON reminder TO zapis_app
    USING ((SELECT actor_is_system()) OR EXISTS (SELECT FROM visit v WHERE v.id = visit_id))
    WITH CHECK ((SELECT actor_is_system()) OR EXISTS (SELECT FROM visit v WHERE v.id = visit_id));

ALTER TABLE visit_notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit_notice FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON visit_notice TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY through_visit ON visit_notice TO zapis_app
    USING ((SELECT actor_is_system()) OR EXISTS (SELECT FROM visit v WHERE v.id = visit_id))
    WITH CHECK ((SELECT actor_is_system()) OR EXISTS (SELECT FROM visit v WHERE v.id = visit_id));

GRANT SELECT, INSERT, UPDATE, DELETE ON visit, visit_resource, reminder, visit_notice TO zapis_app;
GRANT SELECT, INSERT ON visit_event TO zapis_app;

-- +goose Down
DROP FUNCTION expired_holds(uuid, tstzrange, timestamptz);
DROP TABLE visit_notice, reminder, visit_event, visit_resource, visit;
DROP FUNCTION refresh_free(uuid, uuid, tstzrange);
