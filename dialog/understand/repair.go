package understand

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// repaired mends the words that nobody knows: letters held down, words run together or torn apart, slips. Known words stay as they are.
func (r *Reader) repaired(tokens []token, text string, work *int) []token {
	for i := 0; i < len(tokens) && *work > 0; i++ {
		t := &tokens[i]
		if t.mark || t.digits {
			continue
		}
		*work--
		byStem := r.knows(t.text)
		if byStem && (r.surely(t.text) || utf8.RuneCountInString(t.text) < twoSlips && !r.ofLore(t.text)) {
			continue
		}
		*work -= len(t.text)
		if !byStem && r.held(t) {
			continue
		}
		if from, joined := r.torn(tokens, i, text); joined != "" && !byStem {
			tokens[from].text, tokens[from].end = joined, tokens[from+1].end
			tokens = slices.Delete(tokens, from+1, from+2)
			i = from
			continue
		}
		if at := r.runTogether(t.text); at > 0 {
			tokens = slices.Insert(tokens, i+1, *t)
			tokens[i].text, tokens[i+1].text = t.text[:at], t.text[at:]
			tokens[i].end = min(tokens[i].start+at, tokens[i].end)
			tokens[i+1].start, tokens[i+1].glued = tokens[i].end, true
			i++
			continue
		}
		if byStem {
			r.unstem(&tokens[i], work)
		} else {
			r.mend(&tokens[i], work)
		}
	}
	return tokens
}

// ofLore says that the tables of dangers and complaints know a word. They know it misspelt too, and read it as it was typed.
func (r *Reader) ofLore(word string) bool {
	return r.flags.lore.knows(word) || r.complaints.lore.knows(word)
}

// surely says that a word is known as it stands, not by a beginning that a rule asks for.
func (r *Reader) surely(word string) bool {
	return r.knowsExactly(word) || r.lexicon.knows(word) || r.means.knows(word) || r.everyday.has(word) || patronymic(word)
}

// unstem mends a speciality that is known by its beginning only: "гастроинтеролог".
func (r *Reader) unstem(t *token, work *int) {
	s, ok := spell(t.text)
	if !ok {
		return
	}
	found := r.lexicon.typos.near(&s, work)
	if _, procedure := r.means.words[found.word]; found.cost <= 2*likeness && (procedure || r.lexicon.words[found.word].kind == kindSpecialty) {
		t.text, t.mended = found.word, true
	}
}

// held takes letters off that were held down: "приветттт", "ооочень", "даа".
func (r *Reader) held(t *token) bool {
	most := longestRun(t.text)
	if most < 2 {
		return false
	}
	if most == 2 { // "нее" is no "не"
		short := squeezed(t.text, 1)
		if oneOf(short, "да нет ок") {
			t.text = short
			return true
		}
		return false
	}
	if utf8.RuneCountInString(squeezed(t.text, 1)) == 1 { // a key held down, no word
		return false
	}
	for _, keep := range []int{2, 1} {
		t.text = squeezed(t.text, keep)
		if r.knows(t.text) {
			return true
		}
	}
	return false
}

func longestRun(word string) int {
	best, n, last := 0, 0, rune(-1)
	for _, c := range word {
		if c != last {
			n, last = 0, c
		}
		n++
		best = max(best, n)
	}
	return best
}

// squeezed is a word with at most keep of a letter in a row.
func squeezed(word string, keep int) string {
	n, last := 0, rune(-1)
	return strings.Map(func(c rune) rune {
		if c != last {
			n, last = 0, c
		}
		if n++; n > keep {
			return -1
		}
		return c
	}, word)
}

// torn joins the word at i with the one before or after it where that makes a known one: "кардио логу", "за пишите".
func (r *Reader) torn(tokens []token, i int, text string) (from int, joined string) {
	for _, first := range []int{i - 1, i} {
		if first < 0 || first+1 >= len(tokens) {
			continue
		}
		a, b := &tokens[first], &tokens[first+1]
		if a.mark || b.mark || a.digits || b.digits || b.start-a.end != 1 || b.start > len(text) {
			continue
		}
		word := a.text + b.text
		if n := utf8.RuneCountInString(word); n >= oneSlip+1 && n <= maxWord && r.knowsExactly(word) {
			return first, word
		}
	}
	return 0, ""
}

// knowsExactly says that a word stands in full in a table: not by its beginning alone.
func (r *Reader) knowsExactly(word string) bool {
	if _, ok := r.lexicon.words[word]; ok {
		return true
	}
	if _, ok := r.rules.words[word]; ok || r.rules.spoken[word] {
		return true
	}
	_, ok := r.means.words[word]
	return ok || len(r.doctors.forms[word]) > 0
}

// runTogether is where a word falls into two known ones, in bytes; 0 where it does not: "запишитеменя", "кхирургу".
func (r *Reader) runTogether(word string) int {
	n := utf8.RuneCountInString(word)
	if n < oneSlip || n > maxLetters {
		return 0
	}
	letters := 0
	for at := range word {
		if letters > 0 && letters <= n-3 && r.splits(word[:at], word[at:], letters) {
			return at
		}
		letters++
	}
	return 0
}

func (r *Reader) splits(head, tail string, letters int) bool {
	s, known := r.lexicon.words[tail]
	named := known && (s.kind == kindSpecialty || s.kind == kindPerson || s.kind == kindWeekday || s.kind == kindDay || s.kind == kindMonth) || len(r.doctors.forms[tail]) > 0
	if letters <= 3 && (caseAfter(head) != 0 || head == "в" || head == "во") {
		return named && utf8.RuneCountInString(tail) >= 4
	}
	if letters < 4 && (r.lexicon.words[head].kind != kindSpecialty || letters < 3) {
		return false
	}
	return r.knowsExactly(head) && (utf8.RuneCountInString(tail) >= 4 && r.knowsExactly(tail) || named)
}

// mend replaces a misspelt word by the known one that it was meant to be, unless two of another meaning are as near.
func (r *Reader) mend(t *token, work *int) {
	s, ok := spell(t.text)
	if !ok {
		return
	}
	found := r.nearest(&s, work)
	if found.cost >= unlikely || found.rival-found.cost < 2 && !r.alike(found.word, found.other) {
		return
	}
	t.text, t.mended = found.word, true
}

// nearest looks in the language's words and in the clinic's own. Who is near a doctor's name by chance is somebody else: only likely slips
// are forgiven in names.
func (r *Reader) nearest(s *spelt, work *int) candidate {
	found := r.lexicon.typos.near(s, work)
	own := r.own.near(s, work)
	if own.word == "" || own.cost > slip || own.cost >= found.cost {
		return found
	}
	if s.n > utf8.RuneCountInString(own.word) && own.cost > neighbor {
		return found
	}
	own.rival = min(own.rival, found.cost)
	if own.rival == found.cost {
		own.other = found.word
	}
	return own
}

// alike says that it makes no difference which of two words is meant.
func (r *Reader) alike(a, b string) bool {
	if b == "" {
		return true
	}
	if mine, other := r.doctors.forms[a], r.doctors.forms[b]; len(mine)+len(other) > 0 {
		return len(mine) > 0 && len(other) > 0 && mine[0].doctor == other[0].doctor
	}
	one, _ := r.lexicon.look(a)
	two, _ := r.lexicon.look(b)
	if one.kind == two.kind && one.code == two.code {
		return true
	}
	return (one.kind == "" || one.kind == kindPlain) && (two.kind == "" || two.kind == kindPlain)
}
