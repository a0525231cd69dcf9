package demo

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
)

func TestRunningTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, err := Load(t.Context(), options(address, monday()))
	require.NoError(t, err)
	conn := open(t, address)
	before, version := everything(t, conn), one[int64](t, conn, "SELECT version FROM clinic_version")

	again, err := Load(t.Context(), options(address, monday()))
	require.NoError(t, err)
	assert.EqualValues(t, 0, again.Added)
	assert.Equal(t, before, everything(t, conn))
	assert.Greater(t, one[int64](t, conn, "SELECT version FROM clinic_version"), version, "replicas read the clinic again")
}

func TestTwoDatabasesGetTheSameRows(t *testing.T) {
	t.Parallel()
	first, second := database(t), database(t)
	for _, address := range []string{first, second} {
		_, err := Load(t.Context(), options(address, monday()))
		require.NoError(t, err)
	}
	const differs = "value_sealed" // the same value is sealed differently each time
	assert.Equal(t, everything(t, open(t, first), differs), everything(t, open(t, second), differs))
}

func TestWhatPeopleDidMeanwhileStays(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, err := Load(t.Context(), options(address, monday()))
	require.NoError(t, err)
	conn := open(t, address)
	// Somebody books the first free half hour of every doctor two weeks on, somebody else cancels what stands tomorrow.
	_, err = conn.Exec(t.Context(), `
INSERT INTO visit (id, branch_id, practitioner_id, service_id, specialty, room_id, patient_id, status, during, blocked, local_start, tz, source,
    service_name, price, currency, created_at, version)
SELECT gen_random_uuid(), d.branch_id, d.practitioner_id, s.id, s.specialty, d.room_id, p.id, 'booked', w.span, w.span,
       lower(w.span) AT TIME ZONE b.tz, b.tz, 'telegram', s.name_ru, s.price, 'RUB', $1, 1
FROM (SELECT *, row_number() OVER (ORDER BY practitioner_id) AS n FROM working_day WHERE day = $1::date + 14) d
JOIN branch b ON b.id = d.branch_id
JOIN LATERAL (SELECT tstzrange(lower(d.free), lower(d.free) + interval '30 minutes') AS span) w ON true
JOIN LATERAL (SELECT s.* FROM service s JOIN practitioner_service x ON x.service_id = s.id WHERE x.practitioner_id = d.practitioner_id ORDER BY s.id LIMIT 1) s ON true
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM patient p WHERE NOT EXISTS (
      SELECT FROM visit WHERE patient_id = p.id AND local_start::date = $1::date + 14)) p ON p.n = d.n`, monday())
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `
UPDATE visit SET status = 'cancelled', cancelled_at = $1, cancelled_by = 'patient', version = version + 1
WHERE local_start::date = $1::date + 1 AND active`, monday())
	require.NoError(t, err)
	theirs := `SELECT md5(string_agg(v::text, '|' ORDER BY id)) FROM visit v WHERE created_at = $1 OR version > 1`
	before := one[string](t, conn, theirs, monday())

	for _, later := range []int{0, 1, 9, 40} {
		_, err := Load(t.Context(), options(address, monday().AddDate(0, 0, later)))
		require.NoError(t, err)
		assert.Equal(t, before, one[string](t, conn, theirs, monday()), "%d days later", later)
		assert.EqualValues(t, 0, one[int64](t, conn, overlaps))
		freeIsRight(t, address)
	}
	assert.EqualValues(t, 24, one[int64](t, conn, "SELECT count(*) FROM practitioner"))
	assert.Positive(t, one[int64](t, conn, "SELECT count(*) FROM visit WHERE local_start::date = $1::date + 40", monday()), "the day goes on living")
}

func TestAnotherClinicIsLeftAlone(t *testing.T) {
	t.Parallel()
	address := database(t)
	conn := open(t, address)
	_, err := conn.Exec(t.Context(), `
INSERT INTO branch (id, name_ru, name_en, city_ru, city_en, address_ru, address_en, tz) VALUES ($1, 'Своя', 'Own', '', '', '', '', 'UTC')`, uuid.New())
	require.NoError(t, err)
	_, err = Load(t.Context(), options(address, monday()))
	require.ErrorIs(t, err, ErrOccupied)
	assert.EqualValues(t, 0, one[int64](t, conn, "SELECT count(*) FROM practitioner"))
}

func TestAnotherSizeIsRefused(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, err := Load(t.Context(), options(address, monday()))
	require.NoError(t, err)
	_, err = Load(t.Context(), Options{OwnerURL: address, Size: Medium, Now: monday()})
	require.ErrorIs(t, err, ErrOccupied)
	require.ErrorContains(t, err, "--size small")
	_, err = Load(t.Context(), Options{OwnerURL: address, Size: "huge", Now: monday()})
	require.ErrorIs(t, err, ErrSize)
}

func TestADatabaseWithoutTablesIsToldToMigrate(t *testing.T) {
	t.Parallel()
	_, err := Load(t.Context(), options(empty(t), monday()))
	require.ErrorIs(t, err, ErrNotMigrated)
}

func TestFreeTimeIsWhatRefreshFreeGives(t *testing.T) {
	t.Parallel()
	address := database(t)
	_, err := Load(t.Context(), options(address, monday()))
	require.NoError(t, err)
	freeIsRight(t, address)
}

// freeIsRight asks refresh_free for every day and compares.
func freeIsRight(t *testing.T, address string) {
	t.Helper()
	conn := open(t, address)
	days := `SELECT count(*) || ' ' || md5(string_agg(d::text, '|' ORDER BY d::text)) FROM working_day d`
	before := one[string](t, conn, days)
	_, err := conn.Exec(t.Context(), `
SELECT refresh_free(practitioner_id, room_id, tstzrange(min(lower(span)), max(upper(span)))) FROM working_day GROUP BY practitioner_id, room_id`)
	require.NoError(t, err)
	require.Equal(t, before, one[string](t, conn, days))
}

func TestPhonesAreMobilesOfNobody(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 49, 119_999, 1_199_999} {
		e164, err := core.Phone(phone(n), "RU")
		require.NoError(t, err)
		assert.Equal(t, phone(n), e164)
		assert.True(t, core.Mobile(e164))
	}
}
