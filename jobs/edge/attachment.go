package edge

import (
	"bytes"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"
)

// File is what a person is given to keep.
type File struct {
	Name string // as its author called it
	MIME string // as it was found to be
	Data []byte
}

// Attachment serves a file to be saved and never to be shown: whatever stands in it, the browser runs nothing of it here.
func Attachment(w http.ResponseWriter, r *http.Request, f File) {
	h := w.Header()
	h.Set("Content-Type", kind(f.MIME))
	h.Set("Content-Disposition", Disposition(f.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.Data))
}

// kind is the file's type, unless a browser could run it.
func kind(mime string) string {
	base, _, _ := strings.Cut(strings.ToLower(mime), ";")
	switch strings.TrimSpace(base) {
	case "application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic", "audio/ogg", "video/mp4", "application/zip",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return base
	case "text/plain", "text/calendar", "text/csv":
		return base + "; charset=utf-8"
	default:
		return "application/octet-stream"
	}
}

// longestName bounds a name, in characters: file systems take 255 bytes, and a character may take four.
const longestName = 60

// Disposition is the header that has a file saved under its name (RFC 6266): the name in full for today's browsers, and what ASCII there
// is of it for the rest. Nothing in it leads out of the folder, turns the order of reading, or hides the ending.
func Disposition(name string) string {
	name = SafeName(name)
	plain := strings.Map(func(c rune) rune {
		if c > unicode.MaxASCII || c == '"' || c == '\\' || c == '%' {
			return '_'
		}
		return c
	}, name)
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

// SafeName is a file's name that is only a name.
func SafeName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "_"), `\`, "/"))
	name = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || unicode.Is(unicode.Zl, c) || unicode.Is(unicode.Zp, c):
			return -1
		case strings.ContainsRune(`<>:"/\|?*`, c): // what Windows does not take
			return '_'
		}
		return c
	}, name)
	name = strings.Trim(name, ". ")
	letters := []rune(name)
	if len(letters) > longestName {
		ending := []rune(path.Ext(name))
		if len(ending) > 8 {
			ending = nil
		}
		name = string(letters[:longestName-len(ending)]) + string(ending)
	}
	if name == "" {
		return "file"
	}
	return name
}
