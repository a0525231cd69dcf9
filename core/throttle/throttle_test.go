package throttle_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/throttle"
)

func limit() throttle.Limit {
	return throttle.Limit{Free: 5, Pause: time.Minute, Longest: 10 * time.Minute, Forget: 24 * time.Hour}
}

func account(who string) throttle.Key { return throttle.Key{What: "account", Who: who, Limit: limit()} }

func address(who string) throttle.Key { return throttle.Key{What: "address", Who: who, Limit: limit()} }

// door is a throttle over a database of the test's own, and its clock.
func door(t *testing.T) (throttle.Door, *atomic.Int64, storetest.Database) {
	t.Helper()
	db, at := storetest.Open(t, storetest.Seed{}, 8)
	var clock atomic.Int64
	clock.Store(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Unix())
	return throttle.Door{In: db, Clock: func() time.Time { return time.Unix(clock.Load(), 0).UTC() }, IDs: core.NewIDs(nil)}, &clock, at
}

// tells asserts that a guess came too soon and when it may come.
func tells(t *testing.T, err error, wait time.Duration) {
	t.Helper()
	r := core.Refusal(err)
	require.NotNil(t, r, "%v", err)
	assert.Equal(t, core.TooMany, r.Code)
	assert.Equal(t, wait, r.Args["Wait"])
}

func TestEachFurtherGuessWaitsTwiceAsLong(t *testing.T) {
	t.Parallel()
	d, clock, _ := door(t)
	for range 5 {
		require.NoError(t, d.Try(t.Context(), account("petrova")))
	}
	for _, wait := range []int{1, 2, 4, 8, 10, 10} {
		tells(t, d.Try(t.Context(), account("petrova")), time.Duration(wait)*time.Minute)
		require.NoError(t, d.Try(t.Context(), account("ivanova")), "others are not held up")
		clock.Add(int64(wait * 60))
		require.NoError(t, d.Try(t.Context(), account("petrova")))
		require.NoError(t, d.Right(t.Context(), account("ivanova")))
	}
	clock.Add(int64(24 * time.Hour / time.Second))
	for range 5 {
		require.NoError(t, d.Try(t.Context(), account("petrova")), "a quiet day is forgotten")
	}
}

func TestSuccessForgivesTheAccountButNotTheAddress(t *testing.T) {
	t.Parallel()
	d, _, _ := door(t)
	for i := range 4 {
		require.NoError(t, d.Try(t.Context(), account("victim"+strconv.Itoa(i)), address("10.0.0.1")))
	}
	for range 3 {
		require.NoError(t, d.Try(t.Context(), account("own"), address("10.0.0.1")), "signing in to one's own costs the address nothing")
		require.NoError(t, d.Right(t.Context(), account("own"), address("10.0.0.1")))
	}
	require.NoError(t, d.Try(t.Context(), account("victim5"), address("10.0.0.1")))
	tells(t, d.Try(t.Context(), account("victim6"), address("10.0.0.1")), time.Minute)
	require.NoError(t, d.Try(t.Context(), account("victim6"), address("10.0.0.2")), "nothing was counted for the account")
}

func TestGuessesAtTheSameMomentAreCountedEach(t *testing.T) {
	t.Parallel()
	d, _, _ := door(t)
	var through atomic.Int32
	var wait sync.WaitGroup
	for range 40 {
		wait.Go(func() {
			if d.Try(t.Context(), account("petrova"), address("10.0.0.1")) == nil {
				through.Add(1)
			}
		})
	}
	wait.Wait()
	assert.EqualValues(t, 5, through.Load())
}

func TestALockIsOnRecordAndNamesNobodyInPlain(t *testing.T) {
	t.Parallel()
	d, _, at := door(t)
	for range 7 {
		_ = d.Try(t.Context(), account("petrova"))
	}
	conn, err := pgx.Connect(t.Context(), at.OwnerURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	var locks int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM audit WHERE action = 'throttle.lock' AND fields = '{account}'").Scan(&locks))
	assert.Equal(t, 1, locks)
	var plain int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM throttle t WHERE t::text LIKE '%petrova%'").Scan(&plain))
	assert.Zero(t, plain)
}
