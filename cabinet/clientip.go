package cabinet

import (
	"net"
	"net/http"

	"github.com/go-chi/httprate"
)

// address is the connection's, and nothing that the client says of itself. Behind a proxy the server puts the client's there, from a
// header that the proxy vouches for. Of an IPv6 address the network counts.
func address(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr) // empty where the connection has none: then all count as one
	return httprate.CanonicalizeIP(host)
}
