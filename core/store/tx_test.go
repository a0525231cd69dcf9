package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

func number(ctx context.Context, tx *store.Tx, sql string, args ...any) (int, error) {
	var n int
	err := tx.QueryRow(ctx, sql, args...).Scan(&n)
	return n, err
}

// A part that broke a rule leaves its transaction fit for statements the connection has never seen.
func TestWorkGoesOnAfterAPartWasTakenBack(t *testing.T) {
	t.Parallel()
	db, _ := storetest.Open(t, storetest.Seed{Key: "empty"}, 1)
	ctx, me := t.Context(), core.Sys("test")
	err := db.InTx(ctx, me, func(tx *store.Tx) error {
		before, err := number(ctx, tx, "SELECT version FROM clinic_version")
		require.NoError(t, err)
		err = tx.InTx(ctx, me, func(tx *store.Tx) error {
			require.NoError(t, tx.ClinicTouch(ctx))
			_, err := number(ctx, tx, "SELECT 1 / $1::integer", 0)
			return err
		})
		require.ErrorContains(t, err, "division by zero")
		after, err := number(ctx, tx, "SELECT version AS seen_after FROM clinic_version")
		require.NoError(t, err)
		require.Equal(t, before, after)
		return nil
	})
	require.NoError(t, err)
}

func TestAPartThatIsRefusedLeavesNothing(t *testing.T) {
	t.Parallel()
	db, _ := storetest.Open(t, storetest.Seed{Key: "empty"}, 1)
	ctx, me := t.Context(), core.Sys("test")
	refusal := core.Refuse(core.Conflict, "time_taken")
	for name, sent := range map[string]bool{"sent to the server already": true, "only queued": false} {
		err := db.InTx(ctx, me, func(tx *store.Tx) error {
			before, err := number(ctx, tx, "SELECT version FROM clinic_version")
			require.NoError(t, err)
			ran := false
			err = tx.InTx(ctx, me, func(tx *store.Tx) error {
				tx.After(func() { ran = true })
				if err := tx.ClinicTouch(ctx); err != nil {
					return err
				}
				if sent {
					require.NoError(t, tx.Flush(ctx))
				}
				return refusal
			})
			require.Equal(t, refusal, err, name)
			after, err := number(ctx, tx, "SELECT version FROM clinic_version")
			require.NoError(t, err)
			require.Equal(t, before, after, name)
			require.False(t, ran)
			return nil
		})
		require.NoError(t, err, name)
	}
}
