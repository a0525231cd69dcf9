package vault

import (
	"strings"
	"unicode"
)

// The kinds of value whose spelling is known. Any other kind is told apart by its letters alone, whatever their case and spaces.
const (
	Phone  = "phone"
	Email  = "email"
	SNILS  = "snils"
	Policy = "policy"
)

// normal is the one spelling of a value that its blind index is made of. A phone is expected as E.164 already.
func normal(kind, value string) string {
	switch kind {
	case Phone:
		return keep(value, func(r rune) bool { return r == '+' || unicode.IsDigit(r) })
	case SNILS:
		return keep(value, unicode.IsDigit)
	case Policy:
		return strings.ToUpper(keep(value, func(r rune) bool { return unicode.IsDigit(r) || unicode.IsLetter(r) }))
	default:
		return strings.ToLower(strings.Join(strings.Fields(value), " "))
	}
}

func keep(text string, wanted func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if wanted(r) {
			return r
		}
		return -1
	}, text)
}
