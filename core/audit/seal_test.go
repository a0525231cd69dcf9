package audit_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
)

func TestSealsFollowEachOtherWithoutGaps(t *testing.T) {
	t.Parallel()
	j := open(t)
	assert.Zero(t, j.seal().Rows, "nothing to seal, no seal")
	j.history()
	assert.Zero(t, j.seal().Rows)
	head, err := audit.Newest(t.Context(), j.db, admin())
	require.NoError(t, err)
	assert.Equal(t, int64(3), head.Seq)
	assert.Equal(t, int64(9), head.Total)
	assert.Zero(t, head.Waiting)
	assert.Equal(t, 9, j.count("SELECT count(*) FROM audit_sealed WHERE position BETWEEN 1 AND 3"))
	assert.Empty(t, j.found(j.anchor()))
}

func TestAManyLeavedTreeIsTheSameHereAndThere(t *testing.T) {
	t.Parallel()
	j := open(t)
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 100} {
		require.NoError(t, j.db.InTx(t.Context(), admin(), func(tx *store.Tx) error {
			for range n {
				require.NoError(t, audit.Add(t.Context(), tx, j.entry("patient.phone")))
			}
			return nil
		}))
		require.Equal(t, n, j.seal().Rows)
	}
	assert.Empty(t, j.found())
}

func TestATransactionThatCommitsLateIsSealedLate(t *testing.T) {
	t.Parallel()
	j := open(t)
	late := j.entry("patient.phone")
	require.NoError(t, j.db.InTx(t.Context(), admin(), func(tx *store.Tx) error {
		require.NoError(t, audit.Add(t.Context(), tx, late))
		require.NoError(t, tx.Flush(t.Context()))
		j.history() // others commit and are sealed meanwhile
		return nil
	}))
	require.Equal(t, 1, j.seal().Rows)
	assert.Equal(t, late.ID, j.rowAt(4, 1))
	assert.Empty(t, j.found())
}

func TestAClockThatRunsBackwardsIsToldAndBreaksNothing(t *testing.T) {
	t.Parallel()
	j := open(t)
	j.history()
	j.acts(1)
	j.now = j.now.Add(-time.Hour)
	s := j.seal()
	assert.True(t, s.Backwards)
	assert.Equal(t, int64(4), s.Seq)
	found := j.found()
	require.Len(t, found[audit.ClockBack], 1)
	assert.Equal(t, int64(4), found[audit.ClockBack][0].Seal)
	assert.Len(t, found, 1)
}

// A sealer that dies before its commit leaves everything as it was.
func TestASealThatDoesNotCommitNeverWas(t *testing.T) {
	t.Parallel()
	j := open(t)
	j.acts(2)
	crash := core.Refuse(core.Conflict, "crash")
	err := j.db.InTx(t.Context(), core.Sys("worker"), func(tx *store.Tx) error {
		s, err := audit.Seal(t.Context(), tx, j.clock)
		require.NoError(t, err)
		require.Equal(t, 2, s.Rows)
		return crash
	})
	require.Equal(t, crash, err)
	assert.Equal(t, 2, j.count("SELECT count(*) FROM audit_intake"))
	assert.Equal(t, audit.Sealed{Seq: 1, Rows: 2}, j.seal())
	assert.Empty(t, j.found())
}

// Four clinics' worth of writers, two replicas that seal, and somebody who verifies all the while.
func TestTwoReplicasSealWhileTheClinicWritesAndSomebodyVerifies(t *testing.T) {
	t.Parallel()
	j := open(t)
	const writers, acts = 4, 60
	done := make(chan struct{})
	var writing, sealing sync.WaitGroup
	for range writers {
		writing.Go(func() { j.acts(acts) })
	}
	for range 2 {
		sealing.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					_, err := audit.Seal(t.Context(), j.db, j.clock)
					assert.NoError(t, err)
				}
			}
		})
	}
	sealing.Go(func() {
		for range 5 {
			assert.Empty(t, j.found())
		}
	})
	writing.Wait()
	close(done)
	sealing.Wait()
	j.seal()
	assert.Equal(t, writers*acts, j.count("SELECT count(DISTINCT id) FROM audit_sealed"))
	assert.Equal(t, writers*acts, j.count("SELECT sum(rows) FROM audit_seal"))
	assert.Equal(t, j.count("SELECT count(*) FROM audit_seal"), j.count("SELECT max(seq) FROM audit_seal"))
	assert.Empty(t, j.found())
}
