package fetch_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/fetch"
)

// inside is a server that nobody outside should reach; hits counts who did.
func inside(t *testing.T, serve http.HandlerFunc) (address string, hits *atomic.Int64) {
	t.Helper()
	hits = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		serve(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, hits
}

func secret(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("secret")) }

func client(t *testing.T, c fetch.Config) *fetch.Client {
	t.Helper()
	if c.Max == 0 {
		c.Max = 1 << 10
	}
	f, err := fetch.New(c)
	require.NoError(t, err)
	return f
}

func TestV12NoAddressOfOursIsReached(t *testing.T) {
	t.Parallel()
	address, hits := inside(t, secret)
	u, err := url.Parse(address)
	require.NoError(t, err)
	for _, host := range []string{
		"127.0.0.1", "127.1.2.3", "169.254.169.254", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "[::]", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "[fd00::1]",
		"[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "255.255.255.255", "224.0.0.1", "192.0.0.1",
	} {
		_, err := client(t, fetch.Config{Base: "http://" + host + ":" + u.Port()}).Get(t.Context(), "/")
		require.ErrorIs(t, err, fetch.ErrForbidden, host)
	}
	require.Zero(t, hits.Load())
}

func TestV12ANameThatTurnsInwardIsNotFollowed(t *testing.T) {
	t.Parallel()
	address, hits := inside(t, secret)
	u, err := url.Parse(address)
	require.NoError(t, err)
	asked := 0
	f := client(t, fetch.Config{Base: "http://files.example:" + u.Port(), Resolve: func(context.Context, string) ([]netip.Addr, error) {
		asked++ // the first answer is harmless, as whoever turns names makes it
		return []netip.Addr{netip.MustParseAddr(map[bool]string{true: "2001:4860:4860::8888", false: "127.0.0.1"}[asked == 1])}, nil
	}})
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		_, err = f.Get(ctx, "/")
		cancel()
		require.Error(t, err)
	}
	require.ErrorIs(t, err, fetch.ErrForbidden)
	both := client(t, fetch.Config{Base: "http://files.example:" + u.Port(), Resolve: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("169.254.169.254"), netip.MustParseAddr("::ffff:127.0.0.1")}, nil
	}})
	_, err = both.Get(t.Context(), "/")
	require.ErrorIs(t, err, fetch.ErrForbidden)
	require.Zero(t, hits.Load())
}

func TestV12NoRedirectLeadsElsewhere(t *testing.T) {
	t.Parallel()
	other, hits := inside(t, secret)
	var to atomic.Value
	address, _ := inside(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/end" {
			secret(w, r)
			return
		}
		target, _ := to.Load().(string)
		http.Redirect(w, r, target, http.StatusFound)
	})
	f := client(t, fetch.Config{Base: address, Local: true})
	for _, target := range []string{other, "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "gopher://127.0.0.1:1/", strings.Replace(address, "http:", "https:", 1), "//evil.example/"} {
		to.Store(target)
		_, err := f.Get(t.Context(), "/begin")
		require.Error(t, err, target)
		require.NotContains(t, err.Error(), "169.254")
	}
	require.Zero(t, hits.Load())
	to.Store("/end")
	data, err := f.Get(t.Context(), "/begin")
	require.NoError(t, err)
	require.Equal(t, "secret", string(data))
	for _, path := range []string{other + "/x", "//evil.example/x", "http://user@" + strings.TrimPrefix(address, "http://")} {
		_, err := f.Get(t.Context(), path)
		require.ErrorIs(t, err, fetch.ErrForbidden, path)
	}
}

func TestV12AnAnswerIsBoundedAndItsErrorHidesTheAddress(t *testing.T) {
	t.Parallel()
	address, _ := inside(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/chunked" {
			w.Header().Set("Transfer-Encoding", "chunked")
		}
		for range 64 {
			_, _ = w.Write(make([]byte, 1<<10))
		}
	})
	f := client(t, fetch.Config{Base: address, Local: true, Max: 10 << 10})
	for _, path := range []string{"/known", "/chunked"} {
		_, err := f.Get(t.Context(), path)
		require.ErrorIs(t, err, fetch.ErrTooLarge)
	}
	gone := client(t, fetch.Config{Base: "http://127.0.0.1:1", Local: true})
	_, err := gone.Get(t.Context(), "/file/bot4242:token-of-the-bot/x")
	require.ErrorIs(t, err, fetch.ErrFailed)
	require.NotContains(t, err.Error(), "token")
}

func TestAnAddressOfTheInternetIsPublic(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"149.154.167.220", "8.8.8.8", "2001:67c:4e8:f004::9", "::ffff:149.154.167.220"} {
		require.True(t, fetch.Public(netip.MustParseAddr(addr)), addr)
	}
}
