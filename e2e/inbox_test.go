package e2e

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAHumanAnswersInTheChat restarts the site in the middle, when the story asks for it.
func TestAHumanAnswersInTheChat(t *testing.T) {
	t.Parallel()
	needs(t)
	s := open(t)
	restarts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.stop()
		listener, err := (&net.ListenConfig{}).Listen(r.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
		if assert.NoError(t, err) {
			s.serve(t, listener, nil) //nolint:contextcheck // the site outlives the request
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(restarts.Close)
	tell(t, s, "inbox.mjs", "E2E_RESTART="+restarts.URL)
}
