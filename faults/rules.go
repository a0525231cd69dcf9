package faults

// rules are the invariants that a query can tell.
func rules() []rule {
	return append(append(messages(), calendar()...), reminders()...)
}

// messages are I1 and I5: nothing that came in is lost, nothing goes out twice.
func messages() []rule {
	return []rule{
		{"I1 a message nobody answered", `
SELECT i.external_id || ' of ' || i.conversation_id FROM inbound i WHERE i.state = 'new'`},
		{"I1 a message given up in silence", `
SELECT i.id::text FROM inbound i
WHERE i.state = 'dead' AND NOT EXISTS (SELECT FROM task t WHERE t.kind = 'dead_letter' AND t.key = i.id::text)`},
		{"I1 a message acknowledged and not kept", `
SELECT k.account || ' ' || k.external_id FROM inbound_key k
WHERE NOT EXISTS (SELECT FROM inbound i WHERE i.account = k.account AND i.external_id = k.external_id)`},
		{"I1 a message kept twice", `
SELECT account || ' ' || external_id FROM inbound GROUP BY account, external_id HAVING count(*) > 1`},
		{"I5 two messages under one key", `
SELECT idempotency_key FROM outbox GROUP BY idempotency_key HAVING count(*) > 1`},
		{"I5 a delivery in doubt that staff cannot see", `
SELECT o.id::text FROM outbox o
WHERE o.state = 'unknown' AND NOT EXISTS (SELECT FROM task t WHERE t.kind = 'unknown_delivery' AND t.key = o.id::text)`},
		{"I5 a message left in nobody's hands", `
SELECT o.id || ' ' || o.state FROM outbox o, at
WHERE o.state = 'sending' OR (o.state = 'queued' AND o.not_before <= at.now - interval '60 s')`},
		{"I8 a job that runs for ever", runningJobs},
	}
}

// runningJobs is empty where the queue's tables do not stand: to_regclass keeps the query valid there.
const runningJobs = `
SELECT x.kind FROM (
    SELECT (xpath('/row/kind/text()', r))[1]::text AS kind
    FROM unnest(CASE WHEN to_regclass('river.river_job') IS NULL THEN '{}'::xml[]
        ELSE xpath('/table/row', query_to_xml('SELECT kind FROM river.river_job WHERE state = ''running'' AND attempted_at < now() - interval ''150 s''', false, false, '')) END) r
) x`

// calendar is I2, I4, I7 and our own: the laid-out days agree with the visits.
func calendar() []rule {
	return []rule{
		{"I2 a doctor with two visits at once", overlap("a.practitioner_id = b.practitioner_id AND NOT a.overbook AND NOT b.overbook", "blocked")},
		{"I2 a room with two visits at once", overlap("a.room_id = b.room_id", "blocked")},
		{"I2 a patient in two places at once", overlap("a.patient_id = b.patient_id", "during")},
		{"I2 a room not taken by its visit, or by one that is over", `
SELECT v.id || ' ' || v.status FROM visit v
WHERE v.active AND v.room_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM visit_resource r WHERE r.visit_id = v.id AND r.resource_id = v.room_id AND r.active AND r.blocked = v.blocked)
UNION ALL
SELECT v.id || ' ' || v.status FROM visit v JOIN visit_resource r ON r.visit_id = v.id
WHERE r.active AND (NOT v.active OR r.resource_id IS DISTINCT FROM v.room_id)`},
		{"I4 a change without its audit row, or the other way", `
SELECT coalesce(e.id, a.id) || ' ' || coalesce(e.action, a.action) || format(' %s events, %s in the audit', coalesce(e.n, 0), coalesce(a.n, 0))
FROM (SELECT visit_id AS id, action, count(*) AS n FROM visit_event, at WHERE visit_event.at >= at.since GROUP BY 1, 2) e
FULL JOIN (SELECT object_id AS id, substr(action, 7) AS action, count(*) AS n FROM audit, at
           WHERE action LIKE 'visit.%' AND audit.at >= at.since GROUP BY 1, 2) a
    ON a.id = e.id AND a.action = e.action
WHERE e.n IS DISTINCT FROM a.n`},
		{"I4 a visit that its history does not lead to", `
SELECT v.id || ' ' || v.status || ' after ' || e.action FROM at, visit v
JOIN LATERAL (SELECT * FROM visit_event x WHERE x.visit_id = v.id ORDER BY x.seq DESC LIMIT 1) e ON true
WHERE e.at >= at.since AND (e.version <> v.version OR e.during <> v.during
    OR v.status <> CASE e.action WHEN 'moved' THEN 'booked' WHEN 'started' THEN 'in_progress' ELSE e.action END)
UNION ALL
SELECT v.id || ' made without history' FROM visit v, at
WHERE v.created_at >= at.since AND NOT EXISTS (SELECT FROM visit_event e WHERE e.visit_id = v.id)`},
		{"I7 a hold that outlives its time", `
SELECT v.id::text FROM visit v, at WHERE v.status = 'held' AND v.hold_expires_at < at.now - interval '60 s'`},
		{"free time that is not what visits leave", freeTime},
	}
}

func overlap(same, span string) string {
	return `
SELECT a.id || ' and ' || b.id FROM visit a JOIN visit b
    ON a.id < b.id AND ` + same + ` AND a.` + span + ` && b.` + span + `
WHERE a.status NOT IN ('cancelled', 'no_show') AND b.status NOT IN ('cancelled', 'no_show')`
}

// freeTime works the free time out again from working hours and visits, without the rows that keep a room.
const freeTime = `
SELECT w.practitioner_id || ' on ' || w.day || ': ' || w.free::text || ' should be ' || f.free::text FROM working_day w
CROSS JOIN LATERAL (
    SELECT w.working
        - coalesce((SELECT range_agg(v.blocked) FROM visit v
                    WHERE v.practitioner_id = w.practitioner_id AND v.status NOT IN ('cancelled', 'no_show') AND v.blocked && w.span), '{}')
        - coalesce((SELECT range_agg(v.blocked) FROM visit v
                    WHERE v.room_id = w.room_id AND v.status NOT IN ('cancelled', 'no_show') AND v.blocked && w.span), '{}') AS free
) f
WHERE w.free <> f.free
   OR w.longest <> coalesce((SELECT max(extract(epoch FROM upper(x) - lower(x)) / 60)::integer FROM unnest(f.free) x), 0)`

// reminders fit their visits.
func reminders() []rule {
	return []rule{
		{"a reminder of a visit that will not be", `
SELECT r.visit_id || ' ' || v.status FROM reminder r JOIN visit v ON v.id = r.visit_id, at
WHERE r.state = 'due' AND v.status NOT IN ('booked', 'confirmed', 'arrived', 'in_progress') AND v.created_at >= at.since`},
		{"a reminder at the wrong time", `
SELECT r.visit_id || ' ' || r.minutes || ' min, due ' || r.due_at || ' for ' || lower(v.during) FROM reminder r JOIN visit v ON v.id = r.visit_id, at
WHERE r.state = 'due' AND v.created_at >= at.since
  AND (r.due_at < lower(v.during) - make_interval(mins => r.minutes) OR r.due_at >= lower(v.during))`},
		{"a visit told of twice", `
SELECT o.visit_id || ' ' || o.idempotency_key FROM outbox o JOIN visit v ON v.id = o.visit_id, at
WHERE o.kind = 'reminder' AND o.state IN ('queued', 'sending') AND NOT v.active AND v.created_at >= at.since`},
	}
}
