package demo

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/migrations"
)

// monday is a morning at work.
func monday() time.Time { return time.Date(2026, 11, 23, 7, 56, 0, 0, time.UTC) }

// database makes a migrated database for one test and returns the owner's address of it.
func database(t *testing.T) string {
	t.Helper()
	address := empty(t)
	_, err := store.Migrate(t.Context(), address, migrations.FS)
	require.NoError(t, err)
	return address
}

func empty(t *testing.T) string {
	t.Helper()
	owner := os.Getenv("ZAPIS_OWNER_DATABASE_URL")
	if owner == "" {
		t.Skip("ZAPIS_OWNER_DATABASE_URL is not set: `make db-up` prints it")
	}
	address, err := url.Parse(owner)
	require.NoError(t, err)
	name := "demo_test_" + rand.Text()[:12]
	ask := func(ctx context.Context, sql string) {
		conn, err := pgx.Connect(ctx, owner)
		require.NoError(t, err)
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, sql)
		require.NoError(t, err)
	}
	quoted := pgx.Identifier{name}.Sanitize()
	ask(t.Context(), "CREATE DATABASE "+quoted)
	// Not WITH (FORCE): that fails on an autovacuum worker, for which a plain DROP waits.
	t.Cleanup(func() { ask(context.Background(), "DROP DATABASE "+quoted) })
	address.Path = "/" + name
	return address.String()
}

func open(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func one[T any](t *testing.T, conn *pgx.Conn, sql string, args ...any) T {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql, args...)
	require.NoError(t, err)
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	require.NoError(t, err, sql)
	return v
}

// everything is a fingerprint of all rows a run may write, but for some columns.
func everything(t *testing.T, conn *pgx.Conn, but ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range []string{
		"branch", "specialty", "service", "resource", "practitioner", "practitioner_role", "practitioner_service", "schedule_template",
		"working_day", "article", "entry_link", "staff", "consent_text", "patient", "patient_contact", "visit", "visit_resource", "visit_event",
		"reminder",
	} {
		out[name] = one[string](t, conn, "SELECT count(*) || ' ' || coalesce(md5(string_agg(row, '|' ORDER BY row)), '') FROM "+name+" x, LATERAL (SELECT (to_jsonb(x) - $1::text[])::text) y (row)", append([]string{}, but...))
	}
	return out
}

func options(address string, now time.Time) Options {
	return Options{OwnerURL: address, Vault: vaulttest.New(), Size: Small, Now: now}
}

func TestSmallIsTheClinicOfTheContract(t *testing.T) {
	t.Parallel()
	address := database(t)
	sum, err := Load(t.Context(), options(address, monday()))
	require.NoError(t, err)
	conn := open(t, address)

	assert.EqualValues(t, 2, sum.Branches)
	assert.EqualValues(t, 24, sum.Practitioners)
	assert.EqualValues(t, 50, sum.Patients)
	assert.Greater(t, sum.Visits, int64(300))
	assert.Equal(t, sum.Visits, sum.Added)
	assert.Equal(t, "Europe/Moscow Europe/Kaliningrad", one[string](t, conn, "SELECT string_agg(tz, ' ' ORDER BY position) FROM branch"))
	assert.EqualValues(t, 12, one[int64](t, conn, "SELECT count(*) FROM specialty"))
	assert.EqualValues(t, 24, one[int64](t, conn, "SELECT count(*) FROM practitioner_role"))
	assert.EqualValues(t, 24, one[int64](t, conn, "SELECT count(DISTINCT (branch_id, specialty)) FROM practitioner_role"))
	assert.Equal(t, "Иванова Анна Петровна, Петров Илья Сергеевич", one[string](t, conn, `
SELECT string_agg(concat_ws(' ', surname, given, patronymic), ', ' ORDER BY surname)
FROM practitioner JOIN practitioner_role r ON r.practitioner_id = id WHERE specialty = 'cardiologist'`))
	assert.Equal(t, "{1,2,3,4,5,6}", one[string](t, conn, "SELECT array_agg(DISTINCT weekday ORDER BY weekday)::text FROM schedule_template"))
	assert.Equal(t, "{09:00:00-13:00:00,14:00:00-18:00:00}", one[string](t, conn,
		"SELECT array_agg(DISTINCT from_time || '-' || to_time)::text FROM schedule_template"))
	assert.EqualValues(t, 30, one[int64](t, conn, "SELECT sum(DISTINCT minutes) FROM service"))
	assert.EqualValues(t, 0, one[int64](t, conn, "SELECT count(*) FROM service WHERE price <= 0 OR name_en = ''"))
	assert.EqualValues(t, 4, one[int64](t, conn, "SELECT count(*) FROM consent_text WHERE sha256 = sha256(convert_to(body, 'UTF8'))"))
	for _, slug := range []string{"address", "parking", "preparation", "prices"} {
		assert.EqualValues(t, 2, one[int64](t, conn, "SELECT count(*) FROM article WHERE slug = $1 AND body <> '' AND body NOT LIKE '%{{%'", slug), slug)
	}
}

func TestEveryRoleSignsInWithTheDemoPassword(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, err := Load(t.Context(), options(address, monday()))
	require.NoError(t, err)
	conn := open(t, address)

	assert.Equal(t, "{admin,cashier,director,doctor,head,marketing,security}", one[string](t, conn,
		"SELECT array_agg(login ORDER BY login)::text FROM staff WHERE demo AND active AND login = role"))
	match, err := argon2id.ComparePasswordAndHash("demo-demo-demo", one[string](t, conn, "SELECT DISTINCT password_hash FROM staff"))
	require.NoError(t, err)
	assert.True(t, match)
	assert.Equal(t, "Иванова", one[string](t, conn, "SELECT p.surname FROM staff s JOIN practitioner p ON p.id = s.practitioner_id WHERE login = 'doctor'"))
}

func TestVisitsLieInWorkingTimeAndLeavePlentyFree(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, err := Load(t.Context(), options(address, monday()))
	require.NoError(t, err)
	conn := open(t, address)

	assert.EqualValues(t, 0, one[int64](t, conn, overlaps))
	assert.EqualValues(t, 0, one[int64](t, conn, outside))
	assert.EqualValues(t, 0, one[int64](t, conn, "SELECT count(*) FROM visit WHERE created_at > $1 OR created_at > lower(during)", monday()))
	assert.EqualValues(t, 0, one[int64](t, conn, "SELECT count(*) FROM visit v JOIN patient p ON p.id = v.patient_id WHERE p.created_at > v.created_at"))
	assert.EqualValues(t, 0, one[int64](t, conn, "SELECT count(*) FROM visit WHERE upper(during) <= $1 AND status NOT IN ('done', 'cancelled', 'no_show')", monday()))
	assert.EqualValues(t, 0, one[int64](t, conn, "SELECT count(*) FROM visit WHERE lower(during) > $1::timestamptz + interval '1 hour' AND status NOT IN ('booked', 'confirmed', 'cancelled')", monday()))
	assert.Greater(t, one[int64](t, conn, "SELECT count(*) FROM visit WHERE local_start::date = $1::date", monday()), int64(40), "today looks alive")
	assert.Greater(t, one[float64](t, conn, `
SELECT (SELECT sum(extract(epoch FROM upper(f) - lower(f))) FROM working_day, unnest(free) f WHERE day > $1::date)::float8
     / (SELECT sum(extract(epoch FROM upper(w) - lower(w))) FROM working_day, unnest(working) w WHERE day > $1::date)::float8`, monday()), 0.8)
}

// overlaps counts what the exclusion constraints forbid.
const overlaps = `
SELECT count(*) FROM visit a JOIN visit b ON a.id < b.id AND a.during && b.during AND a.active AND b.active
WHERE a.practitioner_id = b.practitioner_id OR a.patient_id = b.patient_id OR a.room_id = b.room_id`

// outside counts visits that no rule of working time covers.
const outside = `
SELECT count(*)
FROM visit v
WHERE NOT EXISTS (
    SELECT FROM schedule_template t
    WHERE t.practitioner_id = v.practitioner_id AND t.branch_id = v.branch_id AND t.room_id = v.room_id
      AND t.weekday = extract(isodow FROM v.local_start)
      AND v.local_start >= v.local_start::date + t.from_time
      AND v.local_start + (upper(v.during) - lower(v.during)) <= v.local_start::date + t.to_time)
   OR v.local_start AT TIME ZONE v.tz <> lower(v.during)`
