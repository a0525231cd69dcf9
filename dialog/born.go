package dialog

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/zapis-clinic/zapis/core/personal"
)

// readBorn reads a birth date as people write it: "01.02.1980", "1 февраля 1980 года", "February 1, 1980". It says whether it is one.
func readBorn(text string, now time.Time) (time.Time, bool) {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var numbers []string
	month := 0
	for _, w := range words {
		if _, err := strconv.Atoi(w); err == nil {
			numbers = append(numbers, w)
		} else if m := monthNamed(w); m > 0 {
			month = m
		}
	}
	switch {
	case month > 0 && len(numbers) == 2:
		numbers = slices.Insert(numbers, 1, strconv.Itoa(month))
	case month > 0 || len(numbers) != 3:
		return time.Time{}, false
	}
	written := strings.Join(numbers, ".")
	if len(numbers[0]) == len("2006") {
		written = strings.Join(numbers, "-")
	}
	read, err := personal.Read(personal.Change{Field: personal.Born, Value: written}, now)
	if err != nil {
		return time.Time{}, false
	}
	born, err := time.Parse(time.DateOnly, read.Value)
	return born, err == nil
}

// monthNamed is the month that a word in Russian or English begins like, 0 for none.
func monthNamed(word string) int {
	stems := [][]string{
		{"янв", "jan"},
		{"фев", "feb"},
		{"мар", "mar"},
		{"апр", "apr"},
		{"май", "мая", "may"},
		{"июн", "jun"},
		{"июл", "jul"},
		{"авг", "aug"},
		{"сен", "sep"},
		{"окт", "oct"},
		{"ноя", "nov"},
		{"дек", "dec"},
	}
	return 1 + slices.IndexFunc(stems, func(names []string) bool {
		return slices.ContainsFunc(names, func(stem string) bool { return strings.HasPrefix(word, stem) })
	})
}
