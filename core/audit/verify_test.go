package audit_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/audit"
)

// columns are those of a table, with a change of each by its type.
func (j *journal) columns(table string) map[string]string {
	j.t.Helper()
	rows, err := j.owner.Query(j.t.Context(), `
SELECT a.attname, CASE format_type(a.atttypid, NULL)
    WHEN 'uuid' THEN 'gen_random_uuid()' WHEN 'text' THEN a.attname || ' || ''x''' WHEN 'boolean' THEN 'NOT ' || a.attname
    WHEN 'timestamp with time zone' THEN a.attname || ' + interval ''1 microsecond''' WHEN 'text[]' THEN 'array_append(' || a.attname || ', ''x'')'
    WHEN 'bytea' THEN format('set_byte(%1$s, 5, 255 - get_byte(%1$s, 5))', a.attname) ELSE a.attname || ' + 1' END
FROM pg_attribute a WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped`, table)
	require.NoError(j.t, err)
	out := map[string]string{}
	var name, change string
	_, err = pgx.ForEachRow(rows, []any{&name, &change}, func() error { out[name] = change; return nil })
	require.NoError(j.t, err)
	return out
}

func TestAFlippedByteInAnyColumnOfARowIsFound(t *testing.T) {
	t.Parallel()
	j := open(t)
	j.history()
	row := j.rowAt(2, 2)
	j.tamper("CREATE TABLE kept AS SELECT * FROM audit_sealed")
	columns := j.columns("audit_sealed")
	require.Greater(t, len(columns), 20)
	for column, change := range columns {
		j.tamper("UPDATE audit SET "+column+" = "+change+" WHERE id = $1", row.String())
		found := j.found()
		assert.NotEmpty(t, found, column)
		if altered := found[audit.RowAltered]; len(altered) > 0 && column != "id" {
			assert.Equal(t, row, altered[0].Row, column)
			assert.Equal(t, int64(2), altered[0].Seal, column)
		}
		j.tamper("DELETE FROM audit")
		j.tamper("INSERT INTO audit SELECT * FROM kept")
		require.Empty(t, j.found(), column)
	}
}

func TestAFlippedByteInAnyColumnOfASealIsFound(t *testing.T) {
	t.Parallel()
	j := open(t)
	j.history()
	j.tamper("CREATE TABLE kept AS SELECT * FROM audit_seal")
	for column, change := range j.columns("audit_seal") {
		if column == "seq" {
			change = "100"
		}
		j.tamper("UPDATE audit_seal SET " + column + " = " + change + " WHERE seq = 2")
		assert.NotEmpty(t, j.found(), column)
		j.tamper("DELETE FROM audit_seal")
		j.tamper("INSERT INTO audit_seal SELECT * FROM kept")
		require.Empty(t, j.found(), column)
	}
}

// fake makes a row or a seal as an intruder would who knows how it is done.
const (
	reseal = `WITH taken AS (DELETE FROM audit_sealed WHERE seal >= $1 RETURNING *), gone AS (DELETE FROM audit_seal WHERE seq >= $1)
INSERT INTO audit_intake (id, at, recorded_at, actor_kind, actor_id, role, on_behalf_of, channel, action, class, object_type, object_id, objects, patient_id,
    decision, glass, policy_version, request_id, fields)
SELECT id, at, recorded_at, actor_kind, actor_id, role, on_behalf_of, channel, 'x', class, object_type, object_id, objects, patient_id,
    decision, glass, policy_version, request_id, fields FROM taken`
	copyRow = `INSERT INTO audit (id, at, actor_kind, channel, action, object_type, sealed, seal, position, leaf)
SELECT gen_random_uuid(), at, actor_kind, channel, action, object_type, true, $1, $2, leaf FROM audit WHERE seal = 1 AND position = 1`
)

func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		do      func(j *journal)
		kinds   []audit.Kind
		without bool // no anchor is kept
	}{
		"a deleted row": {do: func(j *journal) { j.tamper("DELETE FROM audit WHERE seal = 2 AND position = 2") }, kinds: []audit.Kind{audit.RowMissing}, without: true},
		"two rows that changed places": {
			do: func(j *journal) {
				j.tamper("UPDATE audit SET position = 4 - position WHERE seal = 2 AND position <> 2")
			},
			kinds: []audit.Kind{audit.RowsDiffer}, without: true,
		},
		"two rows that changed their seals": {
			do:    func(j *journal) { j.tamper("UPDATE audit SET seal = 3 - seal WHERE seal < 3 AND position = 1") },
			kinds: []audit.Kind{audit.RowsDiffer}, without: true,
		},
		"a row altered with its hash": {
			do: func(j *journal) {
				j.tamper("UPDATE audit a SET action = 'x', leaf = b.leaf FROM audit b WHERE a.seal = 1 AND a.position = 1 AND b.seal = 2 AND b.position = 1")
			},
			kinds: []audit.Kind{audit.RowAltered}, without: true,
		},
		"a row slipped into a seal": {do: func(j *journal) { j.tamper(copyRow, 2, 4) }, kinds: []audit.Kind{audit.RowAdded}, without: true},
		"a row under no seal":       {do: func(j *journal) { j.tamper(copyRow, 9, 1) }, kinds: []audit.Kind{audit.RowAdded}, without: true},
		"a row that was never sealed": {
			do: func(j *journal) {
				j.acts(1)
				j.tamper("UPDATE audit_intake SET recorded_at = recorded_at - interval '1 hour'")
			},
			kinds: []audit.Kind{audit.RowUnsealed}, without: true,
		},
		"a seal taken out with its rows": {
			do: func(j *journal) {
				j.tamper("DELETE FROM audit WHERE seal = 2")
				j.tamper("DELETE FROM audit_seal WHERE seq = 2")
			},
			kinds: []audit.Kind{audit.SealMissing}, without: true,
		},
		"a seal taken out": {
			do:    func(j *journal) { j.tamper("DELETE FROM audit_seal WHERE seq = 2") },
			kinds: []audit.Kind{audit.SealMissing, audit.RowAdded}, without: true,
		},
		"the first seal taken out":   {do: func(j *journal) { j.tamper("DELETE FROM audit_seal WHERE seq = 1") }, kinds: []audit.Kind{audit.SealMissing, audit.RowAdded}, without: true},
		"the last seal without rows": {do: func(j *journal) { j.tamper("DELETE FROM audit_seal WHERE seq = 3") }, kinds: []audit.Kind{audit.RowAdded}, without: true},
		"a tail cut off with its rows": {
			do: func(j *journal) {
				j.tamper("DELETE FROM audit WHERE seal > 1")
				j.tamper("DELETE FROM audit_seal WHERE seq > 1")
			},
			kinds: []audit.Kind{audit.TailCut},
		},
		"everything gone": {
			do: func(j *journal) {
				j.tamper("DELETE FROM audit")
				j.tamper("DELETE FROM audit_seal")
			},
			kinds: []audit.Kind{audit.TailCut},
		},
		"a tail cut off and grown again": {
			do: func(j *journal) {
				j.tamper("DELETE FROM audit WHERE seal = 3")
				j.tamper("DELETE FROM audit_seal WHERE seq = 3")
				j.acts(3)
				j.seal()
			},
			kinds: []audit.Kind{audit.AnchorDiffers},
		},
		"a seal made anew": {
			do: func(j *journal) {
				j.tamper("CREATE TABLE after AS SELECT * FROM audit WHERE seal = 3")
				j.tamper("CREATE TABLE last AS SELECT * FROM audit_seal WHERE seq = 3")
				j.tamper("DELETE FROM audit WHERE seal = 3")
				j.tamper("DELETE FROM audit_seal WHERE seq = 3")
				j.tamper(reseal, 2)
				j.seal()
				j.tamper("INSERT INTO audit SELECT * FROM after")
				j.tamper("INSERT INTO audit_seal SELECT * FROM last")
			},
			kinds: []audit.Kind{audit.ChainBroken}, without: true,
		},
		"the whole chain made anew": {
			do: func(j *journal) {
				j.tamper(reseal, 1)
				j.seal()
			},
			kinds: []audit.Kind{audit.TailCut},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := open(t)
			j.history()
			var anchors []audit.Anchor
			if !c.without {
				anchors = append(anchors, j.anchor())
			}
			require.Empty(t, j.found(anchors...))
			c.do(j)
			found := j.found(anchors...)
			for _, kind := range c.kinds {
				assert.NotEmpty(t, found[kind], kind)
			}
			assert.Len(t, found, len(c.kinds), found)
		})
	}
}

func TestAnchorsSurviveACrashInTheMiddleOfALine(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/far/away/anchors.jsonl"
	list, _, err := audit.AnchorFile(path)
	require.NoError(t, err)
	require.Empty(t, list)
	one, two := audit.Anchor{Seq: 1, Root: "ab", Rows: 3}, audit.Anchor{Seq: 2, Root: "cd", Rows: 5}
	require.NoError(t, one.Keep(path))
	appendTo(t, path, `{"seq":2,"ro`)
	require.NoError(t, two.Keep(path))
	list, bad, err := audit.AnchorFile(path)
	require.NoError(t, err)
	assert.Equal(t, []audit.Anchor{one, two}, list)
	assert.Equal(t, 1, bad)
	_, bad, err = audit.Anchors(strings.NewReader("\n{}\nnonsense\n"))
	require.NoError(t, err)
	assert.Equal(t, 2, bad)
}
