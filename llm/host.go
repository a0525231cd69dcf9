package llm

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
)

// Own says that the server at an address is the clinic's own machine: everything that its host's name leads to is loopback or private. Any
// other is somebody else's, who needs an entry in the registry of processors.
func Own(ctx context.Context, base string) (bool, error) {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return false, errors.New("llm: not an address")
	}
	if at, err := netip.ParseAddr(u.Hostname()); err == nil {
		return ownAddr(at), nil
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil || len(addrs) == 0 {
		return false, errors.New("llm: the host's name leads nowhere")
	}
	for _, at := range addrs {
		if !ownAddr(at) {
			return false, nil
		}
	}
	return true, nil
}

func ownAddr(at netip.Addr) bool {
	at = at.Unmap()
	return at.IsLoopback() || at.IsPrivate()
}
