package llm

import (
	"strings"

	"github.com/zapis-clinic/zapis/dialog/understand"
)

// addresses finds where somebody lives: what follows a street's word, a house's or flat's number, and "живу на". Of the clinic's own branches
// only the words that it knows stay.
func addresses(words []understand.Word, knows func(string) bool) []span {
	var out []span
	hide := func(from, to int) {
		for _, w := range words[from:min(to, len(words))] {
			if !w.Mark && (w.Digits || knows == nil || !knows(w.Text)) {
				out = append(out, span{w.Start, w.End, hidAddress})
			}
		}
	}
	for i, w := range words {
		switch {
		case oneOf(w.Text, "ул", "улиц", "просп", "переул", "бульвар", "шоссе", "набережн", "мкр", "микрорайон", "проезд", "street", "avenue"):
			hide(i+1, stretch(words, i+1, 4))
		case oneOf(w.Text, "дом", "кв", "квартир", "корп", "подъезд", "flat", "apartment") || w.Text == "д" || w.Text == "стр":
			if j := past(words, i+1); j < len(words) && words[j].Digits {
				hide(i+1, stretch(words, i+1, 3))
			}
		case oneOf(w.Text, "живу", "живет", "живем", "прожива", "прописан"), w.Text == "адрес" && past(words, i+1) > i+1, w.Text == "live":
			hide(i+1, stretch(words, i+1, 6))
		}
	}
	return out
}

func oneOf(word string, stems ...string) bool {
	for _, s := range stems {
		if word == s || len(s) > 4 && strings.HasPrefix(word, s) {
			return true
		}
	}
	return false
}

// past is the first place from i on that is no mark.
func past(words []understand.Word, i int) int {
	for i < len(words) && words[i].Mark {
		i++
	}
	return i
}

// stretch is where an address that begins at i ends: after so many words, or where a sentence does.
func stretch(words []understand.Word, i, n int) int {
	for ; i < len(words) && n > 0; i++ {
		switch {
		case words[i].Mark && markOf(words[i].Text, "!?()"):
			return i
		case !words[i].Mark:
			n--
		}
	}
	return i
}
