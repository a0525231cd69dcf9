package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	openai "github.com/sashabaranov/go-openai"
)

// Kind says what went wrong with a call; metrics count by it.
type Kind string

// The kinds.
const (
	TimedOut    Kind = "timeout"
	Unreachable Kind = "unreachable"
	Refused     Kind = "refused"     // a status of the server other than 200
	TooLarge    Kind = "too_large"   // the answer
	Garbled     Kind = "garbled"     // the answer is no such answer
	Empty       Kind = "empty"       // the answer holds nothing
	Open        Kind = "open"        // the breaker: not asked at all
	OverBudget  Kind = "over_budget" // not asked
	Forbidden   Kind = "forbidden"   // not asked: the registry does not allow it, or the text held what may not leave
	Cancelled   Kind = "cancelled"   // by whoever asked
)

// Error is a call without an answer. It never quotes a server or a person.
type Error struct {
	Kind   Kind
	Status int // of HTTP, where the server answered
}

// Error implements error.
func (f *Error) Error() string {
	if f.Status != 0 {
		return fmt.Sprintf("llm: %s (status %d)", f.Kind, f.Status)
	}
	return "llm: " + string(f.Kind)
}

// Failed returns the failure in err's chain, or nil.
func Failed(err error) *Error {
	var f *Error
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// errTooLarge ends the reading of an answer beyond its cap.
var errTooLarge = errors.New("the answer is too large")

// failure tells what an error of go-openai or of the network comes to. Its words are dropped: they may quote the prompt or the address.
func failure(ctx context.Context, err error) *Error {
	var (
		api     *openai.APIError
		request *openai.RequestError
		network net.Error
		syntax  *json.SyntaxError
		shape   *json.UnmarshalTypeError
	)
	switch {
	case errors.Is(err, errTooLarge):
		return &Error{Kind: TooLarge}
	case errors.Is(ctx.Err(), context.Canceled):
		return &Error{Kind: Cancelled}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout(), ctx.Err() != nil:
		return &Error{Kind: TimedOut}
	case errors.As(err, &request) && request.HTTPStatusCode != 0: // first: it may wrap an APIError that has no status
		return &Error{Kind: Refused, Status: request.HTTPStatusCode}
	case errors.As(err, &api):
		return &Error{Kind: Refused, Status: api.HTTPStatusCode}
	case errors.As(err, &syntax), errors.As(err, &shape), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Error{Kind: Garbled}
	}
	return &Error{Kind: Unreachable}
}

// unfit says that the server does not know what it was asked for: another mode may do.
func (f *Error) unfit() bool {
	return f.Kind == Refused && (f.Status == http.StatusBadRequest || f.Status == http.StatusUnprocessableEntity || f.Status == http.StatusNotImplemented)
}

// counts says that a failure speaks against the server: enough of them in a row open the breaker.
func (f *Error) counts() bool {
	switch f.Kind {
	case TimedOut, Unreachable, TooLarge, Garbled, Empty:
		return true
	case Refused:
		return !f.unfit()
	default:
		return false
	}
}
