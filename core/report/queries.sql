-- name: ReportSchedule :many
-- The minutes that doctors were to work, by month, branch, doctor and room.
SELECT f.month::date AS month, f.branch_id::uuid AS branch_id, f.practitioner_id::uuid AS practitioner_id,
       coalesce(f.room_id::uuid, '00000000-0000-0000-0000-000000000000')::uuid AS room_id, f.minutes::bigint AS minutes
FROM report_schedule(sqlc.arg(from_day)::date, sqlc.arg(to_day)::date) f;

-- name: ReportVisits :many
-- Visits of some days, by month, branch, doctor, speciality and room.
SELECT f.month::date AS month, f.branch_id::uuid AS branch_id, f.practitioner_id::uuid AS practitioner_id, f.specialty::text AS specialty,
       coalesce(f.room_id::uuid, '00000000-0000-0000-0000-000000000000')::uuid AS room_id,
       f.visits::bigint AS visits, f.done::bigint AS done, f.no_show::bigint AS no_show, f.cancelled::bigint AS cancelled, f.late::bigint AS late,
       f.refilled::bigint AS refilled, f.unmarked::bigint AS unmarked, f.booked_minutes::bigint AS booked_minutes,
       f.done_minutes::bigint AS done_minutes, f.lost_minutes::bigint AS lost_minutes, f.fewest::bigint AS fewest
FROM report_visits(sqlc.arg(from_day)::date, sqlc.arg(to_day)::date, sqlc.arg(via)::text) f;

-- name: ReportBookings :many
-- Bookings made on some days, once by branch and source (weekday 0), once by weekday and hour.
SELECT f.month::date AS month, coalesce(f.branch_id::uuid, '00000000-0000-0000-0000-000000000000')::uuid AS branch_id,
       coalesce(f.source::text, '')::text AS source, coalesce(f.weekday::integer, 0)::integer AS weekday, coalesce(f.hour::integer, 0)::integer AS hour,
       f.bookings::bigint AS bookings, f.people::bigint AS people
FROM report_bookings(sqlc.arg(from_day)::date, sqlc.arg(to_day)::date, sqlc.narg(branch)::uuid) f;

-- name: ReportLeads :many
-- How far ahead people book and call off, by speciality.
SELECT f.specialty::text AS specialty, f.booked::bigint AS booked, f.people::bigint AS people,
       coalesce(f.lead_half::double precision, 0)::double precision AS lead_half, coalesce(f.lead_most::double precision, 0)::double precision AS lead_most,
       f.same_day::bigint AS same_day, f.cancelled::bigint AS cancelled, f.cancel_people::bigint AS cancel_people,
       coalesce(f.cancel_half::double precision, 0)::double precision AS cancel_half,
       coalesce(f.cancel_quarter::double precision, 0)::double precision AS cancel_quarter, f.day::bigint AS day, f.two_hours::bigint AS two_hours
FROM report_leads(sqlc.arg(from_day)::date, sqlc.arg(to_day)::date, sqlc.narg(branch)::uuid) f
ORDER BY f.specialty;

-- name: ReportMoney :many
-- Money of some days, by month and branch.
SELECT f.month::date AS month, f.branch_id::uuid AS branch_id, f.currency::text AS currency, f.taken::bigint AS taken, f.given::bigint AS given,
       f.bills::bigint AS bills, coalesce(f.fewest::bigint, 0)::bigint AS fewest
FROM report_money(sqlc.arg(from_day)::date, sqlc.arg(to_day)::date) f;

-- name: ReportFeedback :many
-- What people thought of the visits of some days, by month, branch and doctor.
SELECT f.month::date AS month, f.branch_id::uuid AS branch_id, f.practitioner_id::uuid AS practitioner_id, f.asked::bigint AS asked,
       f.scored::bigint AS scored, f.promoters::bigint AS promoters, f.detractors::bigint AS detractors, coalesce(f.fewest::bigint, 0)::bigint AS fewest
FROM report_feedback(sqlc.arg(from_day)::date, sqlc.arg(to_day)::date) f;

-- name: SnapDays :one
-- Keeps the schedule's minutes of days that have begun.
SELECT snap_days(sqlc.arg(now)::timestamptz)::bigint;

-- name: ReportRooms :many
-- What rooms are called.
SELECT id, name FROM resource WHERE id = ANY (sqlc.arg(ids)::uuid[]);

-- name: ReportRepeats :many
-- First visits of some days, and who came again, by month, branch, doctor and speciality.
SELECT f.month::date AS month, f.branch_id::uuid AS branch_id, f.practitioner_id::uuid AS practitioner_id, f.specialty::text AS specialty,
       f.visits::bigint AS visits, f.firsts::bigint AS firsts, f.settled::bigint AS settled, f.returned::bigint AS returned, f.same::bigint AS same,
       coalesce(f.fewest::bigint, 0)::bigint AS fewest
FROM report_repeats(sqlc.arg(from_day)::date, sqlc.arg(to_day)::date) f;

-- name: ReportTalks :many
-- What became of talks that began on some days, by month and channel.
SELECT f.month::date AS month, f.channel::text AS channel, f.answered::bigint AS answered, f.waiting::bigint AS waiting, f.booked::bigint AS booked,
       f.lost::bigint AS lost, f.bot::bigint AS bot, coalesce(f.fewest::bigint, 0)::bigint AS fewest
FROM report_talks(sqlc.arg(from_day)::date, sqlc.arg(to_day)::date) f;

-- name: ReportAnswers :many
-- How long people waited for people, by channel, by weekday, and in all.
SELECT f.side::text AS side, f.code::text AS code, f.answers::bigint AS answers, f.people::bigint AS people,
       coalesce(f.half::double precision, 0)::double precision AS half, coalesce(f.most::double precision, 0)::double precision AS most,
       f.kept::bigint AS kept, f.unanswered::bigint AS unanswered
FROM report_answers(sqlc.arg(from_day)::date, sqlc.arg(to_day)::date) f
ORDER BY 1, 2;

-- name: ReportFilters :many
-- What the acting member keeps.
SELECT id, name, query FROM report_filter ORDER BY name, id LIMIT 100;

-- name: ReportFilterKeep :many
-- Keeps a question under a name, or puts another under the same; no row where the member keeps too many.
INSERT INTO report_filter (id, staff_id, name, query, created_at)
SELECT sqlc.arg(id)::uuid, sqlc.arg(staff_id)::uuid, sqlc.arg(name)::text, sqlc.arg(query)::text, sqlc.arg(at)::timestamptz
WHERE (SELECT count(*) FROM report_filter f WHERE f.name <> sqlc.arg(name)::text) < sqlc.arg(most)::integer
ON CONFLICT (staff_id, name) DO UPDATE SET query = excluded.query, created_at = excluded.created_at
RETURNING id;

-- name: ReportFilterDrop :many
DELETE FROM report_filter WHERE id = $1 RETURNING id;
