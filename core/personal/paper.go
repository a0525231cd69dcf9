package personal

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
)

// Sizes of the paper, in millimetres and points.
const (
	margin = 18
	line   = 5.2
	face   = "Go" // its letters include Cyrillic
)

// paper is the copy as people read it: each kind of data under its heading, a row after another, ids and what is empty left out.
func paper(g gathered, s Speech, now time.Time) ([]byte, error) {
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetCreationDate(now)
	doc.SetModificationDate(now)
	doc.SetMargins(margin, margin, margin)
	doc.SetAutoPageBreak(true, margin)
	doc.AddUTF8FontFromBytes(face, "", goregular.TTF)
	doc.AddUTF8FontFromBytes(face, "B", gobold.TTF)
	doc.AddPage()
	write := func(style string, size, gap float64, text string) {
		doc.SetFont(face, style, size)
		doc.MultiCell(0, line*size/10, plain(text), "", "L", false)
		doc.Ln(gap)
	}
	write("B", 16, 2, s.Say("copy.title"))
	write("", 10, 4, s.Say("copy.made")+" "+now.In(s.Zone).Format("02.01.2006 15:04"))
	for _, p := range g.parts {
		if p.Table == "document_content" || p.Table == "attachment_content" { // its files lie beside
			continue
		}
		write("B", 13, 1, s.Say("copy.part_"+p.Table))
		for _, r := range p.Rows {
			write("", 10, 2.5, s.row(r))
		}
	}
	if len(g.looks) > 0 {
		write("B", 13, 1, s.Say("copy.part_audit"))
	}
	for _, l := range g.looks {
		write("", 10, 1, s.look(l))
	}
	if g.left > 0 {
		write("B", 10, 1, s.Say("copy.left")+" "+strconv.Itoa(g.left))
	}
	var out bytes.Buffer
	err := doc.Output(&out)
	return out.Bytes(), err
}

// look is a line of the list of who looked: "02.03.2026: врач Иванова Анна Петровна, заключения: смотрел 2, изменял 1".
func (s Speech) look(l audit.LookedAt) string {
	who := s.Say("copy.role_" + l.Role)
	if l.Kind == core.Service {
		who = s.Say("copy.role_service")
	}
	parts := []string{strings.TrimSpace(who + " " + strings.TrimSpace(l.Surname+" "+l.Given+" "+l.Patronymic)), s.Say("copy.class_" + string(l.Class))}
	if l.Looks > 0 {
		parts = append(parts, s.Say("copy.looks")+" "+strconv.FormatInt(l.Looks, 10))
	}
	if l.Changes > 0 {
		parts = append(parts, s.Say("copy.changes")+" "+strconv.FormatInt(l.Changes, 10))
	}
	if l.Glass {
		parts = append(parts, s.Say("copy.glass"))
	}
	return l.Day.Format("02.01.2006") + ": " + strings.Join(parts, ", ")
}

// row is a row in words: "Начало: 27.11.2026 11:00; услуга: …".
func (s Speech) row(r row) string {
	var parts []string
	for _, column := range slices.Sorted(maps.Keys(r)) {
		if value := s.value(r[column]); value != "" && column != "version" {
			parts = append(parts, s.Say("copy.field_"+column)+": "+value)
		}
	}
	return strings.Join(parts, "\n")
}

// bounds takes a stretch of time apart, as PostgreSQL writes it.
func bounds(v string) (from, to string, ok bool) {
	if len(v) < 2 || !strings.ContainsAny(v[:1], "[(") || !strings.ContainsAny(v[len(v)-1:], "])") {
		return "", "", false
	}
	from, to, ok = strings.Cut(v[1:len(v)-1], ",")
	clean := func(s string) string { return strings.Replace(strings.Trim(s, `"`), " ", "T", 1) }
	return clean(from), clean(to), ok
}

// value is a column's value as people read it; "" for what says nothing to them.
func (s Speech) value(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return s.Say("copy.value_" + strconv.FormatBool(v))
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return s.text(v)
	case []any:
		var parts []string
		for _, x := range v {
			parts = append(parts, s.value(x))
		}
		return strings.Join(parts, ", ")
	default:
		return ""
	}
}

func (s Speech) text(v string) string {
	if from, to, ok := bounds(v); ok {
		return s.text(from) + " – " + s.text(to)
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05Z07"} {
		if at, err := time.Parse(form, v); err == nil {
			return at.In(s.Zone).Format("02.01.2006 15:04")
		}
	}
	if day, err := time.Parse(time.DateOnly, v); err == nil {
		return day.Format("02.01.2006")
	}
	if len(v) == 36 && strings.Count(v, "-") == 4 {
		return ""
	}
	return v
}

// plain leaves out what the face has no sign for and the page no room: pictures.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x2fff {
			return -1
		}
		return r
	}, text)
}
