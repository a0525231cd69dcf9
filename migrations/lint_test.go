package migrations_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// catalog is the migrated database as its owner sees it.
func catalog(t *testing.T) *pgx.Conn {
	t.Helper()
	d := storetest.New(t, storetest.Seed{})
	conn, err := pgx.Connect(t.Context(), d.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// list is a query of one column.
func list(t *testing.T, conn *pgx.Conn, sql string, args ...any) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql, args...)
	require.NoError(t, err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return out
}

var words = regexp.MustCompile(`^data: (none|personal|medical); subject: ([a-z_]+); retention: ([a-z_]+)$`)

func TestEveryTableSaysWhatItHoldsOfWhomAndForHowLong(t *testing.T) {
	t.Parallel()
	conn := catalog(t)
	tables := list(t, conn, `
SELECT c.relname || '|' || coalesce(obj_description(c.oid, 'pg_class'), '')
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'goose_db_version'`)
	require.NotEmpty(t, tables)
	for _, line := range tables {
		name, comment, _ := strings.Cut(line, "|")
		m := words.FindStringSubmatch(comment)
		if !assert.NotNil(t, m, "%s: COMMENT ON TABLE must be 'data: none|personal|medical; subject: column|none; retention: class', is %q", name, comment) {
			continue
		}
		if m[2] != "none" {
			has := list(t, conn, "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped", name)
			assert.Contains(t, has, m[2], "%s has no column that leads to its subject", name)
		}
		if m[1] == "medical" {
			assert.NotEqual(t, "none", m[3], "%s: medical data is kept for a time that somebody decided", name)
		}
	}
}

func TestEveryTableWithDataOfPeopleIsGuardedByRow(t *testing.T) {
	t.Parallel()
	conn := catalog(t)
	assert.Empty(t, list(t, conn, `
SELECT c.relname
FROM pg_class c
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND obj_description(coalesce(i.inhparent, c.oid), 'pg_class') NOT LIKE 'data: none%'
  AND c.relname NOT IN ('practitioner')
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`), "row-level security is not on, or not forced (a doctor's name is public)")
	assert.Empty(t, list(t, conn, `
SELECT c.relname
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname <> 'owner')`),
		"guarded, and no policy says who may")
}

func TestThePolicyOfEveryWriteChecksTheRowWritten(t *testing.T) {
	t.Parallel()
	assert.Empty(t, list(t, catalog(t), `
SELECT polrelid::regclass || '.' || polname FROM pg_policy WHERE polcmd IN ('*', 'a', 'w') AND polwithcheck IS NULL`))
}

func TestTheProgramsRolesOwnNothingAndPassNoPolicyBy(t *testing.T) {
	t.Parallel()
	conn := catalog(t)
	roles := []string{"zapis_app", "zapis_report", "zapis_audit"}
	assert.Empty(t, list(t, conn, "SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) AND (rolsuper OR rolbypassrls OR rolcreaterole)", roles))
	assert.Empty(t, list(t, conn, `
SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
WHERE r.rolname = ANY ('{zapis_app,zapis_report}') AND c.relnamespace IN ('public'::regnamespace, 'report'::regnamespace)`))
	assert.Empty(t, list(t, conn, `
SELECT m.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
WHERE m.rolname = ANY ('{zapis_app,zapis_report}')`), "a role of the program is a member of another")
	assert.Empty(t, list(t, conn, `
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND has_table_privilege('zapis_app', c.oid, 'TRUNCATE')`))
}

func TestViewsRunWithTheirReadersRights(t *testing.T) {
	t.Parallel()
	assert.Empty(t, list(t, catalog(t), `
SELECT c.oid::regclass::text FROM pg_class c
WHERE c.relkind IN ('v', 'm') AND c.relnamespace IN ('public'::regnamespace, 'report'::regnamespace)
  AND NOT coalesce(c.reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on']`))
}

func TestFunctionsWithTheOwnersRightsAreClosedAndFindTheirOwnTables(t *testing.T) {
	t.Parallel()
	conn := catalog(t)
	assert.Empty(t, list(t, conn, `
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
  AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c ~ '^search_path=.*pg_temp$')`), "search_path is not fixed")
	// What a policy itself calls, and what a trigger runs, is called by whoever meets it; the rest is granted by name.
	open := list(t, conn, `
SELECT p.proname FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND p.prorettype <> 'trigger'::regtype
  AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0))`)
	for _, name := range open {
		assert.Contains(t, []string{"actor_patients", "actor_care", "actor_glass", "actor_tickets", "actor_wards", "actor_made"}, name, "granted to everybody")
	}
}

// found lists, for each guarded table, the id columns that its policies look at and whether an index begins with them.
const found = `
SELECT DISTINCT p.polrelid::regclass || '.' || a.attname
FROM pg_policy p
JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = p.polrelid AND d.refobjsubid > 0
JOIN pg_attribute a ON a.attrelid = p.polrelid AND a.attnum = d.refobjsubid
WHERE a.atttypid = 'uuid'::regtype
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = p.polrelid AND i.indkey[0] = a.attnum)`

func TestColumnsThatPoliciesLookAtLeadAnIndex(t *testing.T) {
	t.Parallel()
	bare := slices.DeleteFunc(list(t, catalog(t), found), func(c string) bool {
		_, known := judged()[c]
		return known
	})
	assert.Empty(t, bare)
}

// judged are the columns that are looked at only once a row was found by another, and so need no index.
func judged() map[string]string {
	return map[string]string{
		"keyboard.conversation_id":     "a button is found by its token",
		"task.conversation_id":         "of the new row",
		"waitlist.patient_id":          "of the new row",
		"patient.made_by":              "a card is found by id",
		"campaign.author":              "few rows",
		"policy_set.approver":          "few rows",
		"campaign.approver":            "few rows",
		"payment.asked_by":             "of the new row",
		"payment.approved_by":          "of the new row",
		"care_team.made_by":            "of the new row",
		"consent_event.actor_id":       "of the new row",
		"prescription.author_id":       "found by patient",
		"prescription_mark.staff_id":   "of the new row",
		"prescription_mark.patient_id": "found by prescription",
		"lab_report.ordered_by":        "found by patient",
		"lab_report.sampled_by":        "of the new row",
		"lab_value.patient_id":         "found by report",
		"document.author_id":           "found by patient",
		"document.branch_id":           "found by patient",
		"record_review.by_id":          "of the new row",
		"feedback_text.patient_id":     "found by feedback",
		"feedback_text.branch_id":      "found by feedback",
		"settings_request.asked_by":    "few rows",
		"settings_request.branch_id":   "few rows",
		"settings_request.subject_id":  "of the new row",
		"task_event.staff_id":          "of the new row",
		"inbox_note.staff_id":          "of the new row",
		"settings_request.decided_by":  "of the new row",
		"glass.reviewed_by":            "of the new row",
		"intake.decided_by":            "of the new row",
		"glass.approved_by":            "of the new row",
		"personal_request.decided_by":  "of the new row",

		"channel_policy.set_by":          "of the new row",
		"incident.opened_by":             "of the new row",
		"retention_proposal.approved_by": "few rows",
		"retention_proposal.second_by":   "of the new row",
	}
}
