package llm

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// Tries of one call, the first included, and the wait before another where the server names none.
const (
	maxTries  = 3
	retryWait = 200 * time.Millisecond
	dialLimit = 3 * time.Second
)

// transport sends a request within the caller's deadline. It tries again only what the server has not done: it was not reached, or says
// that it is busy (429, 503), and only if its Retry-After ends before the deadline does. A broken connection is not tried again: what was
// asked may have been done, and charged.
type transport struct{ next http.RoundTripper }

// newTransport connects by itself, whatever proxies the environment names. Of a server that counts as the clinic's own, only such addresses
// are ever dialled: a name that leads elsewhere a moment later leads nowhere.
func newTransport(own bool) *transport {
	dialer := &net.Dialer{Timeout: dialLimit, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || (own && !ownAddr(at.Addr())) {
			return errors.New("an address that may not be reached")
		}
		return nil
	}}
	return &transport{next: &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: dialLimit, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute,
	}}
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		response, err := t.next.RoundTrip(r)
		wait, again := safe(response, err)
		if !again || try == maxTries || !fits(r.Context(), wait) || r.GetBody == nil {
			return capped(response, r.Context()), err
		}
		if response != nil {
			_ = response.Body.Close()
		}
		if err := rest(r.Context(), wait); err != nil {
			return nil, err
		}
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = body
	}
}

// safe says that a request was not carried out, and how long the server wants to be left alone.
func safe(response *http.Response, err error) (time.Duration, bool) {
	if err != nil {
		var op *net.OpError
		return retryWait, errors.As(err, &op) && op.Op == "dial" && errors.Is(err, syscall.ECONNREFUSED)
	}
	if response.StatusCode != http.StatusTooManyRequests && response.StatusCode != http.StatusServiceUnavailable {
		return 0, false
	}
	return retryAfter(response.Header.Get("Retry-After")), true
}

// retryAfter reads seconds; a date, which few send, is as good as none: it needs clocks that agree.
func retryAfter(header string) time.Duration {
	seconds, err := strconv.ParseFloat(header, 64)
	if err != nil || !(seconds >= 0 && seconds < 1e6) {
		return retryWait
	}
	return time.Duration(seconds * float64(time.Second))
}

// fits says that a wait leaves time for an answer.
func fits(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > wait
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// capKey is where a call leaves the size that its answer may have.
type capKey struct{}

func capped(response *http.Response, ctx context.Context) *http.Response {
	limit, ok := ctx.Value(capKey{}).(int64)
	if response != nil && ok {
		response.Body = &short{body: response.Body, left: limit}
	}
	return response
}

// short is a body that ends in an error where it is longer than it may be.
type short struct {
	body io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (s *short) Read(p []byte) (int, error) {
	if int64(len(p)) > s.left+1 {
		p = p[:s.left+1]
	}
	n, err := s.body.Read(p)
	if s.left -= int64(n); s.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// Close implements io.Closer.
func (s *short) Close() error { return s.body.Close() }
