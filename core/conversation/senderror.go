package conversation

import (
	"errors"
	"fmt"
	"time"
)

// Refusal is what a channel's refusal of a message means to us.
type Refusal string

// Every channel's errors become one of these; nothing at all is a success.
const (
	RetryAfter   Refusal = "retry_after"   // the channel asks to wait: After
	Unavailable  Refusal = "unavailable"   // surely not sent; try again later
	Shut         Refusal = "blocked"       // the person shut us out
	BadRequest   Refusal = "bad_request"   // our mistake: never again as it is
	Ambiguous    Refusal = "ambiguous"     // perhaps sent
	WindowClosed Refusal = "window_closed" // the channel wants a template now
	Gone         Refusal = "gone"          // the message to edit is no more
)

// SendError says why a message was not sent. Err has been freed of tokens and of people's words.
type SendError struct {
	Kind  Refusal
	After time.Duration // of RetryAfter
	Err   error
}

func (e *SendError) Error() string { return fmt.Sprintf("send: %s: %v", e.Kind, e.Err) }

func (e *SendError) Unwrap() error { return e.Err }

// Retryable says that the same message may be sent again, for it was surely not sent.
func (e *SendError) Retryable() bool { return e.Kind == RetryAfter || e.Kind == Unavailable }

// Blocked says that nothing will reach this chat until the person writes again.
func (e *SendError) Blocked() bool { return e.Kind == Shut }

// Refused finds the SendError in err's chain. An error of another kind is ambiguous: nobody knows what became of the message.
func Refused(err error) *SendError {
	if err == nil {
		return nil
	}
	var e *SendError
	if errors.As(err, &e) {
		return e
	}
	return &SendError{Kind: Ambiguous, Err: err}
}
