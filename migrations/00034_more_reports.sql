-- +goose Up
-- More of what the reports count: who comes again, how chats end, how soon people are answered (ADR 0036). As in 00028: counts, never rows.
CREATE INDEX task_conversation ON task (conversation_id, created_at) WHERE conversation_id IS NOT NULL;
-- Both looks at somebody's other visits are answered from this index alone: without it a month of a medium clinic takes half as long again.
CREATE INDEX visit_done ON visit (patient_id, starts_at) INCLUDE (practitioner_id, local_start) WHERE status = 'done';
CREATE INDEX outbox_human ON outbox (created_at) WHERE staff_id IS NOT NULL;

-- First visits of some days by month, branch, doctor and speciality, and who of them came again within 90 days. A first visit is one before which
-- the person was not in the network for a year; only of those whose 90 days are over is it known whether they came again.
-- +goose StatementBegin
CREATE FUNCTION report_repeats(from_day date, to_day date)
RETURNS TABLE (month date, branch_id uuid, practitioner_id uuid, specialty text, visits bigint, firsts bigint, settled bigint, returned bigint,
               same bigint, fewest bigint)
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
        WITH d AS MATERIALIZED ( -- or the look back is made for each use of its answer
            SELECT x.branch_id AS b, x.practitioner_id AS p, x.specialty AS s, x.patient_id, x.starts_at, x.local_start, x.tz,
                   NOT EXISTS (
                       SELECT FROM visit y
                       WHERE y.patient_id = x.patient_id AND y.status = 'done' AND y.starts_at < x.starts_at
                         AND y.starts_at >= x.starts_at - interval '365 days') AS first
            FROM visit x
            WHERE (everyone OR x.branch_id = ANY (mine) OR x.practitioner_id = me)
              AND x.starts_at >= from_day::timestamp - interval '1 day' AND x.starts_at < to_day::timestamp + interval '1 day'
              AND x.local_start >= from_day AND x.local_start < to_day AND x.status = 'done'
        ), f AS (
            SELECT d.*, d.first AND d.local_start::date + 90 < (actor_now() AT TIME ZONE d.tz)::date AS settled
            FROM d
        ), v AS (
            SELECT date_trunc('month', f.local_start)::date AS m, f.b, f.p, f.s, f.patient_id, f.first, f.settled, again.practitioner_id AS by
            FROM f
            LEFT JOIN LATERAL (
                SELECT y.practitioner_id
                FROM visit y
                WHERE y.patient_id = f.patient_id AND y.status = 'done' AND y.starts_at > f.starts_at
                  AND y.starts_at < f.starts_at + interval '92 days'
                  AND y.local_start::date > f.local_start::date AND y.local_start::date <= f.local_start::date + 90
                ORDER BY y.starts_at
                LIMIT 1
            ) again ON f.settled
        ), person AS (
            SELECT v.m, v.b, v.p, v.s, v.patient_id, count(*) AS n, count(*) FILTER (WHERE v.first) AS fi, count(*) FILTER (WHERE v.settled) AS se,
                   count(v.by) AS re, count(*) FILTER (WHERE v.by = v.p) AS sa
            FROM v
            GROUP BY 1, 2, 3, 4, 5
        )
        SELECT q.m, q.b, q.p, q.s, sum(q.n)::bigint, sum(q.fi)::bigint, sum(q.se)::bigint, sum(q.re)::bigint, sum(q.sa)::bigint,
               least(count(*), nullif(count(*) FILTER (WHERE q.fi > 0), 0), nullif(count(*) FILTER (WHERE q.n > q.fi), 0),
                     nullif(count(*) FILTER (WHERE q.se > 0), 0), nullif(count(*) FILTER (WHERE q.fi > q.se), 0), nullif(count(*) FILTER (WHERE q.re > 0), 0),
                     nullif(count(*) FILTER (WHERE q.se > q.re), 0), nullif(count(*) FILTER (WHERE q.sa > 0), 0), nullif(count(*) FILTER (WHERE q.re > q.sa), 0))
        FROM person q
        GROUP BY 1, 2, 3, 4;
END
$$;

-- The clock by which chats are counted: that of the clinic's first branch, as its promises are (task_due_at).
CREATE FUNCTION clinic_zone() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT coalesce((SELECT tz FROM branch ORDER BY position, id LIMIT 1), 'Europe/Moscow') $$;

-- Whose chats' figures the acting member may be given: all of them, or, for a desk of some branches, of those that it reads. NULL: none.
CREATE FUNCTION report_chats() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN staff_role() IN ('head', 'director') THEN true WHEN staff_role() = 'admin' THEN actor_branches() = '{}' END $$;

-- Talks that begin on some days, by month and channel. A talk is what a chat's person wrote with no more than 12 hours between; what became of it is
-- what happened until the next talk, and for three days at most. Of each talk one thing is said, the first of: people answered, people were
-- called and nobody answered, the bot made a booking, the bot did not understand, the bot answered.
CREATE FUNCTION report_talks(from_day date, to_day date)
RETURNS TABLE (month date, channel text, answered bigint, waiting bigint, booked bigint, lost bigint, bot bigint, fewest bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    zone text := clinic_zone();
    first timestamptz := from_day::timestamp AT TIME ZONE zone;
    last timestamptz := to_day::timestamp AT TIME ZONE zone;
    every boolean := report_chats();
BEGIN
    IF every IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH said AS (
            SELECT i.conversation_id AS c, i.received_at AS at,
                   coalesce(i.received_at - lag(i.received_at) OVER w > interval '12 hours', true) AS begins
            FROM inbound i
            WHERE i.received_at >= first - interval '12 hours' AND i.received_at < last + interval '3 days'
            WINDOW w AS (PARTITION BY i.conversation_id ORDER BY i.received_at, i.id)
        ), numbered AS (
            SELECT s.c, s.at, count(*) FILTER (WHERE s.begins) OVER (PARTITION BY s.c ORDER BY s.at ROWS UNBOUNDED PRECEDING) AS n
            FROM said s
        ), talk AS (
            SELECT t.c, t.begun, least(t.over + interval '3 days', lead(t.begun) OVER (PARTITION BY t.c ORDER BY t.begun)) AS until
            FROM (SELECT x.c, x.n, min(x.at) AS begun, max(x.at) AS over FROM numbered x GROUP BY x.c, x.n) t
        ), deed AS ( -- what may become of a talk, what counts most first
            SELECT o.conversation_id AS c, o.created_at AS at, 1 AS rank
            FROM outbox o
            WHERE o.staff_id IS NOT NULL AND o.created_at >= first AND o.created_at < last + interval '6 days'
            UNION ALL
            SELECT x.conversation_id, x.created_at, 2
            FROM task x
            WHERE x.kind IN ('handoff', 'emergency') AND x.created_at >= first AND x.created_at < last + interval '6 days'
            UNION ALL
            SELECT v.holder_id, v.created_at, 3
            FROM visit v
            WHERE v.created_at >= first AND v.created_at < last + interval '6 days' AND v.holder_id IS NOT NULL AND v.status <> 'held'
            UNION ALL
            SELECT q.conversation_id, q.at, 4
            FROM question q
            WHERE q.why IN ('unknown', 'missed') AND q.at >= first AND q.at < last + interval '6 days'
        ), ended AS (
            SELECT date_trunc('month', t.begun AT TIME ZONE zone)::date AS m, k.channel AS via, t.c, coalesce(min(d.rank), 5) AS became
            FROM talk t
            JOIN conversation k ON k.id = t.c
            LEFT JOIN deed d ON d.c = t.c AND d.at >= t.begun AND d.at < t.until
            WHERE t.begun >= first AND t.begun < last AND (every OR desk_sees(t.c))
            GROUP BY t.c, t.begun, k.channel
        )
        SELECT e.m, e.via, count(*) FILTER (WHERE e.became = 1), count(*) FILTER (WHERE e.became = 2),
               count(*) FILTER (WHERE e.became = 3), count(*) FILTER (WHERE e.became = 4), count(*) FILTER (WHERE e.became = 5),
               least(nullif(count(DISTINCT e.c) FILTER (WHERE e.became = 1), 0), nullif(count(DISTINCT e.c) FILTER (WHERE e.became = 2), 0),
                     nullif(count(DISTINCT e.c) FILTER (WHERE e.became = 3), 0), nullif(count(DISTINCT e.c) FILTER (WHERE e.became = 4), 0),
                     nullif(count(DISTINCT e.c) FILTER (WHERE e.became = 5), 0))
        FROM ended e
        GROUP BY 1, 2;
END
$$;

-- Minutes of the clinic's hours (08 to 20, as task_due_at has them) from the year 2000 to a moment of its clock: the difference of two is how long
-- somebody waited.
CREATE FUNCTION open_minutes(at timestamp) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT ((at::date - date '2000-01-01') * 720 + least(greatest(extract(epoch FROM at::time - time '08:00') / 60, 0), 720))::double precision
$$;

-- How long people waited for people: answers that the staff wrote on some days, by channel, by weekday of the wait's beginning, and in all ('').
-- A wait begins when the bot calls people, or with the first words since the last answer. Open: people were called on those days and nobody has
-- answered since; only in all and by channel.
CREATE FUNCTION report_answers(from_day date, to_day date)
RETURNS TABLE (side text, code text, answers bigint, people bigint, half double precision, most double precision, kept bigint, unanswered bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    zone text := clinic_zone();
    first timestamptz := from_day::timestamp AT TIME ZONE zone;
    last timestamptz := to_day::timestamp AT TIME ZONE zone;
    every boolean := report_chats();
    rule inbox_rule;
BEGIN
    IF every IS NULL THEN
        RETURN;
    END IF;
    SELECT * INTO rule FROM inbox_rule;
    RETURN QUERY
        WITH reply AS (
            SELECT o.conversation_id AS c, o.channel AS via, o.created_at AS at,
                   lag(o.created_at) OVER (PARTITION BY o.conversation_id ORDER BY o.created_at, o.seq) AS prev
            FROM outbox o
            WHERE o.staff_id IS NOT NULL AND o.created_at >= first - interval '7 days' AND o.created_at < last
        ), wait AS (
            SELECT r.c, r.via, r.at, called.at AS called, least(called.at, heard.at) AS since, r.prev
            FROM (SELECT x.*, greatest(x.prev, x.at - interval '7 days') AS after FROM reply x WHERE x.at >= first) r
            LEFT JOIN LATERAL (
                SELECT min(x.created_at) AS at
                FROM task x
                WHERE x.conversation_id = r.c AND x.kind IN ('handoff', 'emergency') AND x.created_at > r.after AND x.created_at <= r.at
            ) called ON true
            LEFT JOIN LATERAL (
                SELECT max(o.created_at) AS at
                FROM outbox o
                WHERE o.conversation_id = r.c AND o.kind = 'dialog' AND o.created_at > r.after AND o.created_at < r.at
            ) bot ON true
            LEFT JOIN LATERAL (
                SELECT min(i.received_at) AS at
                FROM inbound i
                WHERE i.conversation_id = r.c AND i.received_at > greatest(r.after, bot.at) AND i.received_at <= r.at
            ) heard ON true
        ), told AS (
            SELECT w.c, w.via, extract(isodow FROM w.since AT TIME ZONE zone)::integer::text AS day,
                   open_minutes(w.at AT TIME ZONE zone) - open_minutes(w.since AT TIME ZONE zone) AS minutes,
                   CASE WHEN w.called IS NOT NULL OR w.prev IS NULL OR w.since - w.prev > interval '12 hours' THEN rule.first_minutes ELSE rule.next_minutes END AS promised
            FROM wait w
            WHERE w.since IS NOT NULL AND (every OR desk_sees(w.c))
        ), called AS (
            SELECT 'channel'::text AS side, k.channel AS code, count(*) AS n
            FROM task x
            JOIN conversation k ON k.id = x.conversation_id
            WHERE x.kind IN ('handoff', 'emergency') AND x.created_at >= first AND x.created_at < last AND (every OR desk_sees(k.id))
              AND NOT EXISTS (SELECT FROM outbox o WHERE o.conversation_id = k.id AND o.staff_id IS NOT NULL AND o.created_at >= x.created_at)
            GROUP BY k.channel
        ), counted AS (
            SELECT CASE WHEN grouping(t.via) = 0 THEN 'channel' WHEN grouping(t.day) = 0 THEN 'weekday' ELSE '' END AS side,
                   coalesce(t.via, t.day, '') AS code, count(*) AS n, count(DISTINCT t.c) AS people,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY t.minutes) AS half, percentile_cont(0.9) WITHIN GROUP (ORDER BY t.minutes) AS most,
                   count(*) FILTER (WHERE t.minutes <= t.promised) AS kept
            FROM told t
            GROUP BY GROUPING SETS ((t.via), (t.day), ())
        )
        SELECT coalesce(g.side, o.side), coalesce(g.code, o.code), coalesce(g.n, 0), coalesce(g.people, 0), g.half, g.most, coalesce(g.kept, 0),
               (CASE WHEN g.side = '' THEN (SELECT coalesce(sum(x.n), 0) FROM called x) ELSE coalesce(o.n, 0) END)::bigint
        FROM counted g
        FULL JOIN called o ON g.side = o.side AND g.code = o.code;
END
$$;

DO $$
DECLARE f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['report_repeats(date, date)', 'report_talks(date, date)', 'report_answers(date, date)'] LOOP
        EXECUTE 'REVOKE ALL ON FUNCTION ' || f || ' FROM PUBLIC';
        EXECUTE 'GRANT EXECUTE ON FUNCTION ' || f || ' TO zapis_app';
    END LOOP;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION clinic_zone(), open_minutes(timestamp) FROM PUBLIC;

-- More views for BI tools (docs/reports.md): no text of a feedback, no kind of an examination, nobody's list of a campaign.
CREATE VIEW report.feedback WITH (security_invoker = true) AS
SELECT f.id AS feedback_id, f.visit_id, f.score, f.sentiment, f.topics, f.status, f.created_at, f.closed_at FROM feedback f;
CREATE VIEW report.lab_results WITH (security_invoker = true) AS
SELECT r.id AS report_id, r.patient_id, r.status, r.received_at, r.released_at, r.notified_at FROM lab_report r;
CREATE VIEW report.campaigns WITH (security_invoker = true) AS
SELECT c.id AS campaign_id, c.name, c.state, c.recipients, c.sent, c.failed, c.opted_out, c.booked FROM campaign c;
CREATE POLICY report ON feedback FOR SELECT TO zapis_report USING (true);
CREATE POLICY report ON lab_report FOR SELECT TO zapis_report USING (true);
CREATE POLICY report ON campaign FOR SELECT TO zapis_report USING (true);
GRANT SELECT (id, visit_id, score, sentiment, topics, status, created_at, closed_at) ON feedback TO zapis_report;
GRANT SELECT (id, patient_id, status, received_at, released_at, notified_at) ON lab_report TO zapis_report;
GRANT SELECT (id, name, state, recipients, sent, failed, opted_out, booked) ON campaign TO zapis_report;
GRANT SELECT ON report.feedback, report.lab_results, report.campaigns TO zapis_report, zapis_app;

-- Reports that somebody asks for again and again, under a name of their own: what is asked, never what was answered.
CREATE TABLE report_filter (
    id         uuid PRIMARY KEY,
    staff_id   uuid NOT NULL CONSTRAINT report_filter_staff REFERENCES staff,
    name       text NOT NULL CONSTRAINT report_filter_name CHECK (name <> '' AND length(name) <= 60),
    query      text NOT NULL CONSTRAINT report_filter_query CHECK (length(query) <= 500),
    created_at timestamptz NOT NULL,
    CONSTRAINT report_filter_once UNIQUE (staff_id, name)
);
COMMENT ON TABLE report_filter IS 'data: none; subject: none; retention: none';
ALTER TABLE report_filter ENABLE ROW LEVEL SECURITY;
ALTER TABLE report_filter FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON report_filter TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY own ON report_filter TO zapis_app USING ((SELECT staff_role()) IS NOT NULL AND staff_id = (SELECT actor_id()))
    WITH CHECK ((SELECT staff_role()) IS NOT NULL AND staff_id = (SELECT actor_id()));
GRANT SELECT, INSERT, UPDATE (query, created_at), DELETE ON report_filter TO zapis_app;

-- +goose Down
DROP TABLE report_filter;
DROP VIEW report.campaigns, report.lab_results, report.feedback;
DROP POLICY report ON campaign;
DROP POLICY report ON lab_report;
DROP POLICY report ON feedback;
REVOKE ALL ON campaign, lab_report, feedback FROM zapis_report;
DROP FUNCTION report_answers(date, date);
DROP FUNCTION open_minutes(timestamp);
DROP FUNCTION report_talks(date, date);
DROP FUNCTION report_chats();
DROP FUNCTION clinic_zone();
DROP FUNCTION report_repeats(date, date);
DROP INDEX outbox_human;
DROP INDEX visit_done;
DROP INDEX task_conversation;
