package bench_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// opened is a clinic's database as the program has it and as its owner has it.
type opened struct {
	storetest.Database
	*store.DB
	book  *clinic.Book
	owner *pgx.Conn
}

// open clones the clinic of seed and connects to it with conns connections that wait for the disk.
func open(b *testing.B, s storetest.Seed, conns int32) opened {
	b.Helper()
	ctx := context.Background()
	o := opened{Database: storetest.New(b, s)}
	var err error
	o.DB, err = store.Open(ctx, durable(b, o.URL), conns)
	require.NoError(b, err)
	b.Cleanup(o.Close)
	o.owner, err = pgx.Connect(ctx, durable(b, o.OwnerURL))
	require.NoError(b, err)
	b.Cleanup(func() { _ = o.owner.Close(ctx) })
	o.book, err = clinic.Open(ctx, o.DB)
	require.NoError(b, err)
	return o
}

// exec runs a statement as the owner.
func (o opened) exec(b *testing.B, sql string) {
	b.Helper()
	_, err := o.owner.Exec(b.Context(), sql)
	require.NoError(b, err)
}

// count runs a statement that answers with one number as the owner.
func (o opened) count(b *testing.B, sql string) int {
	b.Helper()
	var n int
	require.NoError(b, o.owner.QueryRow(b.Context(), sql).Scan(&n))
	return n
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	if n := len(list); n%2 == 0 {
		return (list[n/2-1] + list[n/2]) / 2
	}
	return list[len(list)/2]
}

// quantile is in milliseconds.
func quantile(waits []time.Duration, q float64) float64 {
	waits = slices.Sorted(slices.Values(waits))
	return float64(waits[int(q*float64(len(waits)-1))].Microseconds()) / 1000
}
