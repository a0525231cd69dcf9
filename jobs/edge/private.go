package edge

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strings"

	"github.com/zapis-clinic/zapis/core"
)

// Private serves this machine, trusted addresses, and whoever bears the token; an empty token is nobody's. To anybody else the address
// does not exist. A request that came through a proxy counts as the proxy's client, and where the proxy is not trusted, as anybody.
func Private(trusted []netip.Prefix, token core.Sensitive[string]) func(http.Handler) http.Handler {
	want := sha256.Sum256([]byte(token.Reveal()))
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			given, bears := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			got := sha256.Sum256([]byte(given))
			known := bears && token.Reveal() != "" && subtle.ConstantTimeCompare(want[:], got[:]) == 1
			if !known && !near(r, trusted) {
				http.NotFound(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func near(r *http.Request, trusted []netip.Prefix) bool {
	if relayed(r) && !among(peer(r), trusted) {
		return false
	}
	addr := ClientIP(r)
	return addr.IsLoopback() || among(addr, trusted)
}

// relayed says that a proxy stands between.
func relayed(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "X-Forwarded-Host", "Via"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}
