-- A small clinic in which every situation of the matrix exists. An id is the md5 of its name. It is Monday 23 November 2026, noon in Moscow.
INSERT INTO branch (id, name_ru, name_en, city_ru, city_en, address_ru, address_en, tz)
SELECT md5(b)::uuid, b, b, b, b, b, b, 'Europe/Moscow' FROM unnest(ARRAY['here', 'there']) b;
INSERT INTO specialty (code, name_ru, name_en) VALUES ('therapist', 'Терапевт', 'Therapist');
INSERT INTO service (id, specialty, name_ru, name_en, minutes, price) VALUES (md5('service')::uuid, 'therapist', 'Приём', 'Visit', 30, 200000);
INSERT INTO practitioner (id, surname, given) SELECT md5(d)::uuid, d, 'А' FROM unnest(ARRAY['mine', 'another']) d;
INSERT INTO resource (id, branch_id, kind, name) SELECT md5('room ' || b)::uuid, md5(b)::uuid, 'room', '1' FROM unnest(ARRAY['here', 'there']) b;

-- One member of staff for each role, and another of the same role who asks first.
INSERT INTO staff (id, login, role, practitioner_id, branches, created_at)
SELECT md5(r || n)::uuid, r || n, r, CASE WHEN r = 'doctor' THEN md5(CASE n WHEN '' THEN 'mine' ELSE 'another' END)::uuid END,
       CASE WHEN r IN ('admin', 'nurse', 'cashier') THEN ARRAY[md5('here')::uuid] ELSE '{}' END, '2026-01-01'
FROM unnest(ARRAY['doctor', 'nurse', 'admin', 'head', 'cashier', 'marketing', 'director', 'security']) r, unnest(ARRAY['', '2']) n;

-- own: the chat's own, and everybody's here. care: another's here. other: somebody's there. Eleven more there, so that there is something to count.
INSERT INTO patient (id, surname, given, birth_date, created_at, made_by)
SELECT md5(p)::uuid, p, 'П', '1980-01-01', '2026-11-01', CASE WHEN p IN ('own', 'care') THEN md5('service account')::uuid END
FROM unnest(ARRAY['own', 'care', 'other'] || ARRAY(SELECT 'crowd' || i FROM generate_series(1, 11) i)) p;
INSERT INTO patient_contact (id, patient_id, kind, value_sealed, value_index, created_at)
SELECT md5('phone ' || p)::uuid, md5(p)::uuid, 'phone', '\x00', decode(md5(p), 'hex'), '2026-11-01' FROM unnest(ARRAY['own', 'care', 'other']) p;
INSERT INTO conversation (id, channel, account, external_id, created_at, last_inbound_at)
SELECT md5('chat ' || p)::uuid, 'telegram', 'telegram:main', p, '2026-11-01', '2026-11-22' FROM unnest(ARRAY['own', 'care', 'other']) p;
INSERT INTO patient_link (conversation_id, patient_id, relation, verified_at, created_at)
SELECT md5('chat ' || p)::uuid, md5(p)::uuid, 'self', '2026-11-20', '2026-11-01' FROM unnest(ARRAY['own', 'care', 'other']) p;
INSERT INTO consent_text (id, purpose, lang, version, body, sha256) VALUES (md5('advertising')::uuid, 'advertising', 'ru', 1, 'Да', sha256('Да'));
INSERT INTO consent_text (id, purpose, lang, version, body, sha256) VALUES (md5('processing')::uuid, 'processing', 'ru', 1, 'Да', sha256('Да'));
INSERT INTO consent_event (id, patient_id, text_id, action, channel, actor_kind, at)
SELECT md5('consent ' || p)::uuid, md5(p)::uuid, md5('advertising')::uuid, 'given', 'telegram', 'patient', '2026-11-01' FROM unnest(ARRAY['own', 'care']) p;
INSERT INTO care_team (id, patient_id, practitioner_id, kind, since) VALUES (md5('referral')::uuid, md5('care')::uuid, md5('mine')::uuid, 'referral', '2026-11-01');
INSERT INTO care_team (id, patient_id, staff_id, kind, since) VALUES (md5('team')::uuid, md5('care')::uuid, md5('nurse')::uuid, 'team', '2026-11-01');
INSERT INTO glass (id, kind, staff_id, role, patient_id, reason, about_sealed, at, until, approved_by)
SELECT md5('ticket ' || p)::uuid, 'ticket', md5('security')::uuid, 'security', md5(p)::uuid, 'ticket', '\x00', '2026-11-23 08:50Z', '2026-11-23 09:20Z', md5('director')::uuid
FROM unnest(ARRAY['own', 'care']) p;

-- Visits: own is today with my doctor; care tomorrow, here, with another; other there. Each crowd's is there too.
INSERT INTO visit (id, branch_id, practitioner_id, service_id, specialty, patient_id, status, during, blocked, local_start, tz, source, service_name, price, currency, reason_category, created_at)
SELECT md5('visit ' || x.p)::uuid, md5(x.b)::uuid, md5(x.d)::uuid, md5('service')::uuid, 'therapist', md5(x.p)::uuid, 'booked',
       tstzrange(x.at, x.at + interval '30 minutes'), tstzrange(x.at, x.at + interval '30 minutes'), x.at AT TIME ZONE 'Europe/Moscow', 'Europe/Moscow', 'cabinet', 'Приём', 200000, 'RUB',
       'complaint', '2026-11-10'
FROM (SELECT 'own' AS p, 'here' AS b, 'mine' AS d, '2026-11-23 10:00Z'::timestamptz AS at
      UNION ALL SELECT 'care', 'here', 'another', '2026-11-24 10:00Z'
      UNION ALL SELECT 'other', 'there', 'another', '2026-11-25 10:00Z'
      UNION ALL SELECT 'crowd' || i, 'there', 'another', '2026-11-10 06:00Z'::timestamptz + make_interval(mins => 30 * i) FROM generate_series(1, 11) i) x;
INSERT INTO visit_reason (visit_id, kind, patient_id, text_sealed, at)
SELECT md5('visit ' || p)::uuid, 'complaint', md5(p)::uuid, '\x00', '2026-11-10' FROM unnest(ARRAY['own', 'care', 'other']) p;

-- What is medical: by my doctor of own, by another of the rest; and of each patient once more under a label.
INSERT INTO record (id, patient_id, branch_id, author_id, kind, label, state, body_sealed, sha256, signed_at, signed_by, created_at)
SELECT md5(x.kind || ' record' || x.more || ' ' || x.p)::uuid, md5(x.p)::uuid, md5(x.b)::uuid, md5(x.author)::uuid, x.kind, nullif(x.label, ''), x.state, '\x00',
       CASE x.state WHEN 'signed' THEN '\x00'::bytea END, CASE x.state WHEN 'signed' THEN '2026-11-11'::timestamptz END, CASE x.state WHEN 'signed' THEN md5(x.author)::uuid END, '2026-11-10'
FROM (SELECT p, CASE p WHEN 'other' THEN 'there' ELSE 'here' END AS b, CASE WHEN p = 'own' AND more <> ' labelled' THEN 'mine' ELSE 'another' END AS author, kind, more,
             CASE more WHEN ' labelled' THEN 'hiv' ELSE '' END AS label, CASE more WHEN ' draft' THEN 'draft' ELSE 'signed' END AS state
      FROM unnest(ARRAY['own', 'care', 'other']) p, unnest(ARRAY['conclusion', 'vitals']) kind, unnest(ARRAY['', ' labelled', ' draft']) more
      UNION ALL SELECT 'crowd' || i, 'there', 'another', 'conclusion', '', '', 'signed' FROM generate_series(1, 11) i) x;
INSERT INTO prescription (id, patient_id, author_id, label, state, body_sealed, signed_at, created_at)
SELECT md5('prescription' || x.more || ' ' || x.p)::uuid, md5(x.p)::uuid, md5(x.author)::uuid, nullif(x.label, ''), x.state, '\x00', CASE x.state WHEN 'signed' THEN '2026-11-11'::timestamptz END, '2026-11-10'
FROM (SELECT p, CASE WHEN p = 'own' AND more <> ' labelled' THEN 'mine' ELSE 'another' END AS author, more, CASE more WHEN ' labelled' THEN 'hiv' ELSE '' END AS label,
             CASE more WHEN ' draft' THEN 'draft' ELSE 'signed' END AS state
      FROM unnest(ARRAY['own', 'care', 'other']) p, unnest(ARRAY['', ' labelled', ' draft']) more
      UNION ALL SELECT 'crowd' || i, 'another', '', '', 'signed' FROM generate_series(1, 11) i) x;
INSERT INTO lab_report (id, patient_id, branch_id, ordered_by, kind, label, status, received_at, released_at, released_by, created_at)
SELECT md5('report' || x.more || ' ' || x.p)::uuid, md5(x.p)::uuid, md5(x.b)::uuid, md5(x.author)::uuid, 'routine', nullif(x.label, ''), 'final', '2026-11-11',
       CASE WHEN x.more <> ' draft' THEN '2026-11-11'::timestamptz END, CASE WHEN x.more <> ' draft' THEN md5(x.author)::uuid END, '2026-11-10'
FROM (SELECT p, CASE p WHEN 'other' THEN 'there' ELSE 'here' END AS b, CASE WHEN p = 'own' AND more <> ' labelled' THEN 'mine' ELSE 'another' END AS author, more,
             CASE more WHEN ' labelled' THEN 'hiv' ELSE '' END AS label
      FROM unnest(ARRAY['own', 'care', 'other']) p, unnest(ARRAY['', ' labelled', ' draft']) more
      UNION ALL SELECT 'crowd' || i, 'there', 'another', '', '' FROM generate_series(1, 11) i) x;
INSERT INTO lab_value (id, report_id, patient_id, code, value_sealed, at)
SELECT md5('value ' || r.id)::uuid, r.id, r.patient_id, 'HGB', '\x00', '2026-11-11' FROM lab_report r;
INSERT INTO document (id, patient_id, branch_id, class, kind, label, mime, bytes, author_id, created_at)
SELECT md5(class || ' document' || more || ' ' || p)::uuid, md5(p)::uuid, md5(CASE p WHEN 'other' THEN 'there' ELSE 'here' END)::uuid, class, 'scan',
       CASE more WHEN ' labelled' THEN 'hiv' END, 'application/pdf', 1, md5(CASE WHEN p = 'own' AND more = '' THEN 'mine' ELSE 'another' END)::uuid, '2026-11-10'
FROM unnest(ARRAY['own', 'care', 'other']) p, unnest(ARRAY['medical', 'administrative', 'financial']) class, unnest(ARRAY['', ' labelled']) more
WHERE more = '' OR class = 'medical';
INSERT INTO document_content (document_id, title_sealed, bytes_sealed) SELECT id, '\x00', '\x00' FROM document;

-- Money and words.
INSERT INTO invoice (id, patient_id, visit_id, branch_id, total, currency, state, created_at)
SELECT md5('invoice ' || p)::uuid, md5(p)::uuid, md5('visit ' || p)::uuid, md5(CASE WHEN p IN ('own', 'care') THEN 'here' ELSE 'there' END)::uuid, 200000, 'RUB', 'paid', '2026-11-10'
FROM unnest(ARRAY['own', 'care'] || ARRAY(SELECT 'crowd' || i FROM generate_series(1, 11) i)) p;
-- Somebody's there, whom nobody has charged: the invoice is nobody's in particular, and its patient no payer of anybody here.
INSERT INTO invoice (id, patient_id, branch_id, total, currency, created_at) VALUES (md5('invoice other')::uuid, md5('crowd1')::uuid, md5('there')::uuid, 200000, 'RUB', '2026-11-10');
INSERT INTO payment (id, invoice_id, patient_id, branch_id, kind, method, amount, state, asked_by, key, at)
SELECT md5('payment ' || p)::uuid, md5('invoice ' || p)::uuid, md5(p)::uuid, md5(CASE WHEN p IN ('own', 'care') THEN 'here' ELSE 'there' END)::uuid, 'charge', 'card', 200000, 'done', NULL, p, '2026-11-10'
FROM unnest(ARRAY['own', 'care'] || ARRAY(SELECT 'crowd' || i FROM generate_series(1, 11) i)) p;
INSERT INTO invoice (id, patient_id, branch_id, total, currency, created_at)
SELECT md5('open ' || p)::uuid, md5(CASE p WHEN 'other' THEN 'crowd1' ELSE p END)::uuid, md5(CASE p WHEN 'other' THEN 'there' ELSE 'here' END)::uuid, 200000, 'RUB', '2026-11-20'
FROM unnest(ARRAY['own', 'care', 'other']) p;
INSERT INTO payment (id, invoice_id, patient_id, branch_id, kind, method, amount, state, key, at)
VALUES (md5('payment other')::uuid, md5('invoice other')::uuid, md5('crowd1')::uuid, md5('there')::uuid, 'charge', 'card', 200000, 'done', 'other', '2026-11-10');
INSERT INTO feedback (id, visit_id, patient_id, branch_id, practitioner_id, score, created_at)
SELECT md5('feedback ' || v.id)::uuid, v.id, v.patient_id, v.branch_id, v.practitioner_id, 9, '2026-11-12' FROM visit v;
INSERT INTO feedback_text (id, feedback_id, patient_id, branch_id, side, text_sealed, at)
SELECT md5('text ' || f.id)::uuid, f.id, f.patient_id, f.branch_id, 'patient', '\x00', '2026-11-12' FROM feedback f;
INSERT INTO campaign (id, name, text, claims, author, created_at)
SELECT md5('campaign' || claims || who)::uuid, 'Осмотр', 'Приходите', claims, md5(who)::uuid, '2026-11-10' FROM unnest(ARRAY[false, true]) claims, unnest(ARRAY['marketing', 'marketing2']) who;
INSERT INTO campaign (id, name, text, author, approver, state, created_at)
VALUES (md5('campaign sent')::uuid, 'Рассылка', 'Приходите', md5('marketing')::uuid, md5('marketing2')::uuid, 'sending', '2026-11-10');
INSERT INTO campaign (id, name, text, claims, author, approver, state, created_at)
VALUES (md5('campaign sent medical')::uuid, 'Диспансеризация', 'Проверьте сердце', true, md5('marketing')::uuid, md5('head')::uuid, 'sending', '2026-11-10');
INSERT INTO campaign_recipient (campaign_id, patient_id, state, at) SELECT md5('campaign sent')::uuid, p.id, 'queued', '2026-11-12' FROM patient p;
INSERT INTO settings_request (id, kind, subject_id, branch_id, change, asked_by, at)
VALUES (md5('request schedule')::uuid, 'schedule', md5('here')::uuid, md5('here')::uuid, '{}', md5('admin2')::uuid, '2026-11-10'),
       (md5('request own')::uuid, 'schedule', md5('here')::uuid, md5('here')::uuid, '{}', md5('admin')::uuid, '2026-11-10'),
       (md5('request prices')::uuid, 'price', md5('service')::uuid, NULL, '{}', md5('cashier2')::uuid, '2026-11-10');
-- Over and not yet spoken of.
INSERT INTO visit (id, branch_id, practitioner_id, service_id, specialty, patient_id, status, during, blocked, local_start, tz, source, service_name, price, currency, created_at)
SELECT md5('past ' || p)::uuid, md5(CASE p WHEN 'other' THEN 'there' ELSE 'here' END)::uuid, md5(CASE p WHEN 'own' THEN 'mine' ELSE 'another' END)::uuid, md5('service')::uuid,
       'therapist', md5(p)::uuid, 'done', tstzrange(x.at, x.at + interval '30 minutes'), tstzrange(x.at, x.at + interval '30 minutes'), x.at AT TIME ZONE 'Europe/Moscow',
       'Europe/Moscow', 'cabinet', 'Приём', 200000, 'RUB', '2026-11-01'
FROM (SELECT p, '2026-11-16 10:00Z'::timestamptz + make_interval(hours => n::integer) AS at FROM unnest(ARRAY['own', 'care', 'other']) WITH ORDINALITY u(p, n)) x;
-- Refunds asked for: by each who might approve, and by another.
INSERT INTO payment (id, invoice_id, patient_id, branch_id, kind, method, amount, medical, state, asked_by, key, at)
SELECT md5('refund ' || who || medical)::uuid, md5('invoice own')::uuid, md5('own')::uuid, md5('here')::uuid, 'refund', 'card', 100, medical, 'requested', md5(who)::uuid, who || medical, '2026-11-20'
FROM unnest(ARRAY['cashier', 'head', 'admin2', 'doctor', 'nurse', 'admin', 'marketing', 'director', 'security']) who, unnest(ARRAY[false, true]) medical;
INSERT INTO policy_set (version, id, text, matrix, sha256, author, tests_passed, state, created_at)
SELECT n, md5('set' || n)::uuid, 'x', 'y', repeat('0', 64), md5(who)::uuid, true, 'proposed', '2026-11-10' FROM unnest(ARRAY['security2', 'director', 'security', 'head']) WITH ORDINALITY u(who, n);
-- What hangs on all this.
INSERT INTO glass (id, kind, staff_id, role, patient_id, reason, about_sealed, at, until)
VALUES (md5('broken')::uuid, 'emergency', md5('doctor2')::uuid, 'doctor', md5('other')::uuid, 'emergency', '\x00', '2026-11-22 09:00Z', '2026-11-22 09:30Z');
INSERT INTO disclosure (id, patient_id, to_whom_sealed, kind, given_at, withdrawn_at)
SELECT md5('word ' || p)::uuid, md5(p)::uuid, '\x00', 'relative', '2026-11-01', '2026-11-02' FROM unnest(ARRAY['own', 'care']) p;
INSERT INTO record_review (id, record_id, patient_id, by_id, verdict, note_sealed, at)
VALUES (md5('review')::uuid, md5('conclusion record own')::uuid, md5('own')::uuid, md5('head')::uuid, 'good', '\x00', '2026-11-12');
INSERT INTO prescription_mark (id, prescription_id, patient_id, staff_id, at)
VALUES (md5('mark')::uuid, md5('prescription own')::uuid, md5('own')::uuid, md5('nurse')::uuid, '2026-11-12');
INSERT INTO payment_event (id, invoice_id, service, external, status, at) VALUES (md5('event')::uuid, md5('invoice own')::uuid, 'bank', 'old', 'paid', '2026-11-12');
INSERT INTO document (id, patient_id, branch_id, class, kind, mime, bytes, created_at)
VALUES (md5('bare document')::uuid, md5('own')::uuid, md5('here')::uuid, 'administrative', 'scan', 'application/pdf', 1, '2026-11-10');
INSERT INTO visit (id, branch_id, practitioner_id, service_id, specialty, status, during, blocked, local_start, tz, source, service_name, price, currency, created_at, hold_expires_at)
VALUES (md5('held')::uuid, md5('here')::uuid, md5('mine')::uuid, md5('service')::uuid, 'therapist', 'held', '[2026-12-02 10:00Z,2026-12-02 10:30Z)', '[2026-12-02 10:00Z,2026-12-02 10:30Z)',
        '2026-12-02 13:00', 'Europe/Moscow', 'cabinet', 'Приём', 200000, 'RUB', '2026-11-23', '2026-11-24');
INSERT INTO task (id, kind, key, created_at) VALUES (md5('task')::uuid, 'handoff', 'first', '2026-11-23');
-- Somebody who has booked and never proved who they are.
INSERT INTO patient (id, surname, given, created_at) VALUES (md5('new')::uuid, 'new', 'П', '2026-11-22');
INSERT INTO conversation (id, channel, account, external_id, created_at, last_inbound_at) VALUES (md5('chat new')::uuid, 'telegram', 'telegram:main', 'new', '2026-11-22', '2026-11-22');
INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES (md5('chat new')::uuid, md5('new')::uuid, 'self', '2026-11-22');
INSERT INTO visit (id, branch_id, practitioner_id, service_id, specialty, patient_id, status, during, blocked, local_start, tz, source, service_name, price, currency, created_at)
VALUES (md5('visit new')::uuid, md5('here')::uuid, md5('mine')::uuid, md5('service')::uuid, 'therapist', md5('new')::uuid, 'booked', '[2026-12-03 10:00Z,2026-12-03 10:30Z)',
        '[2026-12-03 10:00Z,2026-12-03 10:30Z)', '2026-12-03 13:00', 'Europe/Moscow', 'telegram', 'Приём', 200000, 'RUB', '2026-11-22');
INSERT INTO record (id, patient_id, branch_id, author_id, kind, state, body_sealed, sha256, signed_at, signed_by, created_at)
VALUES (md5('record new')::uuid, md5('new')::uuid, md5('here')::uuid, md5('mine')::uuid, 'conclusion', 'signed', '\x00', '\x00', '2026-11-22', md5('mine')::uuid, '2026-11-22');
-- It is a working day here.
INSERT INTO working_day (practitioner_id, branch_id, day, working, free, longest)
VALUES (md5('mine')::uuid, md5('here')::uuid, '2026-11-23', '{[2026-11-23 06:00Z,2026-11-23 15:00Z)}', '{[2026-11-23 06:00Z,2026-11-23 10:00Z),[2026-11-23 10:30Z,2026-11-23 15:00Z)}', 270);

-- What was said and not understood, in a talk about each branch.
INSERT INTO question (id, conversation_id, branch_id, lang, why, text_sealed, flow, slot, nearest, at)
SELECT md5('question ' || p)::uuid, md5('chat ' || p)::uuid, md5(CASE p WHEN 'other' THEN 'there' ELSE 'here' END)::uuid, 'ru', 'unknown', '\x00', '', '', '', '2026-11-20'
FROM unnest(ARRAY['own', 'care', 'other']) p;
