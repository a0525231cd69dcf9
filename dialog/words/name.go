package words

import "strings"

// Name writes a Russian name as lang reads it: in English by the letters of passports.
func (b *Book) Name(lang, name string) string {
	if lang != "en" {
		return name
	}
	return strings.NewReplacer(
		"А", "A", "Б", "B", "В", "V", "Г", "G", "Д", "D", "Е", "E", "Ё", "E", "Ж", "Zh", "З", "Z", "И", "I", "Й", "I", "К", "K", "Л", "L",
		"М", "M", "Н", "N", "О", "O", "П", "P", "Р", "R", "С", "S", "Т", "T", "У", "U", "Ф", "F", "Х", "Kh", "Ц", "Ts", "Ч", "Ch",
		"Ш", "Sh", "Щ", "Shch", "Ъ", "Ie", "Ы", "Y", "Ь", "", "Э", "E", "Ю", "Iu", "Я", "Ia",
		"а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z", "и", "i", "й", "i", "к", "k", "л", "l",
		"м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "kh", "ц", "ts", "ч", "ch",
		"ш", "sh", "щ", "shch", "ъ", "ie", "ы", "y", "ь", "", "э", "e", "ю", "iu", "я", "ia",
	).Replace(name)
}

// Phone is a number as people read it: +7 495 000-00-01. One of another country stays as it is.
func (b *Book) Phone(number string) string {
	if len(number) != 12 || !strings.HasPrefix(number, "+7") {
		return number
	}
	return number[:2] + " " + number[2:5] + " " + number[5:8] + "-" + number[8:10] + "-" + number[10:]
}
