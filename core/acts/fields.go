package acts

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
)

// Names that many rows share.
const (
	keyID       = "id"
	keyKind     = "kind"
	keyState    = "state"
	keyStatus   = "status"
	keyAt       = "at"
	keyVisit    = "visit"
	keyPatient  = "patient"
	keyBranch   = "branch"
	keyDoctor   = "doctor"
	keyCurrency = "currency"
	keyStart    = "start"
	keyVersion  = "version"
)

// wrong is the refusal of a field that is missing or cannot be read.
func wrong(field string) error { return core.Refuse(core.Invalid, "field_invalid", "Field", field) }

// text is a field of at most most characters, at least one unless it may be empty.
func (in Input) text(field string, most int, empty bool) (string, error) {
	s := strings.TrimSpace(in.Fields[field])
	if (s == "" && !empty) || utf8.RuneCountInString(s) > most || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", wrong(field)
	}
	return s, nil
}

// word is one of a few.
func (in Input) word(field string, words ...string) (string, error) {
	if s := in.Fields[field]; slices.Contains(words, s) {
		return s, nil
	}
	return "", wrong(field)
}

// sum is an amount in the smallest unit, more than nothing.
func (in Input) sum(field string) (int64, error) {
	n, err := strconv.ParseInt(in.Fields[field], 10, 64)
	if err != nil || n <= 0 || n > 1e12 {
		return 0, wrong(field)
	}
	return n, nil
}

// number lies between two.
func (in Input) number(field string, least, most int) (int, error) {
	n, err := strconv.Atoi(in.Fields[field])
	if err != nil || n < least || n > most {
		return 0, wrong(field)
	}
	return n, nil
}

// id is an identifier.
func (in Input) id(field string) (uuid.UUID, error) {
	id, err := uuid.Parse(in.Fields[field])
	if err != nil || id == uuid.Nil {
		return uuid.Nil, wrong(field)
	}
	return id, nil
}

// moment is a time as RFC 3339 has it.
func (in Input) moment(field string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, in.Fields[field])
	if err != nil || t.Year() < 2000 || t.Year() > 2200 {
		return t, wrong(field)
	}
	return t, nil
}

// span is from … to, a month back from now where they are not told, ten years at most.
func (in Input) span(now time.Time) (from, to time.Time, err error) {
	from, to = now.AddDate(0, -1, 0), now
	if in.Fields["from"] != "" {
		if from, err = in.moment("from"); err != nil {
			return from, to, err
		}
	}
	if in.Fields["to"] != "" {
		if to, err = in.moment("to"); err != nil {
			return from, to, err
		}
	}
	if !from.Before(to) || to.Sub(from) > 10*366*24*time.Hour {
		return from, to, wrong("from")
	}
	return from, to, nil
}

// shown is how a moment stands in a Row.
func shown(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// shownID is how a reference stands in a Row: nothing where there is none.
func shownID(ref *uuid.UUID) any {
	if ref == nil || *ref == uuid.Nil {
		return nil
	}
	return *ref
}
