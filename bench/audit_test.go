package bench_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

const (
	auditWriters = 8
	auditEach    = 250 // transactions of a writer in one round
	auditRows    = 5   // acts of a transaction
	auditRounds  = 5
)

// BenchmarkAudit puts acts on record by eight writers, five to a transaction that waits for the disk, with nobody sealing and with a
// sealer that never rests, in turns; then it measures how fast a sealer catches up. The clinic's peak is 600,000 rows in a day, 7 a second.
func BenchmarkAudit(b *testing.B) {
	o := open(b, storetest.Seed{Key: "empty"}, auditWriters+1)
	drain(b, o)
	plain, sealed := []float64{}, []float64{}
	for range auditRounds {
		plain = append(plain, recordActs(b, o))
		drain(b, o)
		ctx, stop := context.WithCancel(b.Context())
		var wait sync.WaitGroup
		wait.Go(func() {
			for ctx.Err() == nil {
				_, _ = audit.Seal(ctx, o.DB, time.Now) // the end of the round breaks it off
			}
		})
		sealed = append(sealed, recordActs(b, o))
		stop()
		wait.Wait()
		drain(b, o)
	}
	for range 4 {
		recordActs(b, o)
	}
	rows, began := o.count(b, "SELECT count(*) FROM audit_intake"), time.Now()
	drain(b, o)
	took := time.Since(began)
	findings := 0
	_, err := audit.Verify(b.Context(), o.OwnerURL, audit.Check{Found: func(audit.Finding) { findings++ }})
	require.NoError(b, err)
	require.Zero(b, findings)
	b.Logf("rows/s by round: without a sealer %.0f, with one %.0f", plain, sealed)
	b.ReportMetric(median(plain), "rows/s")
	b.ReportMetric(median(sealed), "rows-while-sealing/s")
	b.ReportMetric(median(sealed)/median(plain), "ratio")
	b.ReportMetric(float64(rows)/took.Seconds(), "sealed-rows/s")
	b.ReportMetric(0, "ns/op")
}

// recordActs is how many rows a second come to stand on record.
func recordActs(b *testing.B, o opened) float64 {
	b.Helper()
	ids, who := core.NewIDs(nil), core.Actor{Kind: core.Staff, ID: uuid.New(), Role: "admin", Channel: "cabinet"}
	began := time.Now()
	var wait sync.WaitGroup
	for range auditWriters {
		wait.Go(func() {
			for range auditEach {
				err := o.InTx(b.Context(), who, func(tx *store.Tx) error {
					for range auditRows {
						e := audit.Entry{ID: ids(), At: time.Now(), Action: "visit.booked", Object: "visit", Subject: ids(), Patient: ids()}
						if err := audit.Add(b.Context(), tx, e); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	wait.Wait()
	return float64(auditWriters*auditEach*auditRows) / time.Since(began).Seconds()
}

// drain seals everything that waits.
func drain(b *testing.B, o opened) {
	b.Helper()
	for o.count(b, "SELECT count(*) FROM audit_intake") > 0 {
		_, err := audit.Seal(b.Context(), o.DB, time.Now)
		require.NoError(b, err)
	}
}
