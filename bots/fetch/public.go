package fetch

import "net/netip"

// reserved are the networks that are nobody's on the internet: of this machine, this site, this provider, of documentation and tests, and
// those that only lead to others (RFC 6890 and its registries at IANA).
func reserved() []string {
	return []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24",
		"192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
		"240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7",
		"fe80::/10", "fec0::/10", "ff00::/8",
	}
}

// Public says that an address is somebody's on the internet. An IPv4 address in IPv6's clothes is looked at as what it is.
func Public(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() {
		return false
	}
	for _, text := range reserved() {
		if p, err := netip.ParsePrefix(text); err != nil || p.Contains(addr) {
			return false
		}
	}
	return true
}
