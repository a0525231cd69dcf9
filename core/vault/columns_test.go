package vault_test

import (
	"os"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault"
)

func list(t *testing.T, conn *pgx.Conn, sql string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql)
	require.NoError(t, err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return out
}

// bytes are the columns of type bytea with a name of that ending; partitions are their table's.
const byteColumns = `
SELECT c.relname || '.' || a.attname
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT a.attisdropped
  AND a.atttypid = 'bytea'::regtype AND a.attname LIKE '%\_' || `

func TestEveryEncryptedColumnIsOnTheList(t *testing.T) {
	t.Parallel()
	_, d := storetest.Open(t, storetest.Seed{Key: "empty"}, 1)
	conn, err := pgx.Connect(t.Context(), d.OwnerURL)
	require.NoError(t, err)
	defer conn.Close(t.Context())

	var sealed, indexes []string
	for _, c := range vault.Columns() {
		sealed = append(sealed, c.Table+"."+c.Column)
		if c.Index != "" {
			require.NotEmpty(t, c.Kind, c.Table)
			indexes = append(indexes, c.Table+"."+c.Index)
		}
		if c.Tail != "" {
			indexes = append(indexes, c.Table+"."+c.Tail)
		}
		require.NotEmpty(t, c.What, c.Table)
	}
	require.ElementsMatch(t, list(t, conn, byteColumns+"'sealed'"), sealed)
	require.ElementsMatch(t, list(t, conn, byteColumns+"'index'"), indexes)

	// Zapis itself must see and change every row, or some would be passed over and their key retired.
	open := list(t, conn, `
SELECT c.relname
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
WHERE 'zapis_app'::regrole = ANY (p.polroles) AND p.polcmd = '*' AND p.polpermissive
  AND pg_get_expr(p.polqual, p.polrelid) ~ '^\(?\(? ?SELECT actor_is_(system|house)\(\)'`)
	for _, c := range vault.Columns() {
		require.True(t, slices.Contains(open, c.Table), "%s: no policy lets Zapis itself see every row", c.Table)
		id := c.ID
		if id == "" {
			id = "id"
		}
		var kind string
		const typeOf = "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = $2"
		require.NoError(t, conn.QueryRow(t.Context(), typeOf, c.Table, id).Scan(&kind), c.Table)
		require.Equal(t, "uuid", kind, c.Table)
		var may bool
		const right = "SELECT has_column_privilege('zapis_app', $1, $2, 'SELECT') AND has_column_privilege('zapis_app', $1, $2, 'UPDATE')"
		require.NoError(t, conn.QueryRow(t.Context(), right, c.Table, c.Column).Scan(&may))
		assert.True(t, may, "%s.%s: zapis_app may not seal it anew", c.Table, c.Column)
	}
}

func TestTheDocumentationNamesEveryEncryptedColumn(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/security.md")
	require.NoError(t, err)
	for _, c := range vault.Columns() {
		line := "| `" + c.Table + "." + c.Column + "` | " + c.What + " |"
		require.Contains(t, string(text), line)
	}
}
