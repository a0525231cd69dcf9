package demo

// moveOn gives the demo's own visits of an earlier run the state they have by now. A visit that somebody changed has another version
// and is left alone.
const moveOn = `
WITH moved AS (
    UPDATE visit v
    SET status = s.status
    FROM demo_visit s
    WHERE v.id = s.id AND v.version = 1 AND v.during = s.during AND v.status IN ('booked', 'confirmed', 'arrived', 'in_progress')
      AND s.status <> 'cancelled' AND v.status <> s.status
    RETURNING v.id, v.active
)
UPDATE visit_resource r
SET active = moved.active
FROM moved
WHERE r.visit_id = moved.id AND r.active <> moved.active`

// addVisits puts in those that do not stand yet, with the room they take, their first line of history and the reminders that are still
// to come at $1; $2 is the desk's login. Where somebody else took the time meanwhile, theirs stays and ours is dropped.
const addVisits = `
WITH new AS (
    INSERT INTO visit (id, branch_id, practitioner_id, service_id, specialty, room_id, patient_id, status, during, blocked, local_start, tz,
        source, service_name, price, currency, cancelled_at, cancelled_by, created_at)
    SELECT id, branch_id, practitioner_id, service_id, specialty, room_id, patient_id, status, during, blocked, local_start, tz,
        source, service_name, price, currency, cancelled_at, cancelled_by, created_at
    FROM demo_visit
    ORDER BY created_at, id
    ON CONFLICT DO NOTHING
    RETURNING *
), rooms AS (
    INSERT INTO visit_resource (visit_id, resource_id, blocked, active)
    SELECT id, room_id, blocked, active FROM new
    ON CONFLICT DO NOTHING
), history AS (
    INSERT INTO visit_event (visit_id, at, action, version, actor_kind, actor_id, channel, during)
    SELECT id, created_at, 'booked', 1,
           CASE WHEN source IN ('cabinet', 'phone') THEN 'staff' ELSE 'patient' END,
           CASE WHEN source IN ('cabinet', 'phone') THEN $2::uuid END,
           source, during
    FROM new
    ORDER BY created_at, id
), reminders AS (
    INSERT INTO reminder (visit_id, minutes, due_at)
    SELECT n.id, m, lower(n.during) - make_interval(mins => m)
    FROM new n
    JOIN branch b ON b.id = n.branch_id
    CROSS JOIN unnest(b.reminders) m
    WHERE n.status IN ('booked', 'confirmed')
      AND lower(n.during) - make_interval(mins => m) > $1::timestamptz + make_interval(mins => least(m / 4, 120))
)
SELECT count(*) FROM new`
