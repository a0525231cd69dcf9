package telegram

import (
	"strings"
	"unicode/utf16"
)

// Telegram counts UTF-16 units (core.telegram.org/bots/api#sendmessage, #senddocument).
const (
	maxText    = 4096
	maxCaption = 1024
)

// split cuts text into messages of at most limit UTF-16 units: at an empty line, else at a line's end, else between words,
// else anywhere between two characters. What is blank is left out.
func split(text string, limit int) []string {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	var parts []string
	for text != "" {
		end := fits(text, limit)
		if end < len(text) {
			end = seam(text[:end])
		}
		parts = append(parts, strings.TrimSpace(text[:end]))
		text = strings.TrimSpace(text[end:])
	}
	return parts
}

// fits is how many bytes of text take at most limit UTF-16 units.
func fits(text string, limit int) int {
	if len(text) <= limit {
		return len(text)
	}
	units := 0
	for at, r := range text {
		units += utf16.RuneLen(r)
		if units > limit {
			return at
		}
	}
	return len(text)
}

// seam is where to cut a piece so that little is torn: not in its first half, or the messages would be many and short.
func seam(piece string) int {
	for _, mark := range []string{"\n\n", "\n", " "} {
		if at := strings.LastIndex(piece, mark); at > len(piece)/2 {
			return at
		}
	}
	return len(piece)
}
