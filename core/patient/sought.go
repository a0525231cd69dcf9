package patient

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// sought is what somebody typed, taken apart.
type sought struct {
	readings []string // of a name: as typed, in the other alphabet, on the other keyboard; words in small letters
	digits   string
	born     *time.Time
	id       uuid.UUID
}

// dates as people write them: 5.03.1985, 05/03/1985, 1985-03-05.
var (
	dayFirst  = regexp.MustCompile(`\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b`)
	yearFirst = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b`)
)

// wish reads what was typed into a search.
func wish(text string) sought {
	text = strings.TrimSpace(text)
	if r := []rune(text); len(r) > mostSearch {
		text = string(r[:mostSearch])
	}
	if id, err := uuid.Parse(text); err == nil {
		return sought{id: id}
	}
	var s sought
	if text, s.born = birthday(text); s.born == nil || hasLetter(text) {
		s.readings = readings(text)
	}
	for _, r := range text {
		if r >= '0' && r <= '9' {
			s.digits += string(r)
		}
	}
	return s
}

// birthday takes a date out of a text. One that is none stays where it was.
func birthday(text string) (string, *time.Time) {
	if m := dayFirst.FindStringSubmatch(text); m != nil {
		if day, err := time.Parse("2.1.2006", m[1]+"."+m[2]+"."+m[3]); err == nil {
			return strings.Replace(text, m[0], " ", 1), &day
		}
	}
	if m := yearFirst.FindString(text); m != "" {
		if day, err := time.Parse(time.DateOnly, m); err == nil {
			return strings.Replace(text, m, " ", 1), &day
		}
	}
	return text, nil
}

func hasLetter(text string) bool { return strings.ContainsFunc(text, unicode.IsLetter) }

// readings are what may have been meant by a name: as it is typed first.
func readings(text string) []string {
	var out []string
	add := func(t string) {
		if t = worded(t); len([]rune(strings.ReplaceAll(t, " ", ""))) >= leastName {
			for _, known := range out {
				if known == t {
					return
				}
			}
			out = append(out, t)
		}
	}
	add(text)
	if strings.ContainsFunc(text, isCyrillic) {
		add(romanised(text))
		add(typedOn(text, cyrillicKeys, latinKeys))
	} else if hasLetter(text) {
		add(typedOn(text, latinKeys, cyrillicKeys))
		add(cyrillised(text))
	}
	return out
}

// mostWords is how many words of a name are looked at.
const mostWords = 4

// worded are a text's words as the database folds names: small letters, «ё» as «е», a double name as two words. Latin letters that only look
// like the others of their word become those.
func worded(text string) string {
	words := strings.FieldsFunc(strings.ReplaceAll(strings.ToLower(text), "ё", "е"), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	if len(words) > mostWords {
		words = words[:mostWords]
	}
	for i, w := range words {
		if strings.ContainsFunc(w, isCyrillic) {
			words[i] = strings.NewReplacer("a", "а", "b", "в", "c", "с", "e", "е", "h", "н", "k", "к", "m", "м", "o", "о", "p", "р", "t", "т", "x", "х", "y", "у").Replace(w)
		}
	}
	return strings.Join(words, " ")
}

func isCyrillic(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }

// The letters of both keyboards, key by key.
const (
	latinKeys    = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
	cyrillicKeys = "йцукенгшщзхъфывапролджэячсмитьбюё"
)

// typedOn is what the same keys give on another keyboard.
func typedOn(text, from, to string) string {
	keys := []rune(to)
	at := map[rune]rune{}
	for i, r := range []rune(from) {
		at[r] = keys[i]
	}
	return strings.Map(func(r rune) rune {
		if other, ok := at[r]; ok {
			return other
		}
		return r
	}, strings.ToLower(text))
}

// cyrillised reads a Russian name in Latin letters, as passports and habits write them.
func cyrillised(text string) string {
	return strings.NewReplacer(
		"shch", "щ", "sch", "щ", "zh", "ж", "kh", "х", "ch", "ч", "sh", "ш", "ts", "ц", "yu", "ю", "iu", "ю", "ju", "ю", "ya", "я", "ia", "я", "ja", "я",
		"yo", "е", "ye", "е", "iy", "ий", "yi", "ый", "a", "а", "b", "б", "c", "к", "d", "д", "e", "е", "f", "ф", "g", "г", "h", "х", "i", "и", "j", "й",
		"k", "к", "l", "л", "m", "м", "n", "н", "o", "о", "p", "п", "q", "к", "r", "р", "s", "с", "t", "т", "u", "у", "v", "в", "w", "в", "x", "кс",
		"y", "ы", "z", "з", "'", "ь",
	).Replace(strings.ToLower(text))
}

// romanised writes a name in Latin letters, as a passport does (order 889 of the Interior Ministry, 2017).
func romanised(text string) string {
	return strings.NewReplacer(
		"а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z", "и", "i", "й", "i", "к", "k", "л", "l", "м", "m", "н", "n",
		"о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "kh", "ц", "ts", "ч", "ch", "ш", "sh", "щ", "shch", "ъ", "ie", "ы", "y",
		"ь", "", "э", "e", "ю", "iu", "я", "ia",
	).Replace(strings.ToLower(text))
}
