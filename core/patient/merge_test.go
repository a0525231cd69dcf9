package patient_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/patient"
)

func (d desk) owner(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.Database.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// rows counts, as the owner, what leads to a card, by table.column; the catalog says which tables there are.
func rows(t *testing.T, conn *pgx.Conn, card uuid.UUID) map[string]int {
	t.Helper()
	list, err := conn.Query(t.Context(), `SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.atttypid = 'uuid'::regtype AND a.attnum > 0
		AND (a.attname = 'patient_id' OR EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = c.oid AND f.confrelid = 'patient'::regclass AND f.conkey = ARRAY[a.attnum]))`)
	require.NoError(t, err)
	names, err := pgx.CollectRows(list, pgx.RowTo[string])
	require.NoError(t, err)
	out := map[string]int{}
	for _, name := range names {
		table, column, _ := strings.Cut(name, ".")
		var n int
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM "+pgx.Identifier{table}.Sanitize()+" WHERE "+pgx.Identifier{column}.Sanitize()+" = $1", card).Scan(&n))
		out[name] = n
	}
	return out
}

// elsewhere are the tables whose rows stay with the card they were made for, and why.
func elsewhere() map[string]string {
	return map[string]string{
		"audit.patient_id": "sealed: the journal of the survivor has both", "audit_intake.patient_id": "sealed", "audit_sealed.patient_id": "sealed",
		"patient_code.patient_id": "codes of minutes", "patient_ticket.patient_id": "links of minutes", "patient.merged_into": "leads to the survivor",
		"patient_merge.survivor_id": "of merging", "patient_merge.gone_id": "of merging", "patient_apart.one_id": "of merging", "patient_apart.other_id": "of merging",
	}
}

func (d desk) join(t *testing.T, survivor, gone uuid.UUID) patient.Join {
	t.Helper()
	both, err := d.cards.Compare(t.Context(), d.as("admin"), survivor, gone)
	require.NoError(t, err)
	return patient.Join{
		Survivor: survivor, Gone: gone, Versions: [2]int32{both[0].Version, both[1].Version}, Name: both[1].Name, Born: both[0].Born, Sex: both[0].Sex, Lang: "ru",
	}
}

func TestAMergeTakesEveryRowAlongAndTakingItBackReturnsEach(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	conn, own, care := d.owner(t), accesstest.ID("own"), accesstest.ID("care")
	ownBefore, careBefore := rows(t, conn, own), rows(t, conn, care)
	filled := 0
	for name, n := range careBefore {
		if n > 0 && elsewhere()[name] == "" {
			filled++
		}
	}
	require.Greater(t, filled, 12, "the world has rows of most tables")
	signed := 0
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM record WHERE patient_id = $1 AND state = 'signed'", care).Scan(&signed))
	require.Positive(t, signed, "signed records move too")

	both, err := d.cards.Compare(t.Context(), d.as("admin"), own, care)
	require.NoError(t, err)
	assert.Positive(t, both[1].Rows["visit"])
	for _, table := range []string{"record", "prescription", "lab_report", "visit_reason", "document"} {
		assert.NotContains(t, both[1].Rows, table, "the desk is not told how much medical data there is")
	}
	id, err := d.cards.Merge(t.Context(), d.as("admin"), d.join(t, own, care))
	require.NoError(t, err)
	ownNow, careNow := rows(t, conn, own), rows(t, conn, care)
	for name, n := range careBefore {
		if elsewhere()[name] != "" {
			continue
		}
		assert.Equal(t, n+ownBefore[name], ownNow[name]+careNow[name], "%s: nothing is lost", name)
		var stayed int
		table, column, _ := strings.Cut(name, ".")
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM patient_merge_row WHERE merge_id = $1 AND table_name = $2 AND column_name = $3 AND stayed", id, table, column).Scan(&stayed))
		assert.Equal(t, stayed, careNow[name], "%s: what stays is written down", name)
	}
	var proved int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM patient_link WHERE patient_id = $1 AND verified_at IS NOT NULL", own).Scan(&proved))
	assert.Zero(t, proved, "every chat proves anew who writes")
	_, err = d.cards.Open(t.Context(), d.as("admin"), care)
	require.NotNil(t, core.Refusal(err))
	assert.Equal(t, "patient_merged", core.Refusal(err).Key)
	assert.Equal(t, own.String(), core.Refusal(err).Args["Into"])
	card, err := d.cards.Open(t.Context(), d.as("admin"), own)
	require.NoError(t, err)
	assert.Equal(t, "Салтыкова-Щедрина Мария Фёдоровна", card.Name.Whole(), "the chosen name")

	// Since: a phone, and another first name.
	require.NoError(t, d.cards.Change(t.Context(), d.as("admin"), own, patient.Edit{
		Version: card.Version, Name: patient.Name{Surname: card.Name.Surname, Given: "Марина", Patronymic: card.Name.Patronymic}, Born: card.Born, Lang: "ru", Phone: "+79990009988",
	}))
	survivor, since, err := d.cards.Unmerge(t.Context(), d.as("admin"), id)
	require.NoError(t, err)
	assert.Equal(t, own, survivor)
	assert.Equal(t, map[string]int64{"patient_contact": 1}, since, "what came since is told, and stays")
	ownBefore["patient_contact.patient_id"]++
	for name, n := range rows(t, conn, own) {
		if elsewhere()[name] == "" {
			assert.Equal(t, ownBefore[name], n, name)
		}
	}
	for name, n := range rows(t, conn, care) {
		if elsewhere()[name] == "" {
			assert.Equal(t, careBefore[name], n, name)
		}
	}
	card, err = d.cards.Open(t.Context(), d.as("admin"), own)
	require.NoError(t, err)
	assert.Equal(t, "Щербатова Марина Игоревна", card.Name.Whole(), "what somebody changed since stays")
	_, _, err = d.cards.Unmerge(t.Context(), d.as("admin"), id)
	assert.Equal(t, "merge_done", core.Refusal(err).Key)
	var noted int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM audit WHERE action IN ('patient.merge', 'patient.unmerge')").Scan(&noted))
	assert.Equal(t, 4, noted)
}

func TestAMergeIsRefusedToWhomItIsNotAndWhenItCannotBe(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	conn, own, care := d.owner(t), accesstest.ID("own"), accesstest.ID("care")
	j := d.join(t, own, care)
	for _, role := range []string{"doctor", "nurse", "head", "cashier", "marketing", "director", "security"} {
		_, err := d.cards.Merge(t.Context(), d.as(role), j)
		require.NotNil(t, core.Refusal(err), role)
		_, _, err = d.cards.Suspects(t.Context(), d.as(role))
		require.NotNil(t, core.Refusal(err), role)
	}
	foreign := j
	foreign.Gone = accesstest.ID("other")
	_, err := d.cards.Merge(t.Context(), d.as("admin"), foreign)
	assert.Equal(t, "patient_unknown", core.Refusal(err).Key, "a card of another branch is not there")
	late := j
	late.Versions[1]--
	_, err = d.cards.Merge(t.Context(), d.as("admin"), late)
	assert.Equal(t, "patient_changed", core.Refusal(err).Key)

	both, err := conn.Exec(t.Context(), "UPDATE visit v SET during = w.during, blocked = w.blocked FROM visit w WHERE v.id = $1 AND w.id = $2 AND v.active AND w.active",
		accesstest.ID("visit own"), accesstest.ID("visit care"))
	require.NoError(t, err)
	require.Equal(t, int64(1), both.RowsAffected(), "two doctors see them at one time")
	_, err = d.cards.Merge(t.Context(), d.as("admin"), j)
	require.NotNil(t, core.Refusal(err))
	assert.Equal(t, "merge_overlap", core.Refusal(err).Key)
	_, err = conn.Exec(t.Context(), "UPDATE visit SET status = 'cancelled' WHERE id = $1", accesstest.ID("visit own"))
	require.NoError(t, err)
	id, err := d.cards.Merge(t.Context(), d.as("admin"), j)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "UPDATE patient_merge SET at = $2 WHERE id = $1", id, accesstest.Now().Add(-31*24*time.Hour))
	require.NoError(t, err)
	_, _, err = d.cards.Unmerge(t.Context(), d.as("admin"), id)
	assert.Equal(t, "merge_late", core.Refusal(err).Key)
}

func TestCardsOfOnePersonAreSuspectedUntilSomebodyHasLooked(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.named(t)
	conn, own, care := d.owner(t), accesstest.ID("own"), accesstest.ID("care")
	_, err := conn.Exec(t.Context(), "UPDATE patient SET given = 'Алена', branches = '{}' WHERE id = $1", care)
	require.NoError(t, err)
	require.NoError(t, d.cards.SetPhone(t.Context(), core.Sys("test"), care, "+79261234567", false))
	found := func() int {
		pairs, _, err := d.cards.Suspects(t.Context(), d.as("admin"))
		require.NoError(t, err)
		n := 0
		for _, p := range pairs {
			if (p.One.ID == own && p.Other.ID == care) || (p.One.ID == care && p.Other.ID == own) {
				assert.True(t, p.Phone)
				n++
			}
		}
		return n
	}
	assert.Equal(t, 1, found())
	require.NoError(t, d.cards.Apart(t.Context(), d.as("admin"), own, care))
	assert.Zero(t, found())
}
