package access_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
)

// guard is a policy, or a trigger that stands for one, with the statement that takes it away and the one that brings it back.
type guard struct{ Table, Name, Gone, Back string }

// guards lists those of the classes' tables and of what hangs on them. Those of the owner and of Zapis itself are looked at by the schema's test.
func guards(t *testing.T, conn *pgx.Conn) []guard {
	t.Helper()
	rows, err := conn.Query(t.Context(), `
SELECT p.tablename::text AS "table", p.policyname::text AS name, format('DROP POLICY %I ON %I', p.policyname, p.tablename) AS gone,
       format('CREATE POLICY %I ON %I AS %s FOR %s TO zapis_app %s %s', p.policyname, p.tablename, p.permissive, p.cmd,
              'USING (' || p.qual || ')', 'WITH CHECK (' || p.with_check || ')') AS back
FROM pg_policies p
WHERE p.schemaname = 'public' AND p.policyname NOT IN ('owner', 'system', 'report') AND p.tablename = ANY ($1)
UNION ALL
SELECT g.tgrelid::regclass::text, g.tgname::text, format('ALTER TABLE %s DISABLE TRIGGER %I', g.tgrelid::regclass, g.tgname),
       format('ALTER TABLE %s ENABLE TRIGGER %I', g.tgrelid::regclass, g.tgname)
FROM pg_trigger g
WHERE g.tgname = ANY ('{settings,settings_branch,visit_cancel,policy_set_step}') AND g.tgrelid::regclass::text = ANY ($1)
ORDER BY 1, 2`, tables())
	require.NoError(t, err)
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[guard])
	require.NoError(t, err)
	return out
}

// tables are those whose rows the matrix speaks of.
func tables() []string {
	return []string{
		"patient", "patient_contact", "visit", "visit_reason", "record", "record_review", "prescription", "prescription_mark", "lab_report", "lab_value",
		"document", "document_content", "invoice", "payment", "payment_event", "feedback", "feedback_text", "campaign", "campaign_recipient",
		"settings_request", "glass", "care_team", "disclosure", "schedule_exception", "service", "branch", "policy_set", "task", "patient_link", "consent_event",
	}
}

// further are questions that no cell asks: what hangs on the classes.
func further() []row {
	ask := func(role, contract, situation, sql string, want bool) row {
		c := access.Cell{Role: role, Contract: contract, Situation: situation, Class: "further", Action: "do"}
		return row{cell: c, what: "further", sql: place(sql, c), want: want}
	}
	smash := func(role string) string {
		return `INSERT INTO glass (id, kind, staff_id, role, patient_id, reason, about_sealed, at, until)
VALUES (` + anID + `, 'emergency', md5('{who}')::uuid, '` + role + `', md5('other')::uuid, 'emergency', '\x00', '2026-11-23 09:00Z', '2026-11-23 09:30Z')`
	}
	refer := `INSERT INTO care_team (id, patient_id, practitioner_id, kind, since, made_by) VALUES (` + anID + `, md5('{p}')::uuid, md5('another')::uuid, 'referral', '2026-11-23', md5('{who}')::uuid)`
	link := "UPDATE patient_link SET verified_at = '2026-11-23' WHERE patient_id = " + id("{p}")
	word := `INSERT INTO disclosure (id, patient_id, to_whom_sealed, kind, given_at) VALUES (` + anID + `, md5('{p}')::uuid, '\x00', 'relative', '2026-11-23')`
	said := `INSERT INTO feedback_text (id, feedback_id, patient_id, branch_id, side, text_sealed, at)
SELECT ` + anID + `, md5('feedback ' || md5('visit {p}')::uuid)::uuid, md5('{p}')::uuid, md5('{branch}')::uuid, '{side}', '\x00', '2026-11-23'`
	paper := `INSERT INTO consent_event (id, patient_id, text_id, action, channel, actor_kind, actor_id, at)
VALUES (` + anID + `, md5('{p}')::uuid, md5('advertising')::uuid, 'given', 'cabinet', 'staff', md5('{who}')::uuid, '2026-11-23')`
	bytes := `INSERT INTO document_content (document_id, title_sealed, bytes_sealed) VALUES (md5('bare document')::uuid, '\x00', '\x00')`
	sign := "UPDATE record SET state = 'signed', signed_at = '2026-11-23', signed_by = md5('mine')::uuid, sha256 = '\\x00' WHERE id = " + id("conclusion record draft {p}")
	reason := `INSERT INTO visit_reason (visit_id, kind, patient_id, text_sealed, at) VALUES (md5('visit {x}')::uuid, 'complaint', md5('{x}')::uuid, '\x00', '2026-11-23')`
	return []row{
		ask("doctor", "", "own", sign, true), ask("doctor", "", "care", sign, false), ask("head", "", "own", sign, false),
		ask("newcomer", "", "own", strings.ReplaceAll(reason, "{x}", "new"), true), ask("newcomer", "", "own", strings.ReplaceAll(reason, "{x}", "care"), false),
		ask("newcomer", "", "own", "SELECT count(*) FROM record", false), ask("newcomer", "", "own", "SELECT count(*) FROM visit", true),
		ask("doctor", "", "own", smash("doctor"), true), ask("nurse", "", "own", smash("nurse"), true), ask("head", "", "own", smash("head"), true),
		ask("admin", "", "own", smash("doctor"), false), ask("security", "", "own", smash("head"), false), ask("cashier", "", "own", smash("doctor"), false),
		ask("director", "", "own", strings.Replace(strings.Replace(smash("security"), "'emergency', md5", "'ticket', md5", 1), "md5('{who}')", "md5('security2')", 1), false),
		ask("head", "", "own", "UPDATE glass SET reviewed_by = md5('{who}')::uuid, reviewed_at = '2026-11-23', verdict = 'justified' WHERE id = "+id("broken"), true),
		ask("doctor", "", "own", "UPDATE glass SET reviewed_by = md5('{who}')::uuid WHERE id = "+id("broken"), false),
		ask("doctor", "", "own", "SELECT count(*) FROM glass WHERE id = "+id("broken"), false),
		ask("head", "", "own", "SELECT count(*) FROM glass WHERE id = "+id("broken"), true),
		ask("doctor", "", "own", refer, true), ask("doctor", "", "other", refer, false), ask("head", "", "other", refer, true), ask("admin", "", "own", refer, false),
		ask("head", "", "own", "UPDATE care_team SET until = '2026-12-01' WHERE id = "+id("referral"), true),
		ask("doctor", "", "own", "UPDATE care_team SET until = '2026-12-01' WHERE id = "+id("referral"), false),
		ask("doctor", "", "own", "SELECT count(*) FROM care_team WHERE id = "+id("referral"), true),
		ask("admin", "", "own", "SELECT count(*) FROM care_team", false),
		ask("admin", "", "own", link, true), ask("admin", "", "other", link, false), ask("doctor", "", "own", link, false), ask("patient", "", "own", link, false),
		ask("head", "", "own", "SELECT count(*) FROM patient_link WHERE patient_id = "+id("{p}"), true),
		ask("patient", "", "own", "SELECT count(*) FROM patient_link WHERE patient_id = "+id("{p}"), true),
		ask("patient", "", "care", "SELECT count(*) FROM patient_link WHERE patient_id = "+id("{p}"), false),
		ask("admin", "", "own", word, true), ask("admin", "", "other", word, false), ask("patient", "", "own", word, false), ask("doctor", "", "own", word, false),
		ask("patient", "", "own", "SELECT count(*) FROM disclosure WHERE patient_id = "+id("{p}"), true),
		ask("patient", "", "care", "SELECT count(*) FROM disclosure WHERE patient_id = "+id("{p}"), false),
		ask("admin", "", "own", strings.ReplaceAll(said, "{side}", "clinic"), true), ask("patient", "", "own", strings.ReplaceAll(said, "{side}", "patient"), true),
		ask("admin", "", "own", strings.ReplaceAll(said, "{side}", "patient"), false), ask("patient", "", "own", strings.ReplaceAll(said, "{side}", "clinic"), false),
		ask("head", "", "own", "SELECT count(*) FROM consent_event", true), ask("doctor", "", "own", "SELECT count(*) FROM consent_event", false),
		ask("admin", "", "own", paper, true), ask("doctor", "", "own", paper, false), ask("head", "", "own", paper, false),
		ask("patient", "", "own", "SELECT count(*) FROM consent_event WHERE patient_id = "+id("{p}"), true),
		ask("patient", "", "care", "SELECT count(*) FROM consent_event WHERE patient_id = "+id("{p}"), false),
		ask("admin", "", "own", bytes, true), ask("marketing", "", "own", bytes, false),
		ask("head", "", "own", "SELECT count(*) FROM record_review", true), ask("doctor", "", "own", "SELECT count(*) FROM record_review", true),
		ask("nurse", "", "own", "SELECT count(*) FROM record_review", false),
		ask("doctor", "", "own", "SELECT count(*) FROM prescription_mark", true), ask("patient", "", "own", "SELECT count(*) FROM prescription_mark", true),
		ask("admin", "", "own", "SELECT count(*) FROM prescription_mark", false),
		ask("cashier", "", "own", "SELECT count(*) FROM payment_event", true), ask("admin", "", "own", "SELECT count(*) FROM payment_event", false),
		ask("cashier", "", "own", "SELECT count(*) FROM payment", true), ask("patient", "", "own", "SELECT count(*) FROM payment WHERE patient_id = "+id("{p}"), true),
		ask("cashier", "", "own", "UPDATE invoice SET state = 'void' WHERE id = "+id("open own"), true),
		ask("admin", "", "own", "UPDATE invoice SET state = 'void' WHERE id = "+id("open own"), false),
		ask("admin", "", "own", `INSERT INTO invoice (id, patient_id, branch_id, total, currency, created_at) VALUES (`+anID+`, md5('own')::uuid, md5('here')::uuid, 1, 'RUB', '2026-11-23')`, true),
		ask("admin", "", "own", `INSERT INTO invoice (id, patient_id, branch_id, total, currency, created_at) VALUES (`+anID+`, md5('own')::uuid, md5('there')::uuid, 1, 'RUB', '2026-11-23')`, false),
		ask("service", "results", "own", `INSERT INTO lab_value (id, report_id, patient_id, code, value_sealed, at) VALUES (`+anID+`, md5('report draft own')::uuid, md5('own')::uuid, 'HGB', '\x00', '2026-11-23')`, true),
		ask("admin", "", "own", `INSERT INTO lab_value (id, report_id, patient_id, code, value_sealed, at) VALUES (`+anID+`, md5('report draft own')::uuid, md5('own')::uuid, 'HGB', '\x00', '2026-11-23')`, false),
		ask("admin", "", "own", `INSERT INTO patient (id, given, created_at) VALUES (`+anID+`, 'Новый', '2026-11-23')`, true),
		ask("doctor", "", "own", `INSERT INTO patient (id, given, created_at) VALUES (`+anID+`, 'Новый', '2026-11-23')`, false),
		ask("service", "contacts", "own", `INSERT INTO patient (id, given, created_at, made_by) VALUES (`+anID+`, 'Новый', '2026-11-23', md5('{who}')::uuid)`, true),
		ask("service", "contacts", "own", `INSERT INTO patient (id, given, created_at, made_by) VALUES (`+anID+`, 'Новый', '2026-11-23', md5('another')::uuid)`, false),
		ask("admin", "", "own", "WITH x AS (DELETE FROM visit WHERE id = md5('held')::uuid RETURNING 1) SELECT count(*) FROM x", true),
		ask("admin", "", "own", "WITH x AS (DELETE FROM visit WHERE id = md5('visit own')::uuid RETURNING 1) SELECT count(*) FROM x", false),
		ask("admin", "", "own", "SELECT count(*) FROM task WHERE id = "+id("task"), true), ask("cashier", "", "own", "SELECT count(*) FROM task", false),
		ask("patient", "", "own", `INSERT INTO task (id, kind, key, conversation_id, created_at) VALUES (`+anID+`, 'handoff', 'x', md5('{who}')::uuid, '2026-11-23')`, true),
		ask("patient", "", "own", `INSERT INTO task (id, kind, key, conversation_id, created_at) VALUES (`+anID+`, 'handoff', 'x', md5('chat care')::uuid, '2026-11-23')`, false),
		ask("cashier", "", "own", "UPDATE service SET price = 1", false), ask("director", "", "own", "UPDATE service SET price = 1 WHERE id = "+id("service"), true),
		ask("admin", "", "own", "UPDATE branch SET tz = 'UTC' WHERE id = "+id("here"), false), ask("patient", "", "own", "UPDATE branch SET tz = 'UTC' WHERE id = "+id("here"), false),
		ask("head", "", "own", "UPDATE policy_set SET state = 'retired' WHERE version = 4", true),
		ask("admin", "", "own", "UPDATE settings_request SET state = 'withdrawn' WHERE id = "+id("request own"), true),
		ask("admin", "", "own", "UPDATE settings_request SET state = 'withdrawn' WHERE id = "+id("request schedule"), false),
		ask("head", "", "own", "UPDATE policy_set SET state = 'retired' WHERE version = 3", false), ask("head", "", "own", "UPDATE policy_set SET shadow = true WHERE version = 4", false),
		ask("cashier", "", "own", `INSERT INTO schedule_exception (id, branch_id, kind, during) VALUES (`+anID+`, md5('here')::uuid, 'closure', '[2026-12-01,2026-12-02)')`, false),
	}
}

func TestWhatHangsOnTheClassesIsGuardedToo(t *testing.T) {
	t.Parallel()
	w := accesstest.Open(t)
	for _, r := range further() {
		got, err := r.ask(t.Context(), w)
		require.NoError(t, err, r.sql)
		assert.Equal(t, r.want, got, "%s %s: %s", r.cell.Role, r.cell.Situation, r.sql)
	}
}

func TestEveryGuardOfTheDatabaseIsMissedWhereItIsTaken(t *testing.T) {
	t.Parallel()
	w := accesstest.Open(t)
	conn, err := pgx.Connect(t.Context(), w.Database.OwnerURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	all := questions(t)
	list := guards(t, conn)
	caught := 0
	for _, g := range list {
		_, err := conn.Exec(t.Context(), g.Gone)
		require.NoError(t, err, g.Gone)
		by := missed(t, w, all, g.Table)
		if assert.NotEmpty(t, by, "nobody misses %s of %s", g.Name, g.Table) {
			caught++
		}
		_, err = conn.Exec(t.Context(), g.Back)
		require.NoError(t, err, g.Back)
	}
	t.Logf("policies and triggers taken away: %d, missed: %d", len(list), caught)
}

func questions(t *testing.T) []row {
	t.Helper()
	cells, err := access.Cells()
	require.NoError(t, err)
	all := further()
	for _, c := range cells {
		for _, r := range rows(c) {
			key := fmt.Sprintf("%s %s %s %s (%s)", c.Role, c.Action, c.Class, c.Facts.Kind, r.what)
			if _, known := finer()[key]; !known {
				all = append(all, r)
			}
		}
	}
	return all
}

// missed is the first question that is answered wrongly now, among those that speak of the table.
func missed(t *testing.T, w *accesstest.World, all []row, table string) string {
	t.Helper()
	speaks := regexp.MustCompile(`\b` + table + `\b`)
	for _, r := range all {
		if !speaks.MatchString(r.sql) {
			continue
		}
		got, err := r.ask(t.Context(), w)
		if err != nil || got != r.want {
			return r.String()
		}
	}
	return ""
}
