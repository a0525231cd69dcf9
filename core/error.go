package core

import (
	"errors"
	"maps"
)

// Code says what kind of refusal an Error is.
type Code string

// The kinds of refusal. Transports map them: Invalid is 422, NotFound 404, Conflict 409, Denied 403, TooMany 429.
const (
	Invalid  Code = "invalid"
	NotFound Code = "not_found"
	Conflict Code = "conflict"
	Denied   Code = "denied"
	TooMany  Code = "too_many"
)

// Error is a refusal: what was asked may not be done, and the person may be told why. Key names the sentence in the
// words file, Args fill it. Every other error is a fault of ours: it is logged once at the edge and shown as one apology.
type Error struct {
	Code Code
	Key  string
	Args map[string]any
}

// Error is for logs and developers; people are shown the sentence behind Key.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Key }

// Refuse builds an Error. Args come in pairs of name and value; a name without a value is dropped.
func Refuse(code Code, key string, args ...any) error {
	e := &Error{Code: code, Key: key, Args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok {
			e.Args[name] = args[i+1]
		}
	}
	return e
}

// Refusal returns the refusal in err's chain, or nil where err is a fault or nil.
func Refusal(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Is makes errors.Is match two refusals of the same code and key.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code && t.Key == e.Key && (len(t.Args) == 0 || maps.Equal(t.Args, e.Args))
}
