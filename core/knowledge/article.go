// Package knowledge decides which of the clinic's own articles answers a question, and which passage of it; or that none does.
//
// An article is a file of the clinic (article.go, files.go). It is cut into passages (passage.go) whose words are prepared the way patients say
// them (terms.go; the tables are synonyms_*.txt), kept in the database (load.go, index.go) and found again by full text, with misspelt words
// repaired, and by the nearest meaning where embeddings are configured (find.go).
package knowledge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Article is one text of the clinic in one language.
type Article struct {
	Slug, Lang string
	Title      string
	Body       string // paragraphs; a line that begins with "## " is the heading of what follows
	URL        string // of the same text on the clinic's site, or ""
	Audience   string // patients or staff
	Book       string // code of the speciality that a reader may want to book, or ""
	Asked      string // how patients ask for it, parted by semicolons
}

// Audiences of an article.
const (
	Patients = "patients"
	Staff    = "staff"
)

// Languages that articles are written in.
const (
	russian = "ru"
	english = "en"
)

// Bounds of an article, in characters: one answer of a chat shows a part of it, and a person reads the rest.
const (
	maxTitle = 120
	maxBody  = 20000
	maxAsked = 2000
)

// Hash is the article's version: it changes with any part of it.
func (a Article) Hash() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{a.Slug, a.Lang, a.Title, a.Body, a.URL, a.Audience, a.Book, a.Asked}, "\x00")))
	return hex.EncodeToString(sum[:])
}

// Problem is what is wrong with a file, for whoever wrote it. Line counts from 1; 0 is the file as a whole.
type Problem struct {
	File string
	Line int
	Why  string
}

// String is the problem as "file:line: why".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Why
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Why)
}

var (
	fileName = regexp.MustCompile(`^([a-z0-9][a-z0-9_-]{0,63})(?:\.(ru|en))?\.(md|txt)$`)
	address  = regexp.MustCompile(`^https?://[^\s<>"]+$`)
	code     = regexp.MustCompile(`^[a-z]{0,40}$`)
)

// Parse reads one article of a file named slug.lang.md (or .txt; without a language it is Russian). It begins with lines "name: value"
// between two lines "---": title, and where they fit url, audience, book, asked; the text follows. A file without them has its title in the
// first line.
func Parse(file, text string) (Article, []Problem) {
	var bad []Problem
	wrong := func(line int, why string, args ...any) {
		bad = append(bad, Problem{File: file, Line: line, Why: fmt.Sprintf(why, args...)})
	}
	name := fileName.FindStringSubmatch(file)
	switch {
	case name == nil:
		wrong(0, "the name must look like parking.ru.md: small Latin letters, digits, - and _")
		return Article{}, bad
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		wrong(0, "not a text in UTF-8")
		return Article{}, bad
	}
	a := Article{Slug: name[1], Lang: name[2], Audience: Patients}
	if a.Lang == "" {
		a.Lang = russian
	}
	lines := strings.Split(strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff"), "\n")
	rest := a.head(lines, wrong)
	a.Body = strings.TrimSpace(strings.Join(lines[rest:], "\n"))
	switch {
	case a.Title == "":
		wrong(1, "no title")
	case utf8.RuneCountInString(a.Title) > maxTitle:
		wrong(1, "the title is longer than %d characters", maxTitle)
	}
	switch {
	case a.Body == "":
		wrong(rest+1, "no text")
	case utf8.RuneCountInString(a.Body) > maxBody:
		wrong(0, "the text is longer than %d characters: make several articles of it", maxBody)
	case strings.Contains(a.Body, "{{"):
		wrong(0, "a place in {{braces}} was left unfilled")
	}
	return a, bad
}

// head reads what stands before the text and says where the text begins.
func (a *Article) head(lines []string, wrong func(int, string, ...any)) int {
	if strings.TrimSpace(lines[0]) != "---" {
		a.Title = strings.TrimSpace(strings.TrimLeft(lines[0], "# "))
		return 1
	}
	for i, line := range lines[1:] {
		n := i + 2
		line = strings.TrimSpace(line)
		if line == "---" {
			return n
		}
		name, value, ok := strings.Cut(line, ":")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !ok {
			wrong(n, "expected name: value, or --- before the text")
			continue
		}
		if why := a.set(strings.TrimSpace(name), strings.TrimSpace(value)); why != "" {
			wrong(n, "%s", why)
		}
	}
	wrong(1, "the line --- that ends the head is missing")
	return len(lines)
}

// set takes one line of the head and says what is wrong with it.
func (a *Article) set(name, value string) string {
	switch name {
	case "title":
		a.Title = value
	case "url":
		if a.URL = value; value != "" && !address.MatchString(value) {
			return "url: expected an address that starts with https://"
		}
	case "audience":
		if a.Audience = value; value != Patients && value != Staff {
			return "audience: expected patients or staff"
		}
	case "book":
		if a.Book = value; !code.MatchString(value) {
			return "book: expected the code of a speciality, such as cardiologist"
		}
	case "asked":
		if a.Asked = value; utf8.RuneCountInString(value) > maxAsked {
			return fmt.Sprintf("asked: longer than %d characters", maxAsked)
		}
	default:
		return fmt.Sprintf("%q is none of title, url, audience, book, asked", name)
	}
	return ""
}

var slugs = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// Wrong names the part of an article that cannot be, or is "".
func (a Article) Wrong() string {
	sound := func(text string, most int) bool {
		return utf8.ValidString(text) && !strings.ContainsRune(text, 0) && utf8.RuneCountInString(text) <= most
	}
	switch {
	case !slugs.MatchString(a.Slug) || (a.Lang != russian && a.Lang != english):
		return "slug"
	case strings.TrimSpace(a.Title) == "" || !sound(a.Title, maxTitle) || strings.ContainsAny(a.Title, "\r\n"):
		return "title"
	case strings.TrimSpace(a.Body) == "" || !sound(a.Body, maxBody) || strings.Contains(a.Body, "{{"):
		return "body"
	case !sound(a.Asked, maxAsked):
		return "asked"
	case a.URL != "" && !address.MatchString(a.URL):
		return "url"
	case a.Audience != Patients && a.Audience != Staff:
		return "audience"
	case !code.MatchString(a.Book):
		return "book"
	}
	return ""
}
