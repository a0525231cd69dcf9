package demo

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// town is the medium clinic's shape with few rows.
func town(t *testing.T) shape {
	t.Helper()
	s, err := shapeOf(Medium)
	require.NoError(t, err)
	s.branchCount, s.specialtyCount, s.doctorCount, s.patientCount, s.visitCount = 3, 12, 36, 1500, 2000
	return s
}

// schema is everything a bulk load takes off and must put back.
func schema(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	return one[string](t, conn, `
SELECT (SELECT string_agg(conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid), E'\n' ORDER BY conrelid::regclass::text, conname)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace)
    || (SELECT string_agg(indexdef, E'\n' ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'public')
    || (SELECT string_agg(relname || relrowsecurity || relforcerowsecurity, E'\n' ORDER BY relname)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p'))`)
}

func TestBulkLoadLeavesTheTablesGuardedAsBefore(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn := open(t, address)
	before := schema(t, conn)
	require.Contains(t, before, "visit_practitioner_busy EXCLUDE")

	sum, err := load(t.Context(), Options{OwnerURL: address, Vault: vaulttest.New(), Now: monday()}, town(t))
	require.NoError(t, err)
	assert.Equal(t, before, schema(t, conn))
	assert.EqualValues(t, 3, sum.Branches)
	assert.EqualValues(t, 36, sum.Practitioners)
	assert.EqualValues(t, 1500, sum.Patients)
	assert.InDelta(t, 2000, sum.Visits, 100)
}

func TestBulkVisitsKeepToTheRules(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, err := load(t.Context(), Options{OwnerURL: address, Vault: vaulttest.New(), Now: monday()}, town(t))
	require.NoError(t, err)
	conn := open(t, address)

	assert.EqualValues(t, 0, one[int64](t, conn, overlaps))
	assert.EqualValues(t, 0, one[int64](t, conn, outside))
	assert.EqualValues(t, 0, one[int64](t, conn, "SELECT count(*) FROM visit WHERE created_at > $1 OR created_at > lower(during) OR cancelled_at > $1", monday()))
	assert.EqualValues(t, 0, one[int64](t, conn, "SELECT count(*) FROM visit v JOIN patient p ON p.id = v.patient_id WHERE p.created_at > v.created_at"))
	assert.Positive(t, one[int64](t, conn, "SELECT count(*) FROM visit WHERE lower(during) > $1", monday()))
	assert.Positive(t, one[int64](t, conn, "SELECT count(*) FROM (SELECT FROM practitioner_role GROUP BY practitioner_id HAVING count(*) > 1) x"))
	freeIsRight(t, address)
}

func TestBulkVisitsHaveTheSharesOfARealClinic(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, err := load(t.Context(), Options{OwnerURL: address, Vault: vaulttest.New(), Now: monday()}, town(t))
	require.NoError(t, err)
	conn := open(t, address)

	share := func(what string) float64 {
		return one[float64](t, conn, "SELECT avg(("+what+")::integer)::float8 FROM visit v WHERE lower(during) < $1", monday())
	}
	assert.InDelta(t, 0.08, share("status = 'cancelled'"), 0.02)
	assert.InDelta(t, 0.09, share("status = 'no_show'"), 0.03)
	assert.InDelta(t, 0.15, share("(created_at AT TIME ZONE tz)::date = local_start::date"), 0.03)
	assert.InDelta(t, 0.35, share("(SELECT kind = 'initial' FROM service s WHERE s.id = service_id)"), 0.04)
	assert.InDelta(t, 0.60, share("(SELECT sex = 'female' FROM patient p WHERE p.id = patient_id)"), 0.05)
	for minutes, want := range map[string]float64{"20": 0.25, "30": 0.45, "40": 0.20, "60": 0.10} {
		assert.InDelta(t, want, share("upper(during) - lower(during) = interval '"+minutes+" minutes'"), 0.04, minutes)
	}
	assert.InDelta(t, 0.60, share("extract(isodow FROM local_start) = 6")/share("extract(isodow FROM local_start) BETWEEN 2 AND 4")*3, 0.15)
	assert.Greater(t, share("extract(hour FROM local_start) BETWEEN 17 AND 19"), 0.25)
	assert.InDelta(t, 0.03, one[float64](t, conn, `
SELECT (count(*) - count(DISTINCT (value_index, surname, given, birth_date)))::float8 / count(*)
FROM patient JOIN patient_contact ON patient_id = patient.id`), 0.005)
}

func TestBulkTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, err := load(t.Context(), Options{OwnerURL: address, Vault: vaulttest.New(), Now: monday()}, town(t))
	require.NoError(t, err)
	conn := open(t, address)
	before := everything(t, conn)

	again, err := load(t.Context(), Options{OwnerURL: address, Vault: vaulttest.New(), Now: monday()}, town(t))
	require.NoError(t, err)
	assert.EqualValues(t, 0, again.Added)
	assert.Equal(t, before, everything(t, conn))
}

func TestALoadThatBreaksOffLeavesNothing(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn := open(t, address)
	before := schema(t, conn)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	_, err := load(ctx, Options{OwnerURL: address, Vault: vaulttest.New(), Now: monday(), Progress: writer(func(line string) {
		if strings.HasPrefix(line, "patients") {
			stop()
		}
	})}, town(t))
	require.Error(t, err)
	assert.Equal(t, before, schema(t, conn))
	assert.EqualValues(t, 0, one[int64](t, conn, "SELECT count(*) FROM branch"))
}

type writer func(line string)

func (w writer) Write(p []byte) (int, error) {
	w(string(p))
	return len(p), nil
}
