package understand

import (
	"strings"

	"github.com/zapis-clinic/zapis/dialog"
)

// slotWorry is the question whether a danger is so now.
const slotWorry = "worry"

// nowWords is the most words that an answer to it has; a longer text tells something.
const nowWords = 8

// whetherNow is the answer whether a danger is so now; nil where the text does not say. In doubt it does not: then it is asked again.
func (h *heard) whetherNow() []dialog.Command {
	if !h.s.Worry || h.wordCount() > nowWords {
		return nil
	}
	words := make([]string, 0, nowWords)
	for i := range h.tokens {
		if !h.tokens[i].mark {
			words = append(words, h.tokens[i].text)
		}
	}
	said := " " + strings.Join(words, " ") + " "
	said = strings.ReplaceAll(strings.ReplaceAll(said, " не сейчас ", " раньше "), " not now ", " earlier ")
	var yes, no, other int
	first := byte(0)
	for word := range strings.FieldsSeq(said) {
		kind := nowWord(word)
		switch kind {
		case 'y':
			yes++
		case 'n':
			no++
		case '?':
			other++
		}
		if first == 0 && kind != '-' {
			first = kind
		}
	}
	switch {
	case yes > 0 && no == 0 && (other == 0 || first == 'y'):
		return []dialog.Command{{Do: dialog.Confirm, Slot: slotWorry}}
	case no > 0 && yes == 0 && (other == 0 || first == 'n'):
		return []dialog.Command{{Do: dialog.Deny, Slot: slotWorry}}
	}
	return nil
}

// Words of the answer: of yes, of no, and those that say neither.
const (
	nowYes = " да ага угу сейчас щас ща происходит продолжается прямо конечно yes yeah yep yup ya now still currently happening right "
	nowNo  = " нет неа не раньше ранее давно прошло прошла прошел прошлом прошлое было была был вчера позавчера уже тогда кончилось закончилось " +
		"no nope nah not earlier before yesterday past over ago gone last "
	nowFiller = " это этом этого же ну ой вот и в данный момент самое спасибо пожалуйста году год раз все так а " +
		"it is its was in the thanks thank you please oh years long a year happened "
)

// nowWord says what a word is in the answer: 'y', 'n', '-' for a filler, '?' for anything else.
func nowWord(word string) byte {
	switch word = " " + word + " "; {
	case strings.Contains(nowYes, word):
		return 'y'
	case strings.Contains(nowNo, word):
		return 'n'
	case strings.Contains(nowFiller, word):
		return '-'
	}
	return '?'
}
