// Package logs decides what may be written down of what happens: codes, ids and names of the schema, and nothing of a person.
package logs

import (
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/zapis-clinic/zapis/core"
)

// New makes a handler that writes through to another what has been freed of secrets and of people. It is the last net, not the first:
// callers log ids and codes. The request's id is added to every line that has one.
func New(to slog.Handler) slog.Handler { return handler{to} }

type handler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, Scrub(r.Message), r.PC)
	if id := core.RequestOf(ctx); id != "" {
		clean.AddAttrs(slog.String("request", id))
	}
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(attr(a))
		return true
	})
	return h.Handler.Handle(ctx, clean)
}

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(list []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(list))
	for i, a := range list {
		clean[i] = attr(a)
	}
	return handler{h.Handler.WithAttrs(clean)}
}

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }

func attr(a slog.Attr) slog.Attr { return slog.Attr{Key: a.Key, Value: value(a.Value.Resolve())} }

func value(v slog.Value) slog.Value {
	switch v.Kind() {
	case slog.KindString:
		return slog.StringValue(Scrub(v.String()))
	case slog.KindGroup:
		var clean []slog.Attr
		for _, a := range v.Group() {
			clean = append(clean, attr(a))
		}
		return slog.GroupValue(clean...)
	case slog.KindAny:
		return foreign(v.Any())
	default:
		return v
	}
}

// foreign is a value of a type that slog does not know. What is neither an error nor fit to be a text goes as scrubbed JSON.
func foreign(v any) slog.Value {
	switch v := v.(type) {
	case nil:
		return slog.AnyValue(nil)
	case error:
		return slog.StringValue(Text(v))
	case time.Time, *slog.Source:
		return slog.AnyValue(v)
	case []byte:
		return slog.StringValue(fmt.Sprintf("%d bytes", len(v)))
	case []string:
		clean := make([]string, len(v))
		for i, text := range v {
			clean[i] = Scrub(text)
		}
		return slog.AnyValue(clean)
	case encoding.TextMarshaler:
		if text, err := v.MarshalText(); err == nil {
			return slog.StringValue(Scrub(string(text)))
		}
	case fmt.Stringer:
		return slog.StringValue(Scrub(v.String()))
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return slog.StringValue(fmt.Sprintf("a %T", v))
	}
	return slog.StringValue(Scrub(string(raw)))
}
