// Package fetch decides what our servers reach of the outside when somebody outside has a say in the address: one host, and nothing that
// stands behind it.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Config says what may be reached.
type Config struct {
	Base  string        // scheme and host; nothing else is ever reached
	Local bool          // the base is the clinic's own server: its host may be on this machine or in the clinic's network
	Max   int64         // bytes of an answer
	Limit time.Duration // of one fetch, 30 s where 0

	// Resolve finds a host's addresses; nil is the system's way.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
}

// Client fetches from one host.
type Client struct {
	config Config
	base   *url.URL
	http   *http.Client
}

// Errors of a fetch. None of them quotes the address: it may hold a token.
var (
	ErrForbidden = errors.New("fetch: an address that may not be reached")
	ErrTooLarge  = errors.New("fetch: the answer is too large")
	ErrFailed    = errors.New("fetch: no answer")
	ErrGone      = errors.New("fetch: there is no such file")
)

// Times of a connection.
const (
	dialTimeout  = 10 * time.Second
	defaultLimit = 30 * time.Second
	maxRedirects = 3
)

// New makes a client.
func New(c Config) (*Client, error) {
	base, err := url.Parse(c.Base)
	if err != nil || (base.Scheme != "https" && base.Scheme != "http") || base.Host == "" || base.User != nil || c.Max <= 0 {
		return nil, errors.New("fetch: a base address and a size are needed")
	}
	if c.Limit == 0 {
		c.Limit = defaultLimit
	}
	if c.Resolve == nil {
		c.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	f := &Client{config: c, base: base}
	f.http = &http.Client{
		Transport:     &http.Transport{DialContext: f.dial, ForceAttemptHTTP2: true, TLSHandshakeTimeout: dialTimeout, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: f.redirect,
	}
	return f, nil
}

// same says that an address is on the one host.
func (f *Client) same(u *url.URL) bool {
	return u.Scheme == f.base.Scheme && strings.EqualFold(u.Host, f.base.Host) && u.User == nil
}

func (f *Client) redirect(next *http.Request, before []*http.Request) error {
	if !f.same(next.URL) || len(before) > maxRedirects {
		return ErrForbidden
	}
	return nil
}

// dial connects to the one host, at an address that was looked at after it was resolved: what a name leads to a moment later is not asked.
func (f *Client) dial(ctx context.Context, network, to string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(to)
	if err != nil || !strings.EqualFold(host, f.base.Hostname()) {
		return nil, ErrForbidden
	}
	addrs := []netip.Addr{}
	if literal, err := netip.ParseAddr(host); err == nil {
		addrs = append(addrs, literal)
	} else if addrs, err = f.config.Resolve(ctx, host); err != nil {
		return nil, ErrFailed
	}
	dialer := net.Dialer{Timeout: dialTimeout, Control: f.control}
	err = ErrFailed
	for _, addr := range addrs {
		var conn net.Conn
		if conn, err = dialer.DialContext(ctx, network, net.JoinHostPort(addr.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// control is asked by the dialer with the very address that it connects to.
func (f *Client) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || (!f.config.Local && !Public(at.Addr())) {
		return ErrForbidden
	}
	return nil
}

// Get fetches a path of the host. Its error never holds the address.
func (f *Client) Get(ctx context.Context, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, f.config.Limit)
	defer cancel()
	to, err := f.base.Parse(path)
	if err != nil || !f.same(to) {
		return nil, ErrForbidden
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), http.NoBody)
	if err != nil {
		return nil, ErrForbidden
	}
	response, err := f.http.Do(request)
	if err != nil {
		return nil, plain(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusGone {
		return nil, ErrGone
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: status %d", ErrFailed, response.StatusCode)
	}
	if response.ContentLength > f.config.Max {
		return nil, ErrTooLarge
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, f.config.Max+1))
	switch {
	case err != nil:
		return nil, plain(err)
	case int64(len(data)) > f.config.Max:
		return nil, ErrTooLarge
	}
	return data, nil
}

// plain keeps of an error what may be told.
func plain(err error) error {
	for _, known := range []error{ErrForbidden, context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, known) {
			return known
		}
	}
	return ErrFailed
}
