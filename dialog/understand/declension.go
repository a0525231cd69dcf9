package understand

import (
	"slices"
	"strings"
)

// feminine guesses from the spelling; a surname that does not tell is taken for a man's, whose forms include hers.
func feminine(surname string) bool {
	for ending := range strings.FieldsSeq("ова ева ина ына ая яя") {
		if strings.HasSuffix(surname, ending) {
			return true
		}
	}
	return false
}

// declensions are the forms of a surname for a woman and for a man.
func declensions(surname string) (woman, man []string) {
	all := func(stem string, endings ...string) []string {
		forms := make([]string, len(endings))
		for i, e := range endings {
			forms[i] = stem + e
		}
		return forms
	}
	has := func(endings ...string) (string, bool) {
		for _, e := range endings {
			if stem, ok := strings.CutSuffix(surname, e); ok && len(stem) >= 4 {
				return stem, true
			}
		}
		return "", false
	}
	if stem, ok := has("ова", "ева", "ина", "ына", "ов", "ев", "ин", "ын"); ok {
		stem = surname[:len(stem)+4] // with its ов, ин: two letters of two bytes
		return all(stem, "а", "ой", "ой", "у", "ой", "ой", "ою", "ы", "ых", "ым", "ыми"),
			all(stem, "", "а", "у", "а", "ым", "е", "ом", "ы", "ых", "ым", "ыми")
	}
	if stem, ok := has("ский", "цкий", "ская", "цкая"); ok {
		stem = surname[:len(stem)+4]
		return all(stem, "ая", "ой", "ой", "ую", "ой", "ой", "ою", "ие", "их", "им"),
			all(stem, "ий", "ого", "ому", "ого", "им", "ом", "ие", "их", "им", "ими")
	}
	if stem, ok := has("ый", "ой", "ий", "ая", "яя"); ok {
		return all(stem, "ая", "ой", "ой", "ую", "ой", "ой", "ею", "яя", "юю", "ей"),
			all(stem, surname[len(stem):], "ого", "ому", "ого", "ым", "ом", "его", "ему", "им", "ем")
	}
	return declineNoun(surname, all, has)
}

// declineNoun declines surnames that are nouns: Мельник, Коваль, Гай, Сорока, Заря, Кравец; the rest stay as they are.
func declineNoun(surname string, all func(string, ...string) []string, has func(...string) (string, bool)) (woman, man []string) {
	still := []string{surname, surname, surname, surname, surname, surname}
	if stem, ok := has("ец"); ok {
		return still, append(all(stem, "ец", "ца", "цу", "ца", "цом", "це"), all(surname, "а", "у", "ом", "ем", "е")...)
	}
	if stem, ok := has("ок", "ек"); ok {
		return still, append(all(stem, surname[len(stem):], "ка", "ку", "ка", "ком", "ке"), all(surname, "а", "у", "ом", "е")...)
	}
	if stem, ok := has("ь", "й"); ok {
		return still, all(stem, surname[len(stem):], "я", "ю", "я", "ем", "е")
	}
	if stem, ok := has("ия"); ok {
		forms := all(stem, "ия", "ии", "ии", "ию", "ией", "ии")
		return forms, forms
	}
	if stem, ok := has("а"); ok {
		forms := all(stem, "а", "ы", "е", "у", "ой", "е", "и", "ей")
		return forms, forms
	}
	if stem, ok := has("я"); ok {
		forms := all(stem, "я", "и", "е", "ю", "ей", "е")
		return forms, forms
	}
	if stem, ok := has("ко"); ok { // colloquial: к Шевченку
		return still, append(slices.Clone(still), all(stem, "ка", "ку", "ком", "ке")...)
	}
	if _, ok := has("о", "е", "и", "у", "ю", "э", "ых", "их"); ok {
		return still, still
	}
	return still, all(surname, "", "а", "у", "а", "ом", "е", "ем", "ы")
}
