package patient

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zapis-clinic/zapis/core"
)

// maxName bounds a name in characters: the longest real ones stay under it.
const maxName = 100

// Name is a person's name in its parts, each of which may be empty but Given.
type Name struct{ Surname, Given, Patronymic string }

// Split takes a typed name apart: «Петров Иван Сергеевич», «Иван Петров», «Иван». What has no letters is no name.
func Split(typed string) (Name, error) {
	words := strings.Fields(typed)
	letters := 0
	for _, r := range typed {
		if unicode.IsLetter(r) {
			letters++
		} else if !unicode.IsSpace(r) && !unicode.IsMark(r) && !strings.ContainsRune("-'’.`", r) {
			return Name{}, core.Refuse(core.Invalid, "name_invalid")
		}
	}
	if letters < 2 || len(words) == 0 || len(words) > 5 || utf8.RuneCountInString(typed) > maxName {
		return Name{}, core.Refuse(core.Invalid, "name_invalid")
	}
	for i, w := range words {
		r, size := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(r)) + w[size:]
	}
	return arrange(words), nil
}

// arrange tells by their endings which of the words is what.
func arrange(words []string) Name {
	last := len(words) - 1
	switch {
	case last == 0:
		return Name{Given: words[0]}
	case isPatronymic(words[last]) && last > 1:
		return Name{Surname: strings.Join(words[:last-1], " "), Given: words[last-1], Patronymic: words[last]}
	case isPatronymic(words[1]) && last == 2:
		return Name{Surname: words[2], Given: words[0], Patronymic: words[1]}
	case isPatronymic(words[1]):
		return Name{Given: words[0], Patronymic: words[1]}
	case last == 1 && isSurname(words[0]) && !isSurname(words[1]):
		return Name{Surname: words[0], Given: words[1]}
	default:
		return Name{Surname: strings.Join(words[1:], " "), Given: words[0]}
	}
}

func isPatronymic(w string) bool {
	return endsIn(w, "вич", "ьич", "вна", "чна", "шна", "оглы", "кызы")
}

func isSurname(w string) bool {
	return endsIn(w, "ов", "ев", "ёв", "ин", "ын", "ова", "ева", "ёва", "ина", "ына", "ский", "ская", "цкий", "цкая", "ко", "ук", "юк", "ян", "дзе", "швили", "ых", "их")
}

func endsIn(w string, endings ...string) bool {
	for _, e := range endings {
		if strings.HasSuffix(strings.ToLower(w), e) {
			return true
		}
	}
	return false
}
