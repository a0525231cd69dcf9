package understand

import (
	"maps"
	"slices"
	"strings"
)

// Vocabulary is what the clinic itself adds to the language: whom and what a patient can name.
type Vocabulary struct {
	Doctors  []Doctor
	Branches []Branch
	Services []Service
}

// Doctor is one who receives. Surname is in the nominative; it is the value of slot "doctor", or ID where namesakes work here. Gender is
// "female", "male" or empty: then it is guessed from the surname. Specialties are codes.
type Doctor struct {
	ID          string
	Surname     string
	Name        string
	Patronymic  string
	Gender      string
	Specialties []string
}

// Branch is a place of the clinic. ID is the value of slot "branch". English is what else it is called: its names in English.
type Branch struct {
	ID      string
	Name    string
	City    string
	Address string
	English string
}

// Service is what the clinic sells. ID is the value of slot "service". English is its name in English.
type Service struct {
	ID      string
	Name    string
	English string
}

// language is what Russian and English bring by themselves: the words, the rules, the repair of slips. It is read once; the Readers of all
// versions of a clinic share it, so that a change in the catalogue costs the clinic's own words only.
type language struct {
	lexicon    *lexicon
	means      *lexicon // what patients call procedures
	rules      *rules
	names      map[string]bool // given names, by stem
	cities     map[string]string
	everyday   everyday
	concepts   *concepts
	likely     *confusions
	schools    []*strings.Replacer
	holidays   *holidays
	flags      *flags
	complaints *complaints
}

// newLanguage reads the tables, in some tens of milliseconds.
func newLanguage() *language {
	l := &language{lexicon: newLexicon(), rules: newRules(), names: givenNames(), concepts: newConcepts(), cities: citiesByNickname(), everyday: everydayWords(), likely: newConfusions(), schools: schools(), holidays: newHolidays(), flags: newFlags(), complaints: newComplaints()}
	l.means = readLexicon(l.lexicon.typos, wordsServices)
	for _, word := range slices.Sorted(maps.Keys(l.rules.words)) { // in order, so that equals are always repaired alike
		l.lexicon.typos.add(word, 2)
	}
	for _, word := range slices.Sorted(maps.Keys(l.rules.spoken)) {
		l.lexicon.typos.add(word, 2)
	}
	return l
}

// Reader understands texts by rules. It never changes once made and may be used by many goroutines at once.
type Reader struct {
	*language
	doctors *doctors
	places  *places
	own     *typos // the clinic's names
	teacher *teacher
	taught  *Taught // nil: by rules alone
}

// New precomputes an index of a clinic's own names over the language, which is read once a process; the first one also learns from the examples.
func New(v Vocabulary) *Reader { return builtIn().Reader(v) }

// reader precomputes an index of a clinic's own names: about a millisecond for a hundred of them.
func (l *language) reader(v Vocabulary) *Reader {
	r := &Reader{language: l, doctors: newDoctors(v.Doctors, l), own: newTypos(l.likely)}
	r.teacher = &teacher{rules: l.rules, concepts: l.concepts, doctors: r.doctors}
	r.places = newPlaces(v, l)
	for _, name := range slices.Sorted(maps.Keys(r.doctors.forms)) {
		if !r.doctors.forms[name][0].other {
			r.own.add(name, 1)
		}
	}
	for _, word := range r.places.spellings() {
		r.own.add(word, 1)
	}
	return r
}
