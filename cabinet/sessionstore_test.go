package cabinet

import (
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// kept is a session of somebody's as the manager writes it.
func kept(t *testing.T, staff uuid.UUID, until time.Time) []byte {
	t.Helper()
	data, err := scs.GobCodec{}.Encode(until, map[string]any{keyStaff: staff.String(), keySession: uuid.NewString(), keySeen: until.Unix()})
	require.NoError(t, err)
	return data
}

func TestV23AnEndedSessionIsRevivedByNoLateRequestAndBecomesNobodyElses(t *testing.T) {
	t.Parallel()
	db, address := storetest.Open(t, storetest.Seed{}, 4)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	until := now.Add(time.Hour)
	s := sessionStore{in: db, clock: func() time.Time { return now }}
	owner, err := pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	defer owner.Close(t.Context())
	one, other := uuid.New(), uuid.New()
	for login, id := range map[string]uuid.UUID{"one": one, "other": other} {
		_, err := owner.Exec(t.Context(), "INSERT INTO staff (id, login, role, created_at) VALUES ($1, $2, 'admin', now())", id, login)
		require.NoError(t, err)
	}
	mine := kept(t, one, until)
	require.NoError(t, s.CommitCtx(t.Context(), "token", mine, until))
	require.NoError(t, s.CommitCtx(t.Context(), "token", kept(t, other, until), until))
	data, found, err := s.FindCtx(t.Context(), "token")
	require.NoError(t, err)
	assert.True(t, found)
	assert.Equal(t, mine, data, "whoever else writes under the token changes nothing")

	require.NoError(t, s.DeleteCtx(t.Context(), "token"))
	require.NoError(t, s.CommitCtx(t.Context(), "token", mine, until)) // a request that read it before it ended
	_, found, err = s.FindCtx(t.Context(), "token")
	require.NoError(t, err)
	assert.False(t, found)
}
