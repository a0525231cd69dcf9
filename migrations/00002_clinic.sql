-- +goose Up
-- What a clinic is: places, people who work there, what they do and when. Nothing here is personal data of patients.
CREATE TABLE branch (
    id              uuid PRIMARY KEY,
    name_ru         text NOT NULL,
    name_en         text NOT NULL,
    city_ru         text NOT NULL,
    city_en         text NOT NULL,
    address_ru      text NOT NULL,
    address_en      text NOT NULL,
    hours_ru        text NOT NULL DEFAULT '',
    hours_en        text NOT NULL DEFAULT '',
    phone           text NOT NULL DEFAULT '',
    tz              text NOT NULL,
    min_notice      integer NOT NULL DEFAULT 60,    -- minutes between now and the first bookable moment
    horizon_days    integer NOT NULL DEFAULT 60,
    cancel_cutoff   integer NOT NULL DEFAULT 60,    -- minutes before the visit after which only the desk cancels or moves
    grid            integer NOT NULL DEFAULT 30,    -- minutes between offered beginnings
    quiet_from      integer NOT NULL DEFAULT 21,    -- hour from which notices wait for the morning
    quiet_to        integer NOT NULL DEFAULT 8,
    reminders       integer[] NOT NULL DEFAULT '{1440,120}', -- minutes before the visit
    position        integer NOT NULL DEFAULT 0,
    active          boolean NOT NULL DEFAULT true,
    CONSTRAINT branch_horizon CHECK (horizon_days BETWEEN 1 AND 400),
    CONSTRAINT branch_grid CHECK (grid BETWEEN 5 AND 240)
);

CREATE TABLE specialty (
    code     text PRIMARY KEY,
    name_ru  text NOT NULL,
    name_en  text NOT NULL,
    position integer NOT NULL DEFAULT 0
);

CREATE TABLE service (
    id            uuid PRIMARY KEY,
    specialty     text NOT NULL REFERENCES specialty,
    name_ru       text NOT NULL,
    name_en       text NOT NULL,
    kind          text NOT NULL DEFAULT 'initial' CONSTRAINT service_kind CHECK (kind IN ('initial', 'repeat', 'procedure')),
    minutes       integer NOT NULL CONSTRAINT service_minutes CHECK (minutes BETWEEN 5 AND 720),
    buffer_before integer NOT NULL DEFAULT 0,
    buffer_after  integer NOT NULL DEFAULT 0,
    min_notice    integer,                                  -- minutes; NULL: the branch's
    reminders     integer[],                                -- NULL: the branch's
    price         bigint NOT NULL CONSTRAINT service_price CHECK (price >= 0), -- kopecks (cents)
    currency      text NOT NULL DEFAULT 'RUB',
    position      integer NOT NULL DEFAULT 0,
    active        boolean NOT NULL DEFAULT true
);

CREATE TABLE resource (
    id        uuid PRIMARY KEY,
    branch_id uuid NOT NULL REFERENCES branch,
    kind      text NOT NULL CONSTRAINT resource_kind CHECK (kind IN ('room', 'device')),
    name      text NOT NULL,
    capacity  integer NOT NULL DEFAULT 1
);

CREATE TABLE practitioner (
    id         uuid PRIMARY KEY,
    surname    text NOT NULL,
    given      text NOT NULL,
    patronymic text NOT NULL DEFAULT '',
    female     boolean NOT NULL DEFAULT false,
    active     boolean NOT NULL DEFAULT true
);

CREATE TABLE practitioner_role (
    practitioner_id uuid NOT NULL REFERENCES practitioner,
    branch_id       uuid NOT NULL REFERENCES branch,
    specialty       text NOT NULL REFERENCES specialty,
    PRIMARY KEY (practitioner_id, branch_id, specialty)
);

CREATE TABLE practitioner_service (
    practitioner_id uuid NOT NULL REFERENCES practitioner,
    service_id      uuid NOT NULL REFERENCES service,
    minutes         integer, -- NULL: the service's
    price           bigint CONSTRAINT practitioner_service_price CHECK (price >= 0),
    PRIMARY KEY (practitioner_id, service_id)
);

-- A rule of working time in the branch's wall-clock time. to_time <= from_time runs over midnight.
-- Either a weekday (1 Monday … 7 Sunday; parity narrows it to odd or even ISO weeks) or a cycle of cycle_on days at work and
-- cycle_off days off, counted from cycle_start.
CREATE TABLE schedule_template (
    id              uuid PRIMARY KEY,
    practitioner_id uuid NOT NULL REFERENCES practitioner,
    branch_id       uuid NOT NULL REFERENCES branch,
    room_id         uuid REFERENCES resource,
    weekday         smallint CONSTRAINT template_weekday CHECK (weekday BETWEEN 1 AND 7),
    parity          text CONSTRAINT template_parity CHECK (parity IN ('odd', 'even')),
    cycle_on        integer,
    cycle_off       integer,
    cycle_start     date,
    from_time       time NOT NULL,
    to_time         time NOT NULL,
    valid_from      date NOT NULL DEFAULT '2000-01-01',
    valid_to        date,
    CONSTRAINT template_valid CHECK (valid_to >= valid_from),
    CONSTRAINT template_rule CHECK ((weekday IS NOT NULL) <> (cycle_start IS NOT NULL AND cycle_on > 0 AND cycle_off >= 0))
);
CREATE INDEX schedule_template_practitioner ON schedule_template (practitioner_id);

-- A closure takes time away (leave, blocked hours, a room or a whole branch shut); an addition gives some beyond the rules.
CREATE TABLE schedule_exception (
    id              uuid PRIMARY KEY,
    practitioner_id uuid REFERENCES practitioner,
    resource_id     uuid REFERENCES resource,
    branch_id       uuid REFERENCES branch,
    kind            text NOT NULL CONSTRAINT exception_kind CHECK (kind IN ('closure', 'addition')),
    during          tstzrange NOT NULL,
    reason          text NOT NULL DEFAULT '',
    CONSTRAINT exception_target CHECK (num_nonnulls(practitioner_id, resource_id, branch_id) >= 1),
    CONSTRAINT exception_addition CHECK (kind = 'closure' OR (practitioner_id IS NOT NULL AND branch_id IS NOT NULL))
);
CREATE INDEX schedule_exception_during ON schedule_exception USING gist (during);

-- One row is a practitioner's day in a branch: what the rules give (working) and what visits leave of it (free).
-- It is kept in the transaction that changes a visit, so that looking for free time reads a few rows and no visits.
CREATE TABLE working_day (
    practitioner_id uuid NOT NULL REFERENCES practitioner,
    branch_id       uuid NOT NULL REFERENCES branch,
    day             date NOT NULL,
    room_id         uuid REFERENCES resource,
    working         tstzmultirange NOT NULL,
    span            tstzrange NOT NULL GENERATED ALWAYS AS (range_merge(working)) STORED,
    free            tstzmultirange NOT NULL,
    longest         integer NOT NULL, -- minutes of the longest free window
    PRIMARY KEY (practitioner_id, day, branch_id)
) WITH (fillfactor = 80);
CREATE INDEX working_day_room ON working_day (room_id, day) WHERE room_id IS NOT NULL;
CREATE INDEX working_day_branch ON working_day (branch_id, day);

-- A counter that tells every replica to read the clinic's data again.
CREATE TABLE clinic_version (
    one     boolean PRIMARY KEY DEFAULT true CONSTRAINT clinic_version_one CHECK (one),
    version bigint NOT NULL DEFAULT 1
);
INSERT INTO clinic_version DEFAULT VALUES;

-- What the clinic tells everybody: address, parking, preparation for tests.
CREATE TABLE article (
    id       uuid PRIMARY KEY,
    slug     text NOT NULL,
    lang     text NOT NULL,
    title    text NOT NULL,
    body     text NOT NULL,
    UNIQUE (slug, lang)
);

-- A link for a poster or a business card: an opaque token leads to a doctor, a branch, a service or a campaign.
CREATE TABLE entry_link (
    token      text PRIMARY KEY CONSTRAINT entry_link_token CHECK (token ~ '^[A-Za-z0-9_-]{4,64}$'),
    kind       text NOT NULL CONSTRAINT entry_link_kind CHECK (kind IN ('doctor', 'branch', 'service', 'campaign')),
    target     text NOT NULL,
    opened     bigint NOT NULL DEFAULT 0
);

GRANT SELECT, INSERT, UPDATE, DELETE ON
    branch, specialty, service, resource, practitioner, practitioner_role, practitioner_service, schedule_template,
    schedule_exception, working_day, article, entry_link TO zapis_app;
GRANT SELECT, UPDATE ON clinic_version TO zapis_app;

-- +goose Down
DROP TABLE entry_link, article, clinic_version, working_day, schedule_exception, schedule_template, practitioner_service,
    practitioner_role, practitioner, resource, service, specialty, branch;
