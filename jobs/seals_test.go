package jobs_test

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/jobs"
)

// act puts n acts on record.
func act(t *testing.T, db *store.DB, n int) {
	t.Helper()
	ids := core.NewIDs(nil)
	require.NoError(t, db.InTx(t.Context(), core.Sys("test"), func(tx *store.Tx) error {
		for range n {
			if err := audit.Add(t.Context(), tx, audit.Entry{ID: ids(), At: time.Unix(1_800_000_000, 0), Action: "visit.booked", Object: "visit"}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestASweepSealsAllThatWaitsAndTheNewestSealIsRememberedOnce(t *testing.T) {
	t.Parallel()
	db, address := storetest.Open(t, storetest.Seed{Key: "empty"}, 2)
	var log bytes.Buffer
	now := time.Unix(1_800_000_000, 0)
	house := &jobs.House{
		DB: db, Clock: func() time.Time { return now }, IDs: core.NewIDs(nil), Log: slog.New(slog.NewJSONHandler(&log, nil)), Anchors: t.TempDir() + "/anchors.jsonl",
	}
	require.NoError(t, house.Anchor(t.Context()), "nothing is sealed, nothing is remembered")
	act(t, db, 5003)
	require.NoError(t, house.SweepSeals(t.Context()))
	head, err := audit.Newest(t.Context(), db, core.Sys("test"))
	require.NoError(t, err)
	assert.Equal(t, int64(2), head.Seq)
	assert.Zero(t, head.Waiting)
	for range 2 {
		require.NoError(t, house.Anchor(t.Context()))
	}
	anchors, bad, err := audit.AnchorFile(house.Anchors)
	require.NoError(t, err)
	assert.Zero(t, bad)
	assert.Equal(t, []audit.Anchor{audit.AnchorOf(head)}, anchors)
	assert.Contains(t, log.String(), `"msg":"audit anchored"`)
	assert.Contains(t, log.String(), anchors[0].Root)

	act(t, db, 1)
	now = now.Add(-time.Hour)
	require.NoError(t, house.SweepSeals(t.Context()))
	assert.Contains(t, log.String(), "the clock runs backwards")
	require.NoError(t, house.Anchor(t.Context()))
	anchors, _, err = audit.AnchorFile(house.Anchors)
	require.NoError(t, err)
	require.Len(t, anchors, 2)
	seen, err := audit.Verify(t.Context(), address.OwnerURL, audit.Check{Anchors: anchors, Found: func(audit.Finding) {}})
	require.NoError(t, err)
	assert.Equal(t, audit.Verified{Seals: 3, Rows: 5004, Notes: 1}, seen)
}
