package understand

import (
	_ "embed" // what cities are called besides
	"slices"
	"strings"
	"unicode/utf8"
)

//go:embed cities.txt
var citiesTable string

// places finds branches by the words of their names, cities and streets, in any case and order, and services (services.go).
type places struct {
	ids      []string
	byWord   map[string][]int // stem of a word of a branch → branches
	byCity   map[string][]int // stem of a city → branches
	words    []string         // as they may be typed, for the repair of slips
	services index
}

func newPlaces(v Vocabulary, l *language) *places {
	p := &places{byWord: map[string][]int{}, byCity: map[string][]int{}, services: newIndex(v.Services, l)}
	for n, b := range v.Branches {
		p.ids = append(p.ids, b.ID)
		for _, t := range cut(b.Name + " " + b.Address + " " + b.English) {
			if t.mark || t.digits || utf8.RuneCountInString(t.text) < 3 || common(t.text, branchWords()) {
				continue
			}
			p.file(p.byWord, stem(t.text), n)
		}
		p.city(n, b.City, l)
	}
	return p
}

// city files a branch under its city's stem and every other name of it.
func (p *places) city(branch int, name string, l *language) {
	city := folded(name)
	if city == "" {
		return
	}
	p.file(p.byCity, cityStem(city), branch)
	p.words = append(p.words, city)
	woman, man := declensions(city)
	p.words = append(append(p.words, woman[:6]...), man[:6]...)
	for nickname, of := range l.cities {
		if of == strings.ReplaceAll(city, " ", "_") {
			p.file(p.byCity, nickname, branch)
		}
	}
	if strings.HasPrefix(city, "москв") {
		p.words = append(p.words, "московский", "московском", "московского")
	}
}

func (p *places) file(table map[string][]int, word string, branch int) {
	if !slices.Contains(table[word], branch) {
		table[word] = append(table[word], branch)
	}
}

// spellings are the forms of names that slips are mended to.
func (p *places) spellings() []string { return p.words }

// citiesByNickname reads what cities are called besides; a name that takes any ending keeps its *.
func citiesByNickname() map[string]string {
	cities := map[string]string{}
	for line := range strings.Lines(citiesTable) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] == "#" {
			continue
		}
		for _, nickname := range fields[1:] {
			cities[nickname] = fields[0]
		}
	}
	return cities
}

// cityStem is the part of a city's name that its cases and its adjective begin with.
func cityStem(city string) string { return strings.TrimRight(city, "аяьыйоие") }

func branchWords() []string {
	return []string{
		"филиал", "клиник", "центр", "ул", "улиц", "дом", "проспект", "пр", "просп", "корп", "г", "город", "на", "стр", "пл", "площад", "шоссе", "россия", "ст", "метро",
		"clinic", "street", "avenue", "ave", "branch", "бульвар", "переулок", "набережн", "отделени", "офис", "кабинет", "корпус", "медицинск",
	}
}

func common(word string, stems []string) bool {
	for _, s := range stems {
		if word == s || utf8.RuneCountInString(s) > 3 && strings.HasPrefix(word, s) {
			return true
		}
	}
	return false
}

// stem cuts the ending of a noun or an adjective off, so that "Тверская" and "на Тверской" meet. It only has to treat both alike.
func stem(word string) string {
	for ending := range strings.FieldsSeq("ого его ому ему ыми ими иями ами ями ой ей ом ем ая яя ое ее ый ий ую юю ые ие ых их ым им ия ии ию ам ям ах ях ов ев а я о е ы и у ю ь й") {
		if s, ok := strings.CutSuffix(word, ending); ok && utf8.RuneCountInString(s) >= 3 {
			return s
		}
	}
	return word
}

func (p *places) knows(word string) bool {
	if utf8.RuneCountInString(word) < 2 {
		return false
	}
	_, city := p.ofCity(word)
	return city || utf8.RuneCountInString(word) >= 4 && len(p.byWord[stem(word)]) > 0 || p.services.knows(word)
}

// ofCity lists the branches of a city that a word names, by its name, its adjective or what it is called besides.
func (p *places) ofCity(word string) ([]int, bool) {
	if found, ok := p.byCity[word]; ok {
		return found, true
	}
	var found []int
	ok := false
	prefixes(word, func(prefix string) {
		if entries, known := p.byCity[prefix+"*"]; known {
			found, ok = entries, true
			return
		}
		if entries, known := p.byCity[prefix]; known && utf8.RuneCountInString(prefix) >= 3 && cityEnding(word[len(prefix):]) {
			found, ok = entries, true
		}
	})
	return found, ok
}

// cityEnding says that what follows a city's stem is a case ending or that of its adjective.
func cityEnding(rest string) bool {
	if strings.HasPrefix(rest, "ск") || strings.HasPrefix(rest, "ец") || strings.HasPrefix(rest, "чан") {
		return true
	}
	switch rest {
	case "", "а", "у", "е", "ы", "и", "ю", "я", "ь", "й", "ом", "ой", "ем", "ью":
		return true
	}
	return false
}

// spot is a set of branches that one word names.
type spot struct {
	at     int
	fits   []int
	strong bool // "в Москве", "на Тверской", "второй филиал"
}

// branch is the id of the one branch that is named and not refused, "" where none or several are.
func (p *places) branch(h *heard) string {
	var fit []int
	strong := false
	for _, s := range p.mentions(h) {
		switch both := overlap(fit, s.fits); {
		case fit == nil, s.strong && !strong && len(both) == 0:
			fit, strong = s.fits, s.strong
		case len(both) > 0:
			fit, strong = both, strong || s.strong
		case s.strong == strong: // two places
			return ""
		}
	}
	if len(fit) != 1 {
		return ""
	}
	return p.ids[fit[0]]
}

// mentions lists the places that are named and not refused.
func (p *places) mentions(h *heard) []spot {
	var out []spot
	for i := range h.tokens {
		t := &h.tokens[i]
		if t.mark || h.times.used[i] || t.sense.kind != "" && t.sense.kind != kindPlain && t.sense.kind != kindOrdinal && !t.digits {
			continue
		}
		s, ok := p.at(h, i)
		if ok && !rejected(h.tokens, i, i+1) && !mere(h.tokens, i) {
			out = append(out, s)
		}
	}
	return out
}

// at reads a place at i.
func (p *places) at(h *heard, i int) (spot, bool) {
	t := &h.tokens[i]
	place := i > 0 && oneOf(h.tokens[i-1].text, "в во на по in at")
	if n := nth(h.tokens, i); n > 0 && n <= len(p.ids) && len(p.ids) > 1 {
		return spot{at: i, fits: []int{n - 1}, strong: true}, true
	}
	if t.digits {
		return spot{}, false
	}
	if fits, ok := p.ofCity(t.text); ok {
		if adjective(t.text) && !ofBranch(h.tokens, i) {
			return spot{}, false
		}
		return spot{at: i, fits: fits, strong: place}, true
	}
	if fits := p.byWord[stem(t.text)]; len(fits) > 0 && utf8.RuneCountInString(t.text) >= 4 {
		return spot{at: i, fits: fits, strong: place}, true
	}
	return spot{}, false
}

// adjective says that a word is made as московский is.
func adjective(word string) bool {
	for ending := range strings.FieldsSeq("ский ского скому ским ском ская ской скую ское ские ских") {
		if strings.HasSuffix(word, ending) {
			return true
		}
	}
	return false
}

// ofBranch says that an adjective of a city belongs to a branch, or to nothing: not to a street or the time.
func ofBranch(tokens []token, i int) bool {
	after, before := next(tokens, i), ""
	if i > 0 {
		before = tokens[i-1].text
	}
	if house(after) || house(before) {
		return true
	}
	return i+1 >= len(tokens) || tokens[i+1].mark
}

func house(word string) bool {
	return common(word, []string{"филиал", "клиник", "центр", "офис", "отделени", "branch", "clinic"})
}

// nth is the ordinal of a branch that the words at i name: "в первом филиале", "филиал номер 2", "второй филиал".
func nth(tokens []token, i int) int {
	t := &tokens[i]
	switch {
	case t.sense.kind == kindOrdinal && house(next(tokens, i)):
		return t.sense.n
	case t.digits && i > 0 && house(tokens[i-1].text), t.digits && i > 1 && house(tokens[i-2].text) && (tokens[i-1].text == "№" || tokens[i-1].text == "номер"):
		return t.num
	}
	return 0
}

// mere says that the place at i is where somebody is from or a film, not where to go.
func mere(tokens []token, i int) bool {
	if strings.HasPrefix(next(tokens, i), "слез") {
		return true
	}
	return i > 0 && (tokens[i-1].text == "по" || adjective(tokens[i].text) && street(tokens[i-1].text)) || i > 1 && tokens[i-2].text == "зачем"
}
