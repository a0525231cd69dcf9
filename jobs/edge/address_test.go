package edge_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/go-chi/httprate"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

func config(trusted ...string) edge.Config {
	c := edge.Config{IDs: core.NewIDs(nil), Log: slog.New(slog.DiscardHandler)}
	for _, p := range trusted {
		c.Trusted = append(c.Trusted, netip.MustParsePrefix(p))
	}
	return c
}

func request(method, from string, headers ...string) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), method, "/x", http.NoBody)
	r.RemoteAddr = from
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// seen is the client's address as a handler behind the edge sees it.
func seen(c edge.Config, r *http.Request) string {
	var addr netip.Addr
	edge.Wrap(c, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { addr = edge.ClientIP(r) })).ServeHTTP(httptest.NewRecorder(), r)
	return addr.String()
}

func TestV19OnlyATrustedProxyIsBelievedAboutItsClient(t *testing.T) {
	t.Parallel()
	behind := config("10.0.0.0/8", "2001:db8:ffff::/48")
	for name, x := range map[string]struct {
		config  edge.Config
		from    string
		headers []string
		want    string
	}{
		"nobody is trusted":           {config(), "203.0.113.9:1", []string{"X-Forwarded-For", "1.2.3.4"}, "203.0.113.9"},
		"a stranger claims":           {behind, "203.0.113.9:1", []string{"X-Forwarded-For", "1.2.3.4"}, "203.0.113.9"},
		"the proxy tells":             {behind, "10.0.0.1:1", []string{"X-Forwarded-For", "203.0.113.9"}, "203.0.113.9"},
		"what the client put before":  {behind, "10.0.0.1:1", []string{"X-Forwarded-For", "1.2.3.4, 10.0.0.9, 203.0.113.9"}, "203.0.113.9"},
		"two proxies":                 {behind, "10.0.0.1:1", []string{"X-Forwarded-For", "1.2.3.4, 203.0.113.9, 10.0.0.7"}, "203.0.113.9"},
		"two lines":                   {behind, "10.0.0.1:1", []string{"X-Forwarded-For", "1.2.3.4", "X-Forwarded-For", "203.0.113.9"}, "203.0.113.9"},
		"no header":                   {behind, "10.0.0.1:1", nil, "10.0.0.1"},
		"rubbish":                     {behind, "10.0.0.1:1", []string{"X-Forwarded-For", "1.2.3.4, <script>"}, "10.0.0.1"},
		"with a port":                 {behind, "10.0.0.1:1", []string{"X-Forwarded-For", "203.0.113.9:4711"}, "203.0.113.9"},
		"forwarded":                   {behind, "10.0.0.1:1", []string{"Forwarded", `for=1.2.3.4, proto=https;For="[2001:db8::7]:80"`}, "2001:db8::7"},
		"forwarded without for":       {behind, "10.0.0.1:1", []string{"Forwarded", `for=1.2.3.4, proto=https`}, "10.0.0.1"},
		"forwarded hides":             {behind, "10.0.0.1:1", []string{"Forwarded", `for=unknown`}, "10.0.0.1"},
		"both, the same":              {behind, "10.0.0.1:1", []string{"Forwarded", `for=203.0.113.9`, "X-Forwarded-For", "203.0.113.9"}, "203.0.113.9"},
		"both, one is the client's":   {behind, "10.0.0.1:1", []string{"Forwarded", `for=1.2.3.4`, "X-Forwarded-For", "203.0.113.9"}, "10.0.0.1"},
		"a proxy by IPv6":             {behind, "[2001:db8:ffff::1]:1", []string{"X-Forwarded-For", "2001:db8::9"}, "2001:db8::9"},
		"a proxy by mapped IPv4":      {behind, "[::ffff:10.0.0.1]:1", []string{"X-Forwarded-For", "::ffff:203.0.113.9"}, "203.0.113.9"},
		"X-Real-IP is nobody's":       {behind, "10.0.0.1:1", []string{"X-Real-Ip", "1.2.3.4"}, "10.0.0.1"},
		"a client that claims a seat": {behind, "10.0.0.1:1", []string{"X-Forwarded-For", "10.0.0.5"}, "10.0.0.5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, x.want, seen(x.config, request(http.MethodGet, x.from, x.headers...)))
		})
	}
}

func TestV19ASpoofedHeaderDoesNotResetACounter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]edge.Config{"open to the world": config(), "behind a proxy": config("10.0.0.0/8")} {
		from := map[bool]string{true: "203.0.113.9:1", false: "10.0.0.1:1"}[len(c.Trusted) == 0]
		served := edge.Wrap(c, httprate.LimitBy(5, time.Hour, edge.ByAddress)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
		let := 0
		for i := range 50 {
			made := netip.AddrFrom4([4]byte{byte(i), 2, 3, 4}).String()
			r := request(http.MethodPost, from, "X-Forwarded-For", made+", 203.0.113.9", "X-Real-Ip", made, "True-Client-Ip", made, "X-Client-Ip", made)
			w := httptest.NewRecorder()
			served.ServeHTTP(w, r)
			if w.Code == http.StatusOK {
				let++
			}
		}
		require.Equal(t, 5, let, name)
	}
}

func TestANetworkOfIPv6CountsAsOneClient(t *testing.T) {
	t.Parallel()
	one, err := edge.ByAddress(request(http.MethodGet, "[2001:db8::1]:1"))
	require.NoError(t, err)
	two, err := edge.ByAddress(request(http.MethodGet, "[2001:db8::ffff:1]:1"))
	require.NoError(t, err)
	require.Equal(t, one, two)
	none, err := edge.ByAddress(request(http.MethodGet, "@"))
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestMetricsAreForThisMachineAndWhoeverBearsTheToken(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		trusted []string
		token   string
		from    string
		headers []string
		want    int
	}{
		"this machine":                     {nil, "", "127.0.0.1:1", nil, http.StatusOK},
		"this machine by IPv6":             {nil, "", "[::1]:1", nil, http.StatusOK},
		"the world":                        {nil, "", "203.0.113.9:1", nil, http.StatusNotFound},
		"the world through a local proxy":  {nil, "", "127.0.0.1:1", []string{"X-Forwarded-For", "203.0.113.9"}, http.StatusNotFound},
		"the world, claiming to be local":  {[]string{"127.0.0.0/8"}, "", "203.0.113.9:1", []string{"X-Forwarded-For", "127.0.0.1"}, http.StatusNotFound},
		"the world, through a trusted one": {[]string{"10.0.0.0/8"}, "", "10.0.0.1:1", []string{"X-Forwarded-For", "127.0.0.1, 203.0.113.9"}, http.StatusNotFound},
		"a trusted address":                {[]string{"10.0.0.0/8"}, "", "10.0.0.1:1", nil, http.StatusOK},
		"the token":                        {nil, "m3trics", "203.0.113.9:1", []string{"Authorization", "Bearer m3trics"}, http.StatusOK},
		"another token":                    {nil, "m3trics", "203.0.113.9:1", []string{"Authorization", "Bearer m3tric"}, http.StatusNotFound},
		"an empty token":                   {nil, "", "203.0.113.9:1", []string{"Authorization", "Bearer "}, http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := config(x.trusted...)
			w := httptest.NewRecorder()
			edge.Wrap(c, edge.Private(c.Trusted, core.Hide(x.token))(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))).
				ServeHTTP(w, request(http.MethodGet, x.from, x.headers...))
			require.Equal(t, x.want, w.Code)
		})
	}
}
