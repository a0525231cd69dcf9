package edge

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/go-chi/httprate"
)

// ClientIP is who sent the request: the connection's address, or what trusted proxies say of it. It is the zero Addr where the
// connection has no address. A request that did not come through Wrap has the connection's.
func ClientIP(r *http.Request) netip.Addr {
	if addr, ok := r.Context().Value(addressKey).(netip.Addr); ok {
		return addr
	}
	return peer(r)
}

// ByAddress is a counter's name for the client's address; of IPv6, the network, for one client has all of it.
func ByAddress(r *http.Request) (string, error) {
	addr := ClientIP(r)
	if !addr.IsValid() {
		return "", nil // all such count as one
	}
	return httprate.CanonicalizeIP(addr.String()), nil
}

// peer is the other end of the connection.
func peer(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap().WithZone("")
}

func among(addr netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// client walks the chain of proxies from our end, as long as they are trusted; the first that is not is the client. What stands further
// left was written by the client. Where two headers tell different stories, one of them is the client's own, and neither is believed.
func client(r *http.Request, trusted []netip.Prefix) netip.Addr {
	at := peer(r)
	if !among(at, trusted) {
		return at
	}
	plain, standard := r.Header.Values("X-Forwarded-For"), r.Header.Values("Forwarded")
	one, two := walk(at, list(plain), trusted), walk(at, forwarded(standard), trusted)
	switch {
	case len(plain) == 0:
		return two
	case len(standard) == 0 || one == two:
		return one
	default:
		return at
	}
}

// walk goes along the chain from the right. What cannot be read ends it: the last proxy that could be is answered for.
func walk(at netip.Addr, chain []string, trusted []netip.Prefix) netip.Addr {
	for i := len(chain) - 1; i >= 0 && among(at, trusted); i-- {
		next, ok := address(chain[i])
		if !ok {
			return at
		}
		at = next
	}
	return at
}

// list splits the lines of a header into its elements.
func list(lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	return strings.Split(strings.Join(lines, ","), ",")
}

// forwarded is the chain that RFC 7239's header tells; an element that does not say whom it is for stands as unreadable.
func forwarded(lines []string) []string {
	var chain []string
	for _, element := range list(lines) {
		found := ""
		for pair := range strings.SplitSeq(element, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			if strings.EqualFold(name, "for") {
				found = strings.Trim(value, `"`)
			}
		}
		chain = append(chain, found)
	}
	return chain
}

// address reads 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1] and [2001:db8::1]:80.
func address(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if at, err := netip.ParseAddrPort(text); err == nil {
		return at.Addr().Unmap().WithZone(""), true
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	return addr.Unmap().WithZone(""), err == nil
}
