package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// epoch is the clinic's own beginning: what would otherwise hang on the day of the load is counted from it.
func epoch() time.Time { return time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC) }

// dice are the only source of chance: the same for the same use and number. Uses are told apart by their first word.
func dice(use string, n int) *rand.Rand {
	var seed uint64 = 14695981039346656037 // FNV-1a
	for i := range len(use) {
		seed = (seed ^ uint64(use[i])) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, uint64(n))) //nolint:gosec // made-up people need no secrets, and must be the same each time
}

// person is somebody made up.
type person struct {
	family            string // the surname as the men bear it
	given, patronymic string
	female, child     bool
	birth             time.Time
	phone             string
}

type names struct {
	surnames, men, women []string
	fathers              [][2]string // of a man, of a woman
}

func readNames() (names, error) {
	var n names
	for file, list := range map[string]*[]string{"surnames": &n.surnames, "men": &n.men, "women": &n.women} {
		text, err := files.ReadFile("names/" + file + ".txt")
		if err != nil {
			return n, fmt.Errorf("names: %w", err)
		}
		*list = strings.Fields(string(text))
	}
	text, err := files.ReadFile("names/patronymics.txt")
	if err != nil {
		return n, fmt.Errorf("names: %w", err)
	}
	words := strings.Fields(string(text))
	for i := 0; i+1 < len(words); i += 2 {
		n.fathers = append(n.fathers, [2]string{words[i], words[i+1]})
	}
	return n, nil
}

func (n names) doctor(number int) person { return n.draw(dice("doctor", number)) }

// Every childEvery-th patient is a child of the one before, and has that one's surname and telephone.
const childEvery = 6

// patient makes the n-th patient (from 0).
func (n names) patient(number int) person {
	r := dice("patient", number)
	p := n.draw(r)
	if number%childEvery != childEvery-1 {
		p.birth = epoch().AddDate(-20, 0, -r.IntN(60*365))
		p.phone = phone(number)
		return p
	}
	parent := n.patient(number - 1)
	p.child = true
	p.family = parent.family
	p.phone = parent.phone
	p.birth = epoch().AddDate(0, 0, -30-r.IntN(14*365))
	return p
}

// draw makes somebody up. Women are six of ten.
func (n names) draw(r *rand.Rand) person {
	p := person{family: n.surnames[r.IntN(len(n.surnames))], female: r.IntN(5) < 3}
	father := n.fathers[r.IntN(len(n.fathers))]
	if p.female {
		p.given, p.patronymic = n.women[r.IntN(len(n.women))], father[1]
	} else {
		p.given, p.patronymic = n.men[r.IntN(len(n.men))], father[0]
	}
	return p
}

// phone is a mobile number with the code 946, which no operator has.
func phone(number int) string { return fmt.Sprintf("+7946%07d", number+1) }

// surname is the person's own form of it: Иванов, Иванова; Покровский, Покровская.
func (p person) surname() string {
	switch stem, soft := strings.CutSuffix(p.family, "ий"); {
	case !p.female:
		return p.family
	case soft:
		return stem + "ая"
	default:
		return p.family + "а"
	}
}
