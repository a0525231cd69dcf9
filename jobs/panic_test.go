package jobs_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/logs"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/jobs"
)

// lines is a log that several write to at once.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func TestV20APanicOfAJobLeavesNothingPersonalInTheQueue(t *testing.T) {
	t.Parallel()
	db, address := storetest.Open(t, storetest.Seed{Key: "queue", Fill: jobs.MigrateRiver}, 4)
	var out lines
	talks := &jobs.Talks{House: &jobs.House{
		DB: db, Hub: jobs.NewHub(), Log: slog.New(logs.New(slog.NewJSONHandler(&out, nil))),
		Clock: func() time.Time { panic("Канарейкина +79161234567") },
	}}
	pool, err := pgxpool.New(t.Context(), address.URL)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	queue, err := talks.NewRiver(pool)
	require.NoError(t, err)
	require.NoError(t, queue.Start(context.WithoutCancel(t.Context())))
	var kept string
	for kept == "" && t.Context().Err() == nil {
		require.NoError(t, pool.QueryRow(t.Context(),
			"SELECT coalesce(string_agg(array_to_string(errors, ' '), ' '), '') FROM river.river_job, pg_sleep(0.1)").Scan(&kept))
	}
	stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	require.NoError(t, queue.StopAndCancel(stop))
	for _, text := range []string{kept, out.String()} {
		require.Contains(t, text, "panic with a string")
		require.NotContains(t, text, "анарейк")
		require.NotContains(t, text, "916123")
	}
}
