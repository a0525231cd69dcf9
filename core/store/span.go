package store

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// Span is the half-open interval [from, to) as PostgreSQL keeps it.
type Span = pgtype.Range[pgtype.Timestamptz]

// Spans are several of them in order, none touching another.
type Spans = pgtype.Multirange[Span]

// Between makes a Span.
func Between(from, to time.Time) Span {
	return Span{
		Lower: pgtype.Timestamptz{Time: from, Valid: true}, LowerType: pgtype.Inclusive,
		Upper: pgtype.Timestamptz{Time: to, Valid: true}, UpperType: pgtype.Exclusive, Valid: true,
	}
}

// NoSpan is NULL.
func NoSpan() Span { return Span{} }

// Ref is a reference that is NULL for the nil id.
func Ref(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// ID is the other way: the nil id for NULL.
func ID(ref *uuid.UUID) uuid.UUID {
	if ref == nil {
		return uuid.Nil
	}
	return *ref
}

// Text is a text that is NULL where empty.
func Text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Str is the other way.
func Str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
