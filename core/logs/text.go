package logs

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const hidden = "***"

// longest is how much of one text a log keeps, in bytes.
const longest = 4000

// The last nets: what looks like a secret or a person is taken out of whatever text it stands in. The program's own words are ASCII,
// so any other letter is somebody's.
var (
	botToken   = regexp.MustCompile(`\d{4,12}:[A-Za-z0-9_-]{8,}`)
	header     = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[^\s"]+`)
	parameter  = regexp.MustCompile(`(?i)(token|secret|password|passwd|api_?key|code)(["']?[=:]["']?)[^\s"'&,;]+`)
	userinfo   = regexp.MustCompile(`\b([a-z][a-z0-9+.-]*://)[^\s/@"]+@`)
	oneTime    = regexp.MustCompile(`/(invite|join|link|files?|reset)/[A-Za-z0-9_-]{16,}`)
	mailbox    = regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)
	words      = regexp.MustCompile(`[^\x00-\x7f]+([\s'"-]*[^\x00-\x7f]+)*`)
	phone      = regexp.MustCompile(`(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b\d{4}-\d\d-\d\d[T ][\d:.]+|\+?\b\d([\s()-]{0,3}\d){9,14}\b`)
	idOrMoment = regexp.MustCompile(`(?i)^([0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d[T ].*)$`)
)

// Scrub takes everything out of a text that looks like a secret, a phone, an e-mail address or a person's words. Ids stay: they are
// not personal, and without them a log is of no use.
func Scrub(text string) string {
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + " (cut)"
	}
	text = botToken.ReplaceAllString(text, hidden)
	text = header.ReplaceAllString(text, "$1 "+hidden)
	text = parameter.ReplaceAllString(text, "$1$2"+hidden)
	text = userinfo.ReplaceAllString(text, "$1"+hidden+"@")
	text = oneTime.ReplaceAllString(text, "/$1/"+hidden)
	text = mailbox.ReplaceAllString(text, hidden)
	text = words.ReplaceAllString(text, hidden)
	return phone.ReplaceAllStringFunc(text, func(found string) string {
		if idOrMoment.MatchString(found) {
			return found
		}
		return hidden
	})
}

// Text is an error in words that may be kept: errors that quote what they were given say only what sort they are.
func Text(err error) string {
	if err == nil {
		return ""
	}
	text := err.Error()
	each(err, func(e error) {
		if plain, quotes := sortOf(e); quotes {
			text = strings.ReplaceAll(text, e.Error(), plain)
		}
	})
	return Scrub(text)
}

// sortOf says what sort of error e is, where its own words may quote a value.
func sortOf(e error) (string, bool) {
	switch e := e.(type) { //nolint:errorlint // each link of the chain is looked at by itself
	case *pgconn.PgError:
		return database(e), true
	case *strconv.NumError:
		return fmt.Sprintf("strconv.%s: %v", e.Func, e.Err), true
	case *time.ParseError:
		return "a time that cannot be parsed", true
	}
	return "", false
}

// database is an error of PostgreSQL by its code and the names in the schema. Message, Detail, Where and Hint may hold the row.
func database(e *pgconn.PgError) string {
	out := []string{"SQLSTATE " + e.Code}
	for _, part := range []struct{ what, name string }{{"table", e.TableName}, {"column", e.ColumnName}, {"constraint", e.ConstraintName}, {"routine", e.Routine}} {
		if part.name != "" {
			out = append(out, part.what+" "+part.name)
		}
	}
	return strings.Join(out, ", ")
}

// each visits every error of a chain or a tree, the outermost first.
func each(err error, visit func(error)) {
	if err == nil {
		return
	}
	visit(err)
	switch e := err.(type) { //nolint:errorlint // each link of the chain is looked at by itself
	case interface{ Unwrap() error }:
		each(e.Unwrap(), visit)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			each(one, visit)
		}
	}
}

// Safe is err with its text made fit to be kept where errors are stored; errors.Is and errors.As still see through it.
func Safe(err error) error {
	if err == nil {
		return nil
	}
	return &safe{text: Text(err), err: err}
}

type safe struct {
	text string
	err  error
}

func (s *safe) Error() string { return s.text }

func (s *safe) Unwrap() error { return s.err }

// Panicked is an error of a recovered panic: its kind, and nothing of a text that it was given.
func Panicked(value any) error {
	if err, ok := value.(error); ok {
		return errors.New("panic: " + Text(err))
	}
	return fmt.Errorf("panic with a %T", value)
}
