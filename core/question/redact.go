package question

import (
	"regexp"
	"strings"
	"unicode"
)

// What is put where something of a person stood.
const (
	someName   = "[имя]"
	someNumber = "[номер]"
	someMail   = "[почта]"
)

var (
	mail       = regexp.MustCompile(`[\p{L}\d._%+-]+@[\p{L}\d-]+(\.[\p{L}\d-]+)+`)
	link       = regexp.MustCompile(`(?i)\bhttps?://\S+|(^|\s)@[a-z0-9_]{4,}`)
	number     = regexp.MustCompile(`\+?\d[\d\s().-]{2,}\d`)
	birthday   = regexp.MustCompile(`\b\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2})\b`)
	introduced = regexp.MustCompile(`(?i)(меня зовут|зовут|фамилия|имя|отчество|я пациентка|я пациент|my name is|i am called|surname|name)(\s*[:—-]?\s+)(\p{L}+(\s+\p{L}+){0,2})`)
	patronymic = regexp.MustCompile(`(?i)^\p{L}{2,}(ович|евич|ьич|овна|евна|ична|инична)(а|у|ем|е|ы|ой)?$`)
	surname    = regexp.MustCompile(`(?i)^\p{L}{2,}(ов|ев|ин|ын|ский|цкий|енко|ук|юк|ян)(а|у|ым|ой|ого|ому|е|ая|ую)?$`)
)

// Redact takes out of a text what could lead to a person: addresses, numbers of more than three digits, dates of birth, names. A name is a
// word with a capital letter within a sentence, a patronymic with its neighbours, or what follows "меня зовут". Rather too much goes than too little.
func Redact(text string) string {
	text = mail.ReplaceAllString(text, someMail)
	text = link.ReplaceAllString(text, " "+someMail)
	text = birthday.ReplaceAllString(text, someNumber)
	text = number.ReplaceAllStringFunc(text, func(found string) string {
		if digits(found) <= 3 {
			return found
		}
		return someNumber
	})
	text = introduced.ReplaceAllString(text, "${1}${2}"+someName)
	return names(text)
}

func digits(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// names takes out words that look like names. A word in capitals only is an abbreviation: УЗИ, МРТ.
func names(text string) string {
	words := strings.Fields(text)
	gone := make([]bool, len(words))
	begins := true
	for i, w := range words {
		bare := strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		runes := []rune(bare)
		title := len(runes) > 1 && unicode.IsUpper(runes[0]) && strings.ToUpper(bare) != bare
		if patronymic.MatchString(bare) {
			gone[i] = true
			if i > 0 {
				gone[i-1] = true
			}
			if i > 1 && (capital(words[i-2]) || surname.MatchString(words[i-2])) {
				gone[i-2] = true
			}
		}
		gone[i] = gone[i] || (title && (!begins || (i+1 < len(words) && capital(words[i+1]))))
		begins = strings.HasSuffix(w, ".") || strings.HasSuffix(w, "!") || strings.HasSuffix(w, "?")
	}
	var out []string
	for i, w := range words {
		switch {
		case !gone[i]:
			out = append(out, w)
		case len(out) == 0 || out[len(out)-1] != someName:
			out = append(out, someName)
		}
	}
	return strings.Join(out, " ")
}

func capital(word string) bool {
	for _, r := range word {
		if unicode.IsLetter(r) {
			return unicode.IsUpper(r) && strings.ToUpper(word) != word
		}
	}
	return false
}
