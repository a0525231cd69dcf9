package understand

import (
	"cmp"
	"slices"
	"strings"
)

// Who is of whom a complaint is told, as far as it is known.
type Who struct {
	Child    bool
	Age      float64 // in years, 0 for unknown
	Sex      string  // "f", "m" or "" for unknown
	Pregnant bool
}

// adult is the age from which somebody is no child.
const adult = 18

// who finds age and sex in the words; what they do not say, the card does, unless they tell of a child and the card is a grown-up's.
func (s *sight) who(card Who) Who {
	p := Who{}
	for i, t := range s.words {
		switch {
		case p.Age == 0 && t.digits:
			p.Age = s.age(i)
		case hasAny(t.text, "беремен", "pregnan"):
			p.Pregnant, p.Sex = true, "f"
		case s.childAt(i):
			p.Child = true
		}
		if p.Sex == "" {
			p.Sex = sexOf(t.text)
		}
	}
	if p.Age == 0 {
		p.Age = s.spelt()
	}
	if p.Age == 0 && (card.Age < adult || !p.Child) {
		p.Age = card.Age
	}
	if p.Age >= adult {
		p.Child = false
	}
	p.Child = p.Child || p.Age > 0 && p.Age < adult
	if p.Sex == "" && !p.Child || card.Age > 0 && card.Age < adult {
		p.Sex = cmp.Or(card.Sex, p.Sex)
	}
	if p.Sex == "" {
		p.Sex = s.tense()
	}
	return p
}

// age is that of a number before "лет": "сыну 5 лет", "мне 71 год"; but "болит 3 года" is none.
func (s *sight) age(i int) float64 {
	v := value(s.words, i)
	months := false
	switch unit := s.word(i + 1); {
	case hasAny(unit, "мес", "month"):
		months = true
	case unit == "лет", unit == "год", unit == "года", hasAny(unit, "годик", "летн", "year", "yo"):
	default:
		return 0
	}
	near := false
	for j := max(0, i-4); j <= min(len(s.words)-1, i+4); j++ {
		text := s.words[j].text
		near = near || s.childAt(j) || text == "мне" || text == "ему" || text == "ей" || sexOf(text) != "" && s.words[j].sense.kind == kindPerson ||
			hasAny(text, "женщин", "мужчин", "мужик", "пенсион", "муж", "жен", "мам", "пап", "отц", "дед", "бабушк")
	}
	first := i == 0 && !strings.HasPrefix(s.word(2), "назад")
	switch {
	case !near && !first, v > 120, s.word(i-1) == "уже", s.word(i+2) == "назад":
		return 0
	case months && v <= 24:
		return max(v/12, 0.01)
	case months:
		return 0
	}
	return v
}

// spelt is an age in words: "пятилетний", "семилетка", "годовалый", "первоклашка".
func (s *sight) spelt() float64 {
	for _, t := range s.words {
		for i, stem := range []string{
			"годовал", "двухлет", "трехлет", "четырехлет", "пятилет", "шестилет", "семилет", "восьмилет", "девятилет", "десятилет",
			"одиннадцатилет", "двенадцатилет", "тринадцатилет", "четырнадцатилет", "пятнадцатилет", "шестнадцатилет", "семнадцатилет",
		} {
			if strings.HasPrefix(t.text, stem) {
				return float64(i + 1)
			}
		}
		switch {
		case hasAny(t.text, "годовас"):
			return 1
		case hasAny(t.text, "первокла"):
			return 7
		case hasAny(t.text, "грудничк", "грудничок", "младен", "новорожд", "полгодик", "newborn"):
			return 0.2
		case hasAny(t.text, "подрост", "teen"):
			return 14
		}
	}
	return 0
}

// childAt says that the word at i names a child who is ill, not children one speaks of beside.
func (s *sight) childAt(i int) bool {
	text := s.words[i].text
	if !hasAny(text, "ребен", "ребят", "малыш", "сын", "доч", "внук", "внуч", "мальчик", "девочк", "дитя", "грудничк", "грудничок", "младен", "новорожд", "подрост",
		"первокла", "школьник", "годовас", "годовал", "двухлет", "трехлет", "пятилет", "шестилет", "семилет", "крох", "племяш", "toddler", "baby", "child", "kid", "son",
		"daughter", "newborn", "teen", "младш") || text == "song" || text == "малыша" && s.word(i-1) == "планируем" {
		return false
	}
	before := s.word(i - 1)
	return before != "на" && before != "после" && before != "от" && s.word(i+1) != "не" || hasAny(s.word(i+2), "ест", "говор", "ход", "спит", "вид", "слыш", "полз", "дыш")
}

func (s *sight) word(i int) string {
	if i < 0 || i >= len(s.words) {
		return ""
	}
	return s.words[i].text
}

// sexOf is the sex that a word names.
func sexOf(word string) string {
	switch {
	case hasAny(word, "женщин", "жену", "жена", "жене", "жены", "мам", "доч", "бабуш", "бабул", "девоч", "девуш", "сестр", "внучк", "тещ", "свекров", "тет", "wife", "daughter",
		"mother", "grandma", "girl", "woman"), word == "мать", word == "матери":
		return "f"
	case hasAny(word, "мужчин", "мужик", "мужу", "мужа", "мужем", "сын", "отец", "отц", "папа", "папе", "папу", "папы", "дедуш", "деду", "брат", "мальчик", "внуку",
		"внук", "парен", "парн", "тесть", "свекр", "дяд", "husband", "father", "boy", "grandpa"), word == "муж", word == "дед", word == "деда", word == "son", word == "male":
		return "m"
	}
	return ""
}

// tense is the sex that verbs of the past tell of whoever speaks: "похудела", "подвернул".
func (s *sight) tense() string {
	for _, t := range s.words {
		if len(t.text) < 8 || t.sense.kind == kindSymptom {
			continue
		}
		switch text := strings.TrimSuffix(strings.TrimSuffix(t.text, "ся"), "сь"); {
		case slices.Contains([]string{"болела", "заболела", "опухла", "отекла", "началась", "прошла", "стала", "была", "голова", "сказала", "могла", "игла", "скула"}, t.text):
		case strings.HasSuffix(text, "ала"), strings.HasSuffix(text, "ела"), strings.HasSuffix(text, "ила"), strings.HasSuffix(text, "ула"), hasAny(text, "устала", "беременн"):
			return "f"
		}
	}
	return ""
}

// fit leaves out whoever does not see such people and puts the paediatrician in the therapist's place for a child.
func (p Who) fit(sums []tally) []tally {
	if p.Sex == "m" || p.Child && p.Age > 0 && p.Age < 10 {
		sums = slices.DeleteFunc(sums, func(t tally) bool { return t.code == gynecologist && (len(sums) > 1 || p.Sex == "m") })
	}
	general := slices.IndexFunc(sums, func(t tally) bool { return t.code == therapist })
	if !p.Child {
		sums = slices.DeleteFunc(sums, func(t tally) bool { return t.code == pediatrician && len(sums) > 1 })
		return sums
	}
	var first tally
	for _, t := range sums {
		if t.points > first.points {
			first = t
		}
	}
	points := float64(childs)
	if general >= 0 {
		points += sums[general].points
		sums = slices.Delete(sums, general, general+1)
	}
	// A paediatrician is always among a child's ways.
	return plus(sums, pediatrician, max(points, first.points-10), first.cause)
}

func hasAny(word string, stems ...string) bool {
	return slices.ContainsFunc(stems, func(stem string) bool { return strings.HasPrefix(word, stem) })
}
