package llm

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/dialog/understand"
)

// Shapes of what may not leave.
const (
	mailShape   = `[^\s@()]+\s?@\s?[^\s@()]+\.[^\s@().,]{2,}|@[A-Za-z0-9_]{3,}|https?://\S+|t\.me/\S+|(?i:\S+\s+(?:собак\S*|at)\s+\S+\s+(?:точка|dot)\s+\S+)`
	dateShape   = `\b\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:\d{4}|\d{2})\b|\b\d{4}-\d{1,2}-\d{1,2}\b`
	yearShape   = `(?:\d{1,2}[\s.]*[а-яa-z]{3,9}\.?,?\s+)?\b(?:19\d\d|20\d\d)\b(?:\s*(?:г\.?\s?р\.?|года?\S*|г\.))?`
	numberShape = `[+(]?\d(?:[\s().+/—–-]{0,3}\d){6,}`
	namedShape  = `(?i)(?:полис|паспорт|снилс|инн|омс|дмс|сери|номер|№|no\.?|карт|код|passport|policy|card)[^\s\d]*[\s:№.-]*(?:\S{1,8}[\s:№.-]+)?(\d[\d\s-]{2,}\d)`
	indexShape  = `\b\d{6}\b`
)

// aYear is how far ahead visits are booked, and then some.
const aYear = 400 * 24 * time.Hour

// patterns finds addresses of e-mail and pages, numbers and dates that are not of a visit.
func patterns(text string, today time.Time) []span {
	var out []span
	for _, at := range regexp.MustCompile(mailShape).FindAllStringIndex(text, -1) {
		out = append(out, span{at[0], at[1], hidMail})
	}
	for _, at := range regexp.MustCompile(dateShape).FindAllStringIndex(text, -1) {
		if !toCome(text[at[0]:at[1]], today) {
			out = append(out, span{at[0], at[1], hidDate})
		}
	}
	for _, at := range regexp.MustCompile(yearShape).FindAllStringIndex(strings.ToLower(text), -1) {
		year := regexp.MustCompile(`(19|20)\d\d`).FindString(text[at[0]:at[1]])
		if n, err := strconv.Atoi(year); err != nil || n < today.Year() || n > today.Year()+1 {
			out = append(out, span{at[0], at[1], hidDate})
		}
	}
	for _, at := range regexp.MustCompile(namedShape).FindAllStringSubmatchIndex(text, -1) {
		out = append(out, span{at[2], at[3], hidNumber})
	}
	for _, at := range regexp.MustCompile(indexShape).FindAllStringIndex(text, -1) {
		out = append(out, span{at[0], at[1], hidNumber})
	}
	return out
}

// toCome says that a date in digits is one that a visit may have.
func toCome(text string, today time.Time) bool {
	text = strings.ReplaceAll(strings.NewReplacer("/", ".", "-", ".").Replace(text), " ", "")
	for _, layout := range []string{"2.1.2006", "2.1.06", "2006.1.2"} {
		if day, err := time.Parse(layout, text); err == nil {
			return !day.Before(today.AddDate(0, 0, -1)) && day.Before(today.Add(aYear))
		}
	}
	return false
}

// numbers finds seven digits and more that stand together, however they are grouped: phones, cards, policies, passports. A date and an hour of
// a visit are taken out first.
func (v *veil) numbers(text string) []span {
	free := regexp.MustCompile(dateShape).ReplaceAllStringFunc(text, func(date string) string {
		if toCome(date, v.privacy.Today) {
			return strings.Repeat("x", len(date))
		}
		return date
	})
	var out []span
	for _, at := range regexp.MustCompile(numberShape).FindAllStringIndex(free, -1) {
		out = append(out, span{at[0], at[1], hidNumber})
	}
	return out
}

// longNumber looks for the same more loosely: no letter between the digits.
func longNumber(text string) bool {
	text = regexp.MustCompile(dateShape).ReplaceAllString(text, "x")
	return regexp.MustCompile(`\d(?:[^\pL\d·]{0,3}\d){6,}`).MatchString(text)
}

// numerals are how words for numbers begin.
func numerals() []string {
	return []string{
		"ноль", "нол", "один", "одн", "два", "две", "дву", "три", "тре", "четыр", "пять", "пят", "шест", "семь", "семн", "семи", "седьм", "восем", "восьм", "девят",
		"десят", "двадц", "сорок", "сто", "двес", "тыс", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "double",
	}
}

func numeral(word string) bool {
	for _, stem := range numerals() {
		if strings.HasPrefix(word, stem) {
			return true
		}
	}
	return false
}

// spokenRun is how many words for numbers in a row are no hour of a day: a dictated phone or birth date.
const spokenRun = 4

// spoken finds dictated numbers, digits among the words or not.
func spoken(words []understand.Word) []span {
	var out []span
	for i := 0; i < len(words); i++ {
		j, said := i, 0
		for j < len(words) && (words[j].Digits || numeral(words[j].Text) || j > i && words[j].Mark && markOf(words[j].Text, ",-.")) {
			if !words[j].Mark {
				said++
			}
			j++
		}
		if said > spokenRun {
			out = append(out, span{words[i].Start, words[j-1].End, hidNumber})
		}
		i = max(i, j-1)
	}
	return out
}

// births finds the day after "родился", "дата рождения", "born".
func births(words []understand.Word) []span {
	var out []span
	for i, w := range words {
		if !strings.HasPrefix(w.Text, "родил") && !strings.HasPrefix(w.Text, "рожд") && w.Text != "born" && w.Text != "birthday" && w.Text != "birth" && w.Text != "др" {
			continue
		}
		for j := i + 1; j < len(words) && j < i+12 && dayWord(words[j]); j++ {
			if !words[j].Mark {
				out = append(out, span{words[j].Start, words[j].End, hidDate})
			}
		}
	}
	return out
}

// dayWord says that a word may be a part of a day that is told.
func dayWord(w understand.Word) bool {
	if w.Mark || w.Digits || numeral(w.Text) {
		return true
	}
	for _, stem := range []string{
		"январ", "феврал", "март", "апрел", "мая", "май", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр", "год", "числ", "в", "г", "jan", "feb", "mar",
		"apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "on", "is",
	} {
		if w.Text == stem || len(stem) > 2 && strings.HasPrefix(w.Text, stem) {
			return true
		}
	}
	return false
}
