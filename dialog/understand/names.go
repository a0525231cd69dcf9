package understand

import (
	_ "embed" // the given names
	"slices"
	"strings"
	"unicode/utf8"
)

//go:embed given.txt
var givenNamesTable string

// Words that deny, wherever they are looked for.
const (
	noWord      = "нет"
	withoutWord = "без"
)

// The cases of Russian, in the order that declensions here are written.
const (
	nominative = iota
	genitive
	dative
	accusative
	instrumental
	prepositional
	plural // every case of the plural, and what else may be met
)

// form is a surname as it is met in a text.
type form struct {
	doctor int  // index in doctors.list
	cases  int  // bit set of the cases it can be in
	other  bool // of the other gender than the doctor's: "к Иванову" where only Иванова works
}

// doctors finds the clinic's doctors by surname, by name and patronymic.
type doctors struct {
	list    []Doctor
	own     []ownNames
	forms   map[string][]form
	given   map[string][]int // stem of a given name → doctors
	fathers map[string][]int // stem of a patronymic → doctors
	names   map[string]bool
	shared  map[string]int // folded surname → doctors who have it
	schools []*strings.Replacer
}

// ownNames are the stems of a doctor's given name and patronymic, and whether the surname is plainly one.
type ownNames struct {
	given, fathers []string
	plain          bool // Гай, Белых: the surname is a word of its own too
}

func newDoctors(list []Doctor, l *language) *doctors {
	d := &doctors{
		list: slices.Clone(list), own: make([]ownNames, len(list)), forms: make(map[string][]form, 16*len(list)), given: map[string][]int{}, fathers: map[string][]int{},
		names: l.names, shared: map[string]int{}, schools: l.schools[:2],
	}
	for i, doctor := range d.list {
		d.shared[folded(doctor.Surname)]++
		for _, part := range surnameParts(doctor.Surname) {
			own, other := declensions(part)
			if doctor.Gender == "male" || doctor.Gender == "" && !feminine(part) {
				own, other = other, own
			}
			d.file(i, own, false)
			d.file(i, other, true)
		}
		d.own[i] = ownNames{given: givenStems(doctor.Name), fathers: patronymicStems(doctor.Patronymic), plain: !surnameLike(folded(doctor.Surname))}
		for _, stem := range d.own[i].given {
			d.given[stem] = append(d.given[stem], i)
		}
		for _, stem := range d.own[i].fathers {
			d.fathers[stem] = append(d.fathers[stem], i)
		}
	}
	return d
}

// folded is a name as texts are cut: lower case, е for ё.
func folded(name string) string {
	return strings.Map(foldRune, strings.TrimSpace(name))
}

// surnameParts are the folded surname's parts; a double one may be said in full or by a half.
func surnameParts(surname string) []string {
	var parts []string
	for _, t := range cut(surname) {
		if !t.mark && !t.digits {
			parts = append(parts, t.text)
		}
	}
	return parts
}

// file files the case forms of a surname, singular in order of the cases and then the plural.
func (d *doctors) file(doctor int, forms []string, other bool) {
	for c, spelling := range forms {
		if spelling == "" {
			continue
		}
		bit := 1 << min(c, plural)
		known := d.forms[spelling]
		at := slices.IndexFunc(known, func(f form) bool { return f.doctor == doctor })
		switch {
		case at < 0:
			d.forms[spelling] = append(known, form{doctor: doctor, cases: bit, other: other})
		case known[at].other == other:
			known[at].cases |= bit
		}
	}
}

func (d *doctors) knows(word string) bool {
	if len(d.forms[word]) > 0 {
		return true
	}
	stem := nameStem(word)
	return len(d.given[stem]) > 0 || d.names[stem]
}

// value is what slot "doctor" gets: the surname, or the id where the surname tells nobody.
func (d *doctors) value(doctor int) string {
	if d.shared[folded(d.list[doctor].Surname)] > 1 {
		return d.list[doctor].ID
	}
	return d.list[doctor].Surname
}

// givenNames reads the table of given names.
func givenNames() map[string]bool {
	names := map[string]bool{}
	for line := range strings.Lines(givenNamesTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for name := range strings.FieldsSeq(line) {
			for _, stem := range givenStems(name) {
				names[stem] = true
			}
		}
	}
	return names
}

// nameStem is a given name or a patronymic without the ending of its case.
func nameStem(name string) string { return strings.TrimRight(name, "аеиоуыэюяйьмх") }

// givenStems are the stems that a given name has in its cases.
func givenStems(name string) []string {
	name = folded(name)
	switch name {
	case "":
		return nil
	case "лев":
		return []string{"лев", "льв"}
	case "павел":
		return []string{"павел", "павл"}
	}
	if stem := nameStem(name); utf8.RuneCountInString(stem) >= 2 {
		return []string{stem}
	}
	return nil
}

// patronymicStems are the stems of a patronymic, as papers write it and as people say it: Сергеевич, Сергеич; Ивановна, Иванна.
func patronymicStems(name string) []string {
	name = folded(name)
	if name == "" {
		return nil
	}
	stems := []string{nameStem(name)}
	for pair := range strings.FieldsSeq("еевич>еич аевич>аич ьевич>ьич лович>лыч ович>ыч овна>на евна>вна аевна>авна") {
		if other, ok := ended(name, pair); ok {
			stems = append(stems, nameStem(other))
		}
	}
	for full, said := range map[string]string{"александрович": "саныч", "александровна": "санна", "павлович": "палыч", "павловна": "пална", "михайлович": "михалыч"} {
		if name == full {
			stems = append(stems, nameStem(said))
		}
	}
	return stems
}

// patronymic says that a word is a father's name: "Петровну" is no slip of "Петрову".
func patronymic(word string) bool {
	for ending := range strings.FieldsSeq("вна вны вне вну вной вич вича вичу вичем виче") {
		if head, ok := strings.CutSuffix(word, ending); ok && (strings.HasSuffix(head, "о") || strings.HasSuffix(head, "е")) {
			return true
		}
	}
	if utf8.RuneCountInString(word) < 6 {
		return false
	}
	for ending := range strings.FieldsSeq("еич еича еичу еичем аныч аныча анычу анычем алыч алыча алычу ильич ильича ильичу ильичем") {
		if strings.HasSuffix(word, ending) {
			return true
		}
	}
	return false
}

// surnameLike says that a word is made as surnames are, and is hardly anything else.
func surnameLike(word string) bool {
	for ending := range strings.FieldsSeq("ов ев ин ын ова ева ина ына ский ская цкий цкая енко швили дзе ян чук юк") {
		if strings.HasSuffix(word, ending) && utf8.RuneCountInString(word) > utf8.RuneCountInString(ending)+1 {
			return true
		}
	}
	return false
}

func title(word string) bool {
	for stem := range strings.FieldsSeq("доктор врач dr doctor") {
		if strings.HasPrefix(word, stem) {
			return true
		}
	}
	return false
}

// Prepositions that say more than a case.
const (
	except  = "кроме"
	instead = "вместо"
	forWhom = "для"
)

// caseAfter is the bit set of the cases that a preposition governs, 0 for any.
func caseAfter(preposition string) int {
	switch preposition {
	case "к", "ко":
		return 1 << dative
	case "у", "от", "до", except, withoutWord, forWhom, "из", instead:
		return 1 << genitive
	case "с", "со":
		return 1<<instrumental | 1<<genitive
	case "на", "про":
		return 1 << accusative
	case "о", "об", "при":
		return 1 << prepositional
	}
	return 0
}
