package core

import (
	"fmt"
	"log/slog"
)

// hidden is all that is ever printed of a Sensitive value.
const hidden = "***"

// Sensitive holds a value that no log, error, metric or JSON may show: a phone, a name, a token. Only Reveal gives it out, so that
// every place where it leaves is found by that word.
//
// The value is behind a pointer: fmt prints the fields of a struct that holds it, and asks no method of those that are not exported.
type Sensitive[T any] struct{ value *T }

// Hide makes a value Sensitive.
func Hide[T any](value T) Sensitive[T] { return Sensitive[T]{&value} }

// Reveal is the value itself; of a Sensitive that was never made, the zero value.
func (s Sensitive[T]) Reveal() T {
	if s.value == nil {
		var none T
		return none
	}
	return *s.value
}

// Format implements fmt.Formatter, for every verb.
func (Sensitive[T]) Format(to fmt.State, _ rune) { _, _ = to.Write([]byte(hidden)) }

// String implements fmt.Stringer.
func (Sensitive[T]) String() string { return hidden }

// GoString implements fmt.GoStringer.
func (Sensitive[T]) GoString() string { return hidden }

// LogValue implements slog.LogValuer.
func (Sensitive[T]) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText implements encoding.TextMarshaler.
func (Sensitive[T]) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON implements json.Marshaler.
func (Sensitive[T]) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }
