package edge_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/jobs/edge"
)

func TestWhatMattersLeastIsRefusedFirst(t *testing.T) {
	t.Parallel()
	gate := edge.NewGate(16)
	release := make(chan struct{})
	var inside sync.WaitGroup
	wait := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		inside.Done()
		<-release
	})
	fill := func(kind edge.Kind, n int) {
		inside.Add(n)
		for range n {
			go gate.Admit(kind)(wait).ServeHTTP(httptest.NewRecorder(), request(http.MethodGet, "127.0.0.1:1"))
		}
		inside.Wait()
	}
	let := func(kind edge.Kind) bool {
		w := httptest.NewRecorder()
		gate.Admit(kind)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, request(http.MethodGet, "127.0.0.1:1"))
		if w.Code == http.StatusServiceUnavailable {
			require.NotEmpty(t, w.Header().Get("Retry-After"))
			return false
		}
		return true
	}
	state := func() []bool {
		var out []bool
		for _, kind := range []edge.Kind{edge.Webhook, edge.Chat, edge.Pages, edge.Export, edge.Streams} {
			out = append(out, let(kind))
		}
		return out
	}
	require.Equal(t, []bool{true, true, true, true, true}, state())
	fill(edge.Pages, 4)
	require.Equal(t, []bool{true, true, true, false, true}, state())
	fill(edge.Pages, 4)
	require.Equal(t, []bool{true, true, false, false, true}, state())
	fill(edge.Chat, 4)
	require.Equal(t, []bool{true, false, false, false, true}, state())
	fill(edge.Webhook, 4)
	require.Equal(t, []bool{false, false, false, false, true}, state())
	now, refused := gate.Load(edge.Pages)
	require.Equal(t, []int64{8, 3}, []int64{now, refused})
	close(release)
	require.Eventually(t, func() bool { now, _ := gate.Load(edge.Webhook); return now == 0 }, time.Second, time.Millisecond)
	require.Equal(t, []bool{true, true, true, true, true}, slices.Clone(state()))
}
