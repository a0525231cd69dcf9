package edge_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/jobs/edge"
)

func TestAPageTravelsShortAndAStreamAtOnce(t *testing.T) {
	t.Parallel()
	page := strings.Repeat("<p>Запись к врачу</p>", 200)
	served, err := edge.Compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.URL.Query().Get("as"))
		_, _ = io.WriteString(w, page)
	}))
	require.NoError(t, err)
	get := func(as, accept string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := request(http.MethodGet, "127.0.0.1:1", "Accept-Encoding", "gzip", "Accept", accept)
		r.URL.RawQuery = "as=" + as
		served.ServeHTTP(w, r)
		return w
	}
	w := get("text/html", "text/html")
	require.Equal(t, "gzip", w.Header().Get("Content-Encoding"))
	require.Contains(t, w.Header().Get("Vary"), "Accept-Encoding")
	require.Less(t, w.Body.Len(), len(page)/10)
	plain, err := gzip.NewReader(w.Body)
	require.NoError(t, err)
	read, err := io.ReadAll(plain)
	require.NoError(t, err)
	require.Equal(t, page, string(read))

	for as, accept := range map[string]string{"text/event-stream": "text/event-stream", "application/zip": "*/*", "image/png": "image/*"} {
		w := get(as, accept)
		require.Empty(t, w.Header().Get("Content-Encoding"), as)
		require.Equal(t, page, w.Body.String(), as)
	}
}

func TestTheLengthOfAPageTellsNothingOfItsWords(t *testing.T) {
	t.Parallel()
	n := 0
	lengths := map[int]bool{}
	served, err := edge.Compress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, strings.Repeat("Запись к врачу ", 200)+strings.Repeat("а", n))
	}))
	require.NoError(t, err)
	for range 20 {
		w := httptest.NewRecorder()
		served.ServeHTTP(w, request(http.MethodGet, "127.0.0.1:1", "Accept-Encoding", "gzip"))
		lengths[w.Body.Len()] = true
	}
	require.Greater(t, len(lengths), 5)
}
