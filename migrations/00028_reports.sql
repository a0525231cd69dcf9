-- +goose Up
-- What the reports count. Whoever sees no visits may still be told how many there are: the functions below give counts, never rows, and
-- core/report puts groups of fewer than ten people together before anybody sees them.

-- The minutes that a doctor was to work on a day, as they stood when the day began: a plan changed afterwards changes no past figure.
CREATE TABLE schedule_day (
    practitioner_id uuid NOT NULL CONSTRAINT schedule_day_practitioner REFERENCES practitioner,
    branch_id       uuid NOT NULL CONSTRAINT schedule_day_branch REFERENCES branch,
    day             date NOT NULL,
    room_id         uuid CONSTRAINT schedule_day_room REFERENCES resource,
    minutes         integer NOT NULL CONSTRAINT schedule_day_minutes CHECK (minutes BETWEEN 0 AND 1500),
    CONSTRAINT schedule_day_pk PRIMARY KEY (branch_id, day, practitioner_id)
);
CREATE INDEX schedule_day_day ON schedule_day (day);
COMMENT ON TABLE schedule_day IS 'data: none; subject: none; retention: none';
ALTER TABLE schedule_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule_day FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON schedule_day TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON schedule_day TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY report ON schedule_day FOR SELECT TO zapis_report USING (true);
GRANT SELECT, INSERT ON schedule_day TO zapis_app;

-- Days that have begun by `now` in their branch's zone and have no snapshot yet: the nightly job's work, and the first run's back-fill.
-- +goose StatementBegin
CREATE FUNCTION snap_days(now timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE added bigint;
BEGIN
    IF NOT coalesce(actor_is_system(), false) THEN
        RETURN 0;
    END IF;
    INSERT INTO schedule_day (practitioner_id, branch_id, day, room_id, minutes)
    SELECT w.practitioner_id, w.branch_id, w.day, w.room_id,
           (SELECT coalesce(sum(extract(epoch FROM upper(x) - lower(x))) / 60, 0)::integer FROM unnest(w.working) x)
    FROM working_day w
    JOIN branch b ON b.id = w.branch_id
    WHERE w.day <= (now AT TIME ZONE b.tz)::date
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN added;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION snap_days(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION snap_days(timestamptz) TO zapis_app;

-- Whose figures the acting member may be given: everybody's, those of their branches, those of their own calendar.
-- +goose StatementBegin
CREATE FUNCTION report_scope(OUT everyone boolean, OUT mine uuid[], OUT me uuid)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
SELECT coalesce(staff_role() IN ('director', 'marketing', 'head') OR (staff_role() = 'admin' AND actor_branches() = '{}'), false),
       CASE WHEN staff_role() = 'admin' THEN actor_branches() ELSE '{}' END,
       CASE WHEN staff_role() = 'doctor' THEN actor_doctor() END
$$;
-- +goose StatementEnd

-- The schedule's minutes of some days, ahead as the plan has them today.
-- +goose StatementBegin
CREATE FUNCTION report_schedule(from_day date, to_day date)
RETURNS TABLE (month date, branch_id uuid, practitioner_id uuid, room_id uuid, minutes bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    everyone boolean;
    mine uuid[];
    me uuid;
BEGIN
    SELECT s.everyone, s.mine, s.me INTO everyone, mine, me FROM report_scope() s;
    everyone := everyone AND staff_role() <> 'marketing';
    RETURN QUERY
        WITH days AS (
            SELECT s.day, s.branch_id, s.practitioner_id, s.room_id, s.minutes FROM schedule_day s WHERE s.day >= from_day AND s.day < to_day
            UNION ALL
            SELECT w.day, w.branch_id, w.practitioner_id, w.room_id,
                   (SELECT coalesce(sum(extract(epoch FROM upper(x) - lower(x))) / 60, 0)::integer FROM unnest(w.working) x)
            FROM working_day w
            WHERE w.day >= from_day AND w.day < to_day
              AND NOT EXISTS (SELECT FROM schedule_day s WHERE s.branch_id = w.branch_id AND s.day = w.day AND s.practitioner_id = w.practitioner_id)
        )
        SELECT date_trunc('month', d.day)::date, d.branch_id, d.practitioner_id, d.room_id, sum(d.minutes)::bigint
        FROM days d
        WHERE (everyone OR d.branch_id = ANY (mine) OR d.practitioner_id = me)
        GROUP BY 1, 2, 3, 4;
END
$$;
-- +goose StatementEnd

-- Visits that begin on some days (in their branch's zone), by month, branch, doctor and speciality. via: one source, '' for all.
-- fewest is of how many people the smallest of the groups is that the columns show.
-- +goose StatementBegin
CREATE FUNCTION report_visits(from_day date, to_day date, via text)
RETURNS TABLE (month date, branch_id uuid, practitioner_id uuid, specialty text, room_id uuid, visits bigint, done bigint, no_show bigint,
               cancelled bigint, late bigint, refilled bigint, unmarked bigint, booked_minutes bigint, done_minutes bigint, lost_minutes bigint,
               fewest bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    everyone boolean;
    mine uuid[];
    me uuid;
BEGIN
    SELECT s.everyone, s.mine, s.me INTO everyone, mine, me FROM report_scope() s;
    everyone := everyone AND staff_role() <> 'marketing';
    RETURN QUERY
        WITH v AS (
            SELECT date_trunc('month', x.local_start)::date AS m, x.branch_id AS b, x.practitioner_id AS p, x.specialty AS s, x.room_id AS r,
                   x.patient_id, x.status, (extract(epoch FROM x.ends_at - x.starts_at) / 60)::integer AS minutes,
                   x.status = 'cancelled' AND x.cancelled_at > x.starts_at - interval '24 hours' AS late,
                   x.status = 'cancelled' AND EXISTS (
                       SELECT FROM visit y
                       WHERE y.practitioner_id = x.practitioner_id AND y.id <> x.id AND y.status NOT IN ('cancelled', 'held')
                         AND y.created_at >= x.cancelled_at AND y.starts_at > x.starts_at - interval '12 hours' AND y.starts_at < x.ends_at
                         AND y.ends_at > x.starts_at) AS refilled,
                   x.status IN ('booked', 'confirmed', 'arrived', 'in_progress') AND x.ends_at <= actor_now() AS unmarked
            FROM visit x
            WHERE (everyone OR x.branch_id = ANY (mine) OR x.practitioner_id = me) AND x.starts_at >= from_day::timestamp - interval '1 day' AND x.starts_at < to_day::timestamp + interval '1 day'
              AND x.local_start >= from_day AND x.local_start < to_day AND x.status <> 'held' AND (via = '' OR x.source = via)
        ), person AS (
            SELECT v.m, v.b, v.p, v.s, v.r, v.patient_id, count(*) AS n,
                   count(*) FILTER (WHERE v.status = 'done') AS d, count(*) FILTER (WHERE v.status = 'no_show') AS ns,
                   count(*) FILTER (WHERE v.status = 'cancelled') AS c, count(*) FILTER (WHERE v.late) AS l,
                   count(*) FILTER (WHERE v.refilled) AS f, count(*) FILTER (WHERE v.unmarked) AS u,
                   count(*) FILTER (WHERE v.status NOT IN ('done', 'no_show', 'cancelled') AND NOT v.unmarked) AS ahead,
                   coalesce(sum(v.minutes) FILTER (WHERE v.status <> 'cancelled'), 0) AS bm, coalesce(sum(v.minutes) FILTER (WHERE v.status = 'done'), 0) AS dm,
                   coalesce(sum(v.minutes) FILTER (WHERE v.status = 'no_show' OR (v.late AND NOT v.refilled)), 0) AS lm
            FROM v
            GROUP BY 1, 2, 3, 4, 5, 6
        )
        SELECT q.m, q.b, q.p, q.s, q.r, sum(q.n)::bigint, sum(q.d)::bigint, sum(q.ns)::bigint, sum(q.c)::bigint, sum(q.l)::bigint, sum(q.f)::bigint,
               sum(q.u)::bigint, sum(q.bm)::bigint, sum(q.dm)::bigint, sum(q.lm)::bigint,
               least(count(DISTINCT q.patient_id), nullif(count(*) FILTER (WHERE q.d > 0), 0), nullif(count(*) FILTER (WHERE q.ns > 0), 0),
                     nullif(count(*) FILTER (WHERE q.c > 0), 0), nullif(count(*) FILTER (WHERE q.l > 0), 0), nullif(count(*) FILTER (WHERE q.f > 0), 0),
                     nullif(count(*) FILTER (WHERE q.u > 0), 0), nullif(count(*) FILTER (WHERE q.lm > 0), 0),
                     nullif(count(*) FILTER (WHERE q.ahead > 0), 0), nullif(count(*) FILTER (WHERE q.c > q.l), 0), nullif(count(*) FILTER (WHERE q.c > q.f), 0))
        FROM person q
        GROUP BY 1, 2, 3, 4, 5;
END
$$;
-- +goose StatementEnd

-- Bookings made on some days (the branch's clock): once by branch and source, once by weekday (1 is Monday) and hour.
-- +goose StatementBegin
CREATE FUNCTION report_bookings(from_day date, to_day date, branch uuid)
RETURNS TABLE (month date, branch_id uuid, source text, weekday integer, hour integer, bookings bigint, people bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    everyone boolean;
    mine uuid[];
    me uuid;
BEGIN
    SELECT s.everyone, s.mine, s.me INTO everyone, mine, me FROM report_scope() s;
    RETURN QUERY
        WITH v AS (
            SELECT x.branch_id AS b, x.source AS s, x.patient_id, x.created_at AT TIME ZONE x.tz AS at
            FROM visit x
            WHERE (everyone OR x.branch_id = ANY (mine) OR x.practitioner_id = me) AND x.created_at >= from_day::timestamp - interval '1 day' AND x.created_at < to_day::timestamp + interval '1 day' AND x.status <> 'held'
              AND (branch IS NULL OR x.branch_id = branch)
        )
        SELECT date_trunc('month', v.at)::date AS mo, v.b, v.s, extract(isodow FROM v.at)::integer AS wd, extract(hour FROM v.at)::integer AS hr,
               count(*), count(DISTINCT v.patient_id)
        FROM v
        WHERE v.at >= from_day AND v.at < to_day
        GROUP BY GROUPING SETS ((date_trunc('month', v.at)::date, v.b, v.s),
                                (date_trunc('month', v.at)::date, extract(isodow FROM v.at)::integer, extract(hour FROM v.at)::integer));
END
$$;
-- +goose StatementEnd
CREATE INDEX visit_created ON visit (created_at);

-- How far ahead people book, and how long before the visit it is called off, by speciality; minutes.
-- +goose StatementBegin
CREATE FUNCTION report_leads(from_day date, to_day date, branch uuid)
RETURNS TABLE (specialty text, booked bigint, people bigint, lead_half double precision, lead_most double precision, same_day bigint,
               cancelled bigint, cancel_people bigint, cancel_half double precision, cancel_quarter double precision, day bigint, two_hours bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    everyone boolean;
    mine uuid[];
    me uuid;
BEGIN
    SELECT s.everyone, s.mine, s.me INTO everyone, mine, me FROM report_scope() s;
    RETURN QUERY
        WITH v AS (
            SELECT x.specialty AS s, x.patient_id, extract(epoch FROM x.starts_at - x.created_at) / 60 AS lead,
                   (x.created_at AT TIME ZONE x.tz)::date = x.local_start::date AS today,
                   CASE WHEN x.status = 'cancelled' THEN extract(epoch FROM x.starts_at - x.cancelled_at) / 60 END AS off
            FROM visit x
            WHERE (everyone OR x.branch_id = ANY (mine) OR x.practitioner_id = me) AND x.starts_at >= from_day::timestamp - interval '1 day' AND x.starts_at < to_day::timestamp + interval '1 day'
              AND x.local_start >= from_day AND x.local_start < to_day AND x.status <> 'held'
              AND (branch IS NULL OR x.branch_id = branch)
        )
        SELECT v.s, count(*), count(DISTINCT v.patient_id), percentile_cont(0.5) WITHIN GROUP (ORDER BY v.lead),
               percentile_cont(0.9) WITHIN GROUP (ORDER BY v.lead), count(*) FILTER (WHERE v.today),
               count(v.off), count(DISTINCT v.patient_id) FILTER (WHERE v.off IS NOT NULL), percentile_cont(0.5) WITHIN GROUP (ORDER BY v.off),
               percentile_cont(0.25) WITHIN GROUP (ORDER BY v.off), count(*) FILTER (WHERE v.off < 1440), count(*) FILTER (WHERE v.off < 120)
        FROM v
        GROUP BY v.s;
END
$$;
-- +goose StatementEnd

-- Money taken and given back on some days (the branch's clock), by branch: kopecks. Bills: invoices that any of it belongs to.
-- +goose StatementBegin
CREATE FUNCTION report_money(from_day date, to_day date)
RETURNS TABLE (month date, branch_id uuid, currency text, taken bigint, given bigint, bills bigint, fewest bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF coalesce(staff_role() NOT IN ('head', 'cashier', 'director'), true) THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT date_trunc('month', p.at AT TIME ZONE b.tz)::date, p.branch_id, i.currency,
               coalesce(sum(p.amount) FILTER (WHERE p.kind = 'charge'), 0)::bigint, coalesce(sum(p.amount) FILTER (WHERE p.kind = 'refund'), 0)::bigint,
               count(DISTINCT p.invoice_id) FILTER (WHERE p.kind = 'charge'),
               least(count(DISTINCT p.patient_id), nullif(count(DISTINCT p.patient_id) FILTER (WHERE p.kind = 'charge'), 0),
                     nullif(count(DISTINCT p.patient_id) FILTER (WHERE p.kind = 'refund'), 0))
        FROM payment p
        JOIN branch b ON b.id = p.branch_id
        JOIN invoice i ON i.id = p.invoice_id
        WHERE p.state = 'done' AND p.at >= from_day::timestamp AT TIME ZONE b.tz AND p.at < to_day::timestamp AT TIME ZONE b.tz
        GROUP BY 1, 2, 3;
END
$$;
-- +goose StatementEnd

-- What people thought of visits of some days, by doctor; asked is how many visits were done.
-- +goose StatementBegin
CREATE FUNCTION report_feedback(from_day date, to_day date)
RETURNS TABLE (month date, branch_id uuid, practitioner_id uuid, asked bigint, scored bigint, promoters bigint, detractors bigint, fewest bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    everyone boolean;
    mine uuid[];
    me uuid;
BEGIN
    SELECT s.everyone, s.mine, s.me INTO everyone, mine, me FROM report_scope() s;
    RETURN QUERY
        SELECT date_trunc('month', v.local_start)::date, v.branch_id, v.practitioner_id, count(*), count(f.score),
               count(*) FILTER (WHERE f.score >= 9), count(*) FILTER (WHERE f.score <= 6),
               least(count(DISTINCT v.patient_id), nullif(count(DISTINCT f.patient_id) FILTER (WHERE f.score >= 9), 0),
                     nullif(count(DISTINCT f.patient_id) FILTER (WHERE f.score <= 6), 0), nullif(count(DISTINCT f.patient_id) FILTER (WHERE f.score IS NOT NULL), 0),
                     nullif(count(DISTINCT f.patient_id) FILTER (WHERE f.score IN (7, 8)), 0), nullif(count(DISTINCT v.patient_id) FILTER (WHERE f.score IS NULL), 0))
        FROM visit v
        LEFT JOIN feedback f ON f.visit_id = v.id
        WHERE (everyone OR v.branch_id = ANY (mine) OR v.practitioner_id = me) AND v.starts_at >= from_day::timestamp - interval '1 day' AND v.starts_at < to_day::timestamp + interval '1 day'
          AND v.local_start >= from_day AND v.local_start < to_day AND v.status = 'done'
        GROUP BY 1, 2, 3;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['report_schedule(date, date)', 'report_visits(date, date, text)', 'report_bookings(date, date, uuid)',
        'report_leads(date, date, uuid)', 'report_money(date, date)', 'report_feedback(date, date)'] LOOP
        EXECUTE 'REVOKE ALL ON FUNCTION ' || f || ' FROM PUBLIC';
        EXECUTE 'GRANT EXECUTE ON FUNCTION ' || f || ' TO zapis_app';
    END LOOP;
END
$$;
-- +goose StatementEnd

-- What patients are told of changes that the clinic made, which are no reminders; and the schedule's minutes.
CREATE VIEW report.notices WITH (security_invoker = true) AS
SELECT n.visit_id, n.kind, n.due_at, n.state FROM visit_notice n;
CREATE VIEW report.schedule_days WITH (security_invoker = true) AS
SELECT b.name_ru AS branch, s.practitioner_id AS doctor_id, s.day, s.minutes FROM schedule_day s JOIN branch b ON b.id = s.branch_id;
CREATE POLICY report ON visit_notice FOR SELECT TO zapis_report USING (true);
GRANT SELECT (visit_id, kind, due_at, state) ON visit_notice TO zapis_report;
GRANT SELECT (practitioner_id, branch_id, day, minutes) ON schedule_day TO zapis_report;
GRANT SELECT ON report.notices, report.schedule_days TO zapis_report, zapis_app;

-- +goose Down
DROP VIEW report.schedule_days, report.notices;
DROP POLICY report ON visit_notice;
REVOKE ALL ON visit_notice FROM zapis_report;
DROP FUNCTION report_feedback(date, date);
DROP FUNCTION report_money(date, date);
DROP FUNCTION report_leads(date, date, uuid);
DROP INDEX visit_created;
DROP FUNCTION report_bookings(date, date, uuid);
DROP FUNCTION report_visits(date, date, text);
DROP FUNCTION report_schedule(date, date);
DROP FUNCTION report_scope();
DROP FUNCTION snap_days(timestamptz);
DROP TABLE schedule_day;
