package migrations_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryViewAndColumnForOtherProgramsIsDescribed(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../docs/reports.md")
	require.NoError(t, err)
	described, column := map[string]bool{}, regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|")
	for _, section := range strings.Split(string(file), "\n## report.")[1:] {
		name, body, _ := strings.Cut(section, "\n")
		body, _, _ = strings.Cut(body, "\n## ")
		for _, m := range column.FindAllStringSubmatch(body, -1) {
			described[name+"."+m[1]] = true
		}
	}
	there := map[string]bool{}
	for _, name := range list(t, catalog(t), `
SELECT c.relname || '.' || a.attname
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'report'::regnamespace AND c.relkind IN ('v', 'm', 'r')`) {
		there[name] = true
	}
	assert.Equal(t, there, described, "docs/reports.md and the schema report")
}

func TestWhoReadsFiguresElsewhereReachesTheViewsAndNothingTheyDoNotTell(t *testing.T) {
	t.Parallel()
	conn := catalog(t)
	assert.Empty(t, list(t, conn, `
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'report'::regnamespace AND NOT has_table_privilege('zapis_report', c.oid, 'SELECT')`), "views that the role for them cannot read")
	assert.Empty(t, list(t, conn, `
SELECT t.relname || '.' || a.attname
FROM pg_class t
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND a.attname ~ '(_sealed|^text|^body|^raw|^name_|surname|given|patronymic|phone|birth)$'
  AND has_column_privilege('zapis_report', t.oid, a.attnum, 'SELECT') AND t.relname NOT IN ('practitioner', 'branch')`), "what somebody wrote, or who they are")
	assert.Empty(t, list(t, conn, `
SELECT d.refobjid::regclass::text || '.' || a.attname
FROM pg_depend d
JOIN pg_rewrite w ON w.oid = d.objid
JOIN pg_class v ON v.oid = w.ev_class AND v.relnamespace = 'report'::regnamespace
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
  AND NOT has_column_privilege('zapis_report', d.refobjid, a.attnum, 'SELECT')`), "columns that a view reads and its reader may not")
}
