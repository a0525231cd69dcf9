package botstest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
)

// Fault is how one call goes wrong.
type Fault struct {
	before error           // instead of the method
	after  error           // instead of its answer, once it has taken effect
	hold   <-chan struct{} // before the method

	instead any // of its answer
}

var errCut = errors.New("the connection is cut")

// pageError is a proxy's page instead of Telegram's JSON.
type pageError int

func (p pageError) Error() string { return http.StatusText(int(p)) }

// TooMany is a 429 that asks to wait.
func TooMany(seconds int) Fault {
	return Fault{before: &refusal{http.StatusTooManyRequests, fmt.Sprintf("Too Many Requests: retry after %d", seconds), seconds}}
}

// Refuse is Telegram's own refusal, nothing having happened.
func Refuse(code int, description string) Fault {
	return Fault{before: &refusal{code, description, 0}}
}

// Page is a proxy's page with that status, nothing having happened.
func Page(status int) Fault { return Fault{before: pageError(status)} }

// Accepted is a proxy's page with that status although the method took effect.
func Accepted(status int) Fault { return Fault{after: pageError(status)} }

// Reset lets the method take effect and then cuts the connection.
func Reset() Fault { return Fault{after: errCut} }

// Lost cuts the connection before the method takes effect.
func Lost() Fault { return Fault{before: errCut} }

// Result answers with a result of somebody's own making, nothing having happened.
func Result(result any) Fault { return Fault{instead: result} }

// Hold lets the call wait until release is closed, and then go well.
func Hold(release <-chan struct{}) Fault { return Fault{hold: release} }

type faults struct {
	mu   sync.Mutex
	next map[string][]Fault
}

// Fault makes the next calls of method go wrong, one after another; further calls go well again.
func (f *FakeTelegram) Fault(method string, each ...Fault) {
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	if f.faults.next == nil {
		f.faults.next = map[string][]Fault{}
	}
	f.faults.next[method] = append(f.faults.next[method], each...)
}

func (s *faults) take(method string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	waiting := s.next[method]
	if len(waiting) == 0 {
		return Fault{}, false
	}
	s.next[method] = waiting[1:]
	return waiting[0], true
}

// faulty does the method, or what a fault makes of it.
func (f *FakeTelegram) faulty(ctx context.Context, method string, p params) (any, error) {
	fault, has := f.faults.take(method)
	if !has {
		return f.do(ctx, method, p)
	}
	if fault.hold != nil {
		select {
		case <-fault.hold:
		case <-ctx.Done():
			return nil, errCut
		case <-f.running.Done():
			return nil, errCut
		}
	}
	if fault.before != nil {
		return nil, fault.before
	}
	if fault.instead != nil {
		return fault.instead, nil
	}
	result, err := f.do(ctx, method, p)
	if err == nil {
		err = fault.after
	}
	return result, err
}

// cut ends the connection with a reset, without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
