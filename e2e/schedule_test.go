package e2e

import (
	"context"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// TestTheDesksDayInTheCalendar needs a morning that is free: of the first cardiologist, on the last Wednesday that is laid out.
func TestTheDesksDayInTheCalendar(t *testing.T) {
	t.Parallel()
	needs(t)
	s := open(t)
	conn, err := pgx.Connect(t.Context(), s.OwnerURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	for i, name := range []string{"Щербатова", "Ветрова"} {
		_, err = conn.Exec(t.Context(), "UPDATE patient SET surname = $1, given = 'Алёна' WHERE id = (SELECT id FROM patient ORDER BY id OFFSET $2 LIMIT 1)", name, i)
		require.NoError(t, err)
	}
	var day string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT max(day)::text FROM working_day WHERE extract(isodow FROM day) = 3").Scan(&day))
	_, err = conn.Exec(t.Context(), "UPDATE visit SET status = 'cancelled' WHERE local_start::date = $1::date AND active", day)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "SELECT refresh_free(practitioner_id, NULL, span) FROM working_day WHERE day = $1::date", day)
	require.NoError(t, err)
	tell(t, s, "schedule.mjs", "E2E_DATE="+day, "E2E_DOCTOR="+strconv.Itoa(0))
}
