package understand

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// places finds branches and services by the words of their names: any case, in any order.
type places struct {
	branches index
	services index
}

// index knows which entries have a word that begins so.
type index struct {
	ids    []string
	needed []int            // words an entry needs
	byStem map[string][]int // entries, by stem
}

func newPlaces(v Vocabulary, l *lexicon) *places {
	p := &places{branches: index{byStem: map[string][]int{}}, services: index{byStem: map[string][]int{}}}
	for _, b := range v.Branches {
		p.branches.add(b.ID, b.Name+" "+b.City+" "+b.Address, func(word string) bool { return common(word, branchWords()) })
	}
	for _, s := range v.Services {
		n := p.services.add(s.ID, s.Name, func(word string) bool { return common(word, serviceWords()) })
		if specialityAlone(s.Name, l) {
			p.services.needed[n] = never
		}
	}
	return p
}

func branchWords() []string {
	return []string{"филиал", "клиник", "центр", "ул", "улиц", "дом", "проспект", "пр", "просп", "корп", "г", "город", "на", "стр", "пл", "площад", "шоссе", "россия", "ст", "метро"}
}

func serviceWords() []string {
	return []string{"прием", "консультац", "первичн", "повторн", "врач", "осмотр", "и", "в", "на", "с", "для", "по", "услуг", "комплекс", "одн", "из", "при"}
}

func common(word string, stems []string) bool {
	for _, s := range stems {
		if word == s || utf8.RuneCountInString(s) > 3 && strings.HasPrefix(word, s) {
			return true
		}
	}
	return false
}

// never is more words than anybody says.
const never = 1 << 20

// specialityAlone says that a service is named by nothing but a speciality: "Приём кардиолога". Who names that names the speciality.
func specialityAlone(name string, l *lexicon) bool {
	tokens := cut(name)
	l.mark(tokens)
	for _, t := range tokens {
		if kind := t.sense.kind; !t.mark && !t.digits && kind != kindSpecialty && kind != kindInside && !common(t.text, serviceWords()) {
			return false
		}
	}
	return true
}

func (x *index) add(id, name string, dull func(string) bool) int {
	n := len(x.ids)
	x.ids = append(x.ids, id)
	x.needed = append(x.needed, 0)
	aside := false // what follows "с", "без" or a mark tells services apart, but need not be said
	for _, t := range cut(name) {
		aside = aside || x.needed[n] > 0 && (t.mark && t.text != "-" || t.text == "с" || t.text == withoutWord)
		if t.mark || t.digits || utf8.RuneCountInString(t.text) < 3 || dull(t.text) {
			continue
		}
		s := stem(t.text)
		if slices.Contains(x.byStem[s], n) {
			continue
		}
		x.byStem[s] = append(x.byStem[s], n)
		if !aside {
			x.needed[n]++
		}
	}
	return n
}

// stem cuts the ending of a noun or an adjective off, so that "Тверская" and "на Тверской" meet. It only has to treat both alike.
func stem(word string) string {
	for _, ending := range []string{
		"ого", "его", "ому", "ему", "ыми", "ими", "иями", "ами", "ями", "ой", "ей", "ом", "ем", "ая", "яя", "ое", "ее", "ый", "ий", "ую", "юю", "ые", "ие", "ых", "их",
		"ым", "им", "ия", "ии", "ию", "ам", "ям", "ах", "ях", "ов", "ев", "а", "я", "о", "е", "ы", "и", "у", "ю", "ь", "й",
	} {
		if s, ok := strings.CutSuffix(word, ending); ok && utf8.RuneCountInString(s) >= 3 {
			return s
		}
	}
	return word
}

func (p *places) knows(word string) bool {
	s := stem(word)
	return utf8.RuneCountInString(word) >= 4 && (len(p.branches.byStem[s]) > 0 || len(p.services.byStem[s]) > 0)
}

// branch is the id of the one branch that the words fit best, "" where none or several do.
func (p *places) branch(tokens []token) string {
	best, top := p.branches.score(tokens)
	if len(best) != 1 || top == 0 {
		return ""
	}
	return p.branches.ids[best[0]]
}

// service is the id of the one service all of whose words were said, the longest of them.
func (p *places) service(tokens []token) string {
	hits := p.services.hits(tokens)
	found, size, tie := -1, 0, false
	for entry, n := range hits {
		if n < p.services.needed[entry] || n == 0 {
			continue
		}
		switch {
		case n > size:
			found, size, tie = entry, n, false
		case n == size:
			tie = true
		}
	}
	if found < 0 || tie {
		return ""
	}
	return p.services.ids[found]
}

// score returns the entries with the most words said, and how many.
func (x *index) score(tokens []token) (best []int, top int) {
	for entry, n := range x.hits(tokens) {
		switch {
		case n > top:
			best, top = []int{entry}, n
		case n == top:
			best = append(best, entry)
		}
	}
	return best, top
}

// hits counts, for each entry met, the different words of it that were said.
func (x *index) hits(tokens []token) map[int]int {
	hits := map[int]int{}
	seen := map[string]bool{}
	for i := range tokens {
		t := &tokens[i]
		if t.mark || t.digits || utf8.RuneCountInString(t.text) < 3 {
			continue
		}
		s := stem(t.text)
		if seen[s] {
			continue
		}
		seen[s] = true
		for _, entry := range x.byStem[s] {
			hits[entry]++
		}
	}
	return hits
}
